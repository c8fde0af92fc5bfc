-- What breaks each path on the day: every certificate and reason, so that one can see what would have to change.
-- A NULL program or purpose: whichever is asked about.

CREATE OR REPLACE VIEW path_question AS
SELECT
    program.root_program,
    purpose.purpose,
    if(purpose.purpose = 'ev_tls', 'server_auth', purpose.purpose) AS usage
FROM (
    SELECT root_program FROM rule_root_programs
    UNION
    SELECT root_program FROM root_trust
) AS program
CROSS JOIN (
    SELECT purpose FROM rule_purposes WHERE purpose <> 'any'
    UNION
    SELECT 'ev_tls'
) AS purpose;
COMMENT ON VIEW path_question IS 'Each program and purpose that one can ask about, with the extended key usage it takes.';

CREATE OR REPLACE VIEW certificate_breaker AS
SELECT
    sha256,
    NULL::VARCHAR AS purpose,
    false AS below_anchor,
    if(not_after < as_of(), 'expired', 'not_yet_valid') AS reason,
    if(not_after < as_of(), 'on ' || not_after::DATE, 'until ' || not_before::DATE) AS detail
FROM certificate
WHERE not_after < as_of() OR not_before > as_of()
UNION ALL
-- About an anchor the program's store decides, not a record.
SELECT
    sha256,
    NULL AS purpose,
    true AS below_anchor,
    'revoked' AS reason,
    'by ' || string_agg(DISTINCT source, ', ' ORDER BY source) AS detail
FROM revocation
GROUP BY sha256
UNION ALL
SELECT
    certificate.sha256,
    question.purpose,
    false AS below_anchor,
    'extended_key_usage' AS reason,
    'permits ' || coalesce(nullif(array_to_string(certificate.eku_oids, ', '), ''), 'nothing') AS detail
FROM certificate
CROSS JOIN (
    SELECT
        asked.purpose,
        list(rule.eku_oid) FILTER (WHERE rule.issued_until IS NULL) AS permitting,
        list(rule.eku_oid) FILTER (WHERE rule.issued_until IS NOT NULL) AS permitting_once,
        min(rule.issued_until) AS issued_until
    FROM (SELECT DISTINCT purpose, usage FROM path_question) AS asked
    INNER JOIN rule_purposes AS rule ON asked.usage = rule.purpose OR rule.purpose = 'any'
    WHERE rule.counted = 'yes'
    GROUP BY asked.purpose
) AS question
WHERE
    NOT list_has_any(certificate.eku_oids, question.permitting)
    AND NOT (
        coalesce(list_has_any(certificate.eku_oids, question.permitting_once), false)
        AND certificate.not_before::DATE <= question.issued_until
    );
COMMENT ON VIEW certificate_breaker IS 'What a certificate breaks on the day on every path that it is on, or every one that it is not the anchor of.';

CREATE OR REPLACE VIEW anchor_untrusted AS
WITH anchor AS (
    SELECT DISTINCT
        path.anchor_sha256 AS sha256,
        certificate.ca_id
    FROM path
    INNER JOIN certificate ON path.anchor_sha256 = certificate.sha256
)

SELECT
    anchor.sha256,
    question.root_program,
    question.purpose,
    if(bool_or(store.disabled_from IS NOT NULL), 'trust_disabled', 'not_trusted') AS reason,
    'since ' || nullif(max(store.disabled_from), '-infinity'::TIMESTAMP)::DATE AS detail
FROM anchor
CROSS JOIN path_question AS question
LEFT JOIN root_trust_used AS store
    ON
        anchor.sha256 = store.sha256
        AND question.root_program = store.root_program
        AND question.usage = store.purpose
GROUP BY anchor.sha256, question.root_program, question.purpose
HAVING bool_and(coalesce(store.disabled_from <= as_of(), store.sha256 IS NULL))
UNION ALL
SELECT
    anchor.sha256,
    program.root_program,
    'ev_tls' AS purpose,
    if(
        program.root_program IN (SELECT enabled.root_program FROM ev_root AS enabled),
        'not_ev_enabled',
        'ev_trust_not_loaded'
    ) AS reason,
    NULL AS detail
FROM anchor
CROSS JOIN (SELECT DISTINCT root_program FROM path_question) AS program
ANTI JOIN ev_root ON program.root_program = ev_root.root_program AND anchor.ca_id = ev_root.ca_id;
COMMENT ON VIEW anchor_untrusted IS 'Why a program does not trust a root for a purpose on the day, where it does not.';

