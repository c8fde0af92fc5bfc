-- title: Audit letters and what was read of them
-- description: Every URL that a record of the day names as an audit, with the document that was had from it: whether it
--   could be read, what it says about itself, and how many of the certificates in scope that rest on it it lists. A letter
--   that was not fetched or not read leaves its certificates claimed (`cagraph crawl audits`, then `cagraph statement read
--   --all`).
-- param: owner varchar NULL only letters that records of owners with this text name
-- param: state varchar NULL only read, no_list, no_letter, unreadable or unread
-- denominator: audit URLs on record
-- of: SELECT count(DISTINCT link.url) FROM record_audit INNER JOIN audit_link AS link ON record_audit.url = link.cell
-- columns: url, state, unreadable, named_for, says_kinds, owners, records, certificates, listed, not_listed, statement_date,
--   period_start, period_end, auditor, says_owner, format, pages, printings, fingerprints, had_on, body_sha256
WITH named AS (
    SELECT
        link.url,
        list(DISTINCT audit.audit_kind ORDER BY audit.audit_kind) AS named_for,
        list(
            DISTINCT coalesce(record.subordinate_ca_owner, record.ca_owner)
            ORDER BY coalesce(record.subordinate_ca_owner, record.ca_owner)
        ) AS owners,
        count(DISTINCT audit.salesforce_id) AS records
    FROM record_audit AS audit
    INNER JOIN audit_link AS link ON audit.url = link.cell
    INNER JOIN ccadb_record AS record ON audit.salesforce_id = record.salesforce_id
    GROUP BY link.url
),

resting AS (
    SELECT
        link.url,
        count(DISTINCT coverage.sha256) AS certificates,
        count(DISTINCT coverage.sha256) FILTER (WHERE coverage.verdict = 'listed') AS listed,
        count(DISTINCT gap.sha256) AS not_listed
    FROM coverage
    INNER JOIN audit_link AS link ON coverage.url = link.cell
    LEFT JOIN (SELECT DISTINCT sha256, url FROM not_listed) AS gap
        ON coverage.sha256 = gap.sha256 AND coverage.url = gap.url
    GROUP BY link.url
)

SELECT
    named.url,
    coalesce(letter.state, 'unread') AS state,
    letter.unreadable,
    named.named_for,
    coalesce(letter.audit_kinds, []) AS says_kinds,
    named.owners,
    named.records,
    coalesce(resting.certificates, 0) AS certificates,
    coalesce(resting.listed, 0) AS listed,
    coalesce(resting.not_listed, 0) AS not_listed,
    letter.statement_date,
    letter.period_start,
    letter.period_end,
    letter.auditor,
    letter.owner AS says_owner,
    letter.format,
    letter.pages,
    letter.printings,
    letter.fingerprints,
    letter.had_on,
    letter.body_sha256
FROM named
LEFT JOIN letter ON named.url = letter.url
LEFT JOIN resting ON named.url = resting.url
WHERE
    (
        getvariable('owner') IS NULL
        OR list_bool_or(list_transform(named.owners, lambda each: contains(lower(each), lower(getvariable('owner')))))
    )
    AND coalesce(letter.state, 'unread') = coalesce(lower(getvariable('state')), letter.state, 'unread')
ORDER BY not_listed DESC, named.owners[1], named.url;
