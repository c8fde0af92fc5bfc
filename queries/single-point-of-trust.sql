-- title: What trust hangs on one certificate
-- description: Certificates that lie on every path by which others are in scope for the program and purpose, those that
--   carry the most first: if this one were distrusted, revoked or left to expire, `lose_all` other certificates in scope
--   would lose all their paths, of `pass_here` that have some path through it. `on_one_path`: of those that would be
--   lost, the ones with no more than one path at all. A cross-certificate here is worth more care than it looks.
-- param: program varchar mozilla the root program
-- param: purpose varchar server_auth the purpose
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- denominator: certificates in scope for the program and purpose
-- of: SELECT count(*) FROM in_scope WHERE root_program = lower(coalesce(getvariable('program'), 'mozilla'))
--   AND purpose = lower(coalesce(getvariable('purpose'), 'server_auth'))
-- columns: sha256, subject, issuer, owner, role, not_after, lose_all, on_one_path, pass_here
WITH scoped AS (
    SELECT
        sha256,
        root_program,
        purpose,
        paths
    FROM in_scope
    WHERE
        root_program = lower(coalesce(getvariable('program'), 'mozilla'))
        AND purpose = lower(coalesce(getvariable('purpose'), 'server_auth'))
),

way AS (
    SELECT
        trusted_path.path_id,
        trusted_path.sha256 AS target,
        scoped.paths
    FROM trusted_path
    INNER JOIN scoped
        ON
            trusted_path.sha256 = scoped.sha256
            AND trusted_path.root_program = scoped.root_program
            AND trusted_path.purpose = scoped.purpose
    WHERE trusted_path.permitted
),

passing AS (
    SELECT
        member.sha256,
        way.target,
        way.paths,
        count(*) AS paths_here
    FROM way
    INNER JOIN path_certificate AS member ON way.path_id = member.path_id AND way.target <> member.sha256
    GROUP BY member.sha256, way.target, way.paths
),

carrying AS (
    SELECT
        sha256,
        count(*) FILTER (WHERE paths_here = paths) AS lose_all,
        count(*) FILTER (WHERE paths = 1) AS on_one_path,
        count(*) AS pass_here
    FROM passing
    GROUP BY sha256
    HAVING lose_all > 0
),

anchor AS (
    SELECT DISTINCT sha256
    FROM trusted_root
    WHERE root_program = lower(coalesce(getvariable('program'), 'mozilla'))
)

SELECT
    carrying.sha256,
    certificate.subject,
    certificate.issuer,
    duty.owner,
    CASE
        WHEN anchor.sha256 IS NOT NULL THEN 'root'
        WHEN duty.is_cross_certificate THEN 'cross-certificate'
        ELSE 'subordinate'
    END AS role,
    certificate.not_after,
    carrying.lose_all,
    carrying.on_one_path,
    carrying.pass_here
FROM carrying
INNER JOIN certificate ON carrying.sha256 = certificate.sha256
INNER JOIN duty ON carrying.sha256 = duty.sha256
LEFT JOIN anchor ON carrying.sha256 = anchor.sha256
WHERE getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner')))
ORDER BY carrying.lose_all DESC, carrying.pass_here DESC, certificate.subject, carrying.sha256;