-- path_breaker(sha256): every certificate that breaks a path to this one on the day, by program and purpose where it
-- depends on them, with the reason (rule_path_reasons). A macro, so that whoever asks about one certificate does
-- not wait for the paths of all.
CREATE OR REPLACE MACRO path_breaker(wanted) AS TABLE
    WITH asked AS MATERIALIZED (
        SELECT *
        FROM path
        WHERE sha256 = wanted
    ),

    member AS MATERIALIZED (
        SELECT member.*
        FROM path_certificate AS member
        SEMI JOIN asked ON member.path_id = asked.path_id
    )

    SELECT
        broken.path_id,
        NULL::VARCHAR AS root_program,
        NULL::VARCHAR AS purpose,
        broken.position,
        broken.sha256,
        broken.reason,
        broken.detail
    FROM path_break AS broken
    SEMI JOIN asked ON broken.path_id = asked.path_id
    UNION ALL
    SELECT
        member.path_id,
        NULL AS root_program,
        breaker.purpose,
        member.position,
        member.sha256,
        breaker.reason,
        breaker.detail
    FROM member
    INNER JOIN certificate_breaker AS breaker ON member.sha256 = breaker.sha256
    WHERE member.position > 0 OR NOT breaker.below_anchor
    UNION ALL
    SELECT
        member.path_id,
        barred.root_program,
        barred.purpose,
        member.position,
        member.sha256,
        'revoked' AS reason,
        'by ' || barred.source AS detail
    FROM member
    INNER JOIN program_revocation AS barred ON member.sha256 = barred.sha256
    WHERE member.position > 0
    UNION ALL
    SELECT
        path.path_id,
        untrusted.root_program,
        untrusted.purpose,
        0 AS position,
        path.anchor_sha256 AS sha256,
        untrusted.reason,
        untrusted.detail
    FROM asked AS path
    INNER JOIN anchor_untrusted AS untrusted ON path.anchor_sha256 = untrusted.sha256
    UNION ALL
    SELECT
        member.path_id,
        ev_root.root_program,
        'ev_tls' AS purpose,
        member.position,
        member.sha256,
        'certificate_policies' AS reason,
        'has ' || coalesce(nullif(array_to_string(certificate.policy_oids, ', '), ''), 'none') AS detail
    FROM member
    INNER JOIN asked AS path ON member.path_id = path.path_id
    INNER JOIN certificate ON member.sha256 = certificate.sha256
    INNER JOIN certificate AS anchor ON path.anchor_sha256 = anchor.sha256
    INNER JOIN ev_root ON anchor.ca_id = ev_root.ca_id
    WHERE
        member.position > 0
        AND NOT (path.self_signed_hop AND member.position = path.length - 1)
        AND NOT coalesce(
            list_has_any(certificate.policy_oids, list_append(ev_root.ev_policies, '2.5.29.32.0')), false
        )
    UNION ALL
    SELECT
        path.path_id,
        ev_root.root_program,
        'ev_tls' AS purpose,
        path.length - 1 AS position,
        path.sha256,
        'no_common_policy' AS reason,
        NULL AS detail
    FROM asked AS path
    INNER JOIN certificate AS anchor ON path.anchor_sha256 = anchor.sha256
    INNER JOIN ev_root ON anchor.ca_id = ev_root.ca_id
    WHERE NOT list_has_any(path.policies, ev_root.ev_policies)
    UNION ALL
    -- Trust that ends for subscribers' certificates issued later leaves the CAs above them in scope.
    SELECT
        path.path_id,
        question.root_program,
        question.purpose,
        path.length - 1 AS position,
        path.sha256,
        'distrust_after' AS reason,
        'the last day is ' || min(store.notbefore_until)::DATE AS detail
    FROM asked AS path
    INNER JOIN certificate ON path.sha256 = certificate.sha256
    INNER JOIN trusted_root AS store ON path.anchor_sha256 = store.sha256
    INNER JOIN path_question AS question
        ON
            store.root_program = question.root_program
            AND (store.purpose = question.usage OR store.purpose = question.purpose)
    WHERE NOT certificate.is_ca AND certificate.not_before > store.notbefore_until
    GROUP BY path.path_id, question.root_program, question.purpose, path.length, path.sha256;
