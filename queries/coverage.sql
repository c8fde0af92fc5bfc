-- title: Coverage of every certificate in scope
-- description: The verdict for each certificate × program × purpose × audit kind: listed, claimed, pending,
--   unknown or a gap, with the record and the audit it rests on and where they were read; `letter` is where the letter lists
--   it, or the letter that does not.
-- param: owner varchar NULL only certificates whose owner contains this text
-- param: sha256 varchar NULL only this certificate
-- param: program varchar NULL only this root program
-- param: purpose varchar NULL only this purpose
-- denominator: certificates in scope
-- of: SELECT count(DISTINCT sha256) FROM coverage
-- columns: owner, sha256, subject, root_program, purpose, audit_kind, verdict, severity, reason, detail, also, record_id,
--   source_record_id, url, period_start, period_end, letter, source, line, requirement_citation, witness_path_id
SELECT
    duty.owner,
    coverage.sha256,
    certificate.subject,
    coverage.root_program,
    coverage.purpose,
    coverage.audit_kind,
    coverage.verdict,
    coverage.severity,
    coverage.reason,
    coverage.detail,
    coverage.also,
    coverage.record_id,
    coverage.source_record_id,
    coverage.url,
    coverage.period_start,
    coverage.period_end,
    coverage.letter,
    record.source,
    record.line,
    coverage.requirement_citation,
    coverage.witness_path_id
FROM coverage
INNER JOIN certificate ON coverage.sha256 = certificate.sha256
INNER JOIN duty ON coverage.sha256 = duty.sha256
LEFT JOIN ccadb_record AS record ON coalesce(coverage.source_record_id, coverage.record_id) = record.salesforce_id
WHERE
    (getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner'))))
    AND coverage.sha256 = coalesce(lower(getvariable('sha256')), coverage.sha256)
    AND lower(coverage.root_program) = lower(coalesce(getvariable('program'), coverage.root_program))
    AND lower(coverage.purpose) = lower(coalesce(getvariable('purpose'), coverage.purpose))
ORDER BY
    duty.owner, certificate.subject, coverage.sha256, coverage.root_program, coverage.purpose, coverage.audit_kind;
