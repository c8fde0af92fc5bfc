-- Whose keys a statement speaks of. USING KEY is more than sqlfluff reads: see .sqlfluffignore.

-- owner_hierarchy(owner, keys): the CAs of an owner, or of keys (SHA-256, parted by commas), and those below them
-- down to the next owner's. Level 0: their own keys.
CREATE OR REPLACE MACRO owner_hierarchy(wanted_owner, wanted_keys) AS TABLE
    WITH RECURSIVE
    own AS (
        SELECT ca_id
        FROM ca
        WHERE list_contains(string_split(wanted_keys, ','), spki_sha256)
        UNION
        SELECT ca_id
        FROM ca_owner
        WHERE lower(owner) = lower(wanted_owner)
    ),

    ours AS (
        SELECT DISTINCT ca_owner.owner
        FROM ca_owner
        SEMI JOIN own ON ca_owner.ca_id = own.ca_id
    ),

    step AS MATERIALIZED (
        SELECT DISTINCT
            issuance.issuer_ca_id,
            issuance.subject_ca_id
        FROM issuance
        INNER JOIN certificate ON issuance.sha256 = certificate.sha256
        LEFT JOIN ca_owner ON issuance.subject_ca_id = ca_owner.ca_id
        WHERE
            issuance.signature_status IN ('ok', 'weak')
            AND certificate.is_ca
            AND (ca_owner.owner IS NULL OR ca_owner.owner IN (SELECT ours.owner FROM ours))
    ),

    -- Keys that are named are all level 0; of an owner's, those that nobody else of the owner's issued to, and
    -- roots.
    start AS (
        SELECT own.ca_id
        FROM own
        WHERE
            wanted_keys IS NOT NULL
            OR NOT EXISTS (
                SELECT 1 FROM step SEMI JOIN own AS issuer ON step.issuer_ca_id = issuer.ca_id
                WHERE step.subject_ca_id = own.ca_id AND step.issuer_ca_id <> own.ca_id
            )
            OR EXISTS (
                SELECT 1 FROM certificate SEMI JOIN root_trust ON certificate.sha256 = root_trust.sha256
                WHERE certificate.ca_id = own.ca_id
            )
    ),

    reached (ca_id, level) USING KEY (ca_id) AS (
        SELECT
            ca_id,
            0 AS level
        FROM start
        UNION
        SELECT
            step.subject_ca_id AS ca_id,
            min(reached.level) + 1 AS level
        FROM reached
        INNER JOIN step ON reached.ca_id = step.issuer_ca_id
        ANTI JOIN RECURRING.reached AS known ON step.subject_ca_id = known.ca_id
        GROUP BY step.subject_ca_id
    )

    SELECT
        own_or_below.ca_id,
        min(own_or_below.level) AS level
    FROM (
        FROM reached
        UNION ALL
        -- Two that issue to each other and that no root of the owner's stands above.
        SELECT
            own.ca_id,
            0 AS level
        FROM own
        ANTI JOIN reached ON own.ca_id = reached.ca_id
    ) AS own_or_below
    GROUP BY own_or_below.ca_id;
