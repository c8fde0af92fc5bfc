-- title: Capable of S/MIME without an S/MIME audit
-- description: Certificates that can issue for S/MIME, and whose records lead to no S/MIME BR audit, by program, with the
--   reason and the path that makes them capable (Mozilla bugs 1904494 and 1952639): whether they ever did does not matter. A
--   wrong kind, a broken inheritance, what is younger than the owner's last period (pending) and
--   those that no record names are among them, unless nothing is known because no report is loaded. `near`: by which way
--   an audit of the kind stands near the certificate (covered_by); none of those covers it.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- param: program varchar NULL only this root program
-- denominator: certificates in scope for S/MIME
-- of: SELECT count(DISTINCT sha256) FROM in_scope WHERE purpose IN ('secure_email')
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
FROM missing_audit('S/MIME BR', ['secure_email'])
WHERE
    (getvariable('owner') IS NULL OR contains(lower(owner), lower(getvariable('owner'))))
    AND lower(root_program) = lower(coalesce(getvariable('program'), root_program))
ORDER BY
    list_position(['gap', 'warning', 'pending'], verdict), owner, subject, sha256, root_program, purposes;
