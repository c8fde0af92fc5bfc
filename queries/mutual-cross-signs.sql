-- title: CAs that certify each other
-- description: Certificates on a circle of CAs on the day: from each of them one comes back, by way of others where not
--   `both_ways`. Valid, not revoked, proved by signature; self-signed certificates are no circle. A path passes a CA
--   once, so circles make no path endless, and many paths.
-- param: owner varchar NULL only where the issuing or the subject CA's owner contains this text
-- denominator: live certificates from one CA to another
-- of: SELECT count(*) FROM certificate INNER JOIN issuance USING (sha256) ANTI JOIN revocation USING (sha256)
--   WHERE is_ca AND not_before <= as_of() AND not_after >= as_of() AND issuer_ca_id <> subject_ca_id
--   AND signature_status IN ('ok', 'weak')
-- columns: circle, cas, both_ways, sha256, issuer, issuer_owner, subject, subject_owner, not_before, not_after
WITH RECURSIVE live AS MATERIALIZED (
    SELECT
        issuance.sha256,
        issuance.issuer_ca_id,
        issuance.subject_ca_id
    FROM issuance
    INNER JOIN certificate ON issuance.sha256 = certificate.sha256
    ANTI JOIN revocation ON issuance.sha256 = revocation.sha256
    WHERE
        certificate.is_ca
        AND certificate.not_before <= as_of()
        AND certificate.not_after >= as_of()
        AND issuance.issuer_ca_id <> issuance.subject_ca_id
        AND issuance.signature_status IN ('ok', 'weak')
),

-- Without the CAs that nobody certifies and those that certify nobody: they are on no circle, and they are most.
step AS MATERIALIZED (
    SELECT DISTINCT
        live.issuer_ca_id,
        live.subject_ca_id
    FROM live
    SEMI JOIN live AS above ON live.issuer_ca_id = above.subject_ca_id
    SEMI JOIN live AS below ON live.subject_ca_id = below.issuer_ca_id
),

reached AS (
    SELECT
        issuer_ca_id AS from_ca_id,
        subject_ca_id AS to_ca_id
    FROM step
    UNION
    SELECT
        reached.from_ca_id,
        step.subject_ca_id AS to_ca_id
    FROM reached
    INNER JOIN step ON reached.to_ca_id = step.issuer_ca_id
),

mutual AS (
    SELECT
        there.from_ca_id AS ca_id,
        there.to_ca_id AS other_ca_id
    FROM reached AS there
    INNER JOIN reached AS back ON there.from_ca_id = back.to_ca_id AND there.to_ca_id = back.from_ca_id
),

circle AS (
    SELECT
        mutual.ca_id,
        min(other.name || ' ' || other.ca_id) AS least,
        arg_min(other.name, (other.name, other.ca_id)) AS circle,
        count(*) AS cas
    FROM mutual
    INNER JOIN ca AS other ON mutual.other_ca_id = other.ca_id
    GROUP BY mutual.ca_id
)

SELECT
    circle.circle,
    circle.cas,
    EXISTS (
        SELECT 1 FROM live AS back
        WHERE back.issuer_ca_id = live.subject_ca_id AND back.subject_ca_id = live.issuer_ca_id
    ) AS both_ways,
    live.sha256,
    certificate.issuer,
    issuer_owner.owner AS issuer_owner,
    certificate.subject,
    subject_owner.owner AS subject_owner,
    certificate.not_before,
    certificate.not_after
FROM live
INNER JOIN mutual ON live.issuer_ca_id = mutual.ca_id AND live.subject_ca_id = mutual.other_ca_id
INNER JOIN circle ON live.issuer_ca_id = circle.ca_id
INNER JOIN certificate ON live.sha256 = certificate.sha256
LEFT JOIN ca_owner AS issuer_owner ON live.issuer_ca_id = issuer_owner.ca_id
LEFT JOIN ca_owner AS subject_owner ON live.subject_ca_id = subject_owner.ca_id
WHERE
    getvariable('owner') IS NULL
    OR contains(lower(concat_ws(' ', issuer_owner.owner, subject_owner.owner)), lower(getvariable('owner')))
ORDER BY circle.least, certificate.issuer, certificate.subject, live.sha256;
