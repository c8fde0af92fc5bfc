-- What the audit letters themselves say, for each cell that names one: which letter it is, and what it lists.
--
-- A cell may hold several URLs, and one letter serves several kinds and many records: cells are joined to letters by
-- URL alone. What stood at a URL on the day is the last document had from it by then; until there was one, the first.

CREATE OR REPLACE VIEW letter AS
WITH had AS (
    SELECT
        url,
        body_sha256,
        fetched_at::DATE AS had_on
    FROM fetched
    WHERE source = 'audits' AND body_sha256 IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY url
        ORDER BY
            fetched_at::DATE <= as_of() DESC,
            abs(date_diff('day', fetched_at::DATE, as_of())),
            fetch_id DESC
    ) = 1
),

said AS (
    SELECT
        body_sha256,
        max(value) FILTER (WHERE fact = 'statement_date')::DATE AS statement_date,
        coalesce(
            max(value) FILTER (WHERE fact = 'period_start'), max(value) FILTER (WHERE fact = 'point_in_time')
        )::DATE AS period_start,
        coalesce(
            max(value) FILTER (WHERE fact = 'period_end'), max(value) FILTER (WHERE fact = 'point_in_time')
        )::DATE AS period_end,
        max(value) FILTER (WHERE fact = 'scheme') AS scheme,
        max(value) FILTER (WHERE fact = 'auditor') AS auditor,
        max(value) FILTER (WHERE fact = 'owner') AS owner,
        list(DISTINCT value ORDER BY value) FILTER (WHERE fact = 'kinds') AS audit_kinds,
        max(page) FILTER (WHERE fact = 'statement_date') AS statement_date_page,
        max(page) FILTER (WHERE fact IN ('period_end', 'point_in_time')) AS period_page,
        min(page) FILTER (WHERE fact = 'kinds') AS audit_kinds_page
    FROM statement_fact
    GROUP BY body_sha256
),

printed AS (
    SELECT
        printed.body_sha256,
        count(*) AS printings,
        count(DISTINCT printed.sha256) AS fingerprints,
        bool_or(certificate.sha256 IS NOT NULL) AS any_known
    FROM statement_fingerprint AS printed
    LEFT JOIN certificate ON printed.sha256 = certificate.sha256
    GROUP BY printed.body_sha256
)

SELECT
    had.url,
    had.body_sha256,
    had.had_on,
    statement.format,
    statement.pages,
    statement.unreadable,
    CASE
        WHEN statement.body_sha256 IS NULL THEN 'unread'
        -- A page that names no criteria and lists no certificate is whatever stands at the address now.
        WHEN
            statement.state IN ('read', 'no_list')
            AND said.scheme IS NULL
            AND said.audit_kinds IS NULL
            AND NOT coalesce(printed.any_known, false)
            THEN 'no_letter'
        ELSE statement.state
    END AS state,
    coalesce(printed.printings, 0) AS printings,
    coalesce(printed.fingerprints, 0) AS fingerprints,
    said.* EXCLUDE (body_sha256)
FROM had
LEFT JOIN statement ON had.body_sha256 = statement.body_sha256
LEFT JOIN said ON had.body_sha256 = said.body_sha256
LEFT JOIN printed ON had.body_sha256 = printed.body_sha256;
COMMENT ON VIEW letter IS 'The document at each audit URL on the day, with what it says about itself. state: read, no_list (a letter that prints no fingerprint), no_letter (text that names no criteria and lists no certificate), unreadable, unread.';

-- A letter counts for a kind if it says that it reports on it, or does not say on which and stands in one cell with one
-- that does, as an appendix; and if the period that it says
-- touches one that a record of the day gives for it: at an address that is used every year stands another year's letter
-- until the new one is had. ETSI's criteria have the network's security in them: a letter need not name it (CCADB,
-- auditors.md).
CREATE OR REPLACE VIEW cell_letter AS
SELECT
    asked.url AS cell,
    asked.audit_kind,
    link.url,
    coalesce(letter.state, 'unread') AS state,
    coalesce(letter.state IN ('read', 'no_list'), false) AS is_read,
    is_read AND coalesce(
        list_contains(letter.audit_kinds, asked.audit_kind)
        OR asked.audit_kind = 'NetSec' AND starts_with(letter.scheme, 'ETSI'),
        false
    ) AS says_kind,
    says_kind OR is_read AND letter.audit_kinds IS NULL AND bool_or(says_kind) OVER cell AS is_of_kind,
    is_of_kind AND NOT coalesce(
        letter.period_end < asked.first_day OR letter.period_start > asked.last_day, false
    ) AS counts,
    letter.* EXCLUDE (url, state)
FROM (
    SELECT
        url,
        audit_kind,
        min(coalesce(period_start, period_end)) AS first_day,
        max(coalesce(period_end, period_start)) AS last_day
    FROM record_audit
    WHERE url IS NOT NULL
    GROUP BY url, audit_kind
) AS asked
INNER JOIN audit_link AS link ON asked.url = link.cell
LEFT JOIN letter ON link.url = letter.url
WINDOW cell AS (PARTITION BY asked.url, asked.audit_kind);
COMMENT ON VIEW cell_letter IS 'The letters that each cell naming an audit of a kind points to, had or not. is_of_kind: it was read and is of the kind. counts: and of the period.';

