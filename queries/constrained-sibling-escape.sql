-- title: Constraints that a sibling escapes
-- description: Certificates that are technically constrained themselves, while their CA (name and key) is also reached
--   by a certificate without the constraint: what the CA issues chains to that one too, so the constraint exempts it
--   from nothing (Mozilla bug 1563573). `exemption_lost_in`: programs that exempt a constrained CA.
-- param: owner varchar NULL only where the owner on duty of either certificate contains this text
-- denominator: technically constrained certificates valid on the day
-- of: SELECT count(DISTINCT technical_constraint.sha256) FROM technical_constraint INNER JOIN certificate
--   ON technical_constraint.sha256 = certificate.sha256 WHERE not_before <= as_of() AND not_after >= as_of()
-- columns: owner, sha256, subject, issuer, purpose, escape_sha256, escape_issuer, escape_owner, escape_capable_in,
--   exemption_lost_in, escape_path_id
WITH escape AS (
    SELECT
        certificate.ca_id,
        capability.sha256,
        if(capability.purpose = 'ev_tls', 'server_auth', capability.purpose) AS purpose,
        list(DISTINCT capability.root_program ORDER BY capability.root_program) AS capable_in,
        arg_min(capability.witness_path_id, (capability.root_program, capability.purpose)) AS witness_path_id
    FROM capability
    INNER JOIN certificate ON capability.sha256 = certificate.sha256
    WHERE NOT capability.constrained_on_all_paths
    GROUP BY ALL
),

exempting AS (
    SELECT
        capability.sha256,
        if(capability.purpose = 'ev_tls', 'server_auth', capability.purpose) AS purpose,
        list(DISTINCT capability.root_program ORDER BY capability.root_program) AS programs
    FROM capability
    SEMI JOIN rule_exemptions AS rule
        ON capability.root_program = rule.root_program AND capability.purpose = rule.purpose
    WHERE capability.constrained_on_all_paths
    GROUP BY ALL
)

SELECT
    duty.owner,
    bound.sha256,
    certificate.subject,
    certificate.issuer,
    bound.purpose,
    escape.sha256 AS escape_sha256,
    sibling.issuer AS escape_issuer,
    escape_duty.owner AS escape_owner,
    escape.capable_in AS escape_capable_in,
    coalesce(list_sort(list_intersect(exempting.programs, escape.capable_in)), []) AS exemption_lost_in,
    escape.witness_path_id AS escape_path_id
FROM technical_constraint AS bound
INNER JOIN certificate ON bound.sha256 = certificate.sha256
INNER JOIN escape
    ON certificate.ca_id = escape.ca_id AND bound.purpose = escape.purpose AND bound.sha256 <> escape.sha256
INNER JOIN certificate AS sibling ON escape.sha256 = sibling.sha256
INNER JOIN duty ON bound.sha256 = duty.sha256
INNER JOIN duty AS escape_duty ON escape.sha256 = escape_duty.sha256
LEFT JOIN exempting ON bound.sha256 = exempting.sha256 AND bound.purpose = exempting.purpose
ANTI JOIN revocation ON bound.sha256 = revocation.sha256
WHERE
    certificate.not_before <= as_of()
    AND certificate.not_after >= as_of()
    AND (
        getvariable('owner') IS NULL
        OR contains(lower(concat_ws(' ', duty.owner, escape_duty.owner)), lower(getvariable('owner')))
    )
ORDER BY duty.owner, certificate.subject, bound.sha256, bound.purpose, escape.sha256;
