-- title: Every path to one certificate
-- description: All paths, anchor to certificate, with what each permits, for which programs and purposes it counts
--   as of the day, and every certificate that breaks it, with the reason. Ask for a program and a purpose to see
--   what stands between a path and that. State `not trusted`: no program trusts the anchor for anything; `no trusted
--   purpose`: for nothing that the path permits. `total` is the number of paths that fit, shown or not; `complete`:
--   no budget cut paths to the certificate. `weakly_signed`: with MD2, MD5 or SHA-1, which today's verifiers refuse.
-- param: sha256 varchar required the certificate's SHA-256, 64 hex digits
-- param: program varchar NULL what counts for this root program
-- param: purpose varchar NULL what counts for this purpose
-- param: which varchar all all, capable (what counts) or broken (what does not)
-- param: most integer NULL show no more paths than this
-- denominator: paths stored, to any certificate
-- of: SELECT count(*) FROM path
-- columns: path_id, length, valid_from, valid_to, state, counts_for, purposes, breakers, certificates,
--   constrained_by, no_names_left, self_signed_hop, total, complete
WITH asked AS MATERIALIZED (
    SELECT *
    FROM path
    WHERE sha256 = lower(getvariable('sha256'))
),

question AS (
    SELECT
        lower(getvariable('program')) AS root_program,
        lower(getvariable('purpose')) AS purpose
),

breaker AS MATERIALIZED (
    SELECT *
    FROM path_breaker(lower(getvariable('sha256')))
),

broken AS (
    SELECT
        breaker.path_id,
        list(
            {
                'sha256': breaker.sha256,
                'reason': breaker.reason,
                'detail': breaker.detail,
                'root_program': breaker.root_program,
                'purpose': breaker.purpose
            }
            ORDER BY breaker.position, breaker.reason, breaker.detail
        ) AS breakers
    FROM breaker
    CROSS JOIN question
    -- What depends on a program or a purpose is told to whoever asks about it.
    WHERE
        (breaker.root_program IS NULL OR breaker.root_program = question.root_program)
        AND (breaker.purpose IS NULL OR breaker.purpose = question.purpose)
    GROUP BY breaker.path_id
),

sibling AS (
    SELECT
        ca_id,
        count(*) - 1 AS siblings
    FROM certificate
    GROUP BY ca_id
),

member AS (
    SELECT
        path_certificate.path_id,
        list(
            {
                'sha256': certificate.sha256,
                'subject': certificate.subject,
                'ca_id': certificate.ca_id,
                'not_before': certificate.not_before,
                'not_after': certificate.not_after,
                'is_cross_certificate': cross_certificate.sha256 IS NOT NULL,
                'siblings': sibling.siblings,
                'weakly_signed': path_certificate.position > 0 AND coalesce(issuance.signature_status = 'weak', false)
            }
            ORDER BY path_certificate.position
        ) AS certificates,
        count(revoked.sha256) FILTER (WHERE path_certificate.position > 0) AS revoked
    FROM path_certificate
    SEMI JOIN asked ON path_certificate.path_id = asked.path_id
    INNER JOIN certificate ON path_certificate.sha256 = certificate.sha256
    INNER JOIN sibling ON certificate.ca_id = sibling.ca_id
    LEFT JOIN issuance ON path_certificate.sha256 = issuance.sha256
    LEFT JOIN cross_certificate ON path_certificate.sha256 = cross_certificate.sha256
    LEFT JOIN (SELECT DISTINCT sha256 FROM revocation) AS revoked ON path_certificate.sha256 = revoked.sha256
    GROUP BY path_certificate.path_id
),

counted AS (
    SELECT
        trusted_path.path_id,
        list(
            trusted_path.root_program || ':' || trusted_path.purpose
            ORDER BY trusted_path.root_program, trusted_path.purpose
        ) AS counts_for,
        bool_or(
            trusted_path.root_program = coalesce(question.root_program, trusted_path.root_program)
            AND trusted_path.purpose = coalesce(question.purpose, trusted_path.purpose)
        ) AS counts
    FROM trusted_path
    SEMI JOIN asked ON trusted_path.path_id = asked.path_id
    CROSS JOIN question
    ANTI JOIN breaker
        ON
            trusted_path.path_id = breaker.path_id
            AND trusted_path.root_program = breaker.root_program
            AND trusted_path.purpose = breaker.purpose
            AND breaker.reason = 'distrust_after'
    WHERE trusted_path.permitted
    GROUP BY trusted_path.path_id
),

judged AS (
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
            WHEN NOT asked.sound OR len(asked.purposes) = 0 THEN 'broken'
            WHEN trusted.sha256 IS NULL THEN 'not trusted'
            WHEN counted.counts THEN 'counts'
            ELSE 'no trusted purpose'
        END AS state,
        coalesce(counted.counts_for, []) AS counts_for,
        asked.purposes,
        coalesce(broken.breakers, []) AS breakers,
        member.certificates,
        asked.constrained_by,
        asked.no_names_left,
        asked.self_signed_hop
    FROM asked
    INNER JOIN member ON asked.path_id = member.path_id
    LEFT JOIN counted ON asked.path_id = counted.path_id
    LEFT JOIN broken ON asked.path_id = broken.path_id
    LEFT JOIN (SELECT DISTINCT sha256 FROM trusted_root) AS trusted ON asked.anchor_sha256 = trusted.sha256
)

SELECT
    *,
    count(*) OVER () AS total,
    NOT EXISTS (
        SELECT 1 FROM path_truncation AS truncated WHERE truncated.sha256 = lower(getvariable('sha256'))
    ) AS complete
FROM judged
WHERE
    CASE lower(coalesce(getvariable('which'), 'all'))
        WHEN 'capable' THEN state = 'counts'
        WHEN 'broken' THEN state <> 'counts'
        ELSE true
    END
ORDER BY
    list_position(
        [
            'counts', 'no trusted purpose', 'not trusted', 'revoked', 'broken', 'expired', 'not yet valid',
            'never valid'
        ],
        state
    ),
    length,
    path_id
LIMIT coalesce(getvariable('most'), 9223372036854775807);
