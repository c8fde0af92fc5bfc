-- Which audit each certificate in scope needs, and whether its records claim it (steps 6 to 9).

CREATE OR REPLACE VIEW required_audit AS
SELECT
    in_scope.sha256,
    in_scope.root_program,
    in_scope.purpose,
    in_scope.witness_path_id,
    record.salesforce_id AS record_id,
    rule.audit_kind,
    rule.severity AS requirement_severity,
    rule.citation AS requirement_citation
FROM in_scope
INNER JOIN ccadb_record AS record ON in_scope.sha256 = record.sha256
LEFT JOIN certificate_period AS record_period ON in_scope.sha256 = record_period.sha256
INNER JOIN rule_audit_requirements AS rule
    ON in_scope.root_program = rule.root_program AND in_scope.purpose = rule.purpose
WHERE
    CASE rule.period_basis
        WHEN 'always' THEN true
        WHEN 'ends_after' THEN coalesce(record_period.period_end, as_of()) > rule.effective
        WHEN 'starts_after' THEN coalesce(record_period.period_start, as_of()) > rule.effective
    END
    -- A rule that has an end holds for the periods up to it.
    AND coalesce(
        if(rule.period_basis = 'starts_after', record_period.period_start, record_period.period_end), as_of()
    ) <= coalesce(rule.until, 'infinity'::DATE);
COMMENT ON VIEW required_audit IS 'What the programs ask of each certificate in scope, by each of its records; dated rules by its audit period, or by the day where it has none.';

-- Each test of steps 7 and 9 is one line of the list; a record may fail several.
CREATE OR REPLACE VIEW audit_test AS
WITH hole AS (
    SELECT
        salesforce_id,
        audit_kind,
        max(period_start) AS hole_end,
        max_by(previous_end, period_start) AS hole_start
    FROM period_hole
    GROUP BY salesforce_id, audit_kind
),

asked AS MATERIALIZED (
    SELECT
        required.*,
        audit.record_id IS NOT NULL AS found,
        audit.depth,
        audit.source_record_id,
        audit.url,
        audit.audit_type,
        audit.statement_date,
        audit.period_start,
        audit.period_end
    FROM required_audit AS required
    LEFT JOIN resolved_audit AS audit
        ON required.record_id = audit.record_id AND required.audit_kind = audit.audit_kind
),

otherwise AS (
    SELECT
        salesforce_id,
        audit_kind,
        list({
            'reason': reason,
            'detail': 'record ' || salesforce_id || ' says ' || record_says || ', its letter ' || letter_says
            || ' on page ' || page
        }) AS differences
    FROM letter_difference
    GROUP BY salesforce_id, audit_kind
),

-- What stands in the letters instead of certificates that are asked for and not listed.
instead AS (
    SELECT
        pair.cell,
        pair.audit_kind,
        pair.sha256,
        min(if(odd.kind = 'nearly', 'page ' || odd.page || ' prints ' || odd.digits, NULL)) AS misprint,
        min(if(odd.kind = 'sha1', 'its SHA-1 thumbprint stands on page ' || odd.page, NULL)) AS thumbprint
    FROM (SELECT DISTINCT sha256, audit_kind, url AS cell FROM asked WHERE url IS NOT NULL) AS pair
    INNER JOIN cell_oddity AS odd ON pair.cell = odd.cell AND pair.audit_kind = odd.audit_kind
    INNER JOIN certificate ON pair.sha256 = certificate.sha256
    WHERE CASE odd.kind WHEN 'sha1' THEN sha1(certificate.der) = odd.digits ELSE is_nearly(odd.digits, pair.sha256) END
    GROUP BY pair.cell, pair.audit_kind, pair.sha256
),

