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
SELECT
    sha256,
    subject,
    owner,
    root_program,
    purposes,
    verdict,
    severity,
    reason,
    detail,
    issuer,
    is_cross_certificate,
    near,
    since,
    witness,
    rule
FROM missing_audit('Code Signing', ['code_signing', 'time_stamping'])
WHERE
    (getvariable('owner') IS NULL OR contains(lower(owner), lower(getvariable('owner'))))
    AND lower(root_program) = lower(coalesce(getvariable('program'), root_program))
ORDER BY
    list_position(['gap', 'warning', 'pending'], verdict), owner, subject, sha256, root_program, purposes;
