-- title: Letters that print a certificate under another name
-- description: Where an audit letter prints a subject, an issuer, a serial number or a validity beside a fingerprint and the
--   certificate of that fingerprint says something else: a slip in the list, or a fingerprint put in the wrong row, which
--   leaves another certificate out. `also_named`: known certificates that are named so, and whether that letter lists them.
-- param: owner varchar NULL only certificates whose owner on duty contains this text
-- denominator: printings read of known certificates, with anything beside
-- of: SELECT count(*) FROM statement_fingerprint AS printed SEMI JOIN certificate ON printed.sha256 = certificate.sha256
--   WHERE printed.beside::VARCHAR <> '{}'
-- columns: owner, sha256, subject, problem, printed, certificate_says, also_named, url, page, line, body_sha256
WITH told AS (
    SELECT
        printed.body_sha256,
        printed.position,
        printed.sha256,
        printed.page,
        printed.line,
        certificate.subject,
        unnest(beside_differences(
            from_json(
                printed.beside,
                '{"subject": "VARCHAR", "issuer": "VARCHAR", "serial": "VARCHAR", "serial_decimal": "VARCHAR",
                  "not_before": "VARCHAR", "not_after": "VARCHAR"}'
            ),
            certificate.subject,
            certificate.issuer,
            certificate.serial,
            certificate.not_before,
            certificate.not_after
        )) AS difference
    FROM statement_fingerprint AS printed
    INNER JOIN certificate ON printed.sha256 = certificate.sha256
    WHERE printed.beside::VARCHAR <> '{}'
),

named AS (
    SELECT
        told.body_sha256,
        told.position,
        list(
            left(other.sha256, 8) || if(listed.sha256 IS NULL, ', not listed', ', listed') ORDER BY other.sha256
        ) AS also_named
    FROM told
    INNER JOIN certificate AS other
        ON name_words(name_itself(other.subject)) = trim(replace(name_words(told.difference.printed), 'cn = ', ''))
    LEFT JOIN (SELECT DISTINCT body_sha256, sha256 FROM statement_fingerprint) AS listed
        ON told.body_sha256 = listed.body_sha256 AND other.sha256 = listed.sha256
    WHERE told.difference.problem = 'differs_subject'
    GROUP BY told.body_sha256, told.position
)

SELECT
    duty.owner,
    told.sha256,
    told.subject,
    told.difference['problem'] AS problem,
    told.difference['printed'] AS printed,
    told.difference['certificate_says'] AS certificate_says,
    if(told.difference.problem = 'differs_subject', coalesce(named.also_named, []), []) AS also_named,
    letter.url,
    told.page,
    told.line,
    told.body_sha256
FROM told
INNER JOIN duty ON told.sha256 = duty.sha256
LEFT JOIN letter ON told.body_sha256 = letter.body_sha256
LEFT JOIN named ON told.body_sha256 = named.body_sha256 AND told.position = named.position
WHERE getvariable('owner') IS NULL OR contains(lower(duty.owner), lower(getvariable('owner')))
ORDER BY duty.owner, letter.url, told.body_sha256, told.position, problem, printed;
