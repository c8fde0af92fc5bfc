-- title: Declared parents that are not the issuer
-- description: Records whose CCADB parent is not the CA whose key signed the certificate.
-- columns: ca_owner, salesforce_id, sha256, certificate_name, declared_parent_sha256, declared_parent,
--   issuing_ca, signature_status
SELECT
    record.ca_owner,
    record.salesforce_id,
    record.sha256,
    record.certificate_name,
    parent.sha256 AS declared_parent_sha256,
    parent.subject AS declared_parent,
    ca.name AS issuing_ca,
    issuance.signature_status
FROM ccadb_record AS record
INNER JOIN certificate AS parent ON record.parent_sha256 = parent.sha256
INNER JOIN issuance ON record.sha256 = issuance.sha256
INNER JOIN ca ON issuance.issuer_ca_id = ca.ca_id
WHERE parent.ca_id <> issuance.issuer_ca_id
ORDER BY record.ca_owner, record.certificate_name, record.salesforce_id;
