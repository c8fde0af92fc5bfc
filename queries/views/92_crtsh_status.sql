-- crt.sh's disclosure status by its rules: see 90_crtsh.sql for what is left out.

-- Each step of crt.sh's rewrites only some of the states that stand, so a status is the first test that hits among those
-- of the state that a certificate begins with. Only Mozilla has OneCRL; Mozilla and Microsoft take TLS and e-mail alone
-- for suitable in some steps; S/MIME audits are not asked for Chrome, code signing audits for Microsoft alone.
CREATE OR REPLACE VIEW crtsh_status AS
WITH certificate AS MATERIALIZED (
    SELECT
        rule.*,
        record.* EXCLUDE (sha256),
        record.sha256 IS NOT NULL AS has_record,
        coalesce(record.is_root, false) AS is_root_record,
        rule.every_usage OR list_contains(rule.needs_audit, 'server_auth') AS for_tls,
        rule.every_usage OR list_contains(rule.needs_audit, 'secure_email') AS for_email,
        rule.every_usage OR list_contains(rule.needs_audit, 'code_signing') AS for_code
    FROM crtsh_rule_certificate AS rule
    LEFT JOIN crtsh_rule_record AS record ON rule.sha256 = record.sha256
    WHERE rule.issues OR record.sha256 IS NOT NULL
),

trust AS MATERIALIZED (
    SELECT
        ca_id,
        root_program,
        bool_or(purpose = 'server_auth') AS tls_ever,
        bool_or(purpose = 'secure_email') AS email_ever,
        bool_or(
            is_time_valid
            AND (root_program NOT IN ('mozilla', 'microsoft') OR NOT all_chains_technically_constrained)
            AND (root_program <> 'mozilla' OR purpose IN ('server_auth', 'secure_email'))
        ) AS suitable_undisclosed,
        bool_or(
            is_time_valid
            AND (root_program NOT IN ('mozilla', 'microsoft') OR purpose IN ('server_auth', 'secure_email'))
        ) AS suitable_disclosed,
        bool_or(
            NOT all_chains_revoked_in_salesforce
            AND (root_program <> 'mozilla' OR purpose IN ('server_auth', 'secure_email'))
        ) AS not_all_revoked,
        bool_or(NOT all_chains_revoked_in_salesforce) AS not_revoked,
        bool_or(NOT all_chains_revoked_in_salesforce AND purpose = 'server_auth') AS not_revoked_tls,
        bool_or(NOT all_chains_revoked_in_salesforce AND purpose = 'secure_email') AS not_revoked_email,
        bool_or(NOT all_chains_revoked_in_salesforce AND purpose = 'code_signing') AS not_revoked_code,
        list(ev_policy_oid) FILTER (WHERE NOT all_chains_revoked_in_salesforce AND purpose = 'ev_tls')
            AS not_revoked_ev,
        bool_or(
            purpose = 'server_auth' AND is_time_valid
            AND (root_program <> 'mozilla' OR NOT all_chains_revoked_via_onecrl)
        ) AS tls,
        bool_or(purpose = 'secure_email' AND is_time_valid) AS email,
        bool_or(purpose = 'code_signing' AND is_time_valid) AS code,
        list(ev_policy_oid) FILTER (
            WHERE purpose = 'ev_tls' AND is_time_valid
            AND (root_program <> 'mozilla' OR NOT all_chains_revoked_via_onecrl)
        ) AS ev
    FROM crtsh_rule_trust
    GROUP BY ca_id, root_program
),

