-- title: Roots that one program trusts and another does not
-- description: Roots that program x trusts for the purpose on the day and program y does not, neither itself nor by
--   another certificate of the same name and key, with the CA certificates that hang on each: how many are capable of
--   the purpose in x by a path from it, how many of these are so in y too by another root, and how many in x alone.
--   Where no store of y is loaded that speaks of the purpose nothing is known, and there are no rows.
-- param: x varchar microsoft the program that trusts them
-- param: y varchar mozilla the program that does not
-- param: purpose varchar server_auth for which purpose
-- param: owner varchar NULL only roots whose owner contains this text
-- denominator: roots that x trusts for the purpose
-- of: SELECT count(DISTINCT sha256) FROM trusted_root
--   WHERE root_program = lower(coalesce(getvariable('x'), 'microsoft'))
--   AND purpose = lower(coalesce(getvariable('purpose'), 'server_auth'))
-- columns: sha256, subject, owner, not_after, y_trusts_it_for, y_ended_trust, subordinates, capable_in_y_too,
--   capable_in_x_alone
WITH asked AS (
    SELECT
        lower(coalesce(getvariable('x'), 'microsoft')) AS x,
        lower(coalesce(getvariable('y'), 'mozilla')) AS y,
        lower(coalesce(getvariable('purpose'), 'server_auth')) AS purpose
),

one_sided AS (
    SELECT DISTINCT
        root.sha256,
        root.ca_id
    FROM trusted_root AS root
    INNER JOIN asked ON root.root_program = asked.x AND root.purpose = asked.purpose
    SEMI JOIN trust_used
        ON asked.y = trust_used.root_program AND (asked.purpose = 'ev_tls') = trust_used.is_ev
    ANTI JOIN trusted_root AS there
        ON
            asked.y = there.root_program
            AND root.purpose = there.purpose
            AND (root.sha256 = there.sha256 OR root.ca_id = there.ca_id)
),

said_by_y AS (
    SELECT
        store.sha256,
        list(DISTINCT store.purpose ORDER BY store.purpose)
        FILTER (WHERE store.disabled_from IS NULL OR store.disabled_from > as_of()) AS purposes,
        max(store.disabled_from) FILTER (WHERE store.purpose = asked.purpose AND store.disabled_from <= as_of())
            AS ended
    FROM root_trust_used AS store
    INNER JOIN asked ON store.root_program = asked.y
    GROUP BY store.sha256
),

below AS (
    SELECT
        trusted_path.anchor_sha256,
        count(DISTINCT trusted_path.sha256) AS subordinates,
        count(DISTINCT there.sha256) AS capable_in_y_too
    FROM trusted_path
    INNER JOIN asked ON trusted_path.root_program = asked.x AND trusted_path.purpose = asked.purpose
    SEMI JOIN one_sided ON trusted_path.anchor_sha256 = one_sided.sha256
    LEFT JOIN capability AS there
        ON
            trusted_path.sha256 = there.sha256
            AND asked.y = there.root_program
            AND trusted_path.purpose = there.purpose
    WHERE trusted_path.permitted AND trusted_path.length > 1
    GROUP BY trusted_path.anchor_sha256
)

SELECT
    one_sided.sha256,
    certificate.subject,
    ca_owner.owner,
    certificate.not_after,
    coalesce(said_by_y.purposes, []) AS y_trusts_it_for,
    said_by_y.ended AS y_ended_trust,
    coalesce(below.subordinates, 0) AS subordinates,
    coalesce(below.capable_in_y_too, 0) AS capable_in_y_too,
    coalesce(below.subordinates - below.capable_in_y_too, 0) AS capable_in_x_alone
FROM one_sided
LEFT JOIN certificate ON one_sided.sha256 = certificate.sha256
LEFT JOIN ca_owner ON one_sided.ca_id = ca_owner.ca_id
LEFT JOIN said_by_y ON one_sided.sha256 = said_by_y.sha256
LEFT JOIN below ON one_sided.sha256 = below.anchor_sha256
WHERE getvariable('owner') IS NULL OR contains(lower(ca_owner.owner), lower(getvariable('owner')))
ORDER BY capable_in_x_alone DESC, subordinates DESC, certificate.subject, one_sided.sha256;
