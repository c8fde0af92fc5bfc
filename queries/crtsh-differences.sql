-- title: Where crt.sh's rules and ours differ
-- description: crt.sh's rules worked out on what is loaded here, beside our verdicts, for each certificate and program,
--   with the class of the reason. About trust: the purposes that only one of them takes it to be trusted for. About
--   status: its disclosure status and the worst verdict here. About the emulation: crt.sh was asked and answered
--   otherwise. crtsh_answered is what it said, as_computed whether that is the status worked out. Certificates without a
--   record are compared only where a complete report is loaded.
-- param: sha256 varchar NULL only this certificate
-- param: program varchar NULL only this root program
-- param: class varchar NULL only this class of reasons
-- denominator: CA certificates known
-- of: SELECT count(*) FROM crtsh_rule_certificate WHERE issues
-- columns: about, class, sha256, subject, root_program, crtsh_only, ours_only, crtsh_status, crtsh_detail, our_verdict,
--   our_reasons, crtsh_answered, as_computed, sentence, citation
WITH ours AS MATERIALIZED (
    SELECT
        sha256,
        root_program,
        purpose
    FROM capability
),

theirs AS MATERIALIZED (
    SELECT * FROM crtsh_rule_capability
),

trust_difference AS MATERIALIZED (
    SELECT
        coalesce(theirs.sha256, ours.sha256) AS sha256,
        coalesce(theirs.root_program, ours.root_program) AS root_program,
        coalesce(theirs.purpose, ours.purpose) AS purpose,
        theirs.sha256 IS NOT NULL AS crtsh_says
    FROM theirs
    FULL JOIN ours
        ON
            theirs.sha256 = ours.sha256
            AND theirs.root_program = ours.root_program
            AND theirs.purpose = ours.purpose
    WHERE theirs.sha256 IS NULL OR ours.sha256 IS NULL
),

-- The paths from the program's roots to what differs, and what may cut each.
way AS (
    SELECT DISTINCT
        difference.sha256,
        difference.root_program,
        difference.purpose,
        path.path_id,
        coalesce(root.disabled_from <= as_of(), false) AS disabled,
        path.valid_from <= as_of() AND path.valid_to >= as_of() AS valid
    FROM trust_difference AS difference
    INNER JOIN path ON difference.sha256 = path.sha256
    INNER JOIN root_trust_used AS root
        ON
            path.anchor_sha256 = root.sha256
            AND difference.root_program = root.root_program
            AND difference.purpose = root.purpose
    WHERE difference.crtsh_says
),

revoked AS (
    SELECT
        sha256,
        bool_and(source = 'crl') AS by_crl_alone
    FROM revocation_claim
    GROUP BY sha256
),

cut AS (
    SELECT
        member.path_id,
        bool_or(revoked.by_crl_alone) AS by_crl,
        bool_or(NOT revoked.by_crl_alone) AS by_list
    FROM path_certificate AS member
    INNER JOIN revoked ON member.sha256 = revoked.sha256
    WHERE member.position > 0 AND member.path_id IN (SELECT way.path_id FROM way)
    GROUP BY member.path_id
),

broken AS (
    SELECT
        path_id,
        bool_and(reason = 'path_length') AS by_length_alone
    FROM path_break
    WHERE path_id IN (SELECT way.path_id FROM way)
    GROUP BY path_id
),

-- What stands in the way of the path that has the least in its way.
evidence AS (
    SELECT
        way.sha256,
        way.root_program,
        way.purpose,
        min(
            CASE
                WHEN NOT way.valid OR NOT broken.by_length_alone THEN { 'worst': 5, 'class': 'path_validation' }
                WHEN cut.by_list THEN { 'worst': 4, 'class': 'folded_flags' }
                WHEN cut.by_crl THEN { 'worst': 3, 'class': 'issuers_crl' }
                WHEN broken.by_length_alone THEN { 'worst': 2, 'class': 'path_length' }
                WHEN way.disabled THEN { 'worst': 1, 'class': 'disabled_trust' }
                ELSE { 'worst': 0, 'class': if(way.purpose = 'ev_tls', 'ev_policies', 'other_trust') }
            END
        ) AS least
    FROM way
    LEFT JOIN broken ON way.path_id = broken.path_id
    LEFT JOIN cut ON way.path_id = cut.path_id
    GROUP BY way.sha256, way.root_program, way.purpose
),

parent_revoked AS (
    SELECT DISTINCT sha256 FROM ccadb_record
    WHERE revocation_status = 'Parent Cert Revoked'
),