asked AS MATERIALIZED (
    SELECT
        certificate.sha256,
        certificate.ca_id,
        program.root_program,
        certificate.is_root_record,
        certificate.issuer_ca_id,
        coalesce(issuer.tls_ever, false) AS tls_ever,
        coalesce(issuer.email_ever, false) AS email_ever,
        coalesce(issuer.suitable_undisclosed, false) AS suitable_undisclosed,
        coalesce(issuer.suitable_disclosed, false) AS suitable_disclosed,
        coalesce(issuer.not_all_revoked, false) AS not_all_revoked,
        -- What is looked at when certificates of one CA are compared.
        certificate.has_record
        AND certificate.revocation_status NOT IN ('Revoked', 'Parent Cert Revoked')
        AND NOT certificate.constrained
        AND NOT certificate.expired
        AND coalesce(issuer.not_revoked, false) AS compared,
        certificate.for_tls AND issuer.not_revoked_tls AS compared_br,
        certificate.for_tls AND issuer.not_revoked_ev IS NOT NULL
        AND (
            certificate.policy_oids IS NULL
            OR list_has_any(certificate.policy_oids, list_append(issuer.not_revoked_ev, '2.5.29.32.0'))
        ) AS compared_ev,
        certificate.for_email AND issuer.not_revoked_email AND program.root_program <> 'chrome'
            AS compared_smime,
        certificate.for_code AND issuer.not_revoked_code AND program.root_program = 'microsoft'
            AS compared_code,
        -- What a record must have, roots exempt, and has not.
        if(certificate.is_root_record OR NOT certificate.has_record, [], list_filter([
            if(certificate.any_cp IS NULL, 'CP', NULL),
            if(certificate.any_cps IS NULL, 'CPS', NULL),
            if(coalesce(certificate.any_cp_date < as_of() - 365, true), 'CP date of the last 365 days', NULL),
            if(coalesce(certificate.any_cps_date < as_of() - 365, true), 'CPS date of the last 365 days', NULL),
            if(NOT list_contains(certificate.whole_kinds, 'Standard'), 'Standard', NULL),
            if(
                issuer.tls AND certificate.for_tls AND NOT list_contains(certificate.whole_kinds, 'TLS BR'),
                'TLS BR', NULL
            ),
            if(
                issuer.ev IS NOT NULL AND certificate.for_tls
                AND (
                    certificate.policy_oids IS NULL
                    OR list_has_any(certificate.policy_oids, list_append(issuer.ev, '2.5.29.32.0'))
                )
                AND NOT list_contains(certificate.whole_kinds, 'TLS EVG'),
                'TLS EVG', NULL
            ),
            if(
                issuer.email AND certificate.for_email AND program.root_program <> 'chrome'
                AND NOT list_contains(certificate.whole_kinds, 'S/MIME BR'),
                'S/MIME BR', NULL
            ),
            if(
                issuer.code AND certificate.for_code AND program.root_program = 'microsoft'
                AND NOT list_contains(certificate.whole_kinds, 'Code Signing'),
                'Code Signing', NULL
            )
        ], lambda missing: missing IS NOT NULL)) AS incomplete,
        CASE
            WHEN NOT certificate.has_record OR program.root_program NOT IN ('mozilla', 'apple') THEN NULL
            WHEN program.root_program = 'mozilla' AND NOT coalesce(subject.not_revoked_tls, false) THEN NULL
            WHEN certificate.full_crl IN ('revoked', 'expired')
                THEN 'its CRL is called ' || certificate.full_crl
            WHEN
                certificate.full_crl = '' AND certificate.partitioned_crls = '' AND coalesce(subject.not_revoked, false)
                THEN 'CRL'
        END AS crl_missing
    FROM certificate
    CROSS JOIN rule_root_programs AS program
    LEFT JOIN trust AS issuer
        ON certificate.issuer_ca_id = issuer.ca_id AND program.root_program = issuer.root_program
    LEFT JOIN trust AS subject
        ON certificate.ca_id = subject.ca_id AND program.root_program = subject.root_program
),

