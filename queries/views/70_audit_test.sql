-- Which audit each certificate in scope needs, and every test of steps 7 and 9 that its records and letters meet.

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
            WHEN listing.sha256 IS NOT NULL
                THEN
                    {
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
                    WHEN misprinted THEN 'misprinted' WHEN has_no_list THEN 'letter_lists_nothing' ELSE 'not_listed'
                END,
                'detail': concat_ws('; ', 'none of the ' || letter_size || ' is it', nullif(printed_instead, '')),
                'since': coalesce(statement_date, period_end)
            } END,
            CASE WHEN is_listed AND NOT listed_strictly THEN {
                'step': '7g',
                'reason': 'bad_format',
                'detail': 'page '
                || letter.page
                || ', line '
                || letter.line
                || ' prints '
                || replace(letter.printed, chr(10), ' / '),
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
