-- CCADB's records as crt.sh reads them.

-- A record with what it inherits: up four levels at most, along one parent, each cell from the nearest record that has
-- it, so that one audit may be mixed of two. Of a certificate with two records the intermediate's counts.
CREATE OR REPLACE VIEW crtsh_rule_record AS
WITH RECURSIVE
record AS MATERIALIZED (
    SELECT
        sha256,
        record_key,
        salesforce_id,
        record_type = 'Root Certificate' AS is_root,
        ca_owner,
        subordinate_ca_owner,
        revocation_status,
        parent_sha256,
        parent_name,
        valid_to,
        coalesce(audits_same_as_parent, false) AS audits_open,
        -- One reading of the JSON for all its cells. What ends in a question mark is version 2's.
        from_json(other, '{
            "CP Same as Parent": "VARCHAR", "CP Same as Parent?": "VARCHAR",
            "CPS Same as Parent": "VARCHAR", "CPS Same as Parent?": "VARCHAR",
            "CP/CPS Same as Parent": "VARCHAR", "CP/CPS Same as Parent?": "VARCHAR",
            "MD/AsciiDoc CP/CPS Same as Parent": "VARCHAR",
            "Certificate Policy (CP) URL": "VARCHAR",
            "CP Effective Date": "VARCHAR", "CP Last Update Date": "VARCHAR",
            "Certificate Practice Statement (CPS) URL": "VARCHAR",
            "CPS Effective Date": "VARCHAR", "CPS Last Update Date": "VARCHAR",
            "Certificate Practice & Policy Statement": "VARCHAR",
            "CP/CPS Effective Date": "VARCHAR", "CP/CPS Last Updated Date": "VARCHAR",
            "MD/AsciiDoc CP/CPS URL": "VARCHAR",
            "MD/AsciiDoc CP/CPS Effective Date": "VARCHAR", "MD/AsciiDoc CP/CPS Last Updated Date": "VARCHAR",
            "JSON Array of All Full CRL URLs": "VARCHAR", "Full CRL Issued By This CA": "VARCHAR",
            "JSON Array of Partitioned CRLs": "VARCHAR"
        }') AS cell
    FROM ccadb_record
    QUALIFY row_number() OVER (PARTITION BY sha256 ORDER BY is_root, salesforce_id) = 1
),

document AS MATERIALIZED (
    SELECT
        sha256,
        lower(coalesce(cell['CP Same as Parent'], cell['CP Same as Parent?'])) = 'true' AS cp_open,
        lower(coalesce(cell['CPS Same as Parent'], cell['CPS Same as Parent?'])) = 'true' AS cps_open,
        lower(coalesce(cell['CP/CPS Same as Parent'], cell['CP/CPS Same as Parent?'])) = 'true' AS both_open,
        lower(cell['MD/AsciiDoc CP/CPS Same as Parent']) = 'true' AS md_open,
        cell['Certificate Policy (CP) URL'] AS cp,
        coalesce(cell['CP Effective Date'], cell['CP Last Update Date']) AS cp_date,
        cell['Certificate Practice Statement (CPS) URL'] AS cps,
        coalesce(cell['CPS Effective Date'], cell['CPS Last Update Date']) AS cps_date,
        cell['Certificate Practice & Policy Statement'] AS both_documents,
        coalesce(cell['CP/CPS Effective Date'], cell['CP/CPS Last Updated Date']) AS both_date,
        cell['MD/AsciiDoc CP/CPS URL'] AS md,
        coalesce(
            cell['MD/AsciiDoc CP/CPS Effective Date'], cell['MD/AsciiDoc CP/CPS Last Updated Date']
        ) AS md_date,
        coalesce(cell['JSON Array of All Full CRL URLs'], cell['Full CRL Issued By This CA']) AS full_crl,
        cell['JSON Array of Partitioned CRLs'] AS partitioned_crls
    FROM record
),

-- The parent that the record names, where it is a certificate of the issuer; else a live root's; else a live
-- intermediate's; else any of the issuer's.
step AS MATERIALIZED (
    SELECT
        record.sha256,
        parent.sha256 AS parent_sha256
    FROM record
    INNER JOIN issuance ON record.sha256 = issuance.sha256 AND issuance.signature_status IN ('ok', 'weak')
    INNER JOIN certificate AS parent ON issuance.issuer_ca_id = parent.ca_id AND record.sha256 <> parent.sha256
    LEFT JOIN record AS parent_record ON parent.sha256 = parent_record.sha256
    WHERE NOT record.is_root
    QUALIFY row_number() OVER (
        PARTITION BY record.sha256
        ORDER BY
            CASE
                WHEN parent.sha256 = record.parent_sha256 THEN 1
                WHEN parent_record.is_root AND parent.not_after > as_of() THEN 2
                WHEN NOT parent_record.is_root AND parent.not_after > as_of() THEN 3
                ELSE 4
            END,
            parent.sha256
    ) = 1
),

ascent AS (
    SELECT
        record.sha256,
        record.sha256 AS at_sha256,
        0 AS depth,
        true AS audits,
        true AS cp,
        true AS cps,
        true AS both_documents,
        true AS md
    FROM record
    UNION ALL
    SELECT
        ascent.sha256,
        step.parent_sha256 AS at_sha256,
        ascent.depth + 1 AS depth,
        ascent.audits AND record.audits_open AS audits,
        ascent.cp AND coalesce(document.cp_open, false) AS cp,
        ascent.cps AND coalesce(document.cps_open, false) AS cps,
        ascent.both_documents AND coalesce(document.both_open, false) AS both_documents,
        ascent.md AND coalesce(document.md_open, false) AS md
    FROM ascent
    INNER JOIN step ON ascent.at_sha256 = step.sha256
    INNER JOIN record ON ascent.at_sha256 = record.sha256
    INNER JOIN document ON ascent.at_sha256 = document.sha256
    WHERE ascent.depth < 4
),

