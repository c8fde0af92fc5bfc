-- title: Records and letters that disagree
-- description: Where a record's audit and the letter that it names differ in the kind of audit, the period or the
--   statement's date, with the page where the letter says so. Whose slip it is, only a person can tell: the letter's words
--   are in the table statement_fact.
-- param: owner varchar NULL only records of owners that contain this text
-- denominator: audits on record whose letter was read
-- of: SELECT count(*) FROM record_audit AS audit SEMI JOIN (SELECT * FROM cell_letter WHERE is_read) AS letter
--   ON audit.url = letter.cell AND audit.audit_kind = letter.audit_kind
-- columns: owner, record_id, certificate_name, audit_kind, differs, record_says, letter_says, page, url, body_sha256,
--   source, line
WITH difference AS (
    SELECT
        salesforce_id,
        audit_kind,
        if(reason = 'letter_other_period', 'period', 'statement date') AS differs,
        record_says,
        letter_says,
        page,
        url,
        body_sha256
    FROM letter_difference
    UNION ALL
    SELECT
        audit.salesforce_id,
        audit.audit_kind,
        'kind' AS differs,
        audit.audit_kind AS record_says,
        reading.trouble_detail AS letter_says,
        reading.kinds_page AS page,
        reading.letters[1].url AS url,
        reading.letters[1].body_sha256 AS body_sha256
    FROM record_audit AS audit
    INNER JOIN cell_reading AS reading ON audit.url = reading.cell AND audit.audit_kind = reading.audit_kind
    WHERE reading.trouble = 'letter_other_kind'
)

SELECT
    coalesce(record.subordinate_ca_owner, record.ca_owner) AS owner,
    difference.salesforce_id AS record_id,
    record.certificate_name,
    difference.audit_kind,
    difference.differs,
    difference.record_says,
    difference.letter_says,
    difference.page,
    difference.url,
    difference.body_sha256,
    record.source,
    record.line
FROM difference
INNER JOIN ccadb_record AS record ON difference.salesforce_id = record.salesforce_id
WHERE
    getvariable('owner') IS NULL
    OR contains(lower(concat_ws(' ', record.ca_owner, record.subordinate_ca_owner)), lower(getvariable('owner')))
ORDER BY owner, record.certificate_name, record_id, difference.audit_kind, difference.differs;
