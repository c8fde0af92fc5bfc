-- title: One statement named for several audit kinds
-- description: URLs that records give as the statement of more than one audit kind. That is often right (WebTrust's SSL
--   Baseline with Network Security speaks for TLS BR and NetSec, an ETSI letter for several kinds) and sometimes a slip:
--   the letter of one kind put in for another. `note` says which to expect; only the letter proves it. Dates that differ
--   under one URL (`dated`: how many sets of dates) are a slip of a record in any case. `certificates`: those in scope
--   that rest on the URL.
-- param: owner varchar NULL only statements of owners that contain this text
-- denominator: statement URLs on record
-- of: SELECT count(DISTINCT url) FROM record_audit
-- columns: url, audit_kinds, note, owners, records, certificates, audit_types, dated, period_ends
WITH statement AS (
    SELECT
        audit.url,
        list(DISTINCT audit.audit_kind ORDER BY audit.audit_kind) AS audit_kinds,
        list_sort(list(DISTINCT coalesce(record.subordinate_ca_owner, record.ca_owner))) AS owners,
        list(DISTINCT audit.salesforce_id ORDER BY audit.salesforce_id) AS records,
        list(DISTINCT audit.audit_type ORDER BY audit.audit_type) FILTER (WHERE audit.audit_type IS NOT NULL)
            AS audit_types,
        bool_and(starts_with(audit.audit_type, 'ETSI')) AS etsi,
        count(DISTINCT (audit.statement_date, audit.period_start, audit.period_end)) AS dated,
        list(DISTINCT audit.period_end ORDER BY audit.period_end) FILTER (WHERE audit.period_end IS NOT NULL)
            AS period_ends
    FROM record_audit AS audit
    INNER JOIN ccadb_record AS record ON audit.salesforce_id = record.salesforce_id
    WHERE audit.url IS NOT NULL
    GROUP BY audit.url
    HAVING
        count(DISTINCT audit.audit_kind) > 1
        AND (
            getvariable('owner') IS NULL
            OR bool_or(
                contains(lower(concat_ws(' ', record.ca_owner, record.subordinate_ca_owner)), lower(getvariable('owner')))
            )
        )
),

resting AS (
    SELECT
        url,
        count(DISTINCT sha256) AS certificates
    FROM coverage
    WHERE url IS NOT NULL
    GROUP BY url
)

SELECT
    statement.url,
    statement.audit_kinds,
    CASE
        WHEN statement.dated > 1 THEN 'a slip: one letter has one date and one period'
        WHEN coalesce(statement.etsi, false) THEN 'usual: an ETSI letter speaks for several kinds'
        WHEN statement.audit_kinds = ['NetSec', 'TLS BR'] THEN 'usual: SSL Baseline with Network Security is one statement'
        ELSE 'to be read: WebTrust states most kinds apart'
    END AS note,
    statement.owners,
    statement.records,
    coalesce(resting.certificates, 0) AS certificates,
    coalesce(statement.audit_types, []) AS audit_types,
    statement.dated,
    coalesce(statement.period_ends, []) AS period_ends
FROM statement
LEFT JOIN resting ON statement.url = resting.url
ORDER BY note, certificates DESC, statement.url;
