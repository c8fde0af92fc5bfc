-- title: One key under several names whose audits differ
-- description: Certificates in scope that carry the same public key under different CA names, and whose records lead to
--   different audits of a kind: of another owner, at another URL, of another scheme or of other dates, or one has none.
--   One key is in one owner's hands, so one audit should speak of it (MRSP 5.3.2; Mozilla bugs 1563573 and 1567062). One
--   row for each certificate and kind, those of a key together. Of those without any record nothing is said here.
-- param: owner varchar NULL only where one of the certificates' owner on duty contains this text
-- param: kind varchar NULL only this audit kind
-- denominator: certificates in scope that a record names
-- of: SELECT count(DISTINCT sha256) FROM coverage WHERE record_id IS NOT NULL
-- columns: sha256, subject, owner, issuer, spki_sha256, audit_kind, differs, operator, url, audit_type, statement_date,
--   period_start, period_end, verdicts, record_id, source_record_id, programs
WITH claim AS (
    SELECT
        coverage.sha256,
        certificate.subject,
        certificate.issuer,
        certificate.ca_id,
        certificate.spki_sha256,
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
    WHERE lower(coverage.audit_kind) = lower(coalesce(getvariable('kind'), coverage.audit_kind))
    -- One record, one audit of a kind: the purposes ask for the same.
    QUALIFY
        row_number() OVER (
            PARTITION BY coverage.sha256, coverage.root_program, coverage.audit_kind
            ORDER BY coverage.verdict = 'gap' DESC, coverage.purpose
        ) = 1
),

conflict AS (
    SELECT
        spki_sha256,
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
        ], lambda difference: difference IS NOT NULL) AS differs
    FROM claim
    GROUP BY spki_sha256, root_program, audit_kind
    HAVING
        count(DISTINCT ca_id) > 1
        AND len(differs) > 0
        AND (getvariable('owner') IS NULL OR bool_or(contains(lower(owner), lower(getvariable('owner')))))
)

SELECT
    claim.sha256,
    claim.subject,
    claim.owner,
    claim.issuer,
    claim.spki_sha256,
    claim.audit_kind,
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
        claim.spki_sha256 = conflict.spki_sha256
        AND claim.root_program = conflict.root_program
        AND claim.audit_kind = conflict.audit_kind
GROUP BY ALL
ORDER BY
    claim.spki_sha256, claim.audit_kind, claim.subject, claim.sha256, programs, conflict.differs, claim.record_id;
