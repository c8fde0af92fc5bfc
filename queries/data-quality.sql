-- title: Data quality
-- description: What could not be used, is missing, contradicts itself or is odd, each with how often and one example.
--   The words before the colon say what the example names: the line and the value as read, a certificate's SHA-256,
--   a record's Salesforce ID, a list's address.
-- denominator: certificates known
-- of: SELECT count(*) FROM certificate
-- columns: what, count, example
SELECT
    'ingest: ' || if(rejected, 'row rejected: ', 'field not used: ') || reason AS what,
    count(*) AS count,
    min(concat_ws(' ', 'line', line, field, value)) AS example
FROM ingest_issue
GROUP BY what
UNION ALL
SELECT
    'ingest: rejected rows that do not say which certificate they are about' AS what,
    sum(snapshot.rows_unnamed)::BIGINT AS count,
    min(fetched.url) AS example
FROM snapshot
INNER JOIN fetched ON snapshot.fetch_id = fetched.fetch_id
WHERE snapshot.rows_unnamed > 0
HAVING count(*) > 0
UNION ALL
SELECT
    'ingest: file dated by its modification time, which nobody states' AS what,
    count(*) AS count,
    min(fetched.url) AS example
FROM snapshot
INNER JOIN fetched ON snapshot.fetch_id = fetched.fetch_id
WHERE snapshot.dated_because = 'file time'
HAVING count(*) > 0
UNION ALL
SELECT
    'certificate: encoding that a strict reader refuses' AS what,
    count(*) AS count,
    min(sha256) AS example
FROM certificate
WHERE read_by = 'tolerant'
HAVING count(*) > 0
UNION ALL
SELECT
    'certificate: an extension could not be read' AS what,
    count(*) AS count,
    min(sha256) AS example
FROM certificate
WHERE len(list_filter(problems, lambda problem: starts_with(problem, 'extension '))) > 0
HAVING count(*) > 0
UNION ALL
SELECT
    'certificate: serial number is not positive' AS what,
    count(*) AS count,
    min(sha256) AS example
FROM certificate
WHERE len(list_filter(problems, lambda problem: starts_with(problem, 'serial number '))) > 0
HAVING count(*) > 0
UNION ALL
SELECT
    'certificate: validity ends before it begins' AS what,
    count(*) AS count,
    min(sha256) AS example
FROM certificate
WHERE not_after < not_before
HAVING count(*) > 0
UNION ALL
SELECT
    'certificate: its issuer''s key is not known' AS what,
    count(*) AS count,
    min(sha256) AS example
FROM issuance
WHERE signature_status IS NULL
HAVING count(*) > 0
UNION ALL
SELECT
    'certificate: its signature is ' || signature_status AS what,
    count(*) AS count,
    min(sha256) AS example
FROM issuance
WHERE signature_status IN ('bad', 'unsupported', 'weak')
GROUP BY signature_status
UNION ALL
SELECT
    'certificate: its list of paths was cut by the budget' AS what,
    count(*) AS count,
    min(sha256) AS example
FROM path_truncation
HAVING count(*) > 0
UNION ALL
SELECT
    'certificate: in scope, and no record has it' || if(base.complete_dated IS NULL, ' (no complete report is loaded)', '')
        AS what,
    count(*) AS count,
    min(scoped.sha256) AS example
FROM (SELECT DISTINCT sha256 FROM in_scope) AS scoped
CROSS JOIN record_base AS base
ANTI JOIN ccadb_record ON scoped.sha256 = ccadb_record.sha256
GROUP BY base.complete_dated
UNION ALL
SELECT
    'certificate: under several records' AS what,
    count(*) AS count,
    min(sha256) AS example
FROM (SELECT sha256 FROM ccadb_record GROUP BY sha256 HAVING count(*) > 1) AS several
HAVING count(*) > 0
UNION ALL
SELECT
    'record: its certificate is not here' AS what,
    count(*) AS count,
    min(salesforce_id) AS example
FROM ccadb_record
ANTI JOIN certificate ON ccadb_record.sha256 = certificate.sha256
HAVING count(*) > 0
UNION ALL
SELECT
    'record: its parent''s record is not here' AS what,
    count(*) AS count,
    min(record_parent.salesforce_id) AS example
FROM record_parent
INNER JOIN ccadb_record ON record_parent.salesforce_id = ccadb_record.salesforce_id
WHERE ccadb_record.record_type <> 'Root Certificate' AND NOT record_parent.parent_known
HAVING count(*) > 0
UNION ALL
SELECT
    'record: its dates are not the certificate''s' AS what,
    count(*) AS count,
    min(record.salesforce_id) AS example
FROM ccadb_record AS record
INNER JOIN certificate ON record.sha256 = certificate.sha256
WHERE record.valid_from <> certificate.not_before::DATE OR record.valid_to <> certificate.not_after::DATE
HAVING count(*) > 0
UNION ALL
SELECT
    'record: a root''s, and its certificate is not self-signed' AS what,
    count(*) AS count,
    min(record.salesforce_id) AS example
FROM ccadb_record AS record
INNER JOIN issuance ON record.sha256 = issuance.sha256
WHERE record.record_type = 'Root Certificate' AND issuance.issuer_ca_id <> issuance.subject_ca_id
HAVING count(*) > 0
UNION ALL
SELECT
    'list: a CRL that no known key proves, so that it counts for nothing' AS what,
    count(*) AS count,
    min(fetched.url) AS example
FROM crl
INNER JOIN snapshot ON crl.snapshot_id = snapshot.snapshot_id
INNER JOIN fetched ON snapshot.fetch_id = fetched.fetch_id
WHERE crl.issuer_spki_sha256 IS NULL
HAVING count(*) > 0
UNION ALL
SELECT
    'list: a CRL past its next update on the day' AS what,
    count(*) AS count,
    min(list.url) AS example
FROM revocation_list AS list
INNER JOIN crl ON list.snapshot_id = crl.snapshot_id AND list.issuer_spki_sha256 = crl.issuer_spki_sha256
WHERE list.kind = 'crl' AND crl.next_update < as_of()
HAVING count(*) > 0
UNION ALL
SELECT
    'root: trusted, and its certificate is not here' AS what,
    count(DISTINCT trusted_root.sha256) AS count,
    min(trusted_root.sha256) AS example
FROM trusted_root
ANTI JOIN certificate ON trusted_root.sha256 = certificate.sha256
HAVING count(*) > 0
UNION ALL
SELECT
    'root: trusted, and its own extensions take something away: ' || coalesce(broken.reason, 'extended_key_usage')
        AS what,
    count(DISTINCT path.sha256) AS count,
    min(path.sha256) AS example
FROM path
SEMI JOIN trusted_root ON path.sha256 = trusted_root.sha256
LEFT JOIN path_break AS broken ON path.path_id = broken.path_id
WHERE path.length = 1 AND len(path.purposes) = 0
GROUP BY broken.reason
ORDER BY what, count;
