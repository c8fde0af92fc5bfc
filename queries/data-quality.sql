-- title: Data quality
-- description: What could not be used, is missing or is odd, each with how often and one example.
-- columns: what, count, example
SELECT
    'ingest: ' || if(rejected, 'row rejected: ', 'field not used: ') || reason AS what,
    count(*) AS count,
    min(concat_ws(' ', 'line', line, field, value)) AS example
FROM ingest_issue
GROUP BY what
UNION ALL
SELECT
    'certificate encoding that a strict reader refuses' AS what,
    count(*) AS count,
    min(sha256) AS example
FROM certificate
WHERE read_by = 'tolerant'
HAVING count(*) > 0
UNION ALL
SELECT
    'certificate whose issuer''s key is not known' AS what,
    count(*) AS count,
    min(sha256) AS example
FROM issuance
WHERE signature_status IS NULL
HAVING count(*) > 0
UNION ALL
SELECT
    'certificate whose signature is ' || signature_status AS what,
    count(*) AS count,
    min(sha256) AS example
FROM issuance
WHERE signature_status IN ('bad', 'unsupported', 'weak')
GROUP BY signature_status
UNION ALL
SELECT
    'certificate whose list of paths was cut by the budget' AS what,
    count(*) AS count,
    min(sha256) AS example
FROM path_truncation
HAVING count(*) > 0
UNION ALL
SELECT
    'record whose certificate is not here' AS what,
    count(*) AS count,
    min(salesforce_id) AS example
FROM ccadb_record
ANTI JOIN certificate ON ccadb_record.sha256 = certificate.sha256
HAVING count(*) > 0
UNION ALL
SELECT
    'certificate under several records' AS what,
    count(*) AS count,
    min(sha256) AS example
FROM (SELECT sha256 FROM ccadb_record GROUP BY sha256 HAVING count(*) > 1) AS several
HAVING count(*) > 0
UNION ALL
SELECT
    'trusted root whose certificate is not here' AS what,
    count(DISTINCT trusted_root.sha256) AS count,
    min(trusted_root.sha256) AS example
FROM trusted_root
ANTI JOIN certificate ON trusted_root.sha256 = certificate.sha256
HAVING count(*) > 0
UNION ALL
SELECT
    'trusted root whose own extensions take something away: ' || coalesce(broken.reason, 'extended_key_usage') AS what,
    count(DISTINCT path.sha256) AS count,
    min(path.sha256) AS example
FROM path
SEMI JOIN trusted_root ON path.sha256 = trusted_root.sha256
LEFT JOIN path_break AS broken ON path.path_id = broken.path_id
WHERE path.length = 1 AND len(path.purposes) = 0
GROUP BY broken.reason
ORDER BY what, count;
