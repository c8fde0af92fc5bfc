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
        list(DISTINCT rule.purpose ORDER BY rule.purpose) FILTER (WHERE rule.usage = 'permits') AS permits,
        list(DISTINCT rule.purpose ORDER BY rule.purpose) FILTER (WHERE rule.usage = 'needs_audit') AS needs_audit,
        CASE
            WHEN bool_or(rule.usage = 'constrained_if' AND rule.purpose = 'server_auth') THEN 'server_auth'
            WHEN bool_or(rule.usage = 'constrained_if' AND rule.purpose = 'secure_email') THEN 'secure_email'
        END AS constrained_for,
        list(DISTINCT rule.purpose ORDER BY rule.purpose) FILTER (WHERE rule.usage = 'unconstrained_if') AS unconstrained_for
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
    certificate.issuer,
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
    ) AS source_of
    GROUP BY sha256
),

edge AS MATERIALIZED (
    SELECT
        certificate.issuer_ca_id,
        certificate.ca_id,
        asked.purpose,
        if(asked.purpose = 'ev_tls', certificate.policy_oids, NULL) AS policies,
        bit_or(
            if(
                certificate.is_time_valid,
                3 + if(certificate.constrained, 0, 4) + if(claim.ccadb, 0, 8) + if(claim.onecrl, 0, 16),
                1
            )
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

-- A root is trusted by its store; any other certificate by its issuer, whatever lies between.
CREATE OR REPLACE VIEW crtsh_rule_capability AS
WITH revoked AS (
    SELECT
        sha256,
        NULL AS root_program
    FROM ccadb_record
    WHERE revocation_status IN ('Revoked', 'Parent Cert Revoked')
    UNION ALL
    SELECT
        sha256,
        'mozilla' AS root_program
    FROM onecrl_revocation
),

trusted AS (
    SELECT
        certificate.sha256,
        trust.root_program,
        trust.purpose
    FROM crtsh_rule_certificate AS certificate
    INNER JOIN crtsh_rule_trust AS trust ON certificate.issuer_ca_id = trust.ca_id
    WHERE
        certificate.issues
        AND certificate.is_time_valid
        AND trust.is_time_valid
        AND NOT trust.all_chains_revoked_in_salesforce
        AND NOT (
            trust.root_program = 'mozilla'
            AND trust.purpose IN ('server_auth', 'ev_tls')
            AND trust.all_chains_revoked_via_onecrl
        )
        AND (
            certificate.every_usage
            OR list_contains(certificate.permits, if(trust.purpose = 'ev_tls', 'server_auth', trust.purpose))
        )
        AND (
            trust.purpose <> 'ev_tls'
            OR certificate.policy_oids IS NULL
            OR list_has_any(certificate.policy_oids, [trust.ev_policy_oid, '2.5.29.32.0'])
        )
)

SELECT
    trusted.sha256,
    trusted.root_program,
    trusted.purpose
FROM trusted
ANTI JOIN revoked
    ON
        trusted.sha256 = revoked.sha256
        AND (
            revoked.root_program IS NULL
            OR trusted.root_program = revoked.root_program AND trusted.purpose IN ('server_auth', 'ev_tls')
        )
UNION
SELECT
    root.sha256,
    root.root_program,
    root.purpose
FROM root_trust_used AS root
INNER JOIN certificate ON root.sha256 = certificate.sha256
WHERE certificate.not_before <= as_of() AND certificate.not_after >= as_of();
COMMENT ON VIEW crtsh_rule_capability IS 'What each certificate is trusted for by crt.sh''s rule: its issuer''s trust, its own extended key usage, policies and dates, no kind of revocation that cuts every chain.';