known AS (
    SELECT
        asked.*,
        period.record_id IS NOT NULL AS has_other_kinds,
        ending.ending,
        ending.at_id AS ending_at,
        record_base.complete_dated IS NULL AND ending.ending = 'parent_missing' AS parent_not_loaded,
        certificate.not_before::DATE AS not_before,
        issued.issued_on,
        'valid from ' || certificate.not_before::DATE
        || if(issued.issued_because = 'notBefore', '', ', ' || issued.issued_because || ' ' || issued.issued_on)
            AS issued,
        owner_period.period_end AS owner_period_end,
        hole.hole_start,
        hole.hole_end,
        reading.trouble,
        reading.trouble_detail,
        reading.has_no_list,
        coalesce(reading.is_read, false) AND reading.trouble IS NULL AND listing.sha256 IS NULL AS absent,
        reading.fingerprints || if(reading.fingerprints = 1, ' fingerprint on ', ' fingerprints on ')
        || reading.pages || if(reading.pages = 1, ' page', ' pages') AS letter_size,
        concat_ws('; ', instead.misprint, instead.thumbprint) AS printed_instead,
        instead.misprint IS NOT NULL AS misprinted,
        listing.sha256 IS NOT NULL AS is_listed,
        coalesce(listing.strict, true) AS listed_strictly,
        CASE
            WHEN listing.sha256 IS NOT NULL THEN {
                'url': listing.url,
                'body_sha256': listing.body_sha256,
                'page': listing.page,
                'line': listing.line,
                'printed': listing.printed
            }
            WHEN reading.letters IS NOT NULL THEN {
                'url': reading.letters[1].url,
                'body_sha256': reading.letters[1].body_sha256,
                'page': NULL,
                'line': NULL,
                'printed': NULL
            }
        END AS letter,
        if(asked.depth = 0, otherwise.differences, NULL) AS differences,
        -- What is not said is not refused; nor is anything where no rule names the schemes.
        coalesce(
            list_bool_or(list_transform(taken.audit_types, lambda taken_type: starts_with(asked.audit_type, taken_type))),
            true
        ) AS accepted
    FROM asked
    INNER JOIN certificate ON asked.sha256 = certificate.sha256
    INNER JOIN ccadb_record AS record ON asked.record_id = record.salesforce_id
    INNER JOIN record_ending AS ending ON asked.record_id = ending.record_id
    LEFT JOIN (SELECT DISTINCT record_id FROM resolved_audit) AS period ON asked.record_id = period.record_id
    LEFT JOIN hole
        ON asked.source_record_id = hole.salesforce_id AND asked.audit_kind = hole.audit_kind
    LEFT JOIN owner_period
        ON
            coalesce(record.subordinate_ca_owner, record.ca_owner) = owner_period.owner
            AND asked.audit_kind = owner_period.audit_kind
    LEFT JOIN cell_reading AS reading ON asked.url = reading.cell AND asked.audit_kind = reading.audit_kind
    LEFT JOIN cell_listing AS listing
        ON asked.url = listing.cell AND asked.audit_kind = listing.audit_kind AND asked.sha256 = listing.sha256
    LEFT JOIN instead
        ON asked.url = instead.cell AND asked.audit_kind = instead.audit_kind AND asked.sha256 = instead.sha256
    LEFT JOIN otherwise
        ON asked.source_record_id = otherwise.salesforce_id AND asked.audit_kind = otherwise.audit_kind
    INNER JOIN issued ON asked.sha256 = issued.sha256
    CROSS JOIN record_base
    LEFT JOIN (
        SELECT
            root_program,
            audit_kind,
            list(DISTINCT audit_type) AS audit_types
        FROM rule_accepted_criteria
        GROUP BY root_program, audit_kind
    ) AS taken ON asked.root_program = taken.root_program AND asked.audit_kind = taken.audit_kind
),

