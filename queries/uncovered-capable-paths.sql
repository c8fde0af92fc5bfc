-- title: Capable paths that lack audit coverage
-- description: Every path that makes a certificate capable in a program, and on which a certificate below the anchor (or
--   the anchor standing alone) has a gap for that program and purpose. `owners`: whose duty those gaps are.
--   `gap_is_cross_certificate`: one of them is a cross-certificate. Paths that the budget cut are not among them.
-- param: owner varchar NULL only paths with a gap whose owner on duty contains this text
-- param: program varchar NULL only this root program
-- param: purpose varchar NULL only this purpose
-- denominator: capable paths for what the programs ask audits for
-- of: SELECT coalesce(sum(paths), 0)::BIGINT FROM capability SEMI JOIN rule_audit_requirements USING (root_program, purpose)
--   WHERE lower(root_program) = lower(coalesce(getvariable('program'), root_program))
--   AND lower(purpose) = lower(coalesce(getvariable('purpose'), purpose))
-- columns: root_program, purpose, sha256, subject, length, gaps, gap_is_cross_certificate, owners, path, path_id
WITH gap AS MATERIALIZED (
    SELECT
        coverage.sha256,
        coverage.root_program,
        coverage.purpose,
        duty.owner,
        duty.is_cross_certificate,
        left(coverage.sha256, 8) || ': ' || string_agg(
            DISTINCT concat_ws(' ', coverage.audit_kind, coverage.reason), ', '
            ORDER BY concat_ws(' ', coverage.audit_kind, coverage.reason)
        ) AS gap
    FROM coverage
    INNER JOIN duty ON coverage.sha256 = duty.sha256
    WHERE
        coverage.verdict = 'gap'
        AND lower(coverage.root_program) = lower(coalesce(getvariable('program'), coverage.root_program))
        AND lower(coverage.purpose) = lower(coalesce(getvariable('purpose'), coverage.purpose))
    GROUP BY coverage.sha256, coverage.root_program, coverage.purpose, duty.owner, duty.is_cross_certificate
),

uncovered AS MATERIALIZED (
    SELECT
        trusted_path.root_program,
        trusted_path.purpose,
        trusted_path.sha256,
        trusted_path.length,
        trusted_path.path_id,
        list(gap.gap ORDER BY member.position) AS gaps,
        bool_or(gap.is_cross_certificate) AS gap_is_cross_certificate,
        list(DISTINCT gap.owner ORDER BY gap.owner) AS owners
    FROM path_certificate AS member
    INNER JOIN gap ON member.sha256 = gap.sha256
    INNER JOIN trusted_path
        ON
            member.path_id = trusted_path.path_id
            AND gap.root_program = trusted_path.root_program
            AND gap.purpose = trusted_path.purpose
    WHERE trusted_path.permitted AND (member.position > 0 OR trusted_path.length = 1)
    GROUP BY
        trusted_path.root_program, trusted_path.purpose, trusted_path.sha256, trusted_path.length, trusted_path.path_id
    HAVING
        getvariable('owner') IS NULL OR bool_or(contains(lower(gap.owner), lower(getvariable('owner'))))
)

SELECT
    uncovered.root_program,
    uncovered.purpose,
    uncovered.sha256,
    certificate.subject,
    uncovered.length,
    uncovered.gaps,
    uncovered.gap_is_cross_certificate,
    uncovered.owners,
    words.line AS path,
    uncovered.path_id
FROM uncovered
INNER JOIN certificate ON uncovered.sha256 = certificate.sha256
INNER JOIN path_lines((SELECT list(DISTINCT asked.path_id) FROM uncovered AS asked)) AS words
    ON uncovered.path_id = words.path_id
ORDER BY uncovered.root_program, uncovered.purpose, certificate.subject, uncovered.path_id;
