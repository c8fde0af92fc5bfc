-- title: What rests on each audit firm
-- description: How many owners, and how many certificates in scope, rest on the statements of each audit firm, those with
--   the most first; `certificates_here_alone`: those whose audits are all by this firm. Were a program to stop taking a
--   firm's statements, those would need new ones. An empty firm: the record that names the audit does not say who made it.
-- param: owner varchar NULL only audits of owners that contain this text
-- denominator: certificates in scope with an audit on record
-- of: SELECT count(DISTINCT sha256) FROM coverage WHERE source_record_id IS NOT NULL
-- columns: audit_firm, owners, records, certificates, certificates_here_alone, owner_names, audit_kinds, programs,
--   locations
WITH resting AS (
    SELECT DISTINCT
        coverage.sha256,
        coverage.root_program,
        coverage.audit_kind,
        coverage.source_record_id,
        record.audit_firm,
        record.audit_firm_location,
        coalesce(record.subordinate_ca_owner, record.ca_owner) AS owner
    FROM coverage
    INNER JOIN ccadb_record AS record ON coverage.source_record_id = record.salesforce_id
    WHERE
        getvariable('owner') IS NULL
        OR contains(lower(coalesce(record.subordinate_ca_owner, record.ca_owner)), lower(getvariable('owner')))
),

firm AS (
    SELECT
        sha256,
        count(DISTINCT coalesce(audit_firm, '')) AS firms
    FROM resting
    GROUP BY sha256
)

SELECT
    resting.audit_firm,
    count(DISTINCT resting.owner) AS owners,
    count(DISTINCT resting.source_record_id) AS records,
    count(DISTINCT resting.sha256) AS certificates,
    count(DISTINCT resting.sha256) FILTER (WHERE firm.firms = 1) AS certificates_here_alone,
    list(DISTINCT resting.owner ORDER BY resting.owner) AS owner_names,
    list(DISTINCT resting.audit_kind ORDER BY resting.audit_kind) AS audit_kinds,
    list(DISTINCT resting.root_program ORDER BY resting.root_program) AS programs,
    coalesce(
        list(DISTINCT resting.audit_firm_location ORDER BY resting.audit_firm_location)
        FILTER (WHERE resting.audit_firm_location IS NOT NULL),
        []
    ) AS locations
FROM resting
INNER JOIN firm ON resting.sha256 = firm.sha256
GROUP BY resting.audit_firm
ORDER BY certificates DESC, owners DESC, resting.audit_firm NULLS LAST;
