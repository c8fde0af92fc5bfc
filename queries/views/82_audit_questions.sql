-- What several questions of the catalogue ask alike.

-- missing_audit(kind, purposes): certificates capable of the purposes whose records lead to no audit of the kind, by
-- program. What is not disclosed is missing wherever the program asks for the audit on the day; what is unknown
-- because no report is loaded is not said to be missing. `near`: by which way such an audit stands near it.
CREATE OR REPLACE MACRO missing_audit(wanted_kind, wanted_purposes) AS TABLE
    WITH missing AS (
        SELECT
            coverage.sha256,
            coverage.root_program,
            coverage.purpose,
            coverage.audit_kind,
            coverage.reason,
            coverage.covered_by
        FROM coverage
        -- What is not disclosed is missing wherever the program asks for the audit on the day.
        SEMI JOIN rule_audit_requirements AS asked
            ON
                coverage.root_program = asked.root_program
                AND coverage.purpose = asked.purpose
                AND asked.audit_kind = wanted_kind
                AND (coverage.audit_kind = wanted_kind OR asked.period_basis = 'always' OR asked.effective < as_of())
        WHERE
            list_contains(wanted_purposes, coverage.purpose)
            AND coverage.source_record_id IS NULL
            AND (coverage.audit_kind = wanted_kind OR coverage.audit_kind IS NULL AND coverage.verdict IN ('gap', 'pending'))
    )

    SELECT
        missing.sha256,
        finding.subject,
        finding.owner,
        missing.root_program,
        list(missing.purpose ORDER BY missing.purpose) AS purposes,
        finding.verdict,
        finding.severity,
        missing.reason,
        finding.detail,
        finding.issuer,
        finding.is_cross_certificate,
        missing.covered_by AS near,
        finding.since,
        arg_min(finding.witness, missing.purpose) AS witness,
        finding.rule
    FROM missing
    INNER JOIN finding
        ON
            missing.sha256 = finding.sha256
            AND missing.root_program = finding.root_program
            AND missing.purpose = finding.purpose
            AND missing.audit_kind IS NOT DISTINCT FROM finding.audit_kind
            AND missing.reason = finding.reason
    GROUP BY
        missing.sha256, finding.subject, finding.owner, missing.root_program, finding.verdict, finding.severity,
        missing.reason, finding.detail, finding.issuer, finding.is_cross_certificate, missing.covered_by, finding.since,
        finding.rule;

-- audit_conflict(by_key): certificates in scope of one CA, or of one key under several CA names, whose records lead to
-- different audits of a kind. owners: on duty for any of those that are compared.
CREATE OR REPLACE MACRO audit_conflict(by_key) AS TABLE
    WITH claim AS (
        SELECT
            coverage.sha256,
            certificate.subject,
            certificate.issuer,
            certificate.ca_id,
            certificate.spki_sha256,
            if(by_key, certificate.spki_sha256, certificate.ca_id) AS together,
            duty.owner,
            coverage.root_program,
            coverage.audit_kind,
            coalesce(record.subordinate_ca_owner, record.ca_owner) AS operator,
            coverage.url,
            coverage.audit_type,
            coverage.statement_date,
            coverage.period_start,
            coverage.period_end,
            coverage.verdict,
            coverage.record_id,
            coverage.source_record_id
        FROM coverage
        INNER JOIN certificate ON coverage.sha256 = certificate.sha256
        INNER JOIN duty ON coverage.sha256 = duty.sha256
        INNER JOIN ccadb_record AS record ON coverage.record_id = record.salesforce_id
        -- One record, one audit of a kind: the purposes ask for the same.
        QUALIFY
            row_number() OVER (
                PARTITION BY coverage.sha256, coverage.root_program, coverage.audit_kind
                ORDER BY coverage.verdict = 'gap' DESC, coverage.purpose
            ) = 1
    ),

    conflict AS (
        SELECT
            together,
            root_program,
            audit_kind,
            list_filter([
                if(count(DISTINCT operator) > 1, 'owner', NULL),
                if(bool_or(source_record_id IS NULL) AND bool_or(source_record_id IS NOT NULL), 'one has none', NULL),
                if(
                    count(DISTINCT coalesce(url, '')) FILTER (WHERE source_record_id IS NOT NULL) > 1, 'url', NULL
                ),
                if(
                    count(DISTINCT coalesce(audit_type, '')) FILTER (WHERE source_record_id IS NOT NULL) > 1, 'type', NULL
                ),
                if(
                    count(DISTINCT (statement_date, period_start, period_end))
                    FILTER (WHERE source_record_id IS NOT NULL) > 1,
                    'dates',
                    NULL
                )
            ], lambda difference: difference IS NOT NULL) AS differs,
            list(DISTINCT owner ORDER BY owner) AS owners,
            count(DISTINCT ca_id) AS cas
        FROM claim
        GROUP BY together, root_program, audit_kind
        HAVING len(differs) > 0
    )

    SELECT
        claim.sha256,
        claim.subject,
        claim.owner,
        claim.issuer,
        claim.ca_id,
        claim.spki_sha256,
        claim.together,
        claim.audit_kind,
        conflict.owners,
        conflict.differs,
        claim.operator,
        claim.url,
        claim.audit_type,
        claim.statement_date,
        claim.period_start,
        claim.period_end,
        list(DISTINCT claim.verdict ORDER BY claim.verdict) AS verdicts,
        claim.record_id,
        claim.source_record_id,
        list(claim.root_program ORDER BY claim.root_program) AS programs
    FROM claim
    INNER JOIN conflict
        ON
            claim.together = conflict.together
            AND claim.root_program = conflict.root_program
            AND claim.audit_kind = conflict.audit_kind
    WHERE conflict.cas > 1 OR NOT by_key
    GROUP BY ALL;
