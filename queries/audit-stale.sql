-- title: Audits that are overdue or due
-- description: Certificates in scope whose newest audit period of a required kind ended too long ago (stale: a year and
--   three months, when the next statement should have been published) or more than a year ago (audit_due), the longest
--   overdue first. `since`: the day on which that came true.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- param: kind varchar NULL only this audit kind
-- denominator: certificates in scope with an audit on record
-- of: SELECT count(DISTINCT sha256) FROM coverage WHERE source_record_id IS NOT NULL
-- columns: sha256, subject, owner, audit_kind, reason, period_end, days_since_end, since, url, source_record_id, programs
SELECT
    coverage.sha256,
    certificate.subject,
    duty.owner,
    coverage.audit_kind,
    if(list_contains(coverage.also || [coverage.reason], 'stale'), 'stale', 'audit_due') AS reason,
    coverage.period_end,
    as_of() - coverage.period_end AS days_since_end,
    coverage.period_end + threshold(if(reason = 'stale', 'audit_overdue', 'audit_due'))::INTEGER AS since,
    coverage.url,
    coverage.source_record_id,
    list(DISTINCT coverage.root_program ORDER BY coverage.root_program) AS programs
FROM coverage
INNER JOIN certificate ON coverage.sha256 = certificate.sha256
INNER JOIN duty ON coverage.sha256 = duty.sha256
WHERE
    list_has_any(coverage.also || [coverage.reason], ['stale', 'audit_due'])
    AND (getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner'))))
    AND lower(coverage.audit_kind) = lower(coalesce(getvariable('kind'), coverage.audit_kind))
GROUP BY ALL
ORDER BY
    reason DESC, coverage.period_end, duty.owner, certificate.subject, coverage.sha256, coverage.audit_kind, coverage.url,
    coverage.source_record_id;
