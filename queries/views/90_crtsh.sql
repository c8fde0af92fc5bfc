-- crt.sh's verdict worked out from what is loaded here: what its rules, as they stand in its sources (b7f443a), say
-- of the day. It is compared with ours and is never an input to a verdict. What crt.sh itself answered, when it was
-- asked, stands in the tables crtsh_*; nothing here reads them.
--
-- Left out, because it cannot be known here: which CAs crt.sh looks at (it does not lint private ones), what it said
-- in its run before (ParentRevokedButNotAllParents), the state of CRLs that it fetches, how much a CA has issued
-- (CRLDisclosureIncompleteForPossiblyDormantCA), removal from a CRL, Microsoft's disallowedcert.stl, the date of a
-- status. Its limit of 20 certificates a chain has never been reached. Which of two certificates or records of equal
-- standing it takes is chance there and the first by name here.

-- An extended key usage that is missing or says any permits every purpose, missing policies every policy.
CREATE OR REPLACE VIEW crtsh_rule_certificate AS
WITH usage AS (
    SELECT
        certificate.sha256,
        list(DISTINCT rule.purpose) FILTER (WHERE rule.usage = 'permits') AS permits,
        list(DISTINCT rule.purpose) FILTER (WHERE rule.usage = 'needs_audit') AS needs_audit,
        CASE
            WHEN bool_or(rule.usage = 'constrained_if' AND rule.purpose = 'server_auth') THEN 'server_auth'
            WHEN bool_or(rule.usage = 'constrained_if' AND rule.purpose = 'secure_email') THEN 'secure_email'
        END AS constrained_for,
        list(DISTINCT rule.purpose) FILTER (WHERE rule.usage = 'unconstrained_if') AS unconstrained_for
    FROM certificate
    INNER JOIN rule_crtsh_usages AS rule
        ON
            list_contains(certificate.eku_oids, rule.eku_oid)
            AND certificate.not_before::DATE <= coalesce(rule.issued_until, certificate.not_before::DATE)
    GROUP BY certificate.sha256
),

subtree AS (
    SELECT
        sha256,
        bool_or(permitted AND name_type = 'directory') AS directory,
        bool_or(permitted AND name_type = 'email') AS email,
        bool_or(name_type = 'dns' AND (permitted OR value = '')) AS dns,
        bool_or(permitted AND name_type = 'ip')
        OR bool_or(NOT permitted AND value = '0.0.0.0/0') AND bool_or(NOT permitted AND value = '::/0') AS ip
    FROM name_constraint
    GROUP BY sha256
)

SELECT
    certificate.sha256,
    issuance.issuer_ca_id,
    certificate.ca_id,
    certificate.not_before <= as_of() AND certificate.not_after >= as_of() AS is_time_valid,
    certificate.not_after < as_of() AS expired,
    CASE
        WHEN certificate.version < 3 THEN certificate.subject_name_id = certificate.issuer_name_id
        ELSE certificate.is_ca AND coalesce(list_contains(certificate.key_usage, 'keyCertSign'), true)
    END AS issues,
    certificate.eku_oids IS NULL OR coalesce(list_contains(usage.permits, 'any'), false) AS every_usage,
    coalesce(usage.permits, []) AS permits,
    coalesce(usage.needs_audit, []) AS needs_audit,
    certificate.policy_oids,
    NOT every_usage
    AND CASE
        WHEN list_contains(usage.unconstrained_for, usage.constrained_for) THEN false
        WHEN usage.constrained_for = 'server_auth' THEN coalesce(subtree.directory AND subtree.dns AND subtree.ip, false)
        WHEN usage.constrained_for = 'secure_email' THEN coalesce(subtree.directory AND subtree.email, false)
        ELSE true
    END AS constrained
FROM certificate
LEFT JOIN issuance ON certificate.sha256 = issuance.sha256 AND issuance.signature_status IN ('ok', 'weak')
LEFT JOIN usage ON certificate.sha256 = usage.sha256
LEFT JOIN subtree ON certificate.sha256 = subtree.sha256;
COMMENT ON VIEW crtsh_rule_certificate IS 'What crt.sh''s rules read from a certificate alone: whether it issues, for what, and whether it is technically constrained by itself.';

-- Five questions are followed down from the roots at once, each a bit of one number that a certificate lets through or
-- not: reached at all; by certificates valid on the day; by such that are not constrained; not revoked in CCADB; not in
-- OneCRL. A flag of crt.sh's is true where the bit did not arrive. Each is asked apart from the others, the length of a
-- path is not asked, nor whether a CRL has a certificate, nor what a root's own certificates say.
CREATE OR REPLACE VIEW crtsh_rule_trust AS
WITH RECURSIVE
seed AS MATERIALIZED (
    -- Trust that its program has disabled still counts. A CA with several rooted certificates is valid from the first's
    -- beginning to the last's end.
    SELECT
        root.ca_id,
        root.root_program,
        root.purpose,
        root.ev_policy_oid,
        if(min(certificate.not_before) <= as_of() AND max(certificate.not_after) >= as_of(), 31, 1) AS bits
    FROM root_trust_used AS root
    INNER JOIN certificate ON root.sha256 = certificate.sha256
    GROUP BY root.ca_id, root.root_program, root.purpose, root.ev_policy_oid
),

