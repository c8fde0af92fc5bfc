-- title: Gaps, warnings and notes
-- description: Every finding as of the day: what is missing or open, for which program and purpose, whose duty
--   it is, the path that makes the certificate capable, and the evidence. Without a severity: gaps and warnings.
-- param: owner varchar NULL only findings whose owner on duty contains this text
-- param: program varchar NULL only this root program
-- param: purpose varchar NULL only this purpose
-- param: kind varchar NULL only this audit kind
-- param: severity varchar NULL only this severity: gap, warning or note
-- denominator: certificates in scope, or of which something is to be said
-- of: SELECT count(*) FROM (SELECT sha256 FROM coverage UNION SELECT sha256 FROM finding)
-- columns: severity, owner, root_program, purpose, audit_kind, reason, sha256, subject, issuer,
--   is_cross_certificate, detail, also, since, witness, evidence, rule, requirement_citation, citation, finding_id
SELECT
    severity,
    owner,
    root_program,
    purpose,
    audit_kind,
    reason,
    sha256,
    subject,
    issuer,
    is_cross_certificate,
    detail,
    also,
    since,
    witness,
    evidence,
    rule,
    requirement_citation,
    citation,
    finding_id
FROM finding
WHERE
    (getvariable('owner') IS NULL OR contains(lower(owner), lower(getvariable('owner'))))
    AND lower(root_program) = lower(coalesce(getvariable('program'), root_program))
    AND lower(purpose) = lower(coalesce(getvariable('purpose'), purpose))
    AND (getvariable('kind') IS NULL OR lower(audit_kind) = lower(getvariable('kind')))
    AND list_contains(
        if(getvariable('severity') IS NULL, ['gap', 'warning'], [lower(getvariable('severity'))]), severity
    )
ORDER BY severity, owner NULLS FIRST, subject, sha256, root_program, purpose, audit_kind, reason, finding_id;
