-- title: What is out of scope, and why
-- description: For each certificate, program and purpose that needs no audit: the first reason why not, or why that
--   is not known (verdict unknown). Certificates that are expired or no CA are left out unless asked for by reason.
-- param: owner varchar NULL only certificates whose owner contains this text
-- param: sha256 varchar NULL only this certificate
-- param: reason varchar NULL only this reason
-- denominator: certificates known
-- of: SELECT count(*) FROM certificate
-- columns: reason, verdict, why, owner, sha256, subject, issuer, not_after, scopes
WITH state AS (
    SELECT
        sha256,
        out_reason AS reason,
        list(root_program || ':' || purpose ORDER BY root_program, purpose) AS scopes
    FROM scope_state
    WHERE
        NOT in_scope
        AND (
            out_reason NOT IN ('expired', 'not_ca')
            OR getvariable('reason') IS NOT NULL
            OR getvariable('sha256') IS NOT NULL
        )
        AND lower(out_reason) = lower(coalesce(getvariable('reason'), out_reason))
        AND sha256 = coalesce(lower(getvariable('sha256')), sha256)
    GROUP BY sha256, out_reason
),

ground AS (
    SELECT
        sha256,
        string_agg(DISTINCT said, '; ' ORDER BY said) AS said
    FROM (SELECT sha256, root_program || ', ' || certainty || ': ' || citation AS said FROM exempt) AS each
    GROUP BY sha256
)

SELECT
    state.reason,
    rule.verdict,
    rule.sentence || coalesce('; ' || ground.said, '') AS why,
    duty.owner,
    state.sha256,
    certificate.subject,
    certificate.issuer,
    certificate.not_after,
    state.scopes
FROM state
INNER JOIN certificate ON state.sha256 = certificate.sha256
INNER JOIN duty ON state.sha256 = duty.sha256
INNER JOIN rule_verdicts AS rule ON state.reason = rule.reason
LEFT JOIN ground ON state.reason = 'technically_constrained' AND state.sha256 = ground.sha256
WHERE getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner')))
ORDER BY state.reason, duty.owner, certificate.subject, state.sha256;
