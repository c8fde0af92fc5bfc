-- In scope or out, and why, for every certificate, program and purpose. First test that hits wins
-- (data/verdicts.csv, steps 0 to 5).

-- The constraint must hold on every capable path to the CA, by whichever of its certificates: an unconstrained
-- one with the same name and key defeats it (Mozilla bug 1563573).
CREATE OR REPLACE VIEW exempt AS
WITH constrained AS (
    SELECT
        certificate.ca_id,
        capability.root_program,
        capability.purpose,
        bool_and(capability.constrained_on_all_paths) AS constrained,
        bool_and(capability.nameless_on_all_paths) AS nameless
    FROM capability
    INNER JOIN certificate ON capability.sha256 = certificate.sha256
    GROUP BY certificate.ca_id, capability.root_program, capability.purpose
)

SELECT
    certificate.sha256,
    constrained.root_program,
    constrained.purpose,
    rule.ground,
    rule.certainty,
    rule.citation
FROM constrained
INNER JOIN rule_exemptions AS rule
    ON
        constrained.root_program = rule.root_program
        AND constrained.purpose = rule.purpose
        AND (
            rule.ground = 'technically_constrained' AND constrained.constrained
            OR rule.ground = 'no_names' AND constrained.nameless
        )
INNER JOIN certificate ON constrained.ca_id = certificate.ca_id
-- One ground is enough, and one row.
QUALIFY
    row_number() OVER (
        PARTITION BY certificate.sha256, constrained.root_program, constrained.purpose
        ORDER BY rule.ground DESC
    ) = 1;
COMMENT ON VIEW exempt IS 'Certificates of CAs that are technically constrained on every capable path, or left without names, where the program exempts that.';

CREATE OR REPLACE VIEW in_scope AS
SELECT
    capability.sha256,
    capability.root_program,
    capability.purpose,
    capability.paths,
    capability.witness_path_id
FROM capability
SEMI JOIN rule_audit_requirements AS rule
    ON capability.root_program = rule.root_program AND capability.purpose = rule.purpose
ANTI JOIN exempt
    ON
        capability.sha256 = exempt.sha256
        AND capability.root_program = exempt.root_program
        AND capability.purpose = exempt.purpose;
COMMENT ON VIEW in_scope IS 'Certificates that need audits: capable for what a program asks audits for, and not exempt as technically constrained.';

CREATE OR REPLACE VIEW scope_state AS
WITH question AS (
    SELECT
        program.root_program,
        purpose.purpose,
        EXISTS (
            SELECT 1 FROM rule_audit_requirements AS rule
            WHERE rule.root_program = program.root_program AND rule.purpose = purpose.purpose
        ) AS required
    FROM rule_root_programs AS program
    CROSS JOIN (SELECT DISTINCT purpose FROM rule_audit_requirements) AS purpose
),

reached AS (
    SELECT DISTINCT sha256, root_program, purpose FROM trusted_path
),

anchor AS (
    SELECT DISTINCT
        root_program,
        sha256
    FROM trusted_root
),

ev_known AS (
    SELECT DISTINCT root_program FROM trusted_root WHERE purpose = 'ev_tls'
),

revoked AS (
    SELECT DISTINCT sha256 FROM revocation
)

SELECT
    certificate.sha256,
    question.root_program,
    question.purpose,
    CASE
        WHEN NOT certificate.is_ca AND NOT (certificate.version = 1 AND anchor.sha256 IS NOT NULL) THEN 'not_ca'
        WHEN NOT list_contains(certificate.key_usage, 'keyCertSign') THEN 'no_key_cert_sign'
        WHEN certificate.not_after < as_of() THEN 'expired'
        WHEN certificate.not_before > as_of() THEN 'not_yet_valid'
        WHEN revoked.sha256 IS NOT NULL AND anchor.sha256 IS NULL THEN 'revoked'
        WHEN barred.sha256 IS NOT NULL AND anchor.sha256 IS NULL THEN 'revoked_by_program'
        -- What was cut may have been the path that counts, or the one that is not constrained.
        WHEN in_scope.sha256 IS NULL AND truncated.sha256 IS NOT NULL AND question.required THEN 'paths_truncated'
        WHEN reached.sha256 IS NULL THEN 'no_trusted_path'
        WHEN question.purpose = 'ev_tls' AND ev_known.root_program IS NULL THEN 'ev_trust_not_loaded'
        WHEN capability.sha256 IS NULL THEN 'not_capable'
        WHEN NOT question.required THEN 'not_required'
        WHEN in_scope.sha256 IS NULL THEN 'technically_constrained'
    END AS out_reason,
    out_reason IS NULL AS in_scope,
    coalesce(capability.paths, 0) AS paths,
    capability.witness_path_id
FROM certificate
CROSS JOIN question
LEFT JOIN anchor ON certificate.sha256 = anchor.sha256 AND question.root_program = anchor.root_program
LEFT JOIN ev_known ON question.root_program = ev_known.root_program
LEFT JOIN revoked ON certificate.sha256 = revoked.sha256
LEFT JOIN (SELECT DISTINCT sha256, root_program, purpose FROM program_revocation) AS barred
    ON
        certificate.sha256 = barred.sha256
        AND question.root_program = barred.root_program
        AND question.purpose = barred.purpose
LEFT JOIN path_truncation AS truncated ON certificate.sha256 = truncated.sha256
LEFT JOIN reached
    ON
        certificate.sha256 = reached.sha256
        AND question.root_program = reached.root_program
        AND question.purpose = reached.purpose
LEFT JOIN capability
    ON
        certificate.sha256 = capability.sha256
        AND question.root_program = capability.root_program
        AND question.purpose = capability.purpose
LEFT JOIN in_scope
    ON
        certificate.sha256 = in_scope.sha256
        AND question.root_program = in_scope.root_program
        AND question.purpose = in_scope.purpose;
COMMENT ON VIEW scope_state IS 'Every certificate × program × purpose: in scope, or the first reason why not.';
