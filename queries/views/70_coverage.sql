-- Which audit each certificate in scope needs, and whether its records claim it (steps 6 to 9).

CREATE OR REPLACE VIEW required_audit AS
SELECT
    in_scope.sha256,
    in_scope.root_program,
    in_scope.purpose,
    in_scope.witness_path_id,
    record.salesforce_id AS record_id,
    rule.audit_kind,
    rule.severity,
    rule.citation
FROM in_scope
INNER JOIN ccadb_record AS record ON in_scope.sha256 = record.sha256
LEFT JOIN record_period ON record.salesforce_id = record_period.record_id
INNER JOIN rule_audit_requirements AS rule
    ON in_scope.root_program = rule.root_program AND in_scope.purpose = rule.purpose
WHERE
    CASE rule.period_basis
        WHEN 'always' THEN true
        WHEN 'ends_after' THEN coalesce(record_period.period_end, as_of()) > rule.effective
        WHEN 'starts_after' THEN coalesce(record_period.period_start, as_of()) > rule.effective
    END;
COMMENT ON VIEW required_audit IS 'What the programs ask of each certificate in scope, by each of its records; dated rules by its audit period, or by the day where it has none.';

CREATE OR REPLACE VIEW audit_test AS
WITH asked AS (
    SELECT DISTINCT sha256, record_id, audit_kind FROM required_audit
),

known AS (
    SELECT
        asked.sha256,
        asked.record_id,
        asked.audit_kind,
        audit.record_id IS NOT NULL AS found,
        audit.depth,
        audit.source_record_id,
        audit.url,
        audit.audit_type,
        audit.statement_date,
        audit.period_start,
        audit.period_end,
        ending.ending,
        ending.at_id AS ending_at,
        certificate.not_before::DATE AS not_before,
        owner_period.period_end AS owner_period_end,
        EXISTS (
            SELECT 1 FROM resolved_audit AS other WHERE other.record_id = asked.record_id
        ) AS has_other_kinds
    FROM asked
    INNER JOIN certificate ON asked.sha256 = certificate.sha256
    INNER JOIN ccadb_record AS record ON asked.record_id = record.salesforce_id
    INNER JOIN record_ending AS ending ON asked.record_id = ending.record_id
    LEFT JOIN resolved_audit AS audit
        ON asked.record_id = audit.record_id AND asked.audit_kind = audit.audit_kind
    LEFT JOIN owner_period
        ON record.ca_owner = owner_period.ca_owner AND asked.audit_kind = owner_period.audit_kind
),

hit AS (
    SELECT
        *,
        '7a' AS step,
        'issued_after_period' AS reason,
        'valid from ' || not_before || '; the owner''s latest ' || audit_kind || ' period ended '
        || owner_period_end AS detail,
        owner_period_end AS since
    FROM known
    WHERE NOT found AND not_before > owner_period_end
    UNION ALL
    SELECT
        *,
        '7b' AS step,
        'broken_inheritance' AS reason,
        CASE ending
            WHEN 'circle' THEN 'audits same as parent runs in a circle at record ' || ending_at
            WHEN 'parent_missing' THEN 'the parent of record ' || ending_at || ' is not among the records'
            WHEN 'parent_not_issuer'
                THEN
                    'the declared parent of record ' || ending_at
                    || ' did not issue its certificate'
            ELSE 'audits same as parent ends at record ' || ending_at || ', which names no audit'
        END AS detail,
        not_before AS since
    FROM known
    WHERE
        NOT found
        AND (ending IN ('circle', 'parent_missing', 'parent_not_issuer') OR (ending = 'end' AND NOT has_other_kinds))
    UNION ALL
    SELECT
        *,
        '7a' AS step,
        if(has_other_kinds AND audit_kind <> 'Standard', 'wrong_kind', 'no_audit_record') AS reason,
        'record ' || record_id || ' leads to no ' || audit_kind || ' audit' AS detail,
        not_before AS since
    FROM known
    WHERE NOT found AND (ending = 'own' OR (ending = 'end' AND has_other_kinds))
    UNION ALL
    SELECT
        *,
        '7a' AS step,
        'audit_without_period' AS reason,
        'record ' || source_record_id || ' names a ' || audit_kind || ' audit without its period' AS detail,
        NULL AS since
    FROM known
    WHERE found AND (period_end IS NULL OR period_start IS NULL)
    UNION ALL
    SELECT
        *,
        '7c' AS step,
        'stale' AS reason,
        'the period ended ' || period_end || '; overdue by '
        || (as_of() - period_end - threshold('audit_overdue')) || ' days' AS detail,
        period_end + threshold('audit_overdue')::INTEGER AS since
    FROM known
    WHERE as_of() > period_end + threshold('audit_overdue')::INTEGER
    UNION ALL
    SELECT
        *,
        '7c' AS step,
        'audit_due' AS reason,
        'the period ended ' || period_end || ', ' || (as_of() - period_end) || ' days ago' AS detail,
        period_end + threshold('audit_due')::INTEGER AS since
    FROM known
    WHERE
        as_of() > period_end + threshold('audit_due')::INTEGER
        AND as_of() <= period_end + threshold('audit_overdue')::INTEGER
    UNION ALL
    SELECT
        *,
        '7d' AS step,
        'bad_period' AS reason,
        'the period is ' || period_start || ' to ' || period_end AS detail,
        period_start AS since
    FROM known
    WHERE period_end - period_start > threshold('longest_period') OR period_start > period_end
    UNION ALL
    SELECT
        known.*,
        '7e' AS step,
        'period_gap' AS reason,
        'the period before ended ' || history.previous_end || ', this one starts ' || history.period_start
        || ': ' || (history.period_start - history.previous_end - 1) || ' days between' AS detail,
        history.previous_end + 1 AS since
    FROM known
    INNER JOIN audit_history AS history
        ON known.source_record_id = history.salesforce_id AND known.audit_kind = history.audit_kind
    WHERE history.period_start > history.previous_end + 1
    UNION ALL
    SELECT
        *,
        '7f' AS step,
        'late_statement' AS reason,
        'the period ended ' || period_end || ', the statement is of ' || statement_date AS detail,
        period_end + threshold('statement_late')::INTEGER AS since
    FROM known
    WHERE statement_date > period_end + threshold('statement_late')::INTEGER
    UNION ALL
    SELECT
        *,
        '7g' AS step,
        'issued_after_period' AS reason,
        'valid from ' || not_before || '; the period ended ' || period_end AS detail,
        period_end AS since
    FROM known
    WHERE not_before > period_end
    UNION ALL
    SELECT
        *,
        '9' AS step,
        if(depth = 0, 'own', 'inherited') AS reason,
        audit_kind || ' by record ' || source_record_id || ', period ' || period_start || ' to ' || period_end
            AS detail,
        NULL AS since
    FROM known
    WHERE found
)

