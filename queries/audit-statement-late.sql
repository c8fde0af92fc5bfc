-- title: Audit statements that came late
-- description: Certificates in scope that rest on an audit statement dated more than three months (92 days) after the end
--   of its period (BR 8.6; CCADB Policy 5.2), the latest first. The auditor's letter that explains the delay, if there
--   is one, stands in Bugzilla and not in the records.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- param: kind varchar NULL only this audit kind
-- denominator: certificates in scope with an audit on record
-- of: SELECT count(DISTINCT sha256) FROM coverage WHERE source_record_id IS NOT NULL
-- columns: sha256, subject, owner, audit_kind, period_end, statement_date, days_after_end, days_late, url,
--   source_record_id, programs
SELECT
    coverage.sha256,
    certificate.subject,
    duty.owner,
    coverage.audit_kind,
    coverage.period_end,
    coverage.statement_date,
    coverage.statement_date - coverage.period_end AS days_after_end,
    coverage.statement_date - coverage.period_end - threshold('statement_late')::INTEGER AS days_late,
    coverage.url,
    coverage.source_record_id,
    list(DISTINCT coverage.root_program ORDER BY coverage.root_program) AS programs
FROM coverage
INNER JOIN certificate ON coverage.sha256 = certificate.sha256
INNER JOIN duty ON coverage.sha256 = duty.sha256
WHERE
    list_contains(coverage.also || [coverage.reason], 'late_statement')
    AND (getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner'))))
    AND lower(coverage.audit_kind) = lower(coalesce(getvariable('kind'), coverage.audit_kind))
GROUP BY ALL
ORDER BY
    days_late DESC, duty.owner, certificate.subject, coverage.sha256, coverage.audit_kind, coverage.url,
    coverage.source_record_id;