trust_class AS (
    SELECT
        difference.sha256,
        difference.root_program,
        CASE
            WHEN truncated.sha256 IS NOT NULL THEN 'paths_cut'
            WHEN NOT difference.crtsh_says AND difference.purpose = 'ev_tls' THEN 'ev_policies'
            WHEN NOT difference.crtsh_says AND parent_revoked.sha256 IS NOT NULL THEN 'parent_revoked'
            WHEN NOT difference.crtsh_says THEN 'other_trust'
            WHEN evidence.sha256 IS NULL AND difference.purpose = 'ev_tls' THEN 'ev_policies'
            WHEN evidence.sha256 IS NULL THEN 'circle'
            ELSE evidence.least.class
        END AS class,
        coalesce(list(difference.purpose ORDER BY difference.purpose) FILTER (WHERE difference.crtsh_says), [])
            AS crtsh_only,
        coalesce(list(difference.purpose ORDER BY difference.purpose) FILTER (WHERE NOT difference.crtsh_says), [])
            AS ours_only
    FROM trust_difference AS difference
    LEFT JOIN path_truncation AS truncated ON difference.sha256 = truncated.sha256
    LEFT JOIN parent_revoked ON difference.sha256 = parent_revoked.sha256
    LEFT JOIN evidence
        ON
            difference.sha256 = evidence.sha256
            AND difference.root_program = evidence.root_program
            AND difference.purpose = evidence.purpose
    GROUP BY difference.sha256, difference.root_program, class
),

exempted AS (
    SELECT DISTINCT
        sha256,
        root_program
    FROM exempt
),

verdict AS (
    SELECT
        sha256,
        root_program,
        CASE
            WHEN bool_or(verdict = 'gap') THEN 'gap'
            WHEN bool_or(verdict IN ('pending', 'unknown')) THEN 'unknown'
            WHEN bool_or(verdict = 'warning') THEN 'warning'
            ELSE 'claimed'
        END AS our_verdict,
        list(DISTINCT reason ORDER BY reason) FILTER (WHERE verdict NOT IN ('listed', 'claimed', 'note')) AS our_reasons,
        bool_and(audit_kind = 'NetSec') FILTER (WHERE verdict NOT IN ('listed', 'claimed', 'note')) AS net_sec_alone
    FROM coverage
    GROUP BY sha256, root_program
),

-- What crt.sh said last by the day, else first.
answer AS (
    SELECT
        disclosure.sha256,
        disclosure.mozilla_status AS mozilla,
        disclosure.chrome_status AS chrome,
        disclosure.apple_status AS apple,
        disclosure.microsoft_status AS microsoft
    FROM crtsh_disclosure AS disclosure
    INNER JOIN snapshot ON disclosure.snapshot_id = snapshot.snapshot_id
    WHERE disclosure.sha256 IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY disclosure.sha256
        ORDER BY
            snapshot.dated <= as_of() DESC,
            abs(date_diff('day', snapshot.dated, as_of())),
            snapshot.snapshot_id DESC,
            disclosure.line
    ) = 1
),

answered AS (
    UNPIVOT answer ON mozilla, chrome, apple, microsoft INTO NAME root_program VALUE status
),

root_record AS (
    SELECT DISTINCT sha256 FROM ccadb_record
    WHERE record_type = 'Root Certificate'
),

beside AS MATERIALIZED (
    SELECT
        status.sha256,
        status.root_program,
        status.status AS crtsh_status,
        status.detail AS crtsh_detail,
        rule.amounts_to,
        CASE
            WHEN verdict.our_verdict IS NOT NULL THEN verdict.our_verdict
            WHEN exempted.sha256 IS NOT NULL THEN 'exempt'
            ELSE 'out'
        END AS our_verdict,
        coalesce(verdict.our_reasons, []) AS our_reasons,
        coalesce(verdict.net_sec_alone, false) AS net_sec_alone,
        root_record.sha256 IS NOT NULL AS is_root_record,
        answered.status AS crtsh_answered
    FROM crtsh_status AS status
    INNER JOIN rule_crtsh_statuses AS rule ON status.status = rule.status
    LEFT JOIN verdict ON status.sha256 = verdict.sha256 AND status.root_program = verdict.root_program
    LEFT JOIN exempted ON status.sha256 = exempted.sha256 AND status.root_program = exempted.root_program
    LEFT JOIN root_record ON status.sha256 = root_record.sha256
    LEFT JOIN answered ON status.sha256 = answered.sha256 AND status.root_program = answered.root_program
),