CREATE OR REPLACE VIEW cell_reading AS
SELECT
    cell,
    audit_kind,
    -- All of them: a fingerprint that none lists may stand in the one that nobody had.
    bool_and(is_read) AS is_read,
    CASE
        WHEN bool_or(state = 'unread') THEN NULL
        WHEN bool_or(counts) THEN NULL
        WHEN bool_or(is_of_kind) THEN 'letter_other_year'
        WHEN bool_or(is_read AND audit_kinds IS NULL) THEN 'letter_names_no_kind'
        WHEN bool_or(is_read) THEN 'letter_other_kind'
        WHEN bool_or(state = 'unreadable') THEN 'letter_unreadable'
        ELSE 'no_letter'
    END AS trouble,
    CASE trouble
        WHEN 'letter_unreadable' THEN string_agg(DISTINCT unreadable, '; ' ORDER BY unreadable)
        WHEN 'letter_other_year'
            THEN
                string_agg(
                    DISTINCT period_start || ' to ' || period_end, ', ' ORDER BY period_start || ' to ' || period_end
                ) FILTER (WHERE is_of_kind)
        WHEN 'letter_other_kind' THEN array_to_string(list_sort(list_distinct(flatten(list(audit_kinds)))), ', ')
    END AS trouble_detail,
    min(audit_kinds_page) AS kinds_page,
    coalesce(bool_and(state = 'no_list') FILTER (WHERE counts), false) AS has_no_list,
    coalesce(sum(fingerprints) FILTER (WHERE counts), 0)::BIGINT AS fingerprints,
    sum(pages)::BIGINT AS pages,
    list({ 'url': url, 'body_sha256': body_sha256 } ORDER BY url) FILTER (WHERE body_sha256 IS NOT NULL) AS letters
FROM cell_letter
GROUP BY cell, audit_kind;
COMMENT ON VIEW cell_reading IS 'How far the letters of each cell naming an audit of a kind were read. trouble: none of them tells, and none is left to read: letter_unreadable, no_letter, letter_names_no_kind, letter_other_kind, letter_other_year.';

CREATE OR REPLACE VIEW cell_listing AS
SELECT
    letter.cell,
    letter.audit_kind,
    printed.sha256,
    letter.url,
    letter.body_sha256,
    printed.page,
    printed.line,
    printed.printed,
    printed.strict
FROM cell_letter AS letter
INNER JOIN statement_fingerprint AS printed ON letter.body_sha256 = printed.body_sha256
WHERE letter.counts
-- Of several printings the one that an ALV would find.
QUALIFY
    row_number() OVER (
        PARTITION BY letter.cell, letter.audit_kind, printed.sha256
        ORDER BY printed.strict DESC, letter.url, printed.page, printed.line, printed.position
    ) = 1;
COMMENT ON VIEW cell_listing IS 'Every certificate that the letters of a cell list for the kind, and where.';

-- What a cell's letters print instead of a certificate that they do not list: a fingerprint one or two digits off it,
-- or its SHA-1 thumbprint. Only what is no known certificate itself can be meant for another.
CREATE OR REPLACE VIEW cell_oddity AS
SELECT
    letter.cell,
    letter.audit_kind,
    letter.url,
    odd.kind,
    odd.digits,
    odd.page,
    odd.line
FROM cell_letter AS letter
INNER JOIN (
    SELECT
        printed.body_sha256,
        'nearly' AS kind,
        printed.sha256 AS digits,
        printed.page,
        printed.line
    FROM statement_fingerprint AS printed
    ANTI JOIN certificate ON printed.sha256 = certificate.sha256
    UNION
    SELECT
        body_sha256,
        kind,
        digits,
        page,
        line
    FROM statement_misfit
) AS odd ON letter.body_sha256 = odd.body_sha256
WHERE letter.counts;
COMMENT ON VIEW cell_oddity IS 'What the letters of a cell print that is no known certificate''s SHA-256: sha1, or nearly one.';

-- Where a record dates an audit otherwise than its letter does. Of several letters one that agrees is enough.
CREATE OR REPLACE VIEW letter_difference AS
WITH pair AS (
    SELECT
        audit.salesforce_id,
        audit.audit_kind,
        audit.statement_date,
        audit.period_start,
        audit.period_end,
        letter.url,
        letter.body_sha256,
        letter.statement_date AS said_date,
        letter.statement_date_page,
        letter.period_start AS said_start,
        letter.period_end AS said_end,
        letter.period_page
    FROM record_audit AS audit
    INNER JOIN cell_letter AS letter ON audit.url = letter.cell AND audit.audit_kind = letter.audit_kind
    WHERE letter.is_of_kind
)

SELECT
    salesforce_id,
    audit_kind,
    'letter_other_period' AS reason,
    any_value(coalesce(period_start::VARCHAR, '?') || ' to ' || coalesce(period_end::VARCHAR, '?')) AS record_says,
    string_agg(DISTINCT said_start || ' to ' || said_end, ', ' ORDER BY said_start || ' to ' || said_end) AS letter_says,
    min(url) AS url,
    arg_min(body_sha256, url) AS body_sha256,
    arg_min(period_page, url) AS page
FROM pair
GROUP BY salesforce_id, audit_kind
HAVING
    bool_and(said_end IS NOT NULL AND coalesce(period_start, period_end) IS NOT NULL)
    AND NOT bool_or(
        coalesce(said_start = period_start, period_start IS NULL) AND coalesce(said_end = period_end, period_end IS NULL)
    )
UNION ALL
SELECT
    salesforce_id,
    audit_kind,
    'letter_other_date' AS reason,
    any_value(statement_date::VARCHAR) AS record_says,
    string_agg(DISTINCT said_date::VARCHAR, ', ' ORDER BY said_date::VARCHAR) AS letter_says,
    min(url) AS url,
    arg_min(body_sha256, url) AS body_sha256,
    arg_min(statement_date_page, url) AS page
FROM pair
GROUP BY salesforce_id, audit_kind
HAVING bool_and(said_date IS NOT NULL AND statement_date IS NOT NULL) AND NOT bool_or(said_date = statement_date);
COMMENT ON VIEW letter_difference IS 'Records that date an audit otherwise than its letter does: letter_other_period, letter_other_date.';
