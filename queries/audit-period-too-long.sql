-- title: Audit periods that cannot be
-- description: Certificates in scope that rest on an audit whose period is longer than a year (BR 8.1; 366 days with the
--   leap day, Chrome 1.4) or ends before it starts, the longest first. `days`: from its first day to its last.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- param: kind varchar NULL only this audit kind
-- denominator: certificates in scope with an audit on record
-- of: SELECT count(DISTINCT sha256) FROM coverage WHERE source_record_id IS NOT NULL
-- columns: sha256, subject, owner, audit_kind, why, period_start, period_end, days, url, source_record_id, programs
SELECT
    coverage.sha256,
    certificate.subject,
    duty.owner,
    coverage.audit_kind,
    if(coverage.period_start > coverage.period_end, 'ends before it starts', 'longer than a year') AS why,
    coverage.period_start,
    coverage.period_end,
    coverage.period_end - coverage.period_start AS days,
    coverage.url,
    coverage.source_record_id,
    list(DISTINCT coverage.root_program ORDER BY coverage.root_program) AS programs
FROM coverage
INNER JOIN certificate ON coverage.sha256 = certificate.sha256
INNER JOIN duty ON coverage.sha256 = duty.sha256
WHERE
    list_contains(coverage.also || [coverage.reason], 'bad_period')
    AND (getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner'))))
    AND lower(coverage.audit_kind) = lower(coalesce(getvariable('kind'), coverage.audit_kind))
GROUP BY ALL
ORDER BY
    why DESC, days DESC, duty.owner, certificate.subject, coverage.sha256, coverage.audit_kind, coverage.period_end,
    coverage.url, coverage.source_record_id;
