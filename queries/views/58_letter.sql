-- What a letter says of itself, and what CCADB's ALV would stumble over in it (data/statement_problems.csv).

-- letter_said(text): a letter's JSON as a struct; what is not there, or not of its type, is NULL.
CREATE OR REPLACE MACRO letter_said(letter) AS from_json(
    coalesce(letter::VARCHAR, '{}')::JSON,
    '{"format": "VARCHAR",
      "fingerprints": [{"sha256": "VARCHAR", "page": "INTEGER", "line": "INTEGER", "strict": "BOOLEAN",
        "how": ["VARCHAR"], "printed": "VARCHAR", "beside": {"subject": "VARCHAR", "issuer": "VARCHAR",
        "serial": "VARCHAR", "serial_decimal": "VARCHAR", "not_before": "VARCHAR", "not_after": "VARCHAR"}}],
      "thumbprints": [{"sha1": "VARCHAR", "page": "INTEGER", "line": "INTEGER", "printed": "VARCHAR"}],
      "nearly": [{"digits": "VARCHAR", "page": "INTEGER", "line": "INTEGER", "printed": "VARCHAR"}],
      "facts": {"statement_date": {"value": "VARCHAR", "page": "INTEGER", "text": "VARCHAR"},
        "period_start": {"value": "VARCHAR", "page": "INTEGER", "text": "VARCHAR"},
        "period_end": {"value": "VARCHAR", "page": "INTEGER", "text": "VARCHAR"},
        "point_in_time": {"value": "VARCHAR", "page": "INTEGER", "text": "VARCHAR"},
        "kinds": [{"value": "VARCHAR", "page": "INTEGER", "text": "VARCHAR"}],
        "auditor": {"value": "VARCHAR", "page": "INTEGER", "text": "VARCHAR"},
        "owner": {"value": "VARCHAR", "page": "INTEGER", "text": "VARCHAR"}}}'
);

-- alv_day(day): the spellings of a day that an ALV reads, as a regular expression (CCADB Policy 5.2).
CREATE OR REPLACE MACRO alv_day(moment) AS
'(?:' || monthname(moment) || ' 0?' || day(moment) || ', ' || year(moment)
|| '|0?' || day(moment) || ' ' || monthname(moment) || ' ' || year(moment)
|| '|' || strftime(moment, '%Y-%m-%d') || ')';

-- holds_day(words, day): whether the words have the day in one of them.
CREATE OR REPLACE MACRO holds_day(words, moment) AS regexp_matches(
    regexp_replace(words, '\s+', ' ', 'g'), '(?:^|[^\p{L}\p{N}])' || alv_day(moment) || '(?:[^\p{L}\p{N}]|$)', 'i'
);

