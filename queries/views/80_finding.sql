-- What is wrong or open, one row each, with the path that makes it matter, whose duty it is, and the evidence.

CREATE OR REPLACE VIEW duty AS
SELECT
    certificate.sha256,
    cross_certificate.sha256 IS NOT NULL AS is_cross_certificate,
    CASE
        WHEN cross_certificate.sha256 IS NOT NULL
            THEN coalesce(issuer_owner.owner, record.ca_owner, subject_owner.owner)
        ELSE coalesce(record.owner, subject_owner.owner, issuer_owner.owner)
    END AS owner
FROM certificate
LEFT JOIN cross_certificate ON certificate.sha256 = cross_certificate.sha256
LEFT JOIN issuance ON certificate.sha256 = issuance.sha256
LEFT JOIN ca_owner AS issuer_owner ON issuance.issuer_ca_id = issuer_owner.ca_id
LEFT JOIN ca_owner AS subject_owner ON certificate.ca_id = subject_owner.ca_id
LEFT JOIN (
    SELECT
        sha256,
        min(ca_owner) AS ca_owner,
        min(coalesce(subordinate_ca_owner, ca_owner)) AS owner
    FROM ccadb_record
    GROUP BY sha256
) AS record ON certificate.sha256 = record.sha256;
COMMENT ON VIEW duty IS 'Who has to list a certificate: for a cross-certificate the owner of the issuing CA (CCADB Policy 5.1).';

CREATE OR REPLACE VIEW open_verdict AS
WITH verdict AS MATERIALIZED (
    SELECT
        coverage.*,
        certificate.ca_id
    FROM coverage
    INNER JOIN certificate ON coverage.sha256 = certificate.sha256
),

-- What stands beside a verdict, as the step and the reason of data/verdicts.csv.
beside AS (
    SELECT
        verdict.*,
        unnest(verdict.tests) AS test
    FROM verdict
),

sibling_conflict AS (
    SELECT
        verdict.root_program,
        verdict.purpose,
        verdict.audit_kind,
        verdict.ca_id,
        count(DISTINCT coalesce(record.subordinate_ca_owner, record.ca_owner)) AS owners,
        -- To have none is a verdict of its own: the query sibling-audit-conflict counts it too.
        count(
            DISTINCT (
                verdict.url, verdict.audit_type, verdict.statement_date, verdict.period_start, verdict.period_end
            )
        ) FILTER (WHERE verdict.source_record_id IS NOT NULL) AS audits
    FROM verdict
    INNER JOIN ccadb_record AS record ON verdict.record_id = record.salesforce_id
    GROUP BY verdict.root_program, verdict.purpose, verdict.audit_kind, verdict.ca_id
    HAVING owners > 1 OR audits > 1
),

warning AS (
    SELECT
        * EXCLUDE (test, step, reason, detail, since),
        test.step,
        test.reason,
        test.detail,
        test.since
    FROM beside
    WHERE test.verdict = 'warning'
    UNION ALL BY NAME
    SELECT
        verdict.* EXCLUDE (step, reason, detail, since),
        '8' AS step,
        'inconsistent_sibling' AS reason,
        'certificates of this CA differ in ' || verdict.audit_kind || '; owners named: ' || conflict.owners
        || ', audits: ' || conflict.audits AS detail
    FROM verdict
    INNER JOIN sibling_conflict AS conflict
        ON
            verdict.root_program = conflict.root_program
            AND verdict.purpose = conflict.purpose
            AND verdict.audit_kind = conflict.audit_kind
            AND verdict.ca_id = conflict.ca_id
    UNION ALL BY NAME
    SELECT
        * EXCLUDE (step, reason, detail, since),
        '8' AS step,
        'records_disagree' AS reason,
        'its records say: '
        || array_to_string(
            list_sort(list_transform(by_record, lambda one: one.record_id || ' ' || one.reason)), ', '
        ) AS detail
    FROM verdict
    WHERE len(list_distinct(list_transform(by_record, lambda one: one.verdict))) > 1
    UNION ALL BY NAME
    SELECT
        reading.sha256,
        reading.root_program,
        reading.purpose,
        reading.witness_path_id,
        '2.1' AS step,
        'anchor_extensions' AS reason,
        'the root''s own extensions take ' || reading.purpose || ' away; as a name and a key alone it permits it'
            AS detail
    FROM anchor_reading AS reading
    SEMI JOIN rule_audit_requirements AS asked
        ON reading.root_program = asked.root_program AND reading.purpose = asked.purpose
    ANTI JOIN verdict
        ON
            reading.sha256 = verdict.sha256
            AND reading.root_program = verdict.root_program
            AND reading.purpose = verdict.purpose
    UNION ALL BY NAME
    SELECT
        tail.sha256,
        tail.root_program,
        tail.purpose,
        tail.audit_kind,
        tail.witness_path_id,
        tail.record_id,
        tail.source_record_id,
        tail.url,
        '1' AS step,
        'tail_' || tail.state AS reason,
        tail.ended_because || ' on ' || tail.ended_on || '; the ' || tail.audit_kind || ' period on record '
        || coalesce('ended ' || tail.period_end, 'is none') AS detail,
        tail.ended_on AS since
    FROM tail
    WHERE tail.state IN ('open', 'not_listed')
    UNION ALL BY NAME
    SELECT
        listed.sha256,
        capable.root_program,
        capable.purpose,
        capable.witness_path_id,
        record.salesforce_id AS record_id,
        '2' AS step,
        'revocation_not_in_ccadb' AS reason,
        'revoked on ' || listed.revoked_at::DATE || ' says ' || listed.reference || '; record '
        || record.salesforce_id || ' of ' || record.dated || ' says ' || coalesce(record.revocation_status, 'nothing')
            AS detail,
        listed.revoked_at::DATE + threshold('revocation_grace')::INTEGER AS since
    FROM crl_revocation AS listed
    INNER JOIN ccadb_record AS record
        ON
            listed.sha256 = record.sha256
            AND record.revocation_status IS DISTINCT FROM 'Revoked'
            AND record.dated > listed.revoked_at::DATE + threshold('revocation_grace')::INTEGER
    INNER JOIN ended_capability AS capable ON listed.sha256 = capable.sha256
    SEMI JOIN rule_audit_requirements AS rule
        ON capable.root_program = rule.root_program AND capable.purpose = rule.purpose
)

