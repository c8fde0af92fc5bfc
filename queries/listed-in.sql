-- title: Letters that list a certificate
-- description: Every printing of a certificate's SHA-256 in any document read, of whatever year, whether a record of the day
--   names the document or not: with page and line, how it is written, and what the letter says about itself.
-- param: sha256 varchar required a certificate's SHA-256, 64 hex digits
-- denominator: documents read
-- of: SELECT count(*) FROM statement WHERE state <> 'unreadable'
-- columns: sha256, url, page, line, printed, strict, how, beside, says_kinds, period_start, period_end, statement_date,
--   auditor, body_sha256
SELECT
    printed.sha256,
    letter.url,
    printed.page,
    printed.line,
    printed.printed,
    printed.strict,
    printed.how,
    printed.beside,
    coalesce(letter.audit_kinds, []) AS says_kinds,
    letter.period_start,
    letter.period_end,
    letter.statement_date,
    letter.auditor,
    printed.body_sha256
FROM statement_fingerprint AS printed
LEFT JOIN letter ON printed.body_sha256 = letter.body_sha256
WHERE printed.sha256 = lower(getvariable('sha256'))
ORDER BY letter.period_end DESC, letter.url, printed.body_sha256, printed.position;
