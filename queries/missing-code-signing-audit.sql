-- title: Capable of code signing without a code signing audit
-- description: Certificates that can issue for code signing or time stamping, and whose records lead to no Code Signing
--   audit, by program, with the reason and the path that makes them capable. A technical constraint exempts from nothing
--   here (CSBR 8.1). A wrong kind, a broken inheritance, what is younger than the owner's last period (pending) and
--   those that no record names are among them, unless nothing is known because no report is loaded. `near`: by which way
--   an audit of the kind stands near the certificate (covered_by); none of those covers it.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- param: program varchar NULL only this root program
-- denominator: certificates in scope for code signing or time stamping
-- of: SELECT count(DISTINCT sha256) FROM in_scope WHERE purpose IN ('code_signing', 'time_stamping')
-- columns: sha256, subject, owner, root_program, purposes, verdict, severity, reason, detail, issuer,
--   is_cross_certificate, near, since, witness, rule
WITH missing AS (
    SELECT
        coverage.sha256,
        coverage.root_program,
        coverage.purpose,
        coverage.audit_kind,
        coverage.reason,
        coverage.covered_by
    FROM coverage
    -- What is not disclosed is missing wherever the program asks for the audit on the day.
    SEMI JOIN rule_audit_requirements AS asked
        ON
            coverage.root_program = asked.root_program
            AND coverage.purpose = asked.purpose
            AND asked.audit_kind = 'Code Signing'
            AND (coverage.audit_kind = 'Code Signing' OR asked.period_basis = 'always' OR asked.effective < as_of())
    WHERE
        coverage.purpose IN ('code_signing', 'time_stamping')
        AND coverage.source_record_id IS NULL
        AND (coverage.audit_kind = 'Code Signing' OR coverage.audit_kind IS NULL AND coverage.verdict IN ('gap', 'pending'))
)

SELECT
    missing.sha256,
    finding.subject,
    finding.owner,
    missing.root_program,
    list(missing.purpose ORDER BY missing.purpose) AS purposes,
    finding.verdict,
    finding.severity,
    missing.reason,
    finding.detail,
    finding.issuer,
    finding.is_cross_certificate,
    missing.covered_by AS near,
    finding.since,
    arg_min(finding.witness, missing.purpose) AS witness,
    finding.rule
FROM missing
INNER JOIN finding
    ON
        missing.sha256 = finding.sha256
        AND missing.root_program = finding.root_program
        AND missing.purpose = finding.purpose
        AND missing.audit_kind IS NOT DISTINCT FROM finding.audit_kind
        AND missing.reason = finding.reason
WHERE
    (getvariable('owner') IS NULL OR contains(lower(finding.owner), lower(getvariable('owner'))))
    AND lower(missing.root_program) = lower(coalesce(getvariable('program'), missing.root_program))
GROUP BY
    missing.sha256, finding.subject, finding.owner, missing.root_program, finding.verdict, finding.severity,
    missing.reason, finding.detail, finding.issuer, finding.is_cross_certificate, missing.covered_by, finding.since,
    finding.rule
ORDER BY
    list_position(['gap', 'warning', 'pending'], finding.verdict), finding.owner, finding.subject, missing.sha256,
    missing.root_program, purposes;
