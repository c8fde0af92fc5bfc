-- title: Covered sibling, uncovered certificate
-- description: Certificates with a gap although another certificate of the same CA (name and key) is covered for
--   the same program, purpose and audit kind: the pattern of a forgotten cross-certificate.
-- denominator: certificates in scope
-- of: SELECT count(DISTINCT sha256) FROM coverage
-- columns: owner, sha256, subject, issuer, is_cross_certificate, root_program, purpose, audit_kind, reason,
--   covered_sibling, sibling_issuer, sibling_record
SELECT
    duty.owner,
    gap.sha256,
    certificate.subject,
    certificate.issuer,
    duty.is_cross_certificate,
    gap.root_program,
    gap.purpose,
    covered.audit_kind,
    gap.reason,
    covered.sha256 AS covered_sibling,
    sibling.issuer AS sibling_issuer,
    covered.record_id AS sibling_record
FROM coverage AS gap
INNER JOIN certificate ON gap.sha256 = certificate.sha256
INNER JOIN certificate AS sibling ON certificate.ca_id = sibling.ca_id AND certificate.sha256 <> sibling.sha256
INNER JOIN coverage AS covered
    ON
        sibling.sha256 = covered.sha256
        AND gap.root_program = covered.root_program
        AND gap.purpose = covered.purpose
        AND covered.audit_kind = coalesce(gap.audit_kind, covered.audit_kind)
        AND covered.verdict = 'claimed'
INNER JOIN duty ON gap.sha256 = duty.sha256
WHERE gap.verdict = 'gap'
ORDER BY duty.owner, certificate.subject, gap.sha256, gap.root_program, gap.purpose, covered.audit_kind, covered.sha256;
