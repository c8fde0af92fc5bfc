-- title: One certificate revoked, another of the same key in scope
-- description: Certificates in scope whose key stands in another certificate that some source says is revoked: of the
--   same CA (name and key), or of a CA of another name. Revoking one of them takes no trust from the key. A revocation
--   for keyCompromise or cACompromise comes first: it is about the key.
-- param: owner varchar NULL only where the owner on duty of either certificate contains this text
-- denominator: certificates in scope
-- of: SELECT count(DISTINCT sha256) FROM in_scope
-- columns: owner, sha256, subject, issuer, not_after, scopes, shared, spki_sha256, revoked_sha256, revoked_subject,
--   revoked_issuer, revoked_not_after, revoked_by, revoked_at, reason
WITH revoked AS (
    SELECT
        claim.sha256,
        list(DISTINCT claim.source ORDER BY claim.source) AS revoked_by,
        min(claim.revoked_at) AS revoked_at
    FROM revocation_claim AS claim
    GROUP BY claim.sha256
),

stated AS (
    SELECT
        sha256,
        arg_min(reason, (revoked_at, reference)) AS reason
    FROM crl_revocation
    GROUP BY sha256
),

live AS (
    SELECT
        sha256,
        list(root_program || ':' || purpose ORDER BY root_program, purpose) AS scopes
    FROM in_scope
    GROUP BY sha256
)

SELECT
    duty.owner,
    live.sha256,
    certificate.subject,
    certificate.issuer,
    certificate.not_after,
    live.scopes,
    if(certificate.ca_id = gone.ca_id, 'name and key', 'key') AS shared,
    certificate.spki_sha256,
    gone.sha256 AS revoked_sha256,
    gone.subject AS revoked_subject,
    gone.issuer AS revoked_issuer,
    gone.not_after AS revoked_not_after,
    revoked.revoked_by,
    revoked.revoked_at,
    stated.reason
FROM live
INNER JOIN certificate ON live.sha256 = certificate.sha256
INNER JOIN certificate AS gone
    ON certificate.spki_sha256 = gone.spki_sha256 AND certificate.sha256 <> gone.sha256
INNER JOIN revoked ON gone.sha256 = revoked.sha256
INNER JOIN duty ON live.sha256 = duty.sha256
INNER JOIN duty AS gone_duty ON gone.sha256 = gone_duty.sha256
LEFT JOIN stated ON gone.sha256 = stated.sha256
WHERE
    getvariable('owner') IS NULL
    OR contains(lower(concat_ws(' ', duty.owner, gone_duty.owner)), lower(getvariable('owner')))
ORDER BY
    coalesce(stated.reason IN ('keyCompromise', 'cACompromise'), false) DESC,
    duty.owner,
    certificate.subject,
    live.sha256,
    gone.sha256;
