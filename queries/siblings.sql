-- title: All certificates of one CA
-- description: Every certificate with the same subject name and key as the one asked for, itself included: who issued
--   each, whether it lives, what it is capable of, and which audits cover it.
-- param: sha256 varchar required a certificate's SHA-256, 64 hex digits
-- denominator: certificates known
-- of: SELECT count(*) FROM certificate
-- columns: sha256, state, self_signed, listed, claimed, gaps, pending, unknown, capable_for, issuer, not_before, not_after,
--   records
WITH asked AS (
    SELECT ca_id FROM certificate WHERE sha256 = lower(getvariable('sha256'))
),

verdict AS (
    SELECT
        sha256,
        list(DISTINCT coalesce(audit_kind, reason) ORDER BY coalesce(audit_kind, reason))
        FILTER (WHERE verdict = 'listed') AS listed,
        list(DISTINCT coalesce(audit_kind, reason) ORDER BY coalesce(audit_kind, reason))
        FILTER (WHERE verdict = 'claimed') AS claimed,
        list(DISTINCT concat_ws(' ', audit_kind, reason) ORDER BY concat_ws(' ', audit_kind, reason))
        FILTER (WHERE verdict = 'gap') AS gaps,
        list(DISTINCT concat_ws(' ', audit_kind, reason) ORDER BY concat_ws(' ', audit_kind, reason))
        FILTER (WHERE verdict = 'pending') AS pending,
        list(DISTINCT concat_ws(' ', audit_kind, reason) ORDER BY concat_ws(' ', audit_kind, reason))
        FILTER (WHERE verdict = 'unknown') AS unknown
    FROM coverage
    GROUP BY sha256
),

capable AS (
    SELECT
        sha256,
        list(root_program || ':' || purpose ORDER BY root_program, purpose) AS capable_for
    FROM capability
    GROUP BY sha256
),

record AS (
    SELECT
        sha256,
        list(salesforce_id ORDER BY salesforce_id) AS records
    FROM ccadb_record
    GROUP BY sha256
)

SELECT
    certificate.sha256,
    CASE
        WHEN certificate.not_after < as_of() THEN 'expired'
        WHEN certificate.not_before > as_of() THEN 'not yet valid'
        WHEN revoked.sha256 IS NOT NULL THEN 'revoked'
        ELSE 'live'
    END AS state,
    issuance.issuer_ca_id = issuance.subject_ca_id AS self_signed,
    coalesce(verdict.listed, []) AS listed,
    coalesce(verdict.claimed, []) AS claimed,
    coalesce(verdict.gaps, []) AS gaps,
    coalesce(verdict.pending, []) AS pending,
    coalesce(verdict.unknown, []) AS unknown,
    coalesce(capable.capable_for, []) AS capable_for,
    certificate.issuer,
    certificate.not_before,
    certificate.not_after,
    coalesce(record.records, []) AS records
FROM certificate
INNER JOIN asked ON certificate.ca_id = asked.ca_id
INNER JOIN issuance ON certificate.sha256 = issuance.sha256
LEFT JOIN (SELECT DISTINCT sha256 FROM revocation) AS revoked ON certificate.sha256 = revoked.sha256
LEFT JOIN record ON certificate.sha256 = record.sha256
LEFT JOIN capable ON certificate.sha256 = capable.sha256
LEFT JOIN verdict ON certificate.sha256 = verdict.sha256
ORDER BY state = 'live' DESC, certificate.not_before, certificate.sha256;
