-- title: Weak signatures on capable paths
-- description: Certificates signed with MD2, MD5 or SHA-1, not by their own key, that stand below the anchor of a path
--   that a program's trust makes capable. Today's verifiers refuse such signatures; the programs' rules excuse nothing
--   for that, so what is below stays in scope. `below`: other certificates with a path through it; `alone`: those of
--   them that have no path around it, for one program and purpose at least.
-- param: owner varchar NULL only where the issuing or the subject CA's owner contains this text
-- denominator: weakly signed certificates valid on the day, self-signed ones aside
-- of: SELECT count(*) FROM issuance INNER JOIN certificate USING (sha256) WHERE signature_status = 'weak'
--   AND issuer_ca_id <> subject_ca_id AND not_before <= as_of() AND not_after >= as_of()
-- columns: sha256, issuer, issuer_owner, subject, subject_owner, signature_algorithm, not_before, not_after,
--   capable_for, paths, below, alone
WITH weak AS (
    SELECT
        issuance.sha256,
        issuance.issuer_ca_id,
        issuance.subject_ca_id
    FROM issuance
    WHERE issuance.signature_status = 'weak' AND issuance.issuer_ca_id <> issuance.subject_ca_id
),

through AS MATERIALIZED (
    SELECT
        weak.sha256,
        trusted_path.path_id,
        trusted_path.sha256 AS target,
        trusted_path.root_program,
        trusted_path.purpose
    FROM weak
    INNER JOIN path_certificate AS member ON weak.sha256 = member.sha256 AND member.position > 0
    INNER JOIN trusted_path ON member.path_id = trusted_path.path_id
    WHERE trusted_path.permitted
),

-- Of every program and purpose by which a certificate is capable: if all its paths pass here.
hanging AS (
    SELECT
        counted.sha256,
        count(DISTINCT counted.target) AS alone
    FROM (
        SELECT
            sha256,
            target,
            root_program,
            purpose,
            count(*) AS paths
        FROM through
        WHERE target <> sha256
        GROUP BY sha256, target, root_program, purpose
    ) AS counted
    INNER JOIN capability
        ON
            counted.target = capability.sha256
            AND counted.root_program = capability.root_program
            AND counted.purpose = capability.purpose
            AND counted.paths = capability.paths
    GROUP BY counted.sha256
),

capable AS (
    SELECT
        sha256,
        list(root_program || ':' || purpose ORDER BY root_program, purpose) AS capable_for
    FROM capability
    GROUP BY sha256
),

passing AS (
    SELECT
        sha256,
        count(DISTINCT path_id) AS paths,
        count(DISTINCT target) FILTER (WHERE target <> sha256) AS below
    FROM through
    GROUP BY sha256
)

SELECT
    weak.sha256,
    certificate.issuer,
    issuer_owner.owner AS issuer_owner,
    certificate.subject,
    subject_owner.owner AS subject_owner,
    certificate.signature_algorithm,
    certificate.not_before,
    certificate.not_after,
    coalesce(capable.capable_for, []) AS capable_for,
    passing.paths,
    passing.below,
    coalesce(hanging.alone, 0) AS alone
FROM passing
INNER JOIN weak ON passing.sha256 = weak.sha256
INNER JOIN certificate ON passing.sha256 = certificate.sha256
LEFT JOIN ca_owner AS issuer_owner ON weak.issuer_ca_id = issuer_owner.ca_id
LEFT JOIN ca_owner AS subject_owner ON weak.subject_ca_id = subject_owner.ca_id
LEFT JOIN capable ON passing.sha256 = capable.sha256
LEFT JOIN hanging ON passing.sha256 = hanging.sha256
WHERE
    getvariable('owner') IS NULL
    OR contains(lower(concat_ws(' ', issuer_owner.owner, subject_owner.owner)), lower(getvariable('owner')))
ORDER BY passing.below DESC, certificate.subject, certificate.issuer, weak.sha256;