-- No audit at all is another one than any.
compared AS (
    SELECT
        asked.ca_id,
        asked.root_program,
        min(certificate.owner) <> max(certificate.owner) AS owners,
        min(coalesce(certificate.standard, 0)) <> max(coalesce(certificate.standard, 0)) AS standard,
        min(coalesce(certificate.tls_br, 0)) FILTER (WHERE asked.compared_br)
        <> max(coalesce(certificate.tls_br, 0)) FILTER (WHERE asked.compared_br) AS tls_br,
        min(coalesce(certificate.tls_evg, 0)) FILTER (WHERE asked.compared_ev)
        <> max(coalesce(certificate.tls_evg, 0)) FILTER (WHERE asked.compared_ev) AS tls_evg,
        min(coalesce(certificate.smime_br, 0)) FILTER (WHERE asked.compared_smime)
        <> max(coalesce(certificate.smime_br, 0)) FILTER (WHERE asked.compared_smime) AS smime_br,
        min(coalesce(certificate.code_signing, 0)) FILTER (WHERE asked.compared_code)
        <> max(coalesce(certificate.code_signing, 0)) FILTER (WHERE asked.compared_code) AS code_signing,
        min(certificate.documents) <> max(certificate.documents) AS documents
    FROM asked
    INNER JOIN certificate ON asked.sha256 = certificate.sha256
    WHERE asked.compared
    GROUP BY asked.ca_id, asked.root_program
),

onecrl AS (
    SELECT DISTINCT sha256 FROM onecrl_revocation
),

in_crl AS (
    SELECT
        sha256,
        min(reference) AS reference
    FROM crl_revocation
    GROUP BY sha256
),

known AS (
    SELECT
        record_base.complete_dated IS NOT NULL AS complete,
        EXISTS (SELECT 1 FROM snapshot WHERE snapshot.kind = 'onecrl' AND snapshot.rows_stored > 0) AS onecrl_loaded
    FROM record_base
),

-- The issuer's common name and organisation, however many of each.
issuer_name AS (
    SELECT
        sha256,
        list_transform(
            regexp_extract_all(issuer, '(?:^|, )(?:CN|O)=((?:\\.|[^,\\])*)', 1),
            lambda value: regexp_replace(value, '\\(.)', '\1', 'g')
        ) AS parts
    FROM certificate
    WHERE has_record
),

evidence AS (
    SELECT
        asked.*,
        list_filter([
            if(compared.owners, 'owners', NULL),
            if(compared.standard, 'Standard', NULL),
            if(compared.tls_br, 'TLS BR', NULL),
            if(compared.tls_evg, 'TLS EVG', NULL),
            if(compared.smime_br, 'S/MIME BR', NULL),
            if(compared.code_signing, 'Code Signing', NULL)
        ], lambda differing: differing IS NOT NULL) AS inconsistent,
        if(asked.crl_missing IS NULL, asked.incomplete, list_append(asked.incomplete, asked.crl_missing)) AS missing,
        onecrl.sha256 IS NOT NULL AND asked.root_program = 'mozilla' AS in_onecrl,
        known.complete,
        known.onecrl_loaded,
        certificate.has_record,
        certificate.expired,
        certificate.constrained,
        certificate.revocation_status,
        certificate.for_tls,
        certificate.for_email,
        certificate.mixed_kinds,
        certificate.parent_name,
        compared.documents AS documents_differ,
        len(issuer_name.parts) > 0
        AND NOT list_bool_or(
            list_transform(issuer_name.parts, lambda part: starts_with(certificate.parent_name, part))
        ) AS misnamed,
        in_crl.reference AS crl
    FROM asked
    INNER JOIN certificate ON asked.sha256 = certificate.sha256
    CROSS JOIN known
    LEFT JOIN compared ON asked.ca_id = compared.ca_id AND asked.root_program = compared.root_program
    LEFT JOIN onecrl ON asked.sha256 = onecrl.sha256
    LEFT JOIN in_crl ON asked.sha256 = in_crl.sha256
    LEFT JOIN issuer_name ON asked.sha256 = issuer_name.sha256
),