hit AS (
    SELECT
        known.*,
        unnest(list_concat([
            -- Once the owner's next statement is overdue there is nothing left to wait for.
            CASE WHEN NOT found AND issued_on > owner_period_end AND as_of() <= owner_period_end + overdue THEN {
                'step': '7a',
                'reason': 'issued_after_period',
                'detail': issued || '; the owner''s latest ' || audit_kind || ' period ended ' || owner_period_end,
                'since': owner_period_end
            } END,
            -- A slice does not tell what its records' parents say.
            CASE WHEN NOT found AND parent_not_loaded THEN {
                'step': '7h',
                'reason': 'parent_not_loaded',
                'detail': 'the parent of record ' || ending_at || ' is not among the records loaded, a slice',
                'since': NULL::DATE
            } END,
            CASE
                WHEN
                    NOT found
                    AND NOT parent_not_loaded
                    AND (
                        ending IN ('circle', 'parent_missing', 'parent_not_issuer')
                        OR ending = 'end' AND NOT has_other_kinds
                    )
                    THEN {
                        'step': '7b',
                        'reason': 'broken_inheritance',
                        'detail': CASE ending
                            WHEN 'circle' THEN 'audits same as parent runs in a circle at record ' || ending_at
                            WHEN 'parent_missing' THEN 'the parent of record ' || ending_at || ' is not among the records'
                            WHEN 'parent_not_issuer'
                                THEN 'the declared parent of record ' || ending_at || ' did not issue its certificate'
                            ELSE 'audits same as parent ends at record ' || ending_at || ', which names no audit'
                        END,
                        'since': not_before
                    }
            END,
            CASE WHEN NOT found AND (ending = 'own' OR ending = 'end' AND has_other_kinds) THEN {
                'step': '7a',
                'reason': if(has_other_kinds, 'wrong_kind', 'no_audit_record'),
                'detail': 'record ' || record_id || ' leads to no ' || audit_kind || ' audit',
                'since': not_before
            } END,
            CASE WHEN found AND NOT accepted THEN {
                'step': '7a',
                'reason': 'criteria_not_accepted',
                'detail': 'record ' || source_record_id || ' names the scheme ' || audit_type || ' for ' || audit_kind,
                'since': NULL::DATE
            } END,
            CASE WHEN found AND (period_end IS NULL OR period_start IS NULL) THEN {
                'step': '7a',
                'reason': 'audit_without_period',
                'detail': 'record ' || source_record_id || ' names a ' || audit_kind || ' audit without its period',
                'since': NULL::DATE
            } END,
            CASE WHEN period_end > as_of() OR statement_date > as_of() THEN {
                'step': '7h',
                'reason': 'audit_after_the_day',
                'detail': 'the ' || audit_kind || ' period ends ' || coalesce(period_end::VARCHAR, '?')
                || coalesce(', stated ' || statement_date, '') || ': after the day asked about',
                'since': NULL::DATE
            } END,
            CASE WHEN as_of() > period_end + overdue THEN {
                'step': '7c',
                'reason': 'stale',
                'detail': 'the period ended ' || period_end || '; days overdue: ' || (as_of() - period_end - overdue),
                'since': period_end + overdue
            } END,
            CASE WHEN as_of() > period_end + due AND as_of() <= period_end + overdue THEN {
                'step': '7c',
                'reason': 'audit_due',
                'detail': 'the period ended ' || period_end || ', ' || (as_of() - period_end) || ' days ago',
                'since': period_end + due
            } END,
            CASE WHEN period_end - period_start > longest OR period_start > period_end THEN {
                'step': '7d',
                'reason': 'bad_period',
                'detail': 'the period is ' || period_start || ' to ' || period_end,
                'since': period_start
            } END,
            CASE WHEN hole_end > issued_on THEN {
                'step': '7e',
                'reason': 'period_gap',
                'detail': 'a period ended ' || hole_start || ', the next one starts ' || hole_end || '; days between: '
                || (hole_end - hole_start - 1),
                'since': hole_start + 1
            } END,
            CASE WHEN statement_date > period_end + late THEN {
                'step': '7f',
                'reason': 'late_statement',
                'detail': 'the period ended ' || period_end || ', the statement is of ' || statement_date,
                'since': period_end + late
            } END,
            CASE WHEN statement_date < period_end THEN {
                'step': '7f',
                'reason': 'early_statement',
                'detail': 'the statement is of ' || statement_date || ', before the period ended ' || period_end,
                'since': statement_date
            } END,
            CASE WHEN issued_on > period_end AND NOT is_listed THEN {
                'step': '7g',
                'reason': 'issued_after_period',
                'detail': issued || '; the period ended ' || period_end,
                'since': period_end
            } END,
            CASE WHEN absent AND NOT coalesce(issued_on > period_end, false) THEN {
                'step': '7g',
                'reason': CASE
                    WHEN has_no_list THEN 'letter_lists_nothing' WHEN misprinted THEN 'misprinted' ELSE 'not_listed'
                END,
                'detail': concat_ws('; ', 'none of the ' || letter_size || ' is it', nullif(printed_instead, '')),
                'since': coalesce(statement_date, period_end)
            } END,
            CASE WHEN is_listed AND NOT listed_strictly THEN {
                'step': '7g',
                'reason': 'bad_format',
                'detail': 'page ' || letter.page || ', line ' || letter.line || ' prints ' || replace(letter.printed, chr(10), ' / '),
                'since': NULL::DATE
            } END,
            CASE WHEN trouble IS NOT NULL THEN {
                'step': '7h',
                'reason': trouble,
                'detail': concat_ws(': ', url, trouble_detail),
                'since': NULL::DATE
            } END,
            CASE WHEN found AND url IS NULL THEN {
                'step': '7h',
                'reason': 'audit_without_url',
                'detail': 'record ' || source_record_id || ' dates a ' || audit_kind || ' audit and names no statement',
                'since': NULL::DATE
            } END,
            CASE WHEN found THEN {
                'step': '9',
                'reason': if(is_listed, 'listed_', '') || if(depth = 0, 'own', 'inherited'),
                'detail': audit_kind || ' by record ' || source_record_id || ', period '
                || coalesce(period_start::VARCHAR, '?') || ' to ' || coalesce(period_end::VARCHAR, '?')
                || if(is_listed, ', on page ' || letter.page || ', line ' || letter.line || ' of its letter', ''),
                'since': NULL::DATE
            } END
        ], list_transform(
            coalesce(differences, []),
            lambda each: { 'step': '7g', 'reason': each.reason, 'detail': each.detail, 'since': NULL::DATE }
        ))) AS hit
    FROM known
    CROSS JOIN (
        SELECT
            threshold('audit_overdue')::INTEGER AS overdue,
            threshold('audit_due')::INTEGER AS due,
            threshold('longest_period')::INTEGER AS longest,
            threshold('statement_late')::INTEGER AS late
    ) AS limits
)

