-- title: A statement against what it must list
-- description: What an audit statement lists against the scope computed for its period, both ways: missing, misprints,
--   listed without need, unknown; what is printed beside a fingerprint and is not what the certificate says; and what an
--   ALV would stumble over. The letter comes as `cagraph statement read --json` has it, or as much of that as there is:
--   {"fingerprints": [{"sha256": "…"}]}. Compared besides, or instead, is a list made by hand: what it forgot.
-- param: kinds varchar required the statement's audit kinds, parted by commas
-- param: letter varchar NULL the letter, as JSON
-- param: against varchar NULL a list, as JSON: {"fingerprints": [{"sha256": "…", "kinds": ["…"]}]}; no kinds: every one
-- param: owner varchar NULL the CA owner, as CCADB names it
-- param: issuer_keys varchar NULL instead: SHA-256 of the issuing keys, parted by commas
-- param: period_from date as_of()-364 the first day of the audit period
-- param: period_to date as_of() its last day
-- param: intended varchar NULL roots meant to be trusted: sha256:purpose, parted by commas
-- denominator: all certificates
-- of: SELECT count(*) FROM certificate
-- columns: problem, section, severity, audit_kind, owner, sha256, subject, issuer, not_before, not_after, page, line,
--   sentence, reason, why, marks, witness, siblings_listed, printed, certificate_says, missing_from, citation
WITH letter AS MATERIALIZED (
    SELECT
        letter_said(getvariable('letter')) AS said,
        from_json(
            cast(coalesce(cast(getvariable('against') AS VARCHAR), '{}') AS JSON),
            '{"fingerprints": [{"sha256": "VARCHAR", "kinds": ["VARCHAR"], "line": "INTEGER"}]}'
        ) AS compared,
        getvariable('letter') IS NOT NULL OR getvariable('against') IS NULL AS with_letter,
        getvariable('against') IS NOT NULL AS with_list
),

asked AS MATERIALIZED (
    SELECT DISTINCT
        kind.audit_kind,
        letter.with_letter,
        letter.with_list
    FROM rule_statement_kinds AS kind
    CROSS JOIN letter
    WHERE
        list_contains(
            list_transform(string_split(lower(getvariable('kinds')), ','), lambda each: trim(each)),
            lower(kind.audit_kind)
        )
),

printed AS MATERIALIZED (
    SELECT
        lower(each.sha256) AS sha256,
        each.page,
        each.line,
        coalesce(each.strict, true) AS strict,
        each.how,
        coalesce(each.printed, each.sha256) AS printed,
        each.beside
    FROM (SELECT unnest(letter.said.fingerprints) AS each FROM letter) AS found
),

entry AS MATERIALIZED (
    SELECT
        sha256,
        min(page) AS page,
        arg_min(line, (page, line)) AS line,
        bool_or(strict) AS strict,
        arg_min(array_to_string(how, ', '), (page, line)) AS how,
        arg_min(printed, (page, line)) AS printed,
        count(*) AS times
    FROM printed
    WHERE regexp_full_match(sha256, '[0-9a-f]{64}')
    GROUP BY sha256
),

on_list AS MATERIALIZED (
    SELECT
        lower(each.sha256) AS sha256,
        asked.audit_kind,
        min(each.line) AS line
    FROM (SELECT unnest(letter.compared.fingerprints) AS each FROM letter) AS found
    INNER JOIN asked ON each.kinds IS NULL OR list_contains(each.kinds, asked.audit_kind)
    GROUP BY lower(each.sha256), asked.audit_kind
),

scope AS MATERIALIZED (
    SELECT
        wanted.*,
        certificate.ca_id,
        asked.with_letter,
        asked.with_list
    FROM
        statement_scope(
            getvariable('owner'),
            getvariable('issuer_keys'),
            coalesce(cast(getvariable('period_from') AS DATE), as_of() - 364),
            coalesce(cast(getvariable('period_to') AS DATE), as_of()),
            NULL,
            getvariable('intended')
        ) AS wanted
    INNER JOIN asked ON wanted.audit_kind = asked.audit_kind
    INNER JOIN certificate ON wanted.sha256 = certificate.sha256
),

