-- title: Fingerprints in letters that no certificate here has
-- description: What audit letters print as a SHA-256 fingerprint while no certificate in the database has it, each with the
--   number of letters and the first of them: a certificate that nobody disclosed, a misprint, or a hole in what was loaded.
--   `nearly`: the known certificate that it is one or two digits off.
-- param: owner varchar NULL only letters whose own words name an owner with this text
-- denominator: different fingerprints in the letters read
-- of: SELECT count(DISTINCT sha256) FROM statement_fingerprint
-- columns: sha256, nearly, letters, says_owner, says_kinds, url, page, line, printed, beside, body_sha256
WITH unknown AS (
    SELECT
        printed.*,
        letter.url,
        letter.owner,
        letter.audit_kinds
    FROM statement_fingerprint AS printed
    ANTI JOIN certificate ON printed.sha256 = certificate.sha256
    LEFT JOIN letter ON printed.body_sha256 = letter.body_sha256
    WHERE getvariable('owner') IS NULL OR contains(lower(letter.owner), lower(getvariable('owner')))
),

nearly AS (
    SELECT
        unknown.sha256,
        min(certificate.sha256) AS nearly
    FROM (SELECT DISTINCT sha256 FROM unknown) AS unknown
    INNER JOIN certificate ON is_nearly(unknown.sha256, certificate.sha256)
    GROUP BY unknown.sha256
)

SELECT
    unknown.sha256,
    any_value(nearly.nearly) AS nearly,
    count(DISTINCT unknown.body_sha256) AS letters,
    arg_min(unknown.owner, (unknown.url, unknown.page, unknown.line)) AS says_owner,
    coalesce(arg_min(unknown.audit_kinds, (unknown.url, unknown.page, unknown.line)), []) AS says_kinds,
    min(unknown.url) AS url,
    arg_min(unknown.page, (unknown.url, unknown.page, unknown.line)) AS page,
    arg_min(unknown.line, (unknown.url, unknown.page, unknown.line)) AS line,
    arg_min(unknown.printed, (unknown.url, unknown.page, unknown.line)) AS printed,
    arg_min(unknown.beside, (unknown.url, unknown.page, unknown.line)) AS beside,
    arg_min(unknown.body_sha256, (unknown.url, unknown.page, unknown.line)) AS body_sha256
FROM unknown
LEFT JOIN nearly ON unknown.sha256 = nearly.sha256
GROUP BY unknown.sha256
ORDER BY letters DESC, unknown.sha256;
