-- title: Declared parents that are not the issuer
-- description: Records whose CCADB parent is not the CA whose key signed the certificate: of another name, or of the
--   issuer's name with another key. Where the issuer's key is not known (`signature_status` empty), the parent's was
--   tried and is not it. Matters most where the record takes its parent's audits (`inherits`): it then inherits those
--   of a CA that did not issue it. `issuing_certificates`: those of the real issuer that a record could name.
-- param: owner varchar NULL only records whose owner contains this text
-- denominator: records that name a parent, both certificates known
-- of: SELECT count(*) FROM ccadb_record SEMI JOIN issuance USING (sha256)
--   SEMI JOIN certificate AS parent ON parent_sha256 = parent.sha256
-- columns: ca_owner, salesforce_id, sha256, certificate_name, why, inherits, declared_parent_sha256, declared_parent,
--   issuing_ca, issuing_certificates, signature_status
WITH issuing AS (
    SELECT
        ca_id,
        list(sha256 ORDER BY sha256) AS certificates
    FROM certificate
    GROUP BY ca_id
)

SELECT
    record.ca_owner,
    record.salesforce_id,
    record.sha256,
    record.certificate_name,
    if(parent.subject_name_id = certificate.issuer_name_id, 'another key', 'another name') AS why,
    coalesce(record.audits_same_as_parent, false) AS inherits,
    parent.sha256 AS declared_parent_sha256,
    parent.subject AS declared_parent,
    ca.name AS issuing_ca,
    coalesce(issuing.certificates, []) AS issuing_certificates,
    issuance.signature_status
FROM ccadb_record AS record
INNER JOIN certificate ON record.sha256 = certificate.sha256
INNER JOIN certificate AS parent ON record.parent_sha256 = parent.sha256
INNER JOIN issuance ON record.sha256 = issuance.sha256
INNER JOIN ca ON issuance.issuer_ca_id = ca.ca_id
LEFT JOIN issuing ON issuance.issuer_ca_id = issuing.ca_id
WHERE
    parent.ca_id <> issuance.issuer_ca_id
    AND (
        getvariable('owner') IS NULL
        OR contains(lower(concat_ws(' ', record.ca_owner, record.subordinate_ca_owner)), lower(getvariable('owner')))
    )
ORDER BY inherits DESC, record.ca_owner, record.certificate_name, record.salesforce_id;
