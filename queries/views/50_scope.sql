-- In scope or out, and why, for every certificate, program and purpose. First test that hits wins
-- (data/verdicts.csv, steps 0 to 5).

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
LEFT JOIN rule_exemptions AS exemption
    ON capability.root_program = exemption.root_program AND capability.purpose = exemption.purpose
WHERE NOT (capability.constrained_on_all_paths AND exemption.root_program IS NOT NULL);
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
    SELECT DISTINCT sha256 FROM trusted_root
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
        WHEN certificate.not_after < as_of() THEN 'expired'
        WHEN certificate.not_before > as_of() THEN 'not_yet_valid'
        WHEN revoked.sha256 IS NOT NULL THEN 'revoked'
        -- What was cut may have been the path that counts, or the one that is not constrained.
        WHEN in_scope.sha256 IS NULL AND truncated.sha256 IS NOT NULL AND question.required THEN 'paths_truncated'
        WHEN reached.sha256 IS NULL THEN 'no_trusted_path'
        WHEN capability.sha256 IS NULL THEN 'not_capable'
        WHEN NOT question.required THEN 'not_required'
        WHEN in_scope.sha256 IS NULL THEN 'technically_constrained'
    END AS out_reason,
    out_reason IS NULL AS in_scope,
    coalesce(capability.paths, 0) AS paths,
    capability.witness_path_id
FROM certificate
CROSS JOIN question
LEFT JOIN anchor ON certificate.sha256 = anchor.sha256
LEFT JOIN revoked ON certificate.sha256 = revoked.sha256
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
