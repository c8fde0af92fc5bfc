-- title: CAs that a path length forbids
-- description: CA certificates with a path from a trusted root, valid and unrevoked on the day, that a pathLenConstraint
--   above breaks: whoever follows issuers and dates alone takes it for a path (a CA below pathLen 0 can issue nothing
--   that verifies). `capable_for` is what other paths still permit; where it is empty, no program can be served.
--   `too_deep`: the certificates on these paths that are one CA too many; `limited_by`: those above that set a limit.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- denominator: CA certificates with any path from a trusted root, valid and unrevoked on the day
-- of: SELECT count(DISTINCT path.sha256) FROM path SEMI JOIN trusted_root ON path.anchor_sha256 = trusted_root.sha256
--   ANTI JOIN revocation ON path.sha256 = revocation.sha256
--   WHERE path.length > 1 AND path.valid_from <= as_of() AND path.valid_to >= as_of()
-- columns: owner, sha256, subject, issuer, broken_paths, programs, too_deep, limited_by, capable_for, broken_path_id
WITH broken AS (
    SELECT DISTINCT
        broken.path_id,
        broken.position,
        broken.sha256 AS too_deep
    FROM path_break AS broken
    WHERE broken.reason = 'path_length'
),

-- On the day, and with nobody revoked, but for the path length.
today AS MATERIALIZED (
    SELECT
        path.path_id,
        path.sha256,
        path.anchor_sha256,
        path.length
    FROM path
    SEMI JOIN broken ON path.path_id = broken.path_id
    SEMI JOIN trusted_root ON path.anchor_sha256 = trusted_root.sha256
    ANTI JOIN (
        SELECT member.path_id
        FROM path_certificate AS member
        SEMI JOIN revocation ON member.sha256 = revocation.sha256
        WHERE member.position > 0
    ) AS cut ON path.path_id = cut.path_id
    WHERE path.valid_from <= as_of() AND path.valid_to >= as_of()
),

limiting AS (
    SELECT
        today.sha256,
        list(
            DISTINCT certificate.subject || ' [' || left(certificate.sha256, 8) || '] pathLen ' || certificate.path_len
            ORDER BY certificate.subject || ' [' || left(certificate.sha256, 8) || '] pathLen ' || certificate.path_len
        ) AS limited_by
    FROM today
    INNER JOIN broken ON today.path_id = broken.path_id
    INNER JOIN path_certificate AS member
        ON today.path_id = member.path_id AND broken.position > member.position
    INNER JOIN certificate ON member.sha256 = certificate.sha256
    WHERE certificate.path_len IS NOT NULL
    GROUP BY today.sha256
),

found AS (
    SELECT
        today.sha256,
        count(DISTINCT today.path_id) AS broken_paths,
        list(DISTINCT root.root_program ORDER BY root.root_program) AS programs,
        list(DISTINCT broken.too_deep ORDER BY broken.too_deep) AS too_deep,
        arg_min(today.path_id, (today.length, today.path_id)) AS broken_path_id
    FROM today
    INNER JOIN broken ON today.path_id = broken.path_id
    INNER JOIN (SELECT DISTINCT root_program, sha256 FROM trusted_root) AS root
        ON today.anchor_sha256 = root.sha256
    GROUP BY today.sha256
),

capable AS (
    SELECT
        sha256,
        list(root_program || ':' || purpose ORDER BY root_program, purpose) AS capable_for
    FROM capability
    GROUP BY sha256
)

SELECT
    duty.owner,
    found.sha256,
    certificate.subject,
    certificate.issuer,
    found.broken_paths,
    found.programs,
    found.too_deep,
    limiting.limited_by,
    coalesce(capable.capable_for, []) AS capable_for,
    found.broken_path_id
FROM found
INNER JOIN certificate ON found.sha256 = certificate.sha256
INNER JOIN limiting ON found.sha256 = limiting.sha256
INNER JOIN duty ON found.sha256 = duty.sha256
LEFT JOIN capable ON found.sha256 = capable.sha256
WHERE getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner')))
ORDER BY len(capable_for) > 0, duty.owner, certificate.subject, found.sha256;
