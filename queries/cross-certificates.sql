-- title: Cross-certificates
-- description: Certificates into a CA that another CA has issued to as well (a self-signed certificate counts),
--   valid on the day, with both owners and the purposes each makes the CA capable of.
-- param: owner varchar NULL only where the issuing or the subject CA's owner contains this text
-- denominator: certificates valid on the day
-- of: SELECT count(*) FROM certificate WHERE not_before <= as_of() AND not_after >= as_of()
-- columns: sha256, issuer, subject, issuer_owner, subject_owner, not_before, not_after, revoked,
--   other_certificates, capable_for
WITH capable AS (
    SELECT
        sha256,
        list(root_program || ':' || purpose ORDER BY root_program, purpose) AS capable_for
    FROM capability
    GROUP BY sha256
)

SELECT
    certificate.sha256,
    certificate.issuer,
    certificate.subject,
    issuer_owner.owner AS issuer_owner,
    subject_owner.owner AS subject_owner,
    certificate.not_before,
    certificate.not_after,
    EXISTS (SELECT 1 FROM revocation WHERE revocation.sha256 = certificate.sha256) AS revoked,
    (
        SELECT count(*) FROM certificate AS other
        WHERE other.ca_id = certificate.ca_id AND other.sha256 <> certificate.sha256
    ) AS other_certificates,
    coalesce(capable.capable_for, []) AS capable_for
FROM cross_certificate
INNER JOIN certificate ON cross_certificate.sha256 = certificate.sha256
INNER JOIN issuance ON certificate.sha256 = issuance.sha256
LEFT JOIN ca_owner AS issuer_owner ON issuance.issuer_ca_id = issuer_owner.ca_id
LEFT JOIN ca_owner AS subject_owner ON issuance.subject_ca_id = subject_owner.ca_id
LEFT JOIN capable ON certificate.sha256 = capable.sha256
WHERE
    certificate.not_before <= as_of()
    AND certificate.not_after >= as_of()
    AND (
        getvariable('owner') IS NULL
        OR contains(lower(concat_ws(' ', issuer_owner.owner, subject_owner.owner)), lower(getvariable('owner')))
    )
ORDER BY certificate.subject, certificate.issuer, certificate.not_before, certificate.sha256;
