-- title: What is out of scope, and why
-- description: For each certificate, program and purpose that needs no audit: the first reason why not, or why that
--   is not known (verdict unknown). Certificates that are expired or no CA are left out unless asked for by reason.
-- param: owner varchar NULL only certificates whose owner contains this text
-- param: sha256 varchar NULL only this certificate
-- param: reason varchar NULL only this reason
-- denominator: certificates known
-- of: SELECT count(*) FROM certificate
-- columns: reason, verdict, why, owner, sha256, subject, issuer, not_after, scopes
SELECT
    scope_state.out_reason AS reason,
    rule.verdict,
    rule.sentence || coalesce(
        '; ' || string_agg(
            DISTINCT exempt.root_program || ', ' || exempt.certainty || ': ' || exempt.citation, '; '
            ORDER BY exempt.root_program || ', ' || exempt.certainty || ': ' || exempt.citation
        ),
        ''
    ) AS why,
    duty.owner,
    scope_state.sha256,
    certificate.subject,
    certificate.issuer,
    certificate.not_after,
    list(
        scope_state.root_program || ':' || scope_state.purpose
        ORDER BY scope_state.root_program, scope_state.purpose
    ) AS scopes
FROM scope_state
INNER JOIN certificate ON scope_state.sha256 = certificate.sha256
INNER JOIN duty ON scope_state.sha256 = duty.sha256
INNER JOIN rule_verdicts AS rule ON scope_state.out_reason = rule.reason
LEFT JOIN exempt
    ON
        scope_state.out_reason = 'technically_constrained'
        AND scope_state.sha256 = exempt.sha256
        AND scope_state.root_program = exempt.root_program
        AND scope_state.purpose = exempt.purpose
WHERE
    NOT scope_state.in_scope
    AND (
        scope_state.out_reason NOT IN ('expired', 'not_ca')
        OR getvariable('reason') IS NOT NULL
        OR getvariable('sha256') IS NOT NULL
    )
    AND lower(scope_state.out_reason) = lower(coalesce(getvariable('reason'), scope_state.out_reason))
    AND scope_state.sha256 = coalesce(lower(getvariable('sha256')), scope_state.sha256)
    AND (getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner'))))
GROUP BY
    scope_state.out_reason, rule.verdict, rule.sentence, duty.owner, scope_state.sha256, certificate.subject,
    certificate.issuer, certificate.not_after
ORDER BY reason, duty.owner, certificate.subject, scope_state.sha256;
