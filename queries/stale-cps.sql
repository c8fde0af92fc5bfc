-- title: Records whose policy documents are old or missing
-- description: Records of live certificates whose newest certificate policy (CP) or certification practice statement (CPS)
--   took effect, or was updated, more than `days` days before the day, or that lead to none (crt.sh's
--   DisclosureIncomplete; BR 2.3 wants them updated every year; Mozilla bug 1945536). A combined CP/CPS and one in Markdown
--   or AsciiDoc count as both. Same-as-parent is followed document by document, as for audits: to a parent that can be the
--   issuer. `why` says what is amiss, and where the way up leaves the records loaded, so that nothing can be told.
-- param: owner varchar NULL only records whose owner contains this text
-- param: days integer 365 how old the newest document may be
-- denominator: records of live certificates
-- of: SELECT count(*) FROM ccadb_record AS record LEFT JOIN certificate ON record.sha256 = certificate.sha256
--   WHERE coalesce(certificate.not_after::DATE, record.valid_to, as_of()) >= as_of()
--   AND coalesce(record.revocation_status, 'Not Revoked') = 'Not Revoked'
-- columns: sha256, subject, owner, record_id, why, cp_dated, cps_dated, cp_from, cps_from, cp_url, cps_url, programs
WITH RECURSIVE
live AS MATERIALIZED (
    SELECT
        record.salesforce_id,
        record.sha256,
        coalesce(certificate.subject, record.certificate_name) AS subject,
        coalesce(record.subordinate_ca_owner, record.ca_owner) AS owner
    FROM ccadb_record AS record
    LEFT JOIN certificate ON record.sha256 = certificate.sha256
    WHERE
        coalesce(certificate.not_after::DATE, record.valid_to, as_of()) >= as_of()
        AND coalesce(record.revocation_status, 'Not Revoked') = 'Not Revoked'
),

cells AS (
    SELECT
        salesforce_id,
        -- All at once, so that the text is read once. Names with a question mark are those of version 2.
        json_extract_string(other, [
            '$."CP Same as Parent"', '$."CP Same as Parent?"', '$."Certificate Policy (CP) URL"',
            '$."CP Effective Date"', '$."CP Last Update Date"',
            '$."CPS Same as Parent"', '$."CPS Same as Parent?"', '$."Certificate Practice Statement (CPS) URL"',
            '$."CPS Effective Date"', '$."CPS Last Update Date"',
            '$."CP/CPS Same as Parent"', '$."CP/CPS Same as Parent?"', '$."Certificate Practice & Policy Statement"',
            '$."CP/CPS Effective Date"', '$."CP/CPS Last Updated Date"',
            '$."MD/AsciiDoc CP/CPS Same as Parent"', '$."MD/AsciiDoc CP/CPS Same as Parent?"',
            '$."MD/AsciiDoc CP/CPS URL"', '$."MD/AsciiDoc CP/CPS Effective Date"',
            '$."MD/AsciiDoc CP/CPS Last Updated Date"'
        ]) AS cell
    FROM ccadb_record
),

document AS MATERIALIZED (
    SELECT
        cells.salesforce_id,
        place.document,
        lower(coalesce(cells.cell[place.first], cells.cell[place.first + 1])) = 'true' AS same_as_parent,
        cells.cell[place.first + 2] AS url,
        try_strptime(
            coalesce(cells.cell[place.first + 3], cells.cell[place.first + 4]), ['%Y-%m-%d', '%Y.%m.%d']
        )::DATE AS dated
    FROM cells
    CROSS JOIN (VALUES ('CP', 1), ('CPS', 6), ('CP/CPS', 11), ('MD', 16)) AS place (document, first)
),