SELECT
    hit.*,
    rule.test,
    rule.verdict,
    rule.severity,
    rule.sentence,
    rule.citation
FROM hit
INNER JOIN rule_verdicts AS rule ON hit.step = rule.step AND hit.reason = rule.reason;
COMMENT ON VIEW audit_test IS 'Every test of the decision table that hits, for each certificate in scope, record and audit kind asked.';

CREATE OR REPLACE VIEW record_coverage AS
SELECT
    *,
    list(reason) OVER (PARTITION BY sha256, record_id, audit_kind) AS reasons
FROM audit_test
QUALIFY
    row_number() OVER (
        PARTITION BY sha256, record_id, audit_kind ORDER BY verdict = 'warning', test, since
    ) = 1;
COMMENT ON VIEW record_coverage IS 'The first verdict for each certificate, record and audit kind, with the reasons of every test that hits.';

CREATE OR REPLACE VIEW coverage AS
SELECT
    required.sha256,
    required.root_program,
    required.purpose,
    required.audit_kind,
    coverage.verdict,
    coverage.reason,
    coverage.step,
    coverage.detail,
    list_sort(list_filter(list_distinct(coverage.reasons), lambda other: other <> coverage.reason)) AS also,
    CASE WHEN coverage.verdict = 'gap' THEN required.severity ELSE coverage.severity END AS severity,
    required.witness_path_id,
    required.record_id,
    coverage.source_record_id,
    coverage.url,
    coverage.period_start,
    coverage.period_end,
    coverage.since,
    required.citation AS requirement_citation,
    coverage.sentence,
    coverage.citation
FROM required_audit AS required
INNER JOIN record_coverage AS coverage
    ON
        required.sha256 = coverage.sha256
        AND required.record_id = coverage.record_id
        AND required.audit_kind = coverage.audit_kind
-- A certificate under two records has the better of the two.
QUALIFY
    row_number() OVER (
        PARTITION BY required.sha256, required.root_program, required.purpose, required.audit_kind
        ORDER BY
            list_position(['claimed', 'pending', 'unknown', 'gap'], coverage.verdict),
            coverage.test,
            required.record_id
    ) = 1
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
        ELSE
            'valid from ' || missing.not_before || '; the complete report of ' || missing.complete_dated
            || ' has no record of it'
    END AS detail,
    []::VARCHAR[] AS also,
    rule.severity,
    missing.witness_path_id,
    NULL AS record_id,
    NULL AS source_record_id,
    NULL AS url,
    NULL AS period_start,
    NULL AS period_end,
    CASE rule.reason
        WHEN 'undisclosed' THEN missing.not_before + threshold('disclosure_grace')::INTEGER
    END AS since,
    rule.citation AS requirement_citation,
    rule.sentence,
    rule.citation
FROM (
    SELECT
        in_scope.*,
        certificate.not_before::DATE AS not_before,
        record_base.complete_dated,
        record_base.any_loaded,
        CASE
            -- A row that could not be stored may still have named the certificate.
            WHEN record_base.complete_dated IS NULL OR rejected.sha256 IS NOT NULL THEN 'not_in_records'
            WHEN
                as_of() <= certificate.not_before::DATE + threshold('disclosure_grace')::INTEGER
                THEN 'newly_issued'
            ELSE 'undisclosed'
        END AS reason
    FROM in_scope
    INNER JOIN certificate ON in_scope.sha256 = certificate.sha256
    CROSS JOIN record_base
    LEFT JOIN (
        SELECT DISTINCT sha256 FROM ingest_issue WHERE rejected AND sha256 IS NOT NULL
    ) AS rejected ON in_scope.sha256 = rejected.sha256
    ANTI JOIN ccadb_record ON in_scope.sha256 = ccadb_record.sha256
) AS missing
INNER JOIN rule_verdicts AS rule ON missing.reason = rule.reason AND rule.step = '6';
COMMENT ON VIEW coverage IS 'The verdict for every certificate in scope × program × purpose × audit kind. Unknown is never covered; claimed is not yet listed.';
