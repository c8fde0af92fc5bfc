-- title: Expired roots above living subordinates
-- description: Roots that a program trusts or trusted, or that CCADB has a root record of, whose own certificate has
--   expired, with the CA certificates below them that are still valid and unrevoked, as is all between. `still_trusted`:
--   programs whose store has the root to this day. `with_other_path`: those below that another live path makes capable
--   of something; `without`: those that no program can be served by.
-- param: owner varchar NULL only roots whose owner contains this text
-- denominator: expired roots
-- of: SELECT count(DISTINCT sha256) FROM certificate WHERE not_after < as_of() AND sha256 IN (SELECT sha256
--   FROM root_trust UNION SELECT sha256 FROM ccadb_record WHERE record_type = 'Root Certificate')
-- columns: sha256, subject, owner, expired_on, still_trusted, subordinates, with_other_path, without
WITH anchor AS (
    SELECT
        certificate.sha256,
        certificate.subject,
        certificate.ca_id,
        certificate.not_after
    FROM certificate
    SEMI JOIN (
        SELECT sha256 FROM root_trust
        UNION
        SELECT sha256 FROM ccadb_record
        WHERE record_type = 'Root Certificate'
    ) AS root ON certificate.sha256 = root.sha256
    WHERE certificate.not_after < as_of()
),

-- The root's end is the path's end, unless something else on it ended before.
ended AS MATERIALIZED (
    SELECT
        path.path_id,
        path.sha256,
        path.anchor_sha256
    FROM path
    INNER JOIN anchor ON path.anchor_sha256 = anchor.sha256
    WHERE path.length > 1 AND path.sound AND path.valid_from <= as_of()
),

dead AS (
    SELECT DISTINCT member.path_id
    FROM path_certificate AS member
    SEMI JOIN ended ON member.path_id = ended.path_id
    INNER JOIN certificate ON member.sha256 = certificate.sha256
    LEFT JOIN (SELECT DISTINCT sha256 FROM revocation) AS revoked ON member.sha256 = revoked.sha256
    WHERE member.position > 0 AND (certificate.not_after < as_of() OR revoked.sha256 IS NOT NULL)
),

below AS (
    SELECT DISTINCT
        ended.anchor_sha256,
        ended.sha256
    FROM ended
    ANTI JOIN dead ON ended.path_id = dead.path_id
),

counted AS (
    SELECT
        below.anchor_sha256,
        count(*) AS subordinates,
        count(capable.sha256) AS with_other_path,
        coalesce(list(below.sha256 ORDER BY below.sha256) FILTER (WHERE capable.sha256 IS NULL), []) AS without
    FROM below
    LEFT JOIN (SELECT DISTINCT sha256 FROM capability) AS capable ON below.sha256 = capable.sha256
    GROUP BY below.anchor_sha256
),

trusted AS (
    SELECT
        sha256,
        list(DISTINCT root_program ORDER BY root_program) AS programs
    FROM trusted_root
    GROUP BY sha256
)

SELECT
    anchor.sha256,
    anchor.subject,
    ca_owner.owner,
    anchor.not_after AS expired_on,
    coalesce(trusted.programs, []) AS still_trusted,
    counted.subordinates,
    counted.with_other_path,
    counted.without
FROM anchor
INNER JOIN counted ON anchor.sha256 = counted.anchor_sha256
LEFT JOIN ca_owner ON anchor.ca_id = ca_owner.ca_id
LEFT JOIN trusted ON anchor.sha256 = trusted.sha256
WHERE getvariable('owner') IS NULL OR contains(lower(ca_owner.owner), lower(getvariable('owner')))
ORDER BY anchor.not_after DESC, anchor.subject, anchor.sha256;