ascent AS (
    SELECT
        live.salesforce_id AS record_id,
        live.salesforce_id AS at_id,
        document.document,
        0 AS depth,
        [live.salesforce_id] AS trail
    FROM live
    INNER JOIN document ON live.salesforce_id = document.salesforce_id
    UNION ALL
    SELECT
        ascent.record_id,
        step.parent_salesforce_id AS at_id,
        ascent.document,
        ascent.depth + 1 AS depth,
        list_append(ascent.trail, step.parent_salesforce_id) AS trail
    FROM ascent
    INNER JOIN document ON ascent.at_id = document.salesforce_id AND ascent.document = document.document
    INNER JOIN record_parent AS step ON ascent.at_id = step.salesforce_id
    WHERE
        document.same_as_parent
        AND step.parent_known
        AND step.parent_may_be_issuer
        AND NOT list_contains(ascent.trail, step.parent_salesforce_id)
),

-- Each document by the nearest record that names it; where none does, whether the way up left the records.
named AS (
    SELECT
        ascent.record_id,
        ascent.document,
        arg_min({ 'holder': ascent.at_id, 'url': document.url, 'dated': document.dated }, ascent.depth)
        FILTER (WHERE document.url IS NOT NULL OR document.dated IS NOT NULL) AS nearest,
        bool_or(document.same_as_parent AND NOT step.parent_known) AS left_records
    FROM ascent
    INNER JOIN document ON ascent.at_id = document.salesforce_id AND ascent.document = document.document
    INNER JOIN record_parent AS step ON ascent.at_id = step.salesforce_id
    GROUP BY ascent.record_id, ascent.document
),

-- The newest for each role; without a date it counts last.
newest AS (
    SELECT
        named.record_id,
        role.role,
        max_by(named.nearest, (coalesce(named.nearest.dated, DATE '0001-01-01'), named.document))
        FILTER (WHERE named.nearest IS NOT NULL) AS found,
        bool_or(named.left_records) AS left_records
    FROM named
    INNER JOIN (
        VALUES ('CP', 'CP'), ('CP', 'CP/CPS'), ('CP', 'MD'), ('CPS', 'CPS'), ('CPS', 'CP/CPS'), ('CPS', 'MD')
    ) AS role (role, document)
        ON named.document = role.document
    GROUP BY named.record_id, role.role
),

judged AS (
    SELECT
        *,
        CASE
            WHEN found IS NULL AND left_records
                THEN 'not told: the way to the ' || role || ' leaves the records'
            WHEN found IS NULL THEN 'no ' || role
            WHEN found.dated IS NULL THEN role || ' without a date'
            WHEN found.url IS NULL THEN role || ' without a URL'
            WHEN found.dated < as_of() - coalesce(getvariable('days'), 365)::INTEGER
                THEN role || ' ' || (as_of() - found.dated) || ' days old'
        END AS amiss
    FROM newest
),

scoped AS (
    SELECT
        sha256,
        list(DISTINCT root_program ORDER BY root_program) AS programs
    FROM in_scope
    GROUP BY sha256
)

SELECT
    live.sha256,
    live.subject,
    live.owner,
    live.salesforce_id AS record_id,
    list(judged.amiss ORDER BY judged.role) FILTER (WHERE judged.amiss IS NOT NULL) AS why,
    max(judged.found.dated) FILTER (WHERE judged.role = 'CP') AS cp_dated,
    max(judged.found.dated) FILTER (WHERE judged.role = 'CPS') AS cps_dated,
    max(judged.found.holder) FILTER (WHERE judged.role = 'CP') AS cp_from,
    max(judged.found.holder) FILTER (WHERE judged.role = 'CPS') AS cps_from,
    max(judged.found.url) FILTER (WHERE judged.role = 'CP') AS cp_url,
    max(judged.found.url) FILTER (WHERE judged.role = 'CPS') AS cps_url,
    coalesce(any_value(scoped.programs), []) AS programs
FROM judged
INNER JOIN live ON judged.record_id = live.salesforce_id
LEFT JOIN scoped ON live.sha256 = scoped.sha256
WHERE getvariable('owner') IS NULL OR contains(lower(live.owner), lower(getvariable('owner')))
GROUP BY live.sha256, live.subject, live.owner, live.salesforce_id
HAVING count(judged.amiss) > 0
ORDER BY live.owner, live.subject, live.sha256, live.salesforce_id;
