-- title: Capable by one path, not by another
-- description: Certificates with paths from roots that a program trusts for a purpose (EV: enables for it), of which
--   some permit the purpose and some do not, and the certificates that make the difference: on no path that permits
--   it, and their own extensions take it away. Whoever follows one path alone, as a record's one parent does, may see
--   the wrong one. `blocked_by` is empty where EV policies differ along a path, each of them fit.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- param: program varchar NULL only this root program
-- param: purpose varchar NULL only this purpose
-- denominator: certificates with several paths from roots that one program trusts for one purpose
-- of: SELECT count(DISTINCT sha256) FROM (SELECT sha256 FROM trusted_path GROUP BY sha256, root_program, purpose
--   HAVING count(*) > 1) AS several
-- columns: owner, sha256, subject, issuer, root_program, purpose, capable_paths, incapable_paths, blocked_by,
--   capable_path_id, incapable_path_id
WITH ev_enabled AS (
    SELECT
        ev_root.root_program,
        certificate.sha256
    FROM ev_root
    INNER JOIN certificate ON ev_root.ca_id = certificate.ca_id
),

-- A root that is not enabled for EV is not trusted for it: that is no difference between paths.
candidate AS (
    SELECT
        sha256,
        root_program,
        purpose
    FROM trusted_path
    WHERE
        root_program = coalesce(lower(getvariable('program')), root_program)
        AND purpose = coalesce(lower(getvariable('purpose')), purpose)
    GROUP BY sha256, root_program, purpose
    HAVING bool_or(permitted) AND NOT bool_and(permitted)
),

asked AS MATERIALIZED (
    SELECT trusted_path.*
    FROM trusted_path
    SEMI JOIN candidate
        ON
            trusted_path.sha256 = candidate.sha256
            AND trusted_path.root_program = candidate.root_program
            AND trusted_path.purpose = candidate.purpose
    LEFT JOIN ev_enabled
        ON
            trusted_path.root_program = ev_enabled.root_program
            AND trusted_path.anchor_sha256 = ev_enabled.sha256
    WHERE trusted_path.purpose <> 'ev_tls' OR ev_enabled.sha256 IS NOT NULL
),

flip AS (
    SELECT
        sha256,
        root_program,
        purpose,
        count(*) FILTER (WHERE permitted) AS capable_paths,
        count(*) FILTER (WHERE NOT permitted) AS incapable_paths,
        arg_min(path_id, (length, path_id)) FILTER (WHERE permitted) AS capable_path_id,
        arg_min(path_id, (length, path_id)) FILTER (WHERE NOT permitted) AS incapable_path_id
    FROM asked
    GROUP BY sha256, root_program, purpose
    HAVING bool_or(permitted) AND NOT bool_and(permitted)
),

-- Which certificates are on a path that permits nothing, and on none that does.
shut AS (
    SELECT
        flip.sha256,
        flip.root_program,
        flip.purpose,
        member.sha256 AS member_sha256,
        min(member.position) AS position
    FROM flip
    INNER JOIN asked
        ON
            flip.sha256 = asked.sha256
            AND flip.root_program = asked.root_program
            AND flip.purpose = asked.purpose
    INNER JOIN path_certificate AS member ON asked.path_id = member.path_id AND flip.sha256 <> member.sha256
    GROUP BY flip.sha256, flip.root_program, flip.purpose, member.sha256
    HAVING NOT bool_or(asked.permitted)
),

ev_policy AS (
    SELECT
        root_program,
        list_append(list_distinct(flatten(list(ev_policies))), '2.5.29.32.0') AS oids
    FROM ev_root
    GROUP BY root_program
),

judged AS (
    SELECT
        shut.*,
        certificate.subject,
        CASE
            WHEN breaker.sha256 IS NOT NULL THEN 'extended_key_usage'
            WHEN
                shut.purpose = 'ev_tls'
                AND shut.position > 0
                AND NOT coalesce(list_has_any(certificate.policy_oids, ev_policy.oids), false)
                THEN 'certificate_policies'
        END AS reason
    FROM shut
    INNER JOIN certificate ON shut.member_sha256 = certificate.sha256
    LEFT JOIN certificate_breaker AS breaker
        ON
            shut.member_sha256 = breaker.sha256
            AND shut.purpose = breaker.purpose
            AND breaker.reason = 'extended_key_usage'
    LEFT JOIN ev_policy ON shut.root_program = ev_policy.root_program
),

blocking AS (
    SELECT
        sha256,
        root_program,
        purpose,
        list({ 'sha256': member_sha256, 'subject': subject, 'reason': reason } ORDER BY position, member_sha256)
            AS blocked_by
    FROM judged
    WHERE reason IS NOT NULL
    GROUP BY sha256, root_program, purpose
)

SELECT
    duty.owner,
    flip.sha256,
    certificate.subject,
    certificate.issuer,
    flip.root_program,
    flip.purpose,
    flip.capable_paths,
    flip.incapable_paths,
    coalesce(blocking.blocked_by, []) AS blocked_by,
    flip.capable_path_id,
    flip.incapable_path_id
FROM flip
INNER JOIN certificate ON flip.sha256 = certificate.sha256
INNER JOIN duty ON flip.sha256 = duty.sha256
LEFT JOIN blocking
    ON
        flip.sha256 = blocking.sha256
        AND flip.root_program = blocking.root_program
        AND flip.purpose = blocking.purpose
WHERE getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner')))
ORDER BY duty.owner, certificate.subject, flip.sha256, flip.root_program, flip.purpose;
