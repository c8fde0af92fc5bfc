-- The verdict for every certificate in scope: the first test that hits (steps 6 to 9 of data/verdicts.csv).

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

CREATE OR REPLACE VIEW not_listed AS
SELECT coverage.*
FROM coverage
SEMI JOIN (SELECT reason FROM rule_verdicts WHERE step = '7g' AND verdict = 'gap') AS gap ON coverage.reason = gap.reason;
COMMENT ON VIEW not_listed IS 'Coverage whose letter was read and does not list the certificate, whether its program insists on the kind or not.';