SELECT
    sha256,
    root_program,
    purpose,
    audit_kind,
    verdict,
    step,
    reason,
    detail,
    also,
    covered_by,
    severity,
    witness_path_id,
    record_id,
    source_record_id,
    url,
    letter,
    since,
    sentence,
    requirement_citation,
    citation
FROM verdict
WHERE verdict NOT IN ('claimed', 'listed')
UNION ALL
SELECT
    warning.sha256,
    warning.root_program,
    warning.purpose,
    warning.audit_kind,
    rule.verdict,
    warning.step,
    warning.reason,
    warning.detail,
    []::VARCHAR[] AS also,
    coalesce(warning.covered_by, []) AS covered_by,
    rule.severity,
    warning.witness_path_id,
    warning.record_id,
    warning.source_record_id,
    warning.url,
    warning.letter,
    warning.since,
    rule.sentence,
    coalesce(warning.requirement_citation, rule.citation) AS requirement_citation,
    rule.citation
FROM warning
INNER JOIN rule_verdicts AS rule ON warning.step = rule.step AND warning.reason = rule.reason;
COMMENT ON VIEW open_verdict IS 'Every verdict that is neither listed nor claimed, and every warning and note beside one.';

-- path_lines(path_ids): each of the paths as one line of text, the anchor first. Of those wanted alone, because to put
-- every path into words takes longer than all the rest.
CREATE OR REPLACE MACRO path_lines(wanted) AS TABLE
    SELECT
        member.path_id,
        string_agg(
            certificate.subject || ' [' || left(certificate.sha256, 8) || ']', ' > ' ORDER BY member.position
        ) AS line
    FROM path_certificate AS member
    SEMI JOIN (SELECT unnest(wanted) AS path_id) AS asked ON member.path_id = asked.path_id
    INNER JOIN certificate ON member.sha256 = certificate.sha256
    GROUP BY member.path_id;

CREATE OR REPLACE VIEW finding AS
WITH issue AS MATERIALIZED (
    SELECT * FROM open_verdict
)

SELECT
    left(
        sha256(
            concat_ws(
                '|', issue.reason, issue.sha256, issue.root_program, issue.purpose, issue.audit_kind
            )
        ),
        16
    ) AS finding_id,
    issue.severity,
    issue.verdict,
    issue.reason,
    issue.root_program,
    issue.purpose,
    issue.audit_kind,
    duty.owner,
    issue.sha256,
    certificate.subject,
    certificate.issuer,
    duty.is_cross_certificate,
    issue.detail,
    issue.also,
    issue.covered_by,
    issue.since,
    issue.witness_path_id,
    witness.line AS witness,
    list_filter(
        [
            {
                'source': record.source,
                'line': record.line,
                'field': 'Salesforce Record ID',
                'value': record.salesforce_id
            },
            {
                'source': record.source,
                'line': record.line,
                'field': 'Audits Same as Parent',
                'value': record.audits_same_as_parent::VARCHAR
            },
            {
                'source': audit_record.source,
                'line': audit_record.line,
                'field': issue.audit_kind || ' Audit URL',
                'value': coalesce(issue.url, '')
            },
            {
                'source': issue.letter.url,
                'line': issue.letter.line,
                'field': coalesce('fingerprint on page ' || issue.letter.page, 'SHA-256 of the letter'),
                'value': coalesce(issue.letter.printed, issue.letter.body_sha256)
            }
        ],
        lambda evidence: evidence.source IS NOT NULL
    ) AS evidence,
    issue.step,
    issue.sentence AS rule,
    issue.requirement_citation,
    issue.citation
FROM issue
INNER JOIN certificate ON issue.sha256 = certificate.sha256
INNER JOIN duty ON issue.sha256 = duty.sha256
LEFT JOIN path_lines((SELECT list(DISTINCT asked.witness_path_id) FROM issue AS asked)) AS witness
    ON issue.witness_path_id = witness.path_id
LEFT JOIN ccadb_record AS record ON issue.record_id = record.salesforce_id
LEFT JOIN ccadb_record AS audit_record
    ON coalesce(issue.source_record_id, issue.record_id) = audit_record.salesforce_id;
COMMENT ON VIEW finding IS 'Every gap, warning and note, with its stable id, the owner on duty, a witness path and the evidence.';
