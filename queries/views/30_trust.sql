-- Which roots each program trusted on the day, and for what.

-- EV is asked apart: CCADB's AllIncludedRootCertsCSV speaks of every other purpose and is silent on EV, which
-- does not mean that nothing is enabled for it any more.
-- A slice, or a file that broke off, adds to a store and never replaces one.
CREATE OR REPLACE VIEW trust_used AS
SELECT
    trust.root_program,
    trust.purpose = 'ev_tls' AS is_ev,
    coalesce(
        max(trust.trust_date) FILTER (WHERE trust.trust_date <= as_of() AND snapshot.complete),
        min(trust.trust_date) FILTER (WHERE snapshot.complete),
        max(trust.trust_date) FILTER (WHERE trust.trust_date <= as_of()),
        min(trust.trust_date)
    ) AS trust_date
FROM root_trust AS trust
INNER JOIN snapshot ON trust.snapshot_id = snapshot.snapshot_id
GROUP BY trust.root_program, is_ev;
COMMENT ON VIEW trust_used IS 'As of which date each program''s store is used: the last one known by the day, else the first.';

CREATE OR REPLACE VIEW root_trust_used AS
SELECT DISTINCT
    root_trust.root_program,
    root_trust.sha256,
    certificate.ca_id,
    root_trust.purpose,
    root_trust.ev_policy_oid,
    root_trust.disabled_from,
    root_trust.notbefore_until,
    root_trust.trust_date
FROM root_trust
INNER JOIN snapshot ON root_trust.snapshot_id = snapshot.snapshot_id
INNER JOIN trust_used
    ON
        root_trust.root_program = trust_used.root_program
        AND (root_trust.purpose = 'ev_tls') = trust_used.is_ev
        AND (
            root_trust.trust_date = trust_used.trust_date
            OR NOT snapshot.complete
            AND root_trust.trust_date BETWEEN trust_used.trust_date AND as_of()
        )
LEFT JOIN certificate ON root_trust.sha256 = certificate.sha256;
COMMENT ON VIEW root_trust_used IS 'What each program''s store of the day says of its roots, trust that has been disabled included.';

CREATE OR REPLACE VIEW trusted_root AS
SELECT *
FROM root_trust_used
WHERE disabled_from IS NULL OR disabled_from > as_of();
COMMENT ON VIEW trusted_root IS 'Roots that a program trusts for a purpose on the day. notbefore_until binds subscribers only: the CA stays in scope.';

CREATE OR REPLACE VIEW ev_root AS
SELECT
    root_program,
    ca_id,
    list_sort(list_distinct(list_concat(list(ev_policy_oid), (SELECT list(policy_oid) FROM rule_ev_policies))))
        AS ev_policies
FROM trusted_root
WHERE purpose = 'ev_tls' AND ev_policy_oid IS NOT NULL
GROUP BY root_program, ca_id;
COMMENT ON VIEW ev_root IS 'CAs whose root, or its twin of the same name and key, is enabled for EV, and by which policies.';

CREATE OR REPLACE VIEW knowledge AS
WITH used AS (
    SELECT 'root trust of ' || root_program AS source, trust_date AS used_date FROM trust_used WHERE NOT is_ev
    UNION ALL
    SELECT 'EV trust of ' || ev.root_program AS source, ev.trust_date AS used_date
    FROM trust_used AS ev
    ANTI JOIN trust_used AS plain
        ON ev.root_program = plain.root_program AND ev.trust_date = plain.trust_date AND NOT plain.is_ev
    WHERE ev.is_ev
    UNION ALL
    SELECT DISTINCT 'CCADB records' AS source, dated AS used_date FROM ccadb_record
    UNION ALL
    SELECT DISTINCT 'revocations (CCADB)' AS source, dated AS used_date
    FROM revocation
    WHERE source <> 'crl'
    UNION ALL
    -- Of many lists the oldest tells: one line for those known by the day, one for those that came later.
    SELECT if(kind = 'crl', 'revocations (CRLs)', 'revocations (OneCRL)') AS source, min(dated) AS used_date
    FROM revocation_list
    GROUP BY kind, dated > as_of()
    UNION ALL
    SELECT 'root trust' AS source, NULL AS used_date WHERE NOT EXISTS (SELECT 1 FROM root_trust)
    UNION ALL
    SELECT 'CCADB records' AS source, NULL AS used_date WHERE NOT EXISTS (SELECT 1 FROM ccadb_record)
    UNION ALL
    SELECT 'rules for the root program ' || trust.root_program AS source, NULL AS used_date
    FROM trust_used AS trust
    ANTI JOIN rule_root_programs AS rule ON trust.root_program = rule.root_program
    WHERE NOT trust.is_ev
    UNION ALL
    SELECT 'certificates of ' || count(DISTINCT root.sha256) || ' trusted roots' AS source, NULL AS used_date
    FROM trusted_root AS root
    WHERE root.ca_id IS NULL
    HAVING count(*) > 0
)

SELECT
    source,
    used_date,
    CASE
        WHEN used_date IS NULL THEN 'none'
        WHEN used_date < as_of() THEN 'earlier'
        WHEN used_date > as_of() THEN 'later'
        ELSE 'same'
    END AS relation,
    CASE relation
        WHEN 'none' THEN source || ': none loaded'
        WHEN 'earlier' THEN source || ': as of ' || used_date || ', older than ' || as_of()
        WHEN 'later' THEN source || ': as of ' || used_date || ', younger than ' || as_of()
        ELSE source || ': as of ' || used_date
    END AS note
FROM used
ORDER BY source, used_date;
COMMENT ON VIEW knowledge IS 'Which date of each source is used for the day, and how it stands to it.';