-- One letter may serve several kinds: it lists too much only what none of them asks for.
needless AS (
    SELECT
        scope.sha256,
        arg_min(scope.reason, (rule.test, scope.audit_kind)) AS reason,
        CASE
            WHEN count(DISTINCT scope.sentence) = 1 THEN any_value(scope.sentence)
            ELSE string_agg(scope.audit_kind || ': ' || scope.sentence, '; ' ORDER BY rule.test, scope.audit_kind)
        END AS sentence
    FROM scope
    INNER JOIN rule_listing_reasons AS rule ON scope.reason = rule.reason
    GROUP BY scope.sha256
    HAVING bool_and(scope.listing = 'left_out')
),

lacking AS MATERIALIZED (
    SELECT DISTINCT scope.sha256
    FROM scope
    ANTI JOIN entry ON scope.sha256 = entry.sha256
    WHERE scope.listing = 'listed' AND scope.with_letter
),

-- What is a certificate's own fingerprint is no misprint of another one's.
suspect AS MATERIALIZED (
    SELECT
        entry.sha256 AS digits,
        entry.page,
        entry.line,
        entry.printed,
        true AS well_formed
    FROM entry
    ANTI JOIN certificate ON entry.sha256 = certificate.sha256
    UNION ALL
    SELECT
        lower(each.digits) AS digits,
        each.page,
        each.line,
        coalesce(each.printed, each.digits) AS printed,
        false AS well_formed
    FROM (SELECT unnest(letter.said.nearly) AS each FROM letter) AS found
    UNION ALL
    SELECT
        sha256 AS digits,
        page,
        line,
        printed,
        false AS well_formed
    FROM printed
    WHERE NOT coalesce(regexp_full_match(sha256, '[0-9a-f]{64}'), false)
),

misprint AS MATERIALIZED (
    SELECT
        lacking.sha256,
        suspect.*
    FROM lacking
    INNER JOIN suspect ON is_nearly(suspect.digits, lacking.sha256)
    QUALIFY row_number() OVER (
        PARTITION BY lacking.sha256
        ORDER BY levenshtein(lacking.sha256, suspect.digits), suspect.page, suspect.line, suspect.digits
    ) = 1
),

thumbprint AS MATERIALIZED (
    SELECT
        found.each.page,
        found.each.line,
        coalesce(found.each.printed, found.each.sha1) AS printed,
        certificate.sha256
    FROM (SELECT unnest(letter.said.thumbprints) AS each FROM letter) AS found
    LEFT JOIN certificate ON lower(found.each.sha1) = sha1(certificate.der)
),

by_sha1 AS (
    SELECT
        lacking.sha256,
        min(thumbprint.page) AS page,
        arg_min(thumbprint.line, (thumbprint.page, thumbprint.line)) AS line,
        arg_min(thumbprint.printed, (thumbprint.page, thumbprint.line)) AS printed
    FROM lacking
    INNER JOIN thumbprint ON lacking.sha256 = thumbprint.sha256
    GROUP BY lacking.sha256
),

must AS (
    SELECT
        scope.*,
        scope.with_letter AND entry.sha256 IS NULL AS not_in_letter,
        scope.with_list AND on_list.sha256 IS NULL AS not_on_list,
        misprint.sha256 IS NOT NULL AS is_misprinted,
        by_sha1.sha256 IS NOT NULL AS is_by_sha1,
        if(entry.sha256 IS NULL, coalesce(misprint.page, by_sha1.page), entry.page) AS page,
        if(entry.sha256 IS NULL, coalesce(misprint.line, by_sha1.line), entry.line) AS line,
        coalesce(misprint.printed, by_sha1.printed) AS printed
    FROM scope
    LEFT JOIN entry ON scope.sha256 = entry.sha256
    LEFT JOIN on_list ON scope.sha256 = on_list.sha256 AND scope.audit_kind = on_list.audit_kind
    LEFT JOIN misprint ON scope.sha256 = misprint.sha256
    LEFT JOIN by_sha1 ON scope.sha256 = by_sha1.sha256
    WHERE scope.listing <> 'left_out'
),

