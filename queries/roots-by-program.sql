-- title: Roots by program
-- description: Every root that a program trusts on the day, with the purposes each program trusts it for.
-- param: owner varchar NULL only roots whose owner contains this text
-- denominator: roots that a store of the day names, trusted or not any more
-- of: SELECT count(DISTINCT sha256) FROM root_trust_used
-- columns: sha256, subject, owner, not_after, apple, chrome, microsoft, mozilla, other_programs
SELECT
    root.sha256,
    certificate.subject,
    ca_owner.owner,
    certificate.not_after,
    list(DISTINCT root.purpose ORDER BY root.purpose) FILTER (WHERE root.root_program = 'apple') AS apple,
    list(DISTINCT root.purpose ORDER BY root.purpose) FILTER (WHERE root.root_program = 'chrome') AS chrome,
    list(DISTINCT root.purpose ORDER BY root.purpose) FILTER (WHERE root.root_program = 'microsoft') AS microsoft,
    list(DISTINCT root.purpose ORDER BY root.purpose) FILTER (WHERE root.root_program = 'mozilla') AS mozilla,
    list(DISTINCT root.root_program || ':' || root.purpose ORDER BY root.root_program || ':' || root.purpose)
    FILTER (WHERE root.root_program NOT IN ('apple', 'chrome', 'microsoft', 'mozilla')) AS other_programs
FROM trusted_root AS root
LEFT JOIN certificate ON root.sha256 = certificate.sha256
LEFT JOIN ca_owner ON certificate.ca_id = ca_owner.ca_id
WHERE getvariable('owner') IS NULL OR contains(lower(ca_owner.owner), lower(getvariable('owner')))
GROUP BY root.sha256, certificate.subject, ca_owner.owner, certificate.not_after
ORDER BY certificate.subject, root.sha256;