claim AS (
    SELECT
        sha256,
        bool_or(source = 'ccadb') AS ccadb,
        bool_or(source = 'onecrl') AS onecrl
    FROM (
        SELECT
            sha256,
            'ccadb' AS source
        FROM ccadb_record
        WHERE revocation_status IN ('Revoked', 'Parent Cert Revoked')
        UNION ALL
        SELECT
            sha256,
            source
        FROM onecrl_revocation
    )
    GROUP BY sha256
),

edge AS MATERIALIZED (
    SELECT
        certificate.issuer_ca_id,
        certificate.ca_id,
        asked.purpose,
        if(asked.purpose = 'ev_tls', certificate.policy_oids, NULL) AS policies,
        bit_or(
            1 + CASE WHEN certificate.is_time_valid THEN
                2 + if(certificate.constrained, 0, 4) + if(claim.ccadb, 0, 8) + if(claim.onecrl, 0, 16)
            ELSE 0 END
        ) AS bits
    FROM crtsh_rule_certificate AS certificate
    INNER JOIN (SELECT DISTINCT purpose FROM seed) AS asked
        ON
            certificate.every_usage
            OR list_contains(certificate.permits, if(asked.purpose = 'ev_tls', 'server_auth', asked.purpose))
    LEFT JOIN claim ON certificate.sha256 = claim.sha256
    WHERE certificate.issues AND certificate.issuer_ca_id <> certificate.ca_id
    GROUP BY certificate.issuer_ca_id, certificate.ca_id, asked.purpose, policies
),

reached AS (
    SELECT * FROM seed
    UNION
    SELECT
        edge.ca_id,
        reached.root_program,
        reached.purpose,
        reached.ev_policy_oid,
        reached.bits & edge.bits AS bits
    FROM reached
    INNER JOIN edge ON reached.ca_id = edge.issuer_ca_id AND reached.purpose = edge.purpose
    WHERE edge.policies IS NULL OR list_has_any(edge.policies, [reached.ev_policy_oid, '2.5.29.32.0'])
)

SELECT
    ca_id,
    root_program,
    purpose,
    ev_policy_oid,
    bit_or(bits) & 2 > 0 AS is_time_valid,
    if(is_time_valid, bit_or(bits) & 4 = 0, NULL) AS all_chains_technically_constrained,
    if(is_time_valid, bit_or(bits) & 8 = 0, NULL) AS all_chains_revoked_in_salesforce,
    if(is_time_valid, bit_or(bits) & 16 = 0, NULL) AS all_chains_revoked_via_onecrl
FROM reached
GROUP BY ca_id, root_program, purpose, ev_policy_oid;
COMMENT ON VIEW crtsh_rule_trust IS 'Which CAs are trusted for what by crt.sh''s rule, and which kinds of certificates cut every chain, each kind apart. EV has a row for each policy.';

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
        list(cells.audit_kind) FILTER (WHERE cells.whole) AS whole_kinds,
        list(cells.audit_kind) FILTER (WHERE cells.mixed) AS mixed_kinds
    FROM (
        SELECT
            way.sha256,
            audit.audit_kind,
            {
                'url': arg_min(audit.url, way.depth),
                'audit_type': arg_min(audit.audit_type, way.depth),
                'statement_date': arg_min(audit.statement_date, way.depth),
                'period_start': arg_min(audit.period_start, way.depth),
                'period_end': arg_min(audit.period_end, way.depth)
            }::VARCHAR AS audit,
            count(audit.url) > 0
            AND count(audit.audit_type) > 0
            AND count(audit.statement_date) > 0
            AND count(audit.period_start) > 0
            AND count(audit.period_end) > 0 AS whole,
            count(DISTINCT way.depth) > 1
            AND (
                arg_min(audit.url, way.depth) IS DISTINCT FROM arg_min_null(audit.url, way.depth)
                OR arg_min(audit.audit_type, way.depth) IS DISTINCT FROM arg_min_null(audit.audit_type, way.depth)
                OR arg_min(audit.statement_date, way.depth)
                IS DISTINCT FROM arg_min_null(audit.statement_date, way.depth)
                OR arg_min(audit.period_start, way.depth) IS DISTINCT FROM arg_min_null(audit.period_start, way.depth)
                OR arg_min(audit.period_end, way.depth) IS DISTINCT FROM arg_min_null(audit.period_end, way.depth)
            ) AS mixed
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
    list_transform(
        [documents.cp, documents.cps, documents.both_documents, documents.md],
        lambda urls: list_sort(list_transform(string_split(urls, ';'), lambda url: trim(url)))
    )::VARCHAR AS documents,
    coalesce(trim(document.full_crl, '[]" '), '') AS full_crl,
    coalesce(trim(document.partitioned_crls, '[]" '), '') AS partitioned_crls
FROM record
INNER JOIN documents ON record.sha256 = documents.sha256
INNER JOIN document ON record.sha256 = document.sha256
LEFT JOIN audits ON record.sha256 = audits.sha256
LEFT JOIN step ON record.sha256 = step.sha256;
COMMENT ON VIEW crtsh_rule_record IS 'A certificate''s CCADB record as crt.sh reads it, with what it inherits cell by cell along one parent.';
