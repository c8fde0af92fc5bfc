-- title: Where CCADB's Technically Constrained and the certificates disagree
-- description: CCADB's flag beside the certificate's own extensions and all capable paths to its CA. Mind CCADB's
--   definition: the flag is TRUE for every CA without TLS in its extended key usage, an S/MIME CA without any name
--   constraint included, so it excuses no S/MIME or code signing audit (way `true by definition alone`).
-- param: owner varchar NULL only records whose owner contains this text
-- param: way varchar NULL only this way of disagreeing
-- denominator: records that say TRUE or FALSE, of certificates valid on the day
-- of: SELECT count(*) FROM ccadb_record SEMI JOIN (SELECT sha256 FROM certificate WHERE not_before <= as_of()
--   AND not_after >= as_of()) AS live ON ccadb_record.sha256 = live.sha256 WHERE technically_constrained IS NOT NULL
-- columns: way, why, ca_owner, salesforce_id, sha256, certificate_name, ccadb_says, extended_key_usage,
--   constrained_itself, constrained_on_all_paths, unconstrained
WITH subtree AS (
    SELECT
        sha256,
        count(DISTINCT name_type) FILTER (WHERE name_type IN ('dns', 'ip', 'directory')) = 3 AS all_kinds
    FROM name_constraint
    GROUP BY sha256
),

own AS (
    SELECT
        sha256,
        list(purpose ORDER BY purpose) AS purposes
    FROM technical_constraint
    GROUP BY sha256
),

-- By whichever certificate of the CA, in whichever program insists on an audit.
capable AS (
    SELECT
        certificate.ca_id,
        if(capability.purpose = 'ev_tls', 'server_auth', capability.purpose) AS purpose,
        bool_and(capability.constrained_on_all_paths) AS constrained
    FROM capability
    INNER JOIN certificate ON capability.sha256 = certificate.sha256
    SEMI JOIN rule_audit_requirements AS rule
        ON
            capability.root_program = rule.root_program
            AND capability.purpose = rule.purpose
            AND rule.severity = 'gap'
    GROUP BY ALL
),

on_paths AS (
    SELECT
        ca_id,
        coalesce(list(purpose ORDER BY purpose) FILTER (WHERE constrained), []) AS constrained,
        coalesce(list(purpose ORDER BY purpose) FILTER (WHERE NOT constrained), []) AS unconstrained
    FROM capable
    GROUP BY ca_id
),

compared AS (
    SELECT
        record.ca_owner,
        coalesce(record.subordinate_ca_owner, record.ca_owner) AS operator,
        record.salesforce_id,
        record.sha256,
        record.certificate_name,
        record.technically_constrained AS ccadb_says,
        certificate.eku_oids AS extended_key_usage,
        -- CCADB, fields.md, Technically Constrained: serverAuth and anyExtendedKeyUsage, whatever else counts here.
        NOT list_has_any(certificate.eku_oids, ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0']) AS without_tls,
        coalesce(without_tls OR subtree.all_kinds, false) AND certificate.eku_oids IS NOT NULL AS by_definition,
        coalesce(own.purposes, []) AS constrained_itself,
        coalesce(on_paths.constrained, []) AS constrained_on_all_paths,
        coalesce(on_paths.unconstrained, []) AS unconstrained
    FROM ccadb_record AS record
    INNER JOIN certificate ON record.sha256 = certificate.sha256
    LEFT JOIN subtree ON certificate.sha256 = subtree.sha256
    LEFT JOIN own ON certificate.sha256 = own.sha256
    LEFT JOIN on_paths ON certificate.ca_id = on_paths.ca_id
    WHERE
        record.technically_constrained IS NOT NULL
        AND certificate.not_before <= as_of()
        AND certificate.not_after >= as_of()
),

judged AS (
    SELECT
        *,
        CASE
            WHEN ccadb_says AND NOT by_definition THEN 'true without the extensions'
            WHEN NOT ccadb_says AND by_definition THEN 'false in spite of the extensions'
            WHEN ccadb_says AND list_has_any(constrained_itself, unconstrained) THEN 'not on every path'
            WHEN ccadb_says AND without_tls AND len(unconstrained) > 0 THEN 'true by definition alone'
            WHEN ccadb_says AND len(unconstrained) > 0 THEN 'true by other constraints'
            WHEN NOT ccadb_says AND len(constrained_on_all_paths) > 0 AND len(unconstrained) = 0
                THEN 'constrained from above'
        END AS way
    FROM compared
)

SELECT
    way,
    CASE way
        WHEN 'true without the extensions'
            THEN 'its extended key usage and name constraints are not what CCADB calls constrained'
        WHEN 'false in spite of the extensions'
            THEN 'its extended key usage and name constraints are what CCADB calls constrained'
        WHEN 'not on every path'
            THEN 'it is constrained itself, and its CA is also reached by a certificate that is not'
        WHEN 'true by definition alone'
            THEN 'CCADB calls every CA without TLS constrained; no name constraint binds what it is capable of'
        WHEN 'true by other constraints'
            THEN 'its constraints are none that the Baseline Requirements exempt it for'
        WHEN 'constrained from above'
            THEN 'its own extensions do not constrain it, those of a CA above it do on every path'
    END AS why,
    ca_owner,
    salesforce_id,
    sha256,
    certificate_name,
    ccadb_says,
    extended_key_usage,
    constrained_itself,
    constrained_on_all_paths,
    unconstrained
FROM judged
WHERE
    way = lower(coalesce(getvariable('way'), way))
    AND (
        getvariable('owner') IS NULL
        OR contains(lower(concat_ws(' ', ca_owner, operator)), lower(getvariable('owner')))
    )
ORDER BY way, ca_owner, certificate_name, sha256, salesforce_id;