-- letter_faults(letter, kinds, owner, first, last): a row for each fault of the letter as a document, and for each thing
-- that it says otherwise than it was asked about. A list or an excerpt of text says nothing of itself, and neither goes
-- to CCADB: only what it contradicts is told of those.
CREATE OR REPLACE MACRO letter_faults(letter, wanted_kinds, wanted_owner, first_day, last_day) AS TABLE
    WITH fact AS MATERIALIZED (
        SELECT
            format,
            said.statement_date,
            said.period_start,
            said.period_end,
            said.point_in_time,
            said.kinds,
            said.auditor,
            said.owner,
            try_cast(said.statement_date.value AS DATE) AS signed,
            try_cast(said.period_start.value AS DATE) AS begins,
            try_cast(said.period_end.value AS DATE) AS ends,
            try_cast(said.point_in_time.value AS DATE) AS on_day,
            coalesce(format NOT IN ('', 'csv', 'text'), false)
            AND coalesce(
                said.statement_date.value, said.period_start.value, said.point_in_time.value, said.auditor.value,
                said.owner.value, said.kinds[1].value
            ) IS NOT NULL AS is_letter
        FROM (
            SELECT
                read.whole.format,
                read.whole.facts AS said
            FROM (SELECT letter_said(letter) AS whole) AS read
        ) AS facts
    ),

    dated AS (
        SELECT
            'the date of the statement, ' || signed AS what,
            signed AS moment,
            statement_date AS words
        FROM fact WHERE is_letter
        UNION ALL
        SELECT
            'the first day of the period, ' || begins AS what,
            begins AS moment,
            period_start AS words
        FROM fact WHERE is_letter
        UNION ALL
        SELECT
            'the last day of the period, ' || ends AS what,
            ends AS moment,
            period_end AS words
        FROM fact WHERE is_letter
    ),

    asked AS (
        SELECT DISTINCT rule_statement_kinds.audit_kind
        FROM rule_statement_kinds
        WHERE
            list_contains(
                list_transform(string_split(lower(wanted_kinds), ','), lambda each: trim(each)),
                lower(rule_statement_kinds.audit_kind)
            )
    ),

    fault AS (
        SELECT
            'not_pdf' AS problem,
            NULL AS audit_kind,
            NULL::INTEGER AS page,
            'it is ' || upper(format) AS why,
            NULL AS printed
        FROM fact
        WHERE is_letter AND format <> 'pdf'
        UNION ALL
        SELECT
            missing.problem,
            NULL AS audit_kind,
            NULL AS page,
            NULL AS why,
            NULL AS printed
        FROM (
            SELECT
                unnest([
                    if(signed IS NULL, 'no_statement_date', NULL),
                    if(auditor IS NULL, 'no_auditor', NULL),
                    if(owner IS NULL, 'no_owner', NULL),
                    if(coalesce(len(kinds), 0) = 0, 'no_criteria', NULL)
                ]) AS problem
            FROM fact
            WHERE is_letter
        ) AS missing
        WHERE missing.problem IS NOT NULL
        UNION ALL
        SELECT
            'no_period' AS problem,
            NULL AS audit_kind,
            coalesce(period_start.page, point_in_time.page) AS page,
            CASE
                WHEN ends IS NOT NULL AND begins IS NOT NULL THEN 'from ' || begins || ' to ' || ends || ': under a month'
                WHEN on_day IS NOT NULL THEN 'it is about one day, ' || on_day
            END AS why,
            coalesce(period_start.text, point_in_time.text) AS printed
        FROM fact
        WHERE is_letter AND coalesce(ends + 1 < begins + INTERVAL 1 MONTH, true)
        UNION ALL
        SELECT
            'date_spelling' AS problem,
            NULL AS audit_kind,
            words.page,
            what AS why,
            words.text AS printed
        FROM dated
        WHERE NOT holds_day(words.text, moment)
        UNION ALL
        -- Days that are spelled otherwise are told of above.
        SELECT
            'period_spelling' AS problem,
            NULL AS audit_kind,
            period_start.page,
            begins || ' and ' || ends AS why,
            period_start.text AS printed
        FROM fact
        WHERE
            is_letter
            AND holds_day(period_start.text, begins)
            AND holds_day(period_start.text, ends)
            AND NOT regexp_matches(
                regexp_replace(period_start.text, '\s+', ' ', 'g'),
                alv_day(begins) || ',? ?(?:to|through|until|and|-|~) ?' || alv_day(ends),
                'i'
            )
        UNION ALL
        SELECT
            'says_other_kind' AS problem,
            asked.audit_kind,
            fact.kinds[1].page AS page,
            'it says ' || array_to_string(list_transform(fact.kinds, lambda each: each.value), ', ') AS why,
            fact.kinds[1].text AS printed
        FROM fact
        CROSS JOIN asked
        WHERE
            len(fact.kinds) > 0
            AND NOT list_contains(list_transform(fact.kinds, lambda each: each.value), asked.audit_kind)
        UNION ALL
        SELECT
            'says_other_period' AS problem,
            NULL AS audit_kind,
            coalesce(period_start.page, point_in_time.page) AS page,
            'it says ' || coalesce(begins || ' to ' || ends, on_day::VARCHAR) || ', asked was ' || first_day || ' to '
            || last_day AS why,
            coalesce(period_start.text, point_in_time.text) AS printed
        FROM fact
        WHERE coalesce(begins, on_day) <> first_day OR coalesce(ends, on_day) <> last_day
        UNION ALL
        SELECT
            'says_other_owner' AS problem,
            NULL AS audit_kind,
            owner.page,
            'it says ' || owner.value || ', asked was ' || wanted_owner AS why,
            owner.text AS printed
        FROM fact
        WHERE
            NOT contains(' ' || name_words(owner.value) || ' ', ' ' || name_words(wanted_owner) || ' ')
            AND NOT contains(' ' || name_words(wanted_owner) || ' ', ' ' || name_words(owner.value) || ' ')
    )

    SELECT * FROM fault;
