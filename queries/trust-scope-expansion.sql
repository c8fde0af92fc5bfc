-- title: Purposes that a cross-certificate brings
-- description: Certificates that make a CA capable of a purpose in a program which it has by no certificate of another
--   issuer, though a live one stands: as where a root that is not trusted for S/MIME is cross-certified by one that is
--   (Mozilla bug 1952639). `otherwise`: what its other live certificates bring in that program. `below`: certificates
--   capable of it through this one alone, the CA's own root among them. Those whose CA has something otherwise come
--   first. A CA's certificate from its own owner is its home, not a cross.
-- param: owner varchar NULL only where the issuing or the subject CA's owner contains this text
-- param: program varchar NULL only this root program
-- param: purpose varchar NULL only this purpose
-- denominator: live certificates into CAs that have a live one from another issuer
-- of: SELECT count(*) FROM certificate INNER JOIN issuance USING (sha256) ANTI JOIN revocation USING (sha256)
--   WHERE is_ca AND not_before <= as_of() AND not_after >= as_of() AND issuer_ca_id <> subject_ca_id
--   AND signature_status IN ('ok', 'weak') AND EXISTS (FROM issuance AS other INNER JOIN certificate AS standing
--   USING (sha256) ANTI JOIN revocation USING (sha256) WHERE other.subject_ca_id = issuance.subject_ca_id
--   AND other.issuer_ca_id <> issuance.issuer_ca_id AND other.signature_status IN ('ok', 'weak') AND standing.is_ca
--   AND standing.not_before <= as_of() AND standing.not_after >= as_of())
-- columns: root_program, purpose, sha256, subject, subject_owner, issuer, issuer_owner, not_after, otherwise,
--   below, witness_path_id
WITH live AS MATERIALIZED (
    SELECT
        issuance.sha256,
        issuance.issuer_ca_id,
        issuance.subject_ca_id,
        issuance.issuer_ca_id = issuance.subject_ca_id AS self_signed,
        issuer_owner.owner AS issuer_owner,
        subject_owner.owner AS subject_owner
    FROM issuance
    INNER JOIN certificate ON issuance.sha256 = certificate.sha256
    LEFT JOIN ca_owner AS issuer_owner ON issuance.issuer_ca_id = issuer_owner.ca_id
    LEFT JOIN ca_owner AS subject_owner ON issuance.subject_ca_id = subject_owner.ca_id
    ANTI JOIN revocation ON issuance.sha256 = revocation.sha256
    WHERE
        certificate.is_ca
        AND certificate.not_before <= as_of()
        AND certificate.not_after >= as_of()
        AND issuance.signature_status IN ('ok', 'weak')
),

crossing AS (
    SELECT live.*
    FROM live
    INNER JOIN live AS other
        ON live.subject_ca_id = other.subject_ca_id AND live.issuer_ca_id <> other.issuer_ca_id
    WHERE NOT live.self_signed
    GROUP BY ALL
    -- From its own owner, and what else there is comes from others: that is its home.
    HAVING
        NOT coalesce(live.issuer_owner = live.subject_owner, false)
        OR bool_or(other.self_signed OR coalesce(other.issuer_owner = other.subject_owner, false))
),

-- What the CA has by each of its certificates. A root of its own is asked as an anchor: a path that comes to it by a
-- cross-certificate is that one's doing.
standing AS MATERIALIZED (
    SELECT
        live.subject_ca_id,
        live.issuer_ca_id,
        capability.root_program,
        capability.purpose
    FROM live
    SEMI JOIN crossing ON live.subject_ca_id = crossing.subject_ca_id
    INNER JOIN capability ON live.sha256 = capability.sha256
    WHERE NOT live.self_signed
    UNION
    SELECT
        live.subject_ca_id,
        live.issuer_ca_id,
        trusted_path.root_program,
        trusted_path.purpose
    FROM live
    SEMI JOIN crossing ON live.subject_ca_id = crossing.subject_ca_id
    INNER JOIN trusted_path ON live.sha256 = trusted_path.sha256
    WHERE live.self_signed AND trusted_path.length = 1 AND trusted_path.permitted
),

brought AS MATERIALIZED (
    SELECT
        crossing.*,
        capability.root_program,
        capability.purpose,
        capability.witness_path_id
    FROM crossing
    INNER JOIN capability ON crossing.sha256 = capability.sha256
    WHERE
        capability.root_program = coalesce(lower(getvariable('program')), capability.root_program)
        AND capability.purpose = coalesce(lower(getvariable('purpose')), capability.purpose)
        AND (
            getvariable('owner') IS NULL
            OR contains(
                lower(concat_ws(' ', crossing.issuer_owner, crossing.subject_owner)), lower(getvariable('owner'))
            )
        )
        AND NOT EXISTS (
            SELECT 1
            FROM standing AS other
            WHERE
                other.subject_ca_id = crossing.subject_ca_id
                AND other.issuer_ca_id <> crossing.issuer_ca_id
                AND other.root_program = capability.root_program
                AND other.purpose = capability.purpose
        )
),

otherwise AS (
    SELECT
        brought.sha256,
        brought.root_program,
        list(DISTINCT other.purpose ORDER BY other.purpose) AS purposes
    FROM brought
    INNER JOIN standing AS other
        ON
            brought.subject_ca_id = other.subject_ca_id
            AND brought.issuer_ca_id <> other.issuer_ca_id
            AND brought.root_program = other.root_program
    GROUP BY brought.sha256, brought.root_program
),

through AS (
    SELECT
        brought.sha256,
        brought.root_program,
        brought.purpose,
        trusted_path.sha256 AS target,
        count(*) AS paths
    FROM brought
    INNER JOIN path_certificate AS member ON brought.sha256 = member.sha256
    INNER JOIN trusted_path
        ON
            member.path_id = trusted_path.path_id
            AND brought.root_program = trusted_path.root_program
            AND brought.purpose = trusted_path.purpose
    WHERE trusted_path.permitted AND trusted_path.sha256 <> brought.sha256
    GROUP BY brought.sha256, brought.root_program, brought.purpose, trusted_path.sha256
),

below AS (
    SELECT
        through.sha256,
        through.root_program,
        through.purpose,
        count(*) AS certificates
    FROM through
    INNER JOIN capability
        ON
            through.target = capability.sha256
            AND through.root_program = capability.root_program
            AND through.purpose = capability.purpose
            AND through.paths = capability.paths
    GROUP BY through.sha256, through.root_program, through.purpose
)

SELECT
    brought.root_program,
    brought.purpose,
    brought.sha256,
    certificate.subject,
    brought.subject_owner,
    certificate.issuer,
    brought.issuer_owner,
    certificate.not_after,
    coalesce(otherwise.purposes, []) AS otherwise,
    coalesce(below.certificates, 0) AS below,
    brought.witness_path_id
FROM brought
INNER JOIN certificate ON brought.sha256 = certificate.sha256
LEFT JOIN otherwise ON brought.sha256 = otherwise.sha256 AND brought.root_program = otherwise.root_program
LEFT JOIN below
    ON
        brought.sha256 = below.sha256
        AND brought.root_program = below.root_program
        AND brought.purpose = below.purpose
ORDER BY
    otherwise.purposes IS NULL, certificate.subject, brought.sha256, brought.root_program, brought.purpose;
