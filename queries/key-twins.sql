-- title: Key twins
-- description: Keys that stand under more than one CA name, by certificates valid on the day: what is revoked,
--   audited or distrusted under one name lives on under the other.
-- param: owner varchar NULL only keys one of whose owners contains this text
-- denominator: keys of certificates valid on the day
-- of: SELECT count(DISTINCT spki_sha256) FROM certificate
--   WHERE not_before <= as_of() AND not_after >= as_of()
-- columns: spki_sha256, names, certificates, subjects, owners
SELECT
    certificate.spki_sha256,
    count(DISTINCT certificate.subject_name_id) AS names,
    count(*) AS certificates,
    list(DISTINCT certificate.subject ORDER BY certificate.subject) AS subjects,
    coalesce(
        list(DISTINCT ca_owner.owner ORDER BY ca_owner.owner) FILTER (WHERE ca_owner.owner IS NOT NULL), []
    ) AS owners
FROM certificate
LEFT JOIN ca_owner ON certificate.ca_id = ca_owner.ca_id
WHERE certificate.not_before <= as_of() AND certificate.not_after >= as_of()
GROUP BY certificate.spki_sha256
HAVING
    count(DISTINCT certificate.subject_name_id) > 1
    AND (
        getvariable('owner') IS NULL
        OR bool_or(contains(lower(ca_owner.owner), lower(getvariable('owner'))))
    )
ORDER BY names DESC, certificates DESC, certificate.spki_sha256;
