-- title: A statement against what it must list
-- description: What an audit statement lists against the scope computed for its period, both ways: missing, misprints,
--   listed without need, unknown, and written in a way that an ALV would stumble over. The letter's fingerprints come
--   from `cagraph statement check`, or by hand.
-- param: listed varchar required what it lists: sha256/page/line/strict or not, parted by commas
-- param: kinds varchar required the statement's audit kinds, parted by commas
-- param: owner varchar NULL the CA owner, as CCADB names it
-- param: issuer_keys varchar NULL instead: SHA-256 of the issuing keys, parted by commas
-- param: period_from date as_of()-364 the first day of the audit period
-- param: period_to date as_of() its last day
-- param: intended varchar NULL roots meant to be trusted: sha256:purpose, parted by commas
-- denominator: certificates that it must list or does
-- of: SELECT len(string_split(getvariable('listed'), ','))
-- columns: problem, severity, audit_kind, owner, sha256, subject, issuer, page, line, sentence, why, marks, witness,
--   siblings_listed, printed_instead, citation
WITH entry AS MATERIALIZED (
    SELECT
        parts[1] AS sha256,
        min(cast(parts[2] AS INTEGER)) AS page,
        arg_min(cast(parts[3] AS INTEGER), (cast(parts[2] AS INTEGER), cast(parts[3] AS INTEGER))) AS line,
        bool_or(parts[4] = 'strict') AS strict
    FROM (
        SELECT string_split(lower(trim(each.text)), '/') AS parts
        FROM (SELECT unnest(string_split(getvariable('listed'), ',')) AS text) AS each
    ) AS printed
    WHERE length(parts[1]) = 64
    GROUP BY parts[1]
),

scope AS MATERIALIZED (
    SELECT
        wanted.*,
        certificate.ca_id
    FROM
        statement_scope(
            getvariable('owner'),
            getvariable('issuer_keys'),
            coalesce(cast(getvariable('period_from') AS DATE), as_of() - 364),
            coalesce(cast(getvariable('period_to') AS DATE), as_of()),
            NULL,
            getvariable('intended')
        ) AS wanted
    INNER JOIN certificate ON wanted.sha256 = certificate.sha256
    WHERE list_contains(string_split(lower(getvariable('kinds')), ','), lower(wanted.audit_kind))
),

-- One letter may serve several kinds: it lists too much only what none of them asks for.
needed AS (
    SELECT
        sha256,
        bool_or(listing <> 'left_out') AS by_any,
        arg_min(sentence, audit_kind) AS sentence
    FROM scope
    GROUP BY sha256
),

misprint AS (
    SELECT
        scope.sha256,
        min(entry.sha256) AS printed_instead
    FROM scope
    ANTI JOIN entry AS itself ON scope.sha256 = itself.sha256
    INNER JOIN entry ON levenshtein(scope.sha256, entry.sha256) <= 2
    WHERE scope.listing = 'listed'
    GROUP BY scope.sha256
),

judged AS MATERIALIZED (
    SELECT
        CASE
            WHEN entry.sha256 IS NOT NULL THEN 'listed'
            WHEN misprint.sha256 IS NOT NULL THEN 'misprint'
            WHEN scope.listing = 'unknown' THEN 'perhaps_missing'
            ELSE 'missing'
        END AS problem,
        scope.audit_kind,
        scope.sha256,
        scope.sentence AS why,
        scope.marks,
        scope.witness_path_id,
        entry.page,
        entry.line,
        misprint.printed_instead
    FROM scope
    LEFT JOIN entry ON scope.sha256 = entry.sha256
    LEFT JOIN misprint ON scope.sha256 = misprint.sha256
    WHERE scope.listing <> 'left_out'
    UNION ALL
    SELECT
        CASE
            WHEN certificate.sha256 IS NULL THEN 'unknown'
            WHEN needed.sha256 IS NULL THEN 'other_owner'
            ELSE 'unexpected'
        END AS problem,
        NULL AS audit_kind,
        entry.sha256,
        needed.sentence AS why,
        NULL AS marks,
        NULL AS witness_path_id,
        entry.page,
        entry.line,
        NULL AS printed_instead
    FROM entry
    LEFT JOIN needed ON entry.sha256 = needed.sha256
    LEFT JOIN certificate ON entry.sha256 = certificate.sha256
    WHERE NOT coalesce(needed.by_any, false)
    UNION ALL
    SELECT
        'reformatted' AS problem,
        NULL AS audit_kind,
        entry.sha256,
        NULL AS why,
        NULL AS marks,
        NULL AS witness_path_id,
        entry.page,
        entry.line,
        NULL AS printed_instead
    FROM entry
    WHERE NOT entry.strict
),

witness AS (
    SELECT
        member.path_id,
        string_agg(
            certificate.subject || ' [' || left(certificate.sha256, 8) || ']', ' > ' ORDER BY member.position
        ) AS line
    FROM path_certificate AS member
    SEMI JOIN judged ON member.path_id = judged.witness_path_id
    INNER JOIN certificate ON member.sha256 = certificate.sha256
    GROUP BY member.path_id
),

sibling AS (
    SELECT
        judged.sha256,
        list(DISTINCT entry.sha256 ORDER BY entry.sha256) AS siblings_listed
    FROM judged
    INNER JOIN certificate ON judged.sha256 = certificate.sha256
    INNER JOIN certificate AS other ON certificate.ca_id = other.ca_id AND certificate.sha256 <> other.sha256
    INNER JOIN entry ON other.sha256 = entry.sha256
    WHERE judged.problem IN ('missing', 'misprint', 'perhaps_missing')
    GROUP BY judged.sha256
)

SELECT
    judged.problem,
    rule.severity,
    judged.audit_kind,
    duty.owner,
    judged.sha256,
    certificate.subject,
    certificate.issuer,
    judged.page,
    judged.line,
    rule.sentence,
    judged.why,
    judged.marks,
    witness.line AS witness,
    coalesce(sibling.siblings_listed, []) AS siblings_listed,
    judged.printed_instead,
    rule.citation
FROM judged
INNER JOIN rule_statement_problems AS rule ON judged.problem = rule.problem
LEFT JOIN certificate ON judged.sha256 = certificate.sha256
LEFT JOIN duty ON judged.sha256 = duty.sha256
LEFT JOIN sibling ON judged.sha256 = sibling.sha256
LEFT JOIN witness ON judged.witness_path_id = witness.path_id
ORDER BY
    rule.test, certificate.subject, judged.sha256,
    list_position(['Standard', 'NetSec', 'TLS BR', 'TLS EVG', 'Code Signing', 'S/MIME BR', 'VMC'], judged.audit_kind);
