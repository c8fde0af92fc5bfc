-- title: Audit statements that are due soon
-- description: For each statement that certificates in scope rest on, when the next one has to be there: its period ended,
--   the next period may last a year, and the statement about it three months more (458 days after the last end; CCADB Policy
--   5.2, BR 8.6). Those due within the next `days` days, the day itself included, the next one first. Such that are
--   overdue already are in audit-stale.
-- param: owner varchar NULL only statements of owners that contain this text
-- param: days integer 90 how many days to look ahead
-- denominator: statements that certificates in scope rest on
-- of: SELECT count(*) FROM (SELECT DISTINCT audit_kind, url, period_end, coalesce(subordinate_ca_owner, ca_owner)
--   FROM coverage INNER JOIN ccadb_record ON source_record_id = salesforce_id WHERE period_end IS NOT NULL)
-- columns: due_by, days_left, owner, audit_kind, last_period_end, next_period_ends_by, certificates, records, programs,
--   audit_firms, url
SELECT
    coverage.period_end + limits.overdue AS due_by,
    coverage.period_end + limits.overdue - as_of() AS days_left,
    coalesce(record.subordinate_ca_owner, record.ca_owner) AS owner,
    coverage.audit_kind,
    coverage.period_end AS last_period_end,
    coverage.period_end + limits.overdue - limits.late AS next_period_ends_by,
    count(DISTINCT coverage.sha256) AS certificates,
    list(DISTINCT coverage.source_record_id ORDER BY coverage.source_record_id) AS records,
    list(DISTINCT coverage.root_program ORDER BY coverage.root_program) AS programs,
    coalesce(
        list(DISTINCT record.audit_firm ORDER BY record.audit_firm) FILTER (WHERE record.audit_firm IS NOT NULL), []
    ) AS audit_firms,
    coverage.url
FROM coverage
INNER JOIN ccadb_record AS record ON coverage.source_record_id = record.salesforce_id
CROSS JOIN (
    SELECT
        threshold('audit_overdue')::INTEGER AS overdue,
        threshold('statement_late')::INTEGER AS late
) AS limits
WHERE
    coverage.period_end + limits.overdue BETWEEN as_of() AND as_of() + coalesce(getvariable('days'), 90)::INTEGER
    AND (
        getvariable('owner') IS NULL
        OR contains(lower(coalesce(record.subordinate_ca_owner, record.ca_owner)), lower(getvariable('owner')))
    )
GROUP BY
    coverage.period_end, limits.overdue, limits.late, coalesce(record.subordinate_ca_owner, record.ca_owner),
    coverage.audit_kind, coverage.url
ORDER BY due_by, owner, coverage.audit_kind, coverage.url;