-- What is listed and nothing asks for: of this owner's, of another's, of nobody's here.
surplus AS (
    SELECT
        listed.*,
        CASE
            WHEN certificate.sha256 IS NULL THEN 'unknown'
            WHEN needless.sha256 IS NOT NULL THEN 'unexpected'
            ELSE 'other_owner'
        END AS problem,
        CASE
            WHEN certificate.sha256 IS NULL THEN 'unknown'
            WHEN needless.sha256 IS NOT NULL OR of_kind.sha256 IS NOT NULL
                THEN coalesce(of_kind.reason, needless.reason)
            WHEN certificate.is_ca THEN 'other_owner'
            ELSE 'not_ca'
        END AS reason,
        CASE
            WHEN certificate.sha256 IS NULL THEN NULL
            WHEN needless.sha256 IS NOT NULL OR of_kind.sha256 IS NOT NULL
                THEN coalesce(of_kind.sentence, needless.sentence)
            WHEN NOT certificate.is_ca THEN 'it is no CA certificate'
            WHEN ca_owner.owner IS NOT NULL THEN 'the CA is of ' || ca_owner.owner
            ELSE 'no record says whose it is'
        END AS why
    FROM (
        SELECT
            sha256,
            NULL AS audit_kind,
            page,
            line,
            printed,
            false AS is_of_list
        FROM entry
        UNION ALL
        SELECT
            sha256,
            audit_kind,
            NULL AS page,
            line,
            NULL AS printed,
            true AS is_of_list
        FROM on_list
    ) AS listed
    LEFT JOIN needless ON listed.sha256 = needless.sha256
    LEFT JOIN scope AS of_kind ON listed.sha256 = of_kind.sha256 AND listed.audit_kind = of_kind.audit_kind
    LEFT JOIN certificate ON listed.sha256 = certificate.sha256
    LEFT JOIN ca_owner ON certificate.ca_id = ca_owner.ca_id
    ANTI JOIN must
        ON listed.sha256 = must.sha256 AND (NOT listed.is_of_list OR listed.audit_kind = must.audit_kind)
),

different AS (
    SELECT
        printed.sha256,
        printed.page,
        printed.line,
        unnest(
            beside_differences(
                printed.beside, certificate.subject, certificate.issuer, certificate.serial, certificate.not_before,
                certificate.not_after
            )
        ) AS each
    FROM printed
    INNER JOIN certificate ON printed.sha256 = certificate.sha256
    WHERE printed.beside IS NOT NULL
),

