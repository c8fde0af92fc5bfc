-- title: Where CCADB's capability flags and the certificates disagree
-- description: CCADB's TLS, TLS EV, Code Signing and S/MIME Capable beside what the paths of the programs permit on the
--   day, with what is known of the reason. CCADB's flags are unions over all stores and one guess at the parent; they
--   are never an input to a verdict here. A blank flag says nothing. `unsure`: our side is not whole, because a program's
--   EV trust is not loaded or the budget cut paths.
-- param: owner varchar NULL only records whose owner contains this text
-- param: purpose varchar NULL only this purpose
-- denominator: flags that say TRUE or FALSE, of records whose certificate is known
-- of: SELECT coalesce(sum((tls_capable IS NOT NULL)::INTEGER + (tls_ev_capable IS NOT NULL)::INTEGER
--   + (code_signing_capable IS NOT NULL)::INTEGER + (smime_capable IS NOT NULL)::INTEGER), 0)::BIGINT
--   FROM ccadb_record SEMI JOIN certificate USING (sha256)
-- columns: ca_owner, sha256, certificate_name, purpose, ccadb_says, paths_say, why, unsure, programs, salesforce_id
WITH flag AS (
    UNPIVOT (
        SELECT
            salesforce_id,
            ca_owner,
            subordinate_ca_owner,
            certificate_name,
            sha256,
            tls_capable AS server_auth,
            tls_ev_capable AS ev_tls,
            code_signing_capable AS code_signing,
            smime_capable AS secure_email
        FROM ccadb_record
    )
    ON server_auth, ev_tls, code_signing, secure_email INTO NAME purpose VALUE ccadb_says
),

ours AS (
    SELECT
        sha256,
        purpose,
        list(DISTINCT root_program ORDER BY root_program) AS programs
    FROM capability
    GROUP BY sha256, purpose
),

reached AS (
    SELECT DISTINCT sha256 FROM capability
),

revoked AS (
    SELECT DISTINCT sha256 FROM revocation
),

ev_missing AS (
    SELECT count(*) > 0 AS any_missing
    FROM rule_root_programs AS program
    ANTI JOIN (SELECT root_program FROM trust_used WHERE is_ev) AS loaded
        ON program.root_program = loaded.root_program
)

SELECT
    flag.ca_owner,
    flag.sha256,
    flag.certificate_name,
    flag.purpose,
    flag.ccadb_says,
    ours.sha256 IS NOT NULL AS paths_say,
    CASE
        WHEN ours.sha256 IS NOT NULL THEN 'a path from a trusted root permits it'
        WHEN certificate.not_after < as_of() THEN 'expired'
        WHEN certificate.not_before > as_of() THEN 'not yet valid'
        WHEN revoked.sha256 IS NOT NULL THEN 'revoked'
        WHEN breaker.sha256 IS NOT NULL THEN 'its own extended key usage lacks it'
        WHEN reached.sha256 IS NULL THEN 'no path from a trusted root permits anything'
        ELSE 'paths permit other purposes, not this one'
    END AS why,
    ours.sha256 IS NULL
    AND (truncated.sha256 IS NOT NULL OR flag.purpose = 'ev_tls' AND ev_missing.any_missing) AS unsure,
    coalesce(ours.programs, []) AS programs,
    flag.salesforce_id
FROM flag
INNER JOIN certificate ON flag.sha256 = certificate.sha256
CROSS JOIN ev_missing
LEFT JOIN ours ON flag.sha256 = ours.sha256 AND flag.purpose = ours.purpose
LEFT JOIN reached ON flag.sha256 = reached.sha256
LEFT JOIN revoked ON flag.sha256 = revoked.sha256
LEFT JOIN certificate_breaker AS breaker
    ON
        flag.sha256 = breaker.sha256
        AND flag.purpose = breaker.purpose
        AND breaker.reason = 'extended_key_usage'
LEFT JOIN path_truncation AS truncated ON flag.sha256 = truncated.sha256
WHERE
    flag.ccadb_says <> (ours.sha256 IS NOT NULL)
    AND flag.purpose = coalesce(lower(getvariable('purpose')), flag.purpose)
    AND (
        getvariable('owner') IS NULL
        OR contains(lower(concat_ws(' ', flag.ca_owner, flag.subordinate_ca_owner)), lower(getvariable('owner')))
    )
ORDER BY flag.ca_owner, flag.certificate_name, flag.sha256, flag.purpose, flag.salesforce_id;