status_class AS (
    SELECT
        sha256,
        root_program,
        CASE
            WHEN amounts_to = 'unknown' THEN NULL
            WHEN amounts_to = 'out' AND our_verdict IN ('out', 'exempt') THEN NULL
            WHEN amounts_to = 'fine' AND our_verdict = 'claimed' AND crtsh_detail IS NULL THEN NULL
            WHEN amounts_to = 'problem' AND our_verdict = 'gap' THEN NULL
            WHEN list_contains(our_reasons, 'paths_truncated') THEN 'not_known'
            WHEN crtsh_status IN ('DisclosedButInCRL', 'DisclosedButInOneCRL', 'DisclosedButRemovedFromCRL')
                THEN 'issuer_lists_it'
            WHEN crtsh_status = 'ParentRevoked' THEN 'single_parent'
            WHEN our_verdict = 'exempt' THEN 'constrained'
            WHEN list_contains(['DisclosedButConstrained', 'TechnicallyConstrainedOther'], crtsh_status)
                THEN 'constrained'
            WHEN our_verdict = 'out' OR amounts_to = 'out' THEN 'suitable_trust'
            WHEN crtsh_status = 'DisclosedWithErrors' THEN 'parents_name'
            WHEN crtsh_status IN ('DisclosedWithInconsistentAudit', 'DisclosedWithInconsistentCPS')
                THEN 'siblings_compared'
            WHEN
                list_has_any(
                    our_reasons,
                    [
                        'not_listed', 'misprinted', 'letter_lists_nothing', 'letter_unreadable', 'no_letter',
                        'letter_names_no_kind', 'letter_other_kind', 'letter_other_year'
                    ]
                )
                THEN 'letters_read'
            WHEN our_verdict = 'unknown'
                THEN if(list_contains(our_reasons, 'issued_after_period'), 'audit_periods', 'not_known')
            WHEN crtsh_status = 'DisclosureIncomplete' AND regexp_matches(crtsh_detail, 'Standard|TLS|S/MIME|Code')
                THEN 'audit_kinds'
            WHEN crtsh_status = 'DisclosureIncomplete' THEN 'policy_documents'
            WHEN amounts_to = 'fine' AND our_verdict = 'claimed' THEN 'mixed_cells'
            WHEN net_sec_alone THEN 'net_sec'
            WHEN is_root_record AND our_verdict = 'gap' THEN 'roots_exempt'
            WHEN list_contains(our_reasons, 'stale') THEN 'audit_age'
            WHEN list_contains(our_reasons, 'broken_inheritance') THEN 'single_parent'
            WHEN crtsh_detail IS NOT NULL THEN 'mixed_cells'
            WHEN list_has_any(our_reasons, ['no_audit_record', 'wrong_kind']) THEN 'audit_kinds'
            WHEN list_contains(our_reasons, 'criteria_not_accepted') THEN 'audit_criteria'
            WHEN len(our_reasons) > 0 THEN 'audit_periods'
            ELSE 'other_status'
        END AS class
    FROM beside
),

difference AS (
    SELECT
        sha256,
        root_program,
        class,
        crtsh_only,
        ours_only
    FROM trust_class
    UNION ALL
    SELECT
        sha256,
        root_program,
        class,
        [] AS crtsh_only,
        [] AS ours_only
    FROM status_class
    WHERE class IS NOT NULL
    UNION ALL
    SELECT
        sha256,
        root_program,
        'crtsh_answers_otherwise' AS class,
        [] AS crtsh_only,
        [] AS ours_only
    FROM beside
    WHERE crtsh_answered <> crtsh_status AND crtsh_status <> 'NotInRecords'
)

SELECT
    rule.about,
    difference.class,
    difference.sha256,
    certificate.subject,
    difference.root_program,
    difference.crtsh_only,
    difference.ours_only,
    beside.crtsh_status,
    beside.crtsh_detail,
    beside.our_verdict,
    beside.our_reasons,
    beside.crtsh_answered,
    beside.crtsh_answered = beside.crtsh_status AS as_computed,
    rule.sentence,
    rule.citation
FROM difference
INNER JOIN rule_crtsh_differences AS rule ON difference.class = rule.class
INNER JOIN certificate ON difference.sha256 = certificate.sha256
LEFT JOIN beside ON difference.sha256 = beside.sha256 AND difference.root_program = beside.root_program
WHERE
    difference.sha256 = coalesce(lower(getvariable('sha256')), difference.sha256)
    AND difference.root_program = coalesce(lower(getvariable('program')), difference.root_program)
    AND difference.class = coalesce(lower(getvariable('class')), difference.class)
ORDER BY rule.about, difference.class, certificate.subject, difference.sha256, difference.root_program;
