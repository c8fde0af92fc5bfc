-- title: Days between two audit periods
-- description: Certificates in scope that rest on a record whose audit periods do not touch: every hole between the periods
--   that the reports by the day showed, whose later end the certificate lived to see (MRSP 3.1.3: contiguous, from key
--   generation on). Known only where somebody looked in time to see both: no row is no proof of an unbroken chain.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- param: kind varchar NULL only this audit kind
-- denominator: certificates in scope with an audit on record
-- of: SELECT count(DISTINCT sha256) FROM coverage WHERE source_record_id IS NOT NULL
-- columns: sha256, subject, owner, audit_kind, previous_end, next_start, days_between, issued_on, source_record_id,
--   programs
SELECT
    coverage.sha256,
    certificate.subject,
    duty.owner,
    coverage.audit_kind,
    hole.previous_end,
    hole.period_start AS next_start,
    hole.period_start - hole.previous_end - 1 AS days_between,
    issued.issued_on,
    coverage.source_record_id,
    list(DISTINCT coverage.root_program ORDER BY coverage.root_program) AS programs
FROM coverage
INNER JOIN period_hole AS hole
    ON coverage.source_record_id = hole.salesforce_id AND coverage.audit_kind = hole.audit_kind
INNER JOIN certificate ON coverage.sha256 = certificate.sha256
INNER JOIN duty ON coverage.sha256 = duty.sha256
INNER JOIN issued ON coverage.sha256 = issued.sha256
WHERE
    hole.period_start > issued.issued_on
    AND (getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner'))))
    AND lower(coverage.audit_kind) = lower(coalesce(getvariable('kind'), coverage.audit_kind))
GROUP BY ALL
ORDER BY
    days_between DESC, duty.owner, certificate.subject, coverage.sha256, coverage.audit_kind, hole.period_start,
    hole.previous_end, coverage.source_record_id;
