-- title: Capable paths that lack audit coverage
-- description: Every path that makes a certificate capable in a program, and on which a certificate below the
--   anchor (or the anchor standing alone) has a gap for that program and purpose.
-- param: program varchar NULL only this root program
-- param: purpose varchar NULL only this purpose
-- denominator: certificates in scope
-- of: SELECT count(DISTINCT sha256) FROM coverage
-- columns: root_program, purpose, sha256, subject, length, gaps, through_cross_certificate, owners, path, path_id
WITH gap AS MATERIALIZED (
    SELECT
        finding.sha256,
        finding.root_program,
        finding.purpose,
        min(finding.owner) AS owner,
        left(finding.sha256, 8) || ': ' || string_agg(
            DISTINCT concat_ws(' ', finding.audit_kind, finding.reason), ', '
            ORDER BY concat_ws(' ', finding.audit_kind, finding.reason)
        ) AS gap
    FROM finding
    WHERE finding.severity = 'gap'
    GROUP BY finding.sha256, finding.root_program, finding.purpose
)

SELECT
    trusted_path.root_program,
    trusted_path.purpose,
    trusted_path.sha256,
    certificate.subject,
    trusted_path.length,
    list(gap.gap ORDER BY member.position) AS gaps,
    bool_or(cross_certificate.sha256 IS NOT NULL) AS through_cross_certificate,
    list_sort(list_distinct(list(gap.owner))) AS owners,
    any_value(path_line.line) AS path,
    trusted_path.path_id
FROM trusted_path
INNER JOIN certificate ON trusted_path.sha256 = certificate.sha256
INNER JOIN path_certificate AS member ON trusted_path.path_id = member.path_id
INNER JOIN gap
    ON
        member.sha256 = gap.sha256
        AND trusted_path.root_program = gap.root_program
        AND trusted_path.purpose = gap.purpose
INNER JOIN path_line ON trusted_path.path_id = path_line.path_id
LEFT JOIN cross_certificate ON member.sha256 = cross_certificate.sha256
WHERE
    trusted_path.permitted
    AND (member.position > 0 OR trusted_path.length = 1)
    AND lower(trusted_path.root_program) = lower(coalesce(getvariable('program'), trusted_path.root_program))
    AND lower(trusted_path.purpose) = lower(coalesce(getvariable('purpose'), trusted_path.purpose))
GROUP BY
    trusted_path.root_program, trusted_path.purpose, trusted_path.sha256, certificate.subject, trusted_path.length,
    trusted_path.path_id
ORDER BY trusted_path.root_program, trusted_path.purpose, certificate.subject, trusted_path.path_id;