SELECT
    hit.* EXCLUDE (hit),
    hit.hit.step,
    hit.hit.reason,
    hit.hit.detail,
    hit.hit.since,
    rule.test,
    rule.verdict,
    rule.severity,
    rule.sentence,
    rule.citation
FROM hit
INNER JOIN rule_verdicts AS rule ON hit.hit.step = rule.step AND hit.hit.reason = rule.reason;
COMMENT ON VIEW audit_test IS 'Every test of the decision table that hits, for each audit asked of each certificate, by each of its records.';

CREATE OR REPLACE VIEW without_record AS
WITH scoped AS MATERIALIZED (
    SELECT * FROM in_scope
),

rejected AS (
    -- A row that could not be stored may still have named the certificate.
    SELECT DISTINCT issue.sha256
    FROM ingest_issue AS issue
    INNER JOIN snapshot ON issue.fetch_id = snapshot.fetch_id
    CROSS JOIN record_base
    WHERE
        issue.rejected
        AND snapshot.kind = 'ccadb_records'
        AND snapshot.dated >= record_base.complete_dated
        AND (snapshot.dated <= as_of() OR record_base.complete_before IS NULL)
),

unread AS (
    SELECT coalesce(sum(snapshot.rows_unnamed), 0) AS rows_unnamed
    FROM snapshot
    CROSS JOIN record_base
    WHERE snapshot.kind = 'ccadb_records' AND snapshot.complete AND snapshot.dated = record_base.complete_dated
),

pem_report AS (
    SELECT DISTINCT source.sha256
    FROM certificate_source AS source
    INNER JOIN snapshot ON source.snapshot_id = snapshot.snapshot_id
    WHERE snapshot.kind = 'ccadb_pem'
)

SELECT
    in_scope.*,
    certificate.not_before::DATE AS not_before,
    issued.issued_on,
    record_base.complete_dated,
    record_base.any_loaded,
    unread.rows_unnamed,
    pem_report.sha256 IS NOT NULL AS in_pem_report,
    CASE
        WHEN record_base.complete_dated IS NULL THEN 'not_in_records'
        WHEN rejected.sha256 IS NOT NULL THEN 'row_rejected'
        WHEN as_of() <= issued.issued_on + threshold('disclosure_grace')::INTEGER THEN 'newly_issued'
        WHEN
            record_base.complete_dated <= issued.issued_on + threshold('disclosure_grace')::INTEGER
            THEN 'report_too_old'
        ELSE 'undisclosed'
    END AS reason
FROM scoped AS in_scope
INNER JOIN certificate ON in_scope.sha256 = certificate.sha256
INNER JOIN issued ON in_scope.sha256 = issued.sha256
CROSS JOIN record_base
CROSS JOIN unread
LEFT JOIN rejected ON in_scope.sha256 = rejected.sha256
LEFT JOIN pem_report ON in_scope.sha256 = pem_report.sha256
ANTI JOIN ccadb_record ON in_scope.sha256 = ccadb_record.sha256
UNION ALL
SELECT
    truncated.sha256,
    rule.root_program,
    rule.purpose,
    0 AS paths,
    NULL AS witness_path_id,
    certificate.not_before::DATE AS not_before,
    NULL AS issued_on,
    NULL AS complete_dated,
    NULL AS any_loaded,
    0 AS rows_unnamed,
    false AS in_pem_report,
    'paths_truncated' AS reason
FROM path_truncation AS truncated
INNER JOIN certificate ON truncated.sha256 = certificate.sha256
CROSS JOIN (SELECT DISTINCT root_program, purpose FROM rule_audit_requirements) AS rule
ANTI JOIN scoped
    ON
        truncated.sha256 = scoped.sha256
        AND rule.root_program = scoped.root_program
        AND rule.purpose = scoped.purpose
ANTI JOIN revocation ON truncated.sha256 = revocation.sha256
-- The same answer as scope_state's, worked out apart: asking that view here would double what is planned.
WHERE
    certificate.is_ca
    AND coalesce(list_contains(certificate.key_usage, 'keyCertSign'), true)
    AND certificate.not_before <= as_of()
    AND certificate.not_after >= as_of();
