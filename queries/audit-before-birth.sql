-- title: Audits whose period ended before the certificate was born
-- description: Certificates in scope whose record claims an audit although its period had ended before the certificate was
--   issued, as far as anybody can tell: first seen after it, or else by its notBefore. Such a statement cannot speak of it;
--   the next one must list it, and is due by `next_statement_by` (CCADB Policy 5). Until then its coverage is pending.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- param: kind varchar NULL only this audit kind
-- denominator: certificates in scope with an audit on record
-- of: SELECT count(DISTINCT sha256) FROM coverage WHERE source_record_id IS NOT NULL
-- columns: sha256, subject, owner, audit_kind, issued_on, issued_because, not_before, period_end, days_between,
--   next_statement_by, url, source_record_id, programs
SELECT
    coverage.sha256,
    certificate.subject,
    duty.owner,
    coverage.audit_kind,
    issued.issued_on,
    issued.issued_because,
    certificate.not_before::DATE AS not_before,
    coverage.period_end,
    issued.issued_on - coverage.period_end AS days_between,
    coverage.period_end + threshold('audit_overdue')::INTEGER AS next_statement_by,
    coverage.url,
    coverage.source_record_id,
    list(DISTINCT coverage.root_program ORDER BY coverage.root_program) AS programs
FROM coverage
INNER JOIN certificate ON coverage.sha256 = certificate.sha256
INNER JOIN duty ON coverage.sha256 = duty.sha256
INNER JOIN issued ON coverage.sha256 = issued.sha256
WHERE
    issued.issued_on > coverage.period_end
    AND (getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner'))))
    AND lower(coverage.audit_kind) = lower(coalesce(getvariable('kind'), coverage.audit_kind))
GROUP BY ALL
ORDER BY
    next_statement_by, duty.owner, certificate.subject, coverage.sha256, coverage.audit_kind, coverage.url,
    coverage.source_record_id;