way AS MATERIALIZED (
    SELECT * FROM ascent
),

audits AS (
    SELECT
        cells.sha256,
        any_value(cells.audit) FILTER (WHERE cells.audit_kind = 'Standard') AS standard,
        any_value(cells.audit) FILTER (WHERE cells.audit_kind = 'TLS BR') AS tls_br,
        any_value(cells.audit) FILTER (WHERE cells.audit_kind = 'TLS EVG') AS tls_evg,
        any_value(cells.audit) FILTER (WHERE cells.audit_kind = 'S/MIME BR') AS smime_br,
        any_value(cells.audit) FILTER (WHERE cells.audit_kind = 'Code Signing') AS code_signing,
        list(cells.audit_kind ORDER BY cells.audit_kind) FILTER (WHERE cells.whole) AS whole_kinds,
        -- A cell that the nearest record with the audit lacks and another one has.
        list(cells.audit_kind ORDER BY cells.audit_kind) FILTER (WHERE cells.audit <> cells.nearest) AS mixed_kinds
    FROM (
        SELECT
            way.sha256,
            audit.audit_kind,
            -- Two alike have one number: all that is asked of an audit is whether another is the same.
            hash({
                'url': arg_min(audit.url, way.depth),
                'audit_type': arg_min(audit.audit_type, way.depth),
                'statement_date': arg_min(audit.statement_date, way.depth),
                'period_start': arg_min(audit.period_start, way.depth),
                'period_end': arg_min(audit.period_end, way.depth)
            }) AS audit,
            count(audit.url) > 0
            AND count(audit.audit_type) > 0
            AND count(audit.statement_date) > 0
            AND count(audit.period_start) > 0
            AND count(audit.period_end) > 0 AS whole,
            hash({
                'url': arg_min_null(audit.url, way.depth),
                'audit_type': arg_min_null(audit.audit_type, way.depth),
                'statement_date': arg_min_null(audit.statement_date, way.depth),
                'period_start': arg_min_null(audit.period_start, way.depth),
                'period_end': arg_min_null(audit.period_end, way.depth)
            }) AS nearest
        FROM way
        INNER JOIN record ON way.at_sha256 = record.sha256
        INNER JOIN audit ON record.record_key = audit.record_key
        WHERE way.audits
        GROUP BY way.sha256, audit.audit_kind
    ) AS cells
    GROUP BY cells.sha256
),

documents AS (
    SELECT
        way.sha256,
        arg_min(record.subordinate_ca_owner, way.depth) AS subordinate_ca_owner,
        arg_min(document.cp, way.depth) FILTER (WHERE way.cp) AS cp,
        arg_min(document.cp_date, way.depth) FILTER (WHERE way.cp) AS cp_date,
        arg_min(document.cps, way.depth) FILTER (WHERE way.cps) AS cps,
        arg_min(document.cps_date, way.depth) FILTER (WHERE way.cps) AS cps_date,
        arg_min(document.both_documents, way.depth) FILTER (WHERE way.both_documents) AS both_documents,
        arg_min(document.both_date, way.depth) FILTER (WHERE way.both_documents) AS both_date,
        arg_min(document.md, way.depth) FILTER (WHERE way.md) AS md,
        arg_min(document.md_date, way.depth) FILTER (WHERE way.md) AS md_date
    FROM way
    INNER JOIN record ON way.at_sha256 = record.sha256
    INNER JOIN document ON way.at_sha256 = document.sha256
    GROUP BY way.sha256
)

SELECT
    record.sha256,
    record.salesforce_id,
    record.is_root,
    coalesce(record.revocation_status, '') AS revocation_status,
    coalesce(documents.subordinate_ca_owner, record.ca_owner) AS owner,
    record.parent_name,
    step.parent_sha256,
    audits.standard,
    audits.tls_br,
    audits.tls_evg,
    audits.smime_br,
    audits.code_signing,
    coalesce(audits.whole_kinds, []) AS whole_kinds,
    coalesce(audits.mixed_kinds, []) AS mixed_kinds,
    coalesce(documents.cp, documents.both_documents, documents.md) AS any_cp,
    coalesce(documents.cps, documents.both_documents, documents.md) AS any_cps,
    try_cast(replace(coalesce(documents.cp_date, documents.both_date, documents.md_date), '.', '-') AS DATE)
        AS any_cp_date,
    try_cast(replace(coalesce(documents.cps_date, documents.both_date, documents.md_date), '.', '-') AS DATE)
        AS any_cps_date,
    hash(list_transform(
        [documents.cp, documents.cps, documents.both_documents, documents.md],
        lambda urls: list_sort(list_transform(string_split(urls, ';'), lambda url: trim(url)))
    )) AS documents,
    coalesce(trim(document.full_crl, '[]" '), '') AS full_crl,
    coalesce(trim(document.partitioned_crls, '[]" '), '') AS partitioned_crls
FROM record
INNER JOIN documents ON record.sha256 = documents.sha256
INNER JOIN document ON record.sha256 = document.sha256
LEFT JOIN audits ON record.sha256 = audits.sha256
LEFT JOIN step ON record.sha256 = step.sha256;
COMMENT ON VIEW crtsh_rule_record IS 'A certificate''s CCADB record as crt.sh reads it, with what it inherits cell by cell along one parent.';
