-- title: Audits taken from a parent that did not issue
-- description: Records of live certificates that say their audits are the same as their parent's, while the declared parent
--   is not the CA whose key verifiably signed the certificate. `proof` tells apart what is proven (another CA issued it)
--   from what cannot be told (a certificate is not loaded, no known key made the signature). A parent proven wrong passes
--   no audits down. `issuer_records`: records of the verified issuer that lead to audits, `issuer_kinds`: to which.
-- param: owner varchar NULL only records whose owner on duty contains this text
-- denominator: records of live certificates whose audits are the same as their parent's
-- of: SELECT count(*) FROM ccadb_record WHERE audits_same_as_parent AND coalesce(valid_to >= as_of(), true)
--   AND revocation_status IS DISTINCT FROM 'Revoked'
-- columns: sha256, subject, owner, record_id, proof, declared_parent_record, declared_parent, issuing_ca, issuer_records,
--   issuer_kinds, programs
WITH scoped AS (
    SELECT
        sha256,
        list(DISTINCT root_program ORDER BY root_program) AS programs
    FROM in_scope
    GROUP BY sha256
),

issuer AS (
    SELECT
        sha256,
        list(DISTINCT record_id ORDER BY record_id) AS records,
        list(DISTINCT audit_kind ORDER BY audit_kind) AS kinds
    FROM covered_by
    WHERE via = 'issuer'
    GROUP BY sha256
)

SELECT
    record.sha256,
    coalesce(certificate.subject, record.certificate_name) AS subject,
    coalesce(duty.owner, record.subordinate_ca_owner, record.ca_owner) AS owner,
    record.salesforce_id AS record_id,
    CASE
        WHEN NOT step.parent_may_be_issuer THEN 'another CA issued it'
        WHEN certificate.sha256 IS NULL THEN 'not told: the certificate is not loaded'
        WHEN parent_certificate.sha256 IS NULL THEN 'not told: the parent''s certificate is not loaded'
        ELSE 'not told: the key that signed it is not known'
    END AS proof,
    parent.salesforce_id AS declared_parent_record,
    coalesce(parent_certificate.subject, parent.certificate_name) AS declared_parent,
    if(issuance.signature_status IN ('ok', 'weak'), ca.name, NULL) AS issuing_ca,
    coalesce(issuer.records, []) AS issuer_records,
    coalesce(issuer.kinds, []) AS issuer_kinds,
    coalesce(scoped.programs, []) AS programs
FROM ccadb_record AS record
INNER JOIN record_parent AS step ON record.salesforce_id = step.salesforce_id AND step.parent_known
INNER JOIN ccadb_record AS parent ON step.parent_salesforce_id = parent.salesforce_id
LEFT JOIN certificate ON record.sha256 = certificate.sha256
LEFT JOIN certificate AS parent_certificate ON parent.sha256 = parent_certificate.sha256
LEFT JOIN issuance ON record.sha256 = issuance.sha256
LEFT JOIN ca ON issuance.issuer_ca_id = ca.ca_id
LEFT JOIN duty ON record.sha256 = duty.sha256
LEFT JOIN issuer ON record.sha256 = issuer.sha256
LEFT JOIN scoped ON record.sha256 = scoped.sha256
WHERE
    record.audits_same_as_parent
    AND record.revocation_status IS DISTINCT FROM 'Revoked'
    AND coalesce(certificate.not_after::DATE, record.valid_to, as_of()) >= as_of()
    AND NOT coalesce(
        issuance.signature_status IN ('ok', 'weak') AND issuance.issuer_ca_id = parent_certificate.ca_id, false
    )
    AND (
        getvariable('owner') IS NULL
        OR contains(
            lower(coalesce(duty.owner, record.subordinate_ca_owner, record.ca_owner)), lower(getvariable('owner'))
        )
    )
ORDER BY step.parent_may_be_issuer, len(programs) DESC, owner, subject, record.sha256, record.salesforce_id;
