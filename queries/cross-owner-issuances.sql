-- title: Certificates from one owner to another
-- description: CA certificates, valid and unrevoked on the day, whose issuing CA and subject CA belong to different
--   owners: an externally operated subordinate, or a cross-certificate into another owner's hierarchy. Where the owner
--   of one side is not known, nothing is said. `named_operator`: the record's Subordinate CA Owner (CCADB Policy 3.2).
-- param: owner varchar NULL only where the issuing or the subject CA's owner contains this text
-- denominator: live CA certificates of which both owners are known, self-signed ones aside
-- of: SELECT count(*) FROM certificate INNER JOIN issuance USING (sha256) ANTI JOIN revocation USING (sha256)
--   SEMI JOIN ca_owner AS issuer ON issuer_ca_id = issuer.ca_id
--   SEMI JOIN ca_owner AS subject ON subject_ca_id = subject.ca_id
--   WHERE is_ca AND not_before <= as_of() AND not_after >= as_of() AND issuer_ca_id <> subject_ca_id
--   AND signature_status IN ('ok', 'weak')
-- columns: issuer_owner, subject_owner, sha256, issuer, subject, not_before, not_after, is_cross_certificate,
--   record_owner, named_operator, capable_for
WITH record AS (
    SELECT
        sha256,
        min(ca_owner) AS record_owner,
        min(subordinate_ca_owner) AS named_operator
    FROM ccadb_record
    GROUP BY sha256
),

capable AS (
    SELECT
        sha256,
        list(root_program || ':' || purpose ORDER BY root_program, purpose) AS capable_for
    FROM capability
    GROUP BY sha256
)

SELECT
    issuer_owner.owner AS issuer_owner,
    subject_owner.owner AS subject_owner,
    certificate.sha256,
    certificate.issuer,
    certificate.subject,
    certificate.not_before,
    certificate.not_after,
    cross_certificate.sha256 IS NOT NULL AS is_cross_certificate,
    record.record_owner,
    record.named_operator,
    coalesce(capable.capable_for, []) AS capable_for
FROM issuance
INNER JOIN certificate ON issuance.sha256 = certificate.sha256
INNER JOIN ca_owner AS issuer_owner ON issuance.issuer_ca_id = issuer_owner.ca_id
INNER JOIN ca_owner AS subject_owner ON issuance.subject_ca_id = subject_owner.ca_id
LEFT JOIN cross_certificate ON issuance.sha256 = cross_certificate.sha256
LEFT JOIN record ON issuance.sha256 = record.sha256
LEFT JOIN capable ON issuance.sha256 = capable.sha256
ANTI JOIN revocation ON issuance.sha256 = revocation.sha256
WHERE
    lower(issuer_owner.owner) <> lower(subject_owner.owner)
    AND issuance.signature_status IN ('ok', 'weak')
    AND certificate.is_ca
    AND certificate.not_before <= as_of()
    AND certificate.not_after >= as_of()
    AND (
        getvariable('owner') IS NULL
        OR contains(lower(concat_ws(' ', issuer_owner.owner, subject_owner.owner)), lower(getvariable('owner')))
    )
ORDER BY issuer_owner.owner, subject_owner.owner, certificate.subject, certificate.not_before, certificate.sha256;