judged AS MATERIALIZED (
    SELECT
        CASE
            WHEN must.listing = 'unknown' AND (must.not_in_letter OR must.not_on_list) THEN 'perhaps_missing'
            WHEN must.not_in_letter AND must.is_misprinted THEN 'misprint'
            WHEN must.not_in_letter AND must.is_by_sha1 THEN 'sha1_only'
            WHEN must.not_in_letter THEN 'missing'
            WHEN must.not_on_list THEN 'forgotten'
            ELSE 'listed'
        END AS problem,
        must.audit_kind,
        must.sha256,
        must.page,
        must.line,
        must.reason,
        must.sentence AS why,
        must.marks,
        must.witness_path_id,
        must.printed,
        if(must.printed IS NOT NULL, upper(must.sha256), NULL) AS certificate_says,
        CASE
            WHEN must.not_in_letter AND must.not_on_list THEN 'both'
            WHEN must.not_in_letter THEN 'letter'
            WHEN must.not_on_list THEN 'list'
        END AS missing_from
    FROM must
    UNION ALL BY NAME
    -- Where nothing is known that belongs in it, nothing was checked: that is no statement that is right. Unless no
    -- program asked for one then.
    SELECT
        'nothing_asked' AS problem,
        asked.audit_kind
    FROM asked
    ANTI JOIN must ON asked.audit_kind = must.audit_kind
    ANTI JOIN (SELECT DISTINCT audit_kind FROM scope WHERE reason = 'not_yet_asked') AS early
        ON asked.audit_kind = early.audit_kind
    UNION ALL BY NAME
    SELECT
        if(is_of_list, 'surplus', problem) AS problem,
        audit_kind,
        sha256,
        page,
        line,
        reason,
        if(is_of_list, coalesce(why, 'no certificate here has this fingerprint'), why) AS why,
        printed
    FROM surplus
    UNION ALL BY NAME
    SELECT
        'reformatted' AS problem,
        sha256,
        page,
        line,
        how AS why,
        printed,
        upper(sha256) AS certificate_says
    FROM entry
    WHERE NOT strict
    UNION ALL BY NAME
    SELECT
        'repeated' AS problem,
        sha256,
        page,
        line,
        times || ' times' AS why,
        printed
    FROM entry
    WHERE times > (SELECT median(each.times) FROM entry AS each)
    UNION ALL BY NAME
    SELECT
        'almost' AS problem,
        page,
        line,
        length(digits) || ' characters' AS why,
        printed
    FROM suspect
    WHERE NOT well_formed AND NOT coalesce(digits IN (SELECT misprint.digits FROM misprint), false)
    UNION ALL BY NAME
    SELECT
        'thumbprint' AS problem,
        thumbprint.sha256,
        thumbprint.page,
        thumbprint.line,
        CASE
            WHEN thumbprint.sha256 IS NULL THEN 'no certificate here has it'
            WHEN entry.sha256 IS NOT NULL THEN 'the certificate is listed besides'
            ELSE 'the certificate need not be listed'
        END AS why,
        thumbprint.printed
    FROM thumbprint
    LEFT JOIN entry ON thumbprint.sha256 = entry.sha256
    WHERE thumbprint.sha256 IS NULL OR thumbprint.sha256 NOT IN (SELECT lacking.sha256 FROM lacking)
    UNION ALL BY NAME
    SELECT DISTINCT
        each.problem,
        sha256,
        page,
        line,
        each.printed,
        each.certificate_says
    FROM different
    UNION ALL BY NAME
    SELECT *
    FROM
        letter_faults(
            getvariable('letter'),
            getvariable('kinds'),
            getvariable('owner'),
            coalesce(cast(getvariable('period_from') AS DATE), as_of() - 364),
            coalesce(cast(getvariable('period_to') AS DATE), as_of())
        )
),

sibling AS (
    SELECT
        judged.sha256,
        list(DISTINCT entry.sha256 ORDER BY entry.sha256) AS siblings_listed
    FROM judged
    INNER JOIN certificate ON judged.sha256 = certificate.sha256
    INNER JOIN certificate AS other ON certificate.ca_id = other.ca_id AND certificate.sha256 <> other.sha256
    INNER JOIN entry ON other.sha256 = entry.sha256
    WHERE judged.missing_from IS NOT NULL
    GROUP BY judged.sha256
)

SELECT
    judged.problem,
    rule.section,
    rule.severity,
    judged.audit_kind,
    duty.owner,
    judged.sha256,
    certificate.subject,
    certificate.issuer,
    certificate.not_before,
    certificate.not_after,
    judged.page,
    judged.line,
    rule.sentence,
    judged.reason,
    judged.why,
    judged.marks,
    witness.line AS witness,
    coalesce(sibling.siblings_listed, []) AS siblings_listed,
    judged.printed,
    judged.certificate_says,
    judged.missing_from,
    rule.citation
FROM judged
INNER JOIN rule_statement_problems AS rule ON judged.problem = rule.problem
LEFT JOIN certificate ON judged.sha256 = certificate.sha256
LEFT JOIN duty ON judged.sha256 = duty.sha256
LEFT JOIN sibling ON judged.sha256 = sibling.sha256
LEFT JOIN path_lines((SELECT list(DISTINCT asked.witness_path_id) FROM judged AS asked)) AS witness
    ON judged.witness_path_id = witness.path_id
ORDER BY
    rule.test, certificate.subject, judged.sha256,
    list_position(['Standard', 'NetSec', 'TLS BR', 'TLS EVG', 'Code Signing', 'S/MIME BR', 'VMC'], judged.audit_kind),
    judged.page, judged.line, judged.printed, judged.why;
