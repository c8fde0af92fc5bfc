-- title: Every path to one certificate
-- description: All paths, anchor to certificate, with what each permits and for which programs and purposes it
--   counts as of the day. A path that permits nothing names the first certificate that broke it, and why. State
--   `not trusted`: no program trusts the anchor for anything; `no trusted purpose`: for nothing that it permits.
-- param: sha256 varchar required the certificate's SHA-256, 64 hex digits
-- columns: path_id, length, valid_from, valid_to, state, counts_for, purposes, broken_reason, broken_sha256,
--   self_signed_hop, certificates, subjects
WITH asked AS (
    SELECT *
    FROM path
    WHERE sha256 = lower(getvariable('sha256'))
),

member AS (
    SELECT
        path_certificate.path_id,
        list(path_certificate.sha256 ORDER BY path_certificate.position) AS certificates,
        list(certificate.subject ORDER BY path_certificate.position) AS subjects,
        count(revoked.sha256) AS revoked
    FROM path_certificate
    SEMI JOIN asked ON path_certificate.path_id = asked.path_id
    INNER JOIN certificate ON path_certificate.sha256 = certificate.sha256
    LEFT JOIN (SELECT DISTINCT sha256 FROM revocation) AS revoked ON path_certificate.sha256 = revoked.sha256
    GROUP BY path_certificate.path_id
),

counted AS (
    SELECT
        trusted_path.path_id,
        list(
            trusted_path.root_program || ':' || trusted_path.purpose
            ORDER BY trusted_path.root_program, trusted_path.purpose
        ) AS counts_for
    FROM trusted_path
    SEMI JOIN asked ON trusted_path.path_id = asked.path_id
    WHERE trusted_path.permitted
    GROUP BY trusted_path.path_id
)

SELECT
    asked.path_id,
    asked.length,
    asked.valid_from,
    asked.valid_to,
    CASE
        WHEN asked.valid_from > asked.valid_to THEN 'never valid'
        WHEN asked.valid_to < as_of() THEN 'expired'
        WHEN asked.valid_from > as_of() THEN 'not yet valid'
        WHEN member.revoked > 0 THEN 'revoked'
        WHEN len(asked.purposes) = 0 THEN 'broken'
        WHEN trusted.sha256 IS NULL THEN 'not trusted'
        WHEN counted.path_id IS NULL THEN 'no trusted purpose'
        ELSE 'counts'
    END AS state,
    coalesce(counted.counts_for, []) AS counts_for,
    asked.purposes,
    asked.broken_reason,
    asked.broken_sha256,
    asked.self_signed_hop,
    member.certificates,
    member.subjects
FROM asked
INNER JOIN member ON asked.path_id = member.path_id
LEFT JOIN counted ON asked.path_id = counted.path_id
LEFT JOIN (SELECT DISTINCT sha256 FROM trusted_root) AS trusted ON asked.anchor_sha256 = trusted.sha256
ORDER BY
    list_position(
        [
            'counts', 'no trusted purpose', 'not trusted', 'revoked', 'broken', 'expired', 'not yet valid',
            'never valid'
        ],
        state
    ),
    asked.length,
    asked.path_id;
