-- What is wrong or open, one row each, with the path that makes it matter, whose duty it is, and the evidence.

CREATE OR REPLACE VIEW sibling_conflict AS
SELECT
    required.root_program,
    required.purpose,
    required.audit_kind,
    certificate.ca_id,
    count(DISTINCT coalesce(record.subordinate_ca_owner, record.ca_owner)) AS owners,
    count(DISTINCT (audit.url, audit.audit_type, audit.statement_date, audit.period_start, audit.period_end))
    FILTER (WHERE audit.record_id IS NOT NULL) AS audits
FROM required_audit AS required
INNER JOIN certificate ON required.sha256 = certificate.sha256
INNER JOIN ccadb_record AS record ON required.record_id = record.salesforce_id
LEFT JOIN resolved_audit AS audit
    ON required.record_id = audit.record_id AND required.audit_kind = audit.audit_kind
GROUP BY required.root_program, required.purpose, required.audit_kind, certificate.ca_id
HAVING owners > 1 OR audits > 1;
COMMENT ON VIEW sibling_conflict IS 'CAs whose certificates in scope name different owners or different audits of one kind.';

CREATE OR REPLACE VIEW duty AS
SELECT
    certificate.sha256,
    cross_certificate.sha256 IS NOT NULL AS is_cross_certificate,
    CASE
        WHEN cross_certificate.sha256 IS NOT NULL THEN coalesce(issuer_owner.owner, record.owner)
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
        min(coalesce(subordinate_ca_owner, ca_owner)) AS owner
    FROM ccadb_record
    GROUP BY sha256
) AS record ON certificate.sha256 = record.sha256;
COMMENT ON VIEW duty IS 'Who has to list a certificate: for a cross-certificate the owner of the issuing CA (CCADB Policy 5.1).';

CREATE OR REPLACE VIEW issue_found AS
WITH verdict AS MATERIALIZED (
    SELECT * FROM coverage
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
    severity,
    witness_path_id,
    record_id,
    source_record_id,
    url,
    since,
    sentence,
    requirement_citation,
    citation
FROM verdict
WHERE verdict <> 'claimed'
UNION ALL
SELECT
    coverage.sha256,
    coverage.root_program,
    coverage.purpose,
    coverage.audit_kind,
    test.verdict,
    test.step,
    test.reason,
    test.detail,
    []::VARCHAR[] AS also,
    test.severity,
    coverage.witness_path_id,
    coverage.record_id,
    test.source_record_id,
    test.url,
    test.since,
    test.sentence,
    coverage.requirement_citation,
    test.citation
FROM verdict AS coverage
INNER JOIN audit_test AS test
    ON
        coverage.sha256 = test.sha256
        AND coverage.record_id = test.record_id
        AND coverage.audit_kind = test.audit_kind
        AND test.verdict = 'warning'
UNION ALL
SELECT
    coverage.sha256,
    coverage.root_program,
    coverage.purpose,
    coverage.audit_kind,
    rule.verdict,
    rule.step,
    rule.reason,
    'certificates of this CA name ' || conflict.owners || ' owners and ' || conflict.audits || ' different '
    || coverage.audit_kind || ' audits' AS detail,
    []::VARCHAR[] AS also,
    rule.severity,
    coverage.witness_path_id,
    coverage.record_id,
    coverage.source_record_id,
    coverage.url,
    NULL AS since,
    rule.sentence,
    coverage.requirement_citation,
    rule.citation
FROM verdict AS coverage
INNER JOIN certificate ON coverage.sha256 = certificate.sha256
INNER JOIN sibling_conflict AS conflict
    ON
        coverage.root_program = conflict.root_program
        AND coverage.purpose = conflict.purpose
        AND coverage.audit_kind = conflict.audit_kind
        AND certificate.ca_id = conflict.ca_id
INNER JOIN rule_verdicts AS rule ON rule.reason = 'inconsistent_sibling';
COMMENT ON VIEW issue_found IS 'Every verdict that is not a claim, and every warning beside one.';

CREATE OR REPLACE VIEW path_line AS
SELECT
    member.path_id,
    string_agg(
        certificate.subject || ' [' || left(certificate.sha256, 8) || ']', ' > ' ORDER BY member.position
    ) AS line
FROM path_certificate AS member
INNER JOIN certificate ON member.sha256 = certificate.sha256
GROUP BY member.path_id;
COMMENT ON VIEW path_line IS 'A path as one line of text, the anchor first.';

CREATE OR REPLACE VIEW finding AS
WITH issue AS MATERIALIZED (
    SELECT * FROM issue_found
),

witness AS MATERIALIZED (
    SELECT
        member.path_id,
        string_agg(
            certificate.subject || ' [' || left(certificate.sha256, 8) || ']', ' > ' ORDER BY member.position
        ) AS line
    FROM path_certificate AS member
    SEMI JOIN issue AS wanted ON member.path_id = wanted.witness_path_id
    INNER JOIN certificate ON member.sha256 = certificate.sha256
    GROUP BY member.path_id
)

SELECT
    left(
        sha256(
            concat_ws(
                '|', issue.step, issue.reason, issue.sha256, issue.root_program, issue.purpose, issue.audit_kind
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
LEFT JOIN witness ON issue.witness_path_id = witness.path_id
LEFT JOIN ccadb_record AS record ON issue.record_id = record.salesforce_id
LEFT JOIN ccadb_record AS audit_record
    ON coalesce(issue.source_record_id, issue.record_id) = audit_record.salesforce_id;
COMMENT ON VIEW finding IS 'Every gap, warning and note, with its stable id, the owner on duty, a witness path and the evidence.';