judged AS (
    SELECT
        *,
        CASE
            WHEN NOT has_record
                THEN CASE
                    WHEN NOT complete THEN 'NotInRecords'
                    WHEN expired THEN 'Expired'
                    WHEN NOT suitable_undisclosed THEN 'NoKnownSuitableTrustPath'
                    WHEN NOT not_all_revoked THEN 'AllSuitablePathsRevoked'
                    WHEN NOT constrained THEN 'Undisclosed'
                    WHEN
                        root_program = 'apple'
                        OR for_tls AND tls_ever
                        OR for_email AND email_ever AND root_program <> 'chrome'
                        THEN 'TechnicallyConstrained'
                    ELSE 'TechnicallyConstrainedOther'
                END
            WHEN revocation_status = 'Parent Cert Revoked'
                THEN CASE
                    WHEN NOT suitable_disclosed THEN 'DisclosedButNoKnownSuitableTrustPath'
                    WHEN in_onecrl THEN 'ParentRevokedButInOneCRL'
                    ELSE 'ParentRevoked'
                END
            WHEN revocation_status = 'Revoked'
                THEN CASE
                    WHEN expired AND in_onecrl THEN 'RevokedViaOneCRLButExpired'
                    WHEN expired THEN 'RevokedButExpired'
                    WHEN in_onecrl AND NOT (for_tls AND tls_ever)
                        THEN 'RevokedViaOneCRLButNotNeeded'
                    WHEN in_onecrl AND constrained AND NOT is_root_record
                        THEN 'RevokedViaOneCRLButTechnicallyConstrained'
                    WHEN in_onecrl THEN 'RevokedViaOneCRL'
                    -- Only where a list is loaded is it known not to be on it.
                    WHEN
                        root_program = 'mozilla' AND onecrl_loaded
                        AND for_tls AND tls_ever
                        THEN 'RevokedAndShouldBeAddedToOneCRL'
                    WHEN
                        constrained AND NOT is_root_record AND root_program <> 'microsoft'
                        THEN 'RevokedAndTechnicallyConstrained'
                    WHEN NOT suitable_disclosed THEN 'DisclosedButNoKnownSuitableTrustPath'
                    ELSE 'Revoked'
                END
            WHEN expired THEN 'DisclosedButExpired'
            WHEN in_onecrl THEN 'DisclosedButInOneCRL'
            WHEN constrained AND NOT is_root_record THEN 'DisclosedButConstrained'
            WHEN NOT suitable_disclosed THEN 'DisclosedButNoKnownSuitableTrustPath'
            WHEN len(missing) > 0
                THEN if(not_all_revoked, 'DisclosureIncomplete', 'AllSuitablePathsRevoked')
            WHEN len(inconsistent) > 0 AND NOT is_root_record
                THEN if(not_all_revoked, 'DisclosedWithInconsistentAudit', 'AllSuitablePathsRevoked')
            WHEN documents_differ AND NOT is_root_record
                THEN if(not_all_revoked, 'DisclosedWithInconsistentCPS', 'AllSuitablePathsRevoked')
            WHEN misnamed AND NOT is_root_record THEN 'DisclosedWithErrors'
            WHEN crl IS NOT NULL AND (NOT is_root_record OR root_program = 'chrome')
                THEN 'DisclosedButInCRL'
            ELSE 'Disclosed'
        END AS status
    FROM evidence
)

SELECT
    sha256,
    root_program,
    status,
    CASE status
        WHEN 'DisclosureIncomplete' THEN 'missing: ' || array_to_string(missing, ', ')
        WHEN 'DisclosedWithInconsistentAudit' THEN 'different: ' || array_to_string(inconsistent, ', ')
        WHEN 'DisclosedWithErrors' THEN 'the record names the parent ' || parent_name
        WHEN 'DisclosedButInCRL' THEN crl
        WHEN 'Disclosed' THEN 'mixed of two records: ' || nullif(array_to_string(list_sort(mixed_kinds), ', '), '')
    END AS detail
FROM judged;
COMMENT ON VIEW crtsh_status IS 'crt.sh''s disclosure status of every CA certificate in each program, worked out from what is loaded. NotInRecords is ours: no record is loaded and the records are a slice.';
