-- Which certificate belongs in which audit statement of a period: wider than what coverage asks for on one day.
-- A period is a window: capable at any instant of it counts (CCADB Policy 5.1, BR 8.6).

-- period_trust(first, last): what the programs trusted at some instant of the period. The store that held on its
-- first day counts, and every one that came by its last; before there was any, the earliest stands in.
CREATE OR REPLACE MACRO period_trust(first_day, last_day) AS TABLE
    WITH held AS (
        SELECT
            trust.root_program,
            trust.purpose = 'ev_tls' AS is_ev,
            coalesce(
                max(trust.trust_date) FILTER (WHERE trust.trust_date <= first_day AND snapshot.complete),
                min(trust.trust_date) FILTER (WHERE snapshot.complete),
                min(trust.trust_date)
            ) AS since
        FROM root_trust AS trust
        INNER JOIN snapshot ON trust.snapshot_id = snapshot.snapshot_id
        GROUP BY trust.root_program, is_ev
    )

    SELECT
        trust.root_program,
        trust.sha256,
        certificate.ca_id,
        trust.purpose,
        trust.ev_policy_oid,
        min(trust.trust_date) AS trust_date,
        max(coalesce(trust.disabled_from, 'infinity'::TIMESTAMP)) AS until
    FROM root_trust AS trust
    INNER JOIN held
        ON
            trust.root_program = held.root_program
            AND (trust.purpose = 'ev_tls') = held.is_ev
            AND (trust.trust_date = held.since OR trust.trust_date BETWEEN held.since AND last_day)
    INNER JOIN certificate ON trust.sha256 = certificate.sha256
    GROUP BY trust.root_program, trust.sha256, certificate.ca_id, trust.purpose, trust.ev_policy_oid;

-- period_permitted(first, last, program, intended): the paths that permit a purpose at some instant of the period, from
-- roots that a program trusted by then. in_time: the trust had not ended when both had begun. intended: roots meant to be
-- trusted, as `sha256 of certificate or key:purpose`, parted by commas; the program `intended` trusts them. program:
-- this one and `intended` alone; NULL: all. A path
-- through what a CRL had revoked before the period is none; since when CCADB's Revoked holds nobody knows, so that
-- may have been in the period.
CREATE OR REPLACE MACRO period_permitted(first_day, last_day, wanted_program, intended) AS TABLE
    WITH anchor AS (
        SELECT
            trust.root_program,
            trust.sha256,
            trust.ca_id,
            trust.purpose,
            trust.ev_policy_oid,
            trust.until
        FROM period_trust(first_day, last_day) AS trust
        WHERE trust.root_program = coalesce(wanted_program, trust.root_program)
        UNION ALL
        SELECT
            'intended' AS root_program,
            certificate.sha256,
            certificate.ca_id,
            wish.purpose,
            NULL AS ev_policy_oid,
            'infinity'::TIMESTAMP AS until
        FROM (
            SELECT
                split_part(each.text, ':', 1) AS named,
                split_part(each.text, ':', 2) AS purpose
            FROM (SELECT unnest(string_split(coalesce(intended, ''), ',')) AS text) AS each
        ) AS wish
        INNER JOIN certificate ON wish.named = certificate.sha256 OR wish.named = certificate.spki_sha256
    ),

    ev_anchor AS (
        SELECT
            root_program,
            ca_id,
            max(until) AS until,
            list_distinct(list_concat(list(ev_policy_oid), (SELECT list(policy_oid) FROM rule_ev_policies)))
                AS ev_policies
        FROM anchor
        WHERE purpose = 'ev_tls' AND (ev_policy_oid IS NOT NULL OR root_program = 'intended')
        GROUP BY root_program, ca_id
    ),

    lived AS MATERIALIZED (
        SELECT *
        FROM path
        WHERE sound AND valid_from < last_day + 1 AND valid_to >= first_day
    ),

    permitted AS (
        SELECT
            lived.path_id,
            lived.sha256,
            lived.length,
            anchor.root_program,
            anchor.purpose,
            anchor.until > greatest(lived.valid_from, first_day::TIMESTAMP) AS in_time
        FROM lived
        INNER JOIN anchor ON lived.anchor_sha256 = anchor.sha256
        WHERE anchor.purpose <> 'ev_tls' AND list_contains(lived.purposes, anchor.purpose)
        UNION ALL
        SELECT
            lived.path_id,
            lived.sha256,
            lived.length,
            anchor.root_program,
            'ev_tls' AS purpose,
            least(anchor.until, ev_anchor.until) > greatest(lived.valid_from, first_day::TIMESTAMP) AS in_time
        FROM lived
        INNER JOIN anchor ON lived.anchor_sha256 = anchor.sha256 AND anchor.purpose = 'server_auth'
        INNER JOIN ev_anchor ON anchor.root_program = ev_anchor.root_program AND anchor.ca_id = ev_anchor.ca_id
        WHERE
            list_contains(lived.purposes, 'server_auth')
            AND (lived.policies IS NULL OR list_has_any(lived.policies, ev_anchor.ev_policies))
    ),

    -- When CCADB says revoked, nobody knows since when: it may have been in the period. A CRL knows.
    revoked AS (
        SELECT
            member.path_id,
            coalesce(bool_or(revocation.revoked_at < first_day), false) AS before
        FROM path_certificate AS member
        SEMI JOIN lived ON member.path_id = lived.path_id
        INNER JOIN revocation ON member.sha256 = revocation.sha256
        INNER JOIN path ON member.path_id = path.path_id
        WHERE member.position > 0 AND member.sha256 <> path.sha256
        GROUP BY member.path_id
    )

    SELECT
        permitted.*,
        revoked.path_id IS NOT NULL AS through_revoked
    FROM permitted
    LEFT JOIN revoked ON permitted.path_id = revoked.path_id
    WHERE NOT coalesce(revoked.before, false);