COMMENT ON VIEW without_record IS 'Certificates in scope, or perhaps in scope, of which no record says anything, and why.';

CREATE OR REPLACE VIEW coverage AS
WITH near AS (
    SELECT
        sha256,
        audit_kind,
        list(DISTINCT via ORDER BY via) AS covered_by
    FROM covered_by
    GROUP BY sha256, audit_kind
),

record_verdict AS (
    SELECT
        *,
        list({ 'step': step, 'reason': reason, 'verdict': verdict, 'detail': detail, 'since': since }) OVER record
            AS tests
    FROM audit_test
    WINDOW record AS (PARTITION BY sha256, root_program, purpose, audit_kind, record_id)
    -- The first verdict for each record; what hits besides stands in tests.
    QUALIFY
        row_number() OVER (
            PARTITION BY sha256, root_program, purpose, audit_kind, record_id
            ORDER BY verdict = 'warning', test, since
        ) = 1
),

best AS (
    SELECT
        *,
        list({ 'record_id': record_id, 'verdict': verdict, 'reason': reason }) OVER certificate AS by_record
    FROM record_verdict
    WINDOW certificate AS (PARTITION BY sha256, root_program, purpose, audit_kind)
    -- A certificate under several records has the best of them.
    QUALIFY
        row_number() OVER (
            PARTITION BY sha256, root_program, purpose, audit_kind
            ORDER BY list_position(['listed', 'claimed', 'pending', 'unknown', 'gap'], verdict), test DESC, record_id
        ) = 1
)

SELECT
    best.sha256,
    best.root_program,
    best.purpose,
    best.audit_kind,
    -- What a program does not insist on is no gap, whatever is missing.
    CASE WHEN verdict = 'gap' AND requirement_severity <> 'gap' THEN requirement_severity ELSE verdict END AS verdict,
    reason,
    step,
    detail,
    list_sort(
        list_distinct(
            list_filter(list_transform(tests, lambda hit: hit.reason), lambda other: other <> reason)
        )
    ) AS also,
    if(verdict = 'gap', requirement_severity, severity) AS severity,
    witness_path_id,
    record_id,
    source_record_id,
    url,
    audit_type,
    statement_date,
    period_start,
    period_end,
    letter,
    since,
    requirement_citation,
    sentence,
    citation,
    tests,
    by_record,
    coalesce(near.covered_by, []) AS covered_by
FROM best
LEFT JOIN near ON best.sha256 = near.sha256 AND best.audit_kind = near.audit_kind
UNION ALL
SELECT
    missing.sha256,
    missing.root_program,
    missing.purpose,
    NULL AS audit_kind,
    rule.verdict,
    rule.reason,
    rule.step,
    CASE rule.reason
        WHEN 'not_in_records' THEN if(missing.any_loaded, 'the records loaded are a slice', 'no records are loaded')
        WHEN 'report_too_old' THEN 'the complete report of ' || missing.complete_dated || ' is older'
        WHEN 'row_rejected' THEN 'a row that names it is in the report and could not be stored'
        WHEN 'paths_truncated' THEN 'the budget cut some of its paths'
        ELSE
            'the complete report of ' || missing.complete_dated || ' has no record of it'
            || if(missing.in_pem_report, ', though CCADB''s PEM report has it', '')
            || if(missing.rows_unnamed > 0, '; ' || missing.rows_unnamed || ' rows that could not be read may be it', '')
    END || '; valid from ' || missing.not_before
    || if(missing.issued_on > missing.not_before, ', first seen ' || missing.issued_on, '') AS detail,
    []::VARCHAR[] AS also,
    rule.severity,
    missing.witness_path_id,
    NULL AS record_id,
    NULL AS source_record_id,
    NULL AS url,
    NULL AS audit_type,
    NULL AS statement_date,
    NULL AS period_start,
    NULL AS period_end,
    NULL AS letter,
    CASE rule.reason
        WHEN 'undisclosed' THEN missing.issued_on + threshold('disclosure_grace')::INTEGER
    END AS since,
    rule.citation AS requirement_citation,
    rule.sentence,
    rule.citation,
    [] AS tests,
    [] AS by_record,
    [] AS covered_by
FROM without_record AS missing
INNER JOIN rule_verdicts AS rule ON missing.reason = rule.reason;
COMMENT ON VIEW coverage IS 'The verdict for every certificate in scope × program × purpose × audit kind. Unknown is never covered; claimed is not yet listed. letter: where it is listed, or the letter that was read and does not list it.';
