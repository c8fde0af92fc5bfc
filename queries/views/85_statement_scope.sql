-- The list of which certificate belongs in which audit statement of a period, and of what is left out, each with its
-- reason (data/listing_reasons.csv): CCADB Policy 5.1 and 5.2, BR 8.6 (3).

-- statement_scope(owner, keys, first, last, program, intended): certificate × audit kind. owner: as CCADB names it, whole,
-- in any case; keys: SHA-256 of issuing keys instead, parted by commas; program, intended: see period_permitted.
CREATE OR REPLACE MACRO statement_scope(wanted_owner, wanted_keys, first_day, last_day, wanted_program, intended) AS TABLE
    WITH hierarchy AS MATERIALIZED (
        SELECT * FROM owner_hierarchy(wanted_owner, wanted_keys)
    ),

    record AS (
        SELECT
            sha256,
            min(salesforce_id) AS record_id,
            min(coalesce(subordinate_ca_owner, ca_owner)) AS operator,
            -- A subordinate CA of another owner's, run by this one: it stands in this one's statement.
            min(subordinate_ca_owner) FILTER (WHERE subordinate_ca_owner <> ca_owner) AS operated_by
        FROM ccadb_record
        GROUP BY sha256
    ),

    revoked AS (
        SELECT
            sha256,
            list(DISTINCT source ORDER BY source) AS revoked_by,
            min(revoked_at) AS revoked_at
        FROM revocation
        GROUP BY sha256
    ),

    candidate AS MATERIALIZED (
        SELECT
            certificate.sha256,
            certificate.ca_id,
            -- What others issued is the owner's to list only where the record says that it operates the CA.
            issuer.ca_id IS NOT NULL
            OR coalesce(
                record.operated_by IN (
                    SELECT operated.owner
                    FROM hierarchy AS own
                    INNER JOIN ca_owner AS operated ON own.ca_id = operated.ca_id
                ),
                false
            ) AS ours,
            coalesce(issuer.level + 1, 0) AS level,
            subject.ca_id IS NULL AND certificate.is_ca AS next_owner,
            certificate.is_ca OR certificate.version = 1 AND anchor.sha256 IS NOT NULL AS is_ca,
            certificate.not_before,
            certificate.not_after,
            issued.issued_on,
            issued.issued_because,
            revoked.revoked_by,
            revoked.revoked_at,
            record.record_id,
            coalesce(record.operator, ca_owner.owner) AS owner
        FROM certificate
        INNER JOIN issuance ON certificate.sha256 = issuance.sha256
        LEFT JOIN hierarchy AS issuer
            ON issuance.issuer_ca_id = issuer.ca_id AND issuance.signature_status IN ('ok', 'weak')
        LEFT JOIN hierarchy AS subject ON certificate.ca_id = subject.ca_id
        LEFT JOIN (SELECT DISTINCT sha256 FROM root_trust) AS anchor ON certificate.sha256 = anchor.sha256
        INNER JOIN issued ON certificate.sha256 = issued.sha256
        LEFT JOIN revoked ON certificate.sha256 = revoked.sha256
        LEFT JOIN record ON certificate.sha256 = record.sha256
        LEFT JOIN ca_owner ON certificate.ca_id = ca_owner.ca_id
        WHERE issuer.ca_id IS NOT NULL OR subject.ca_id IS NOT NULL
    ),

    permitted AS MATERIALIZED (
        SELECT
            path.*,
            certificate.ca_id
        FROM period_permitted(first_day, last_day, wanted_program, intended) AS path
        INNER JOIN certificate ON path.sha256 = certificate.sha256
        WHERE certificate.ca_id IN (SELECT candidate.ca_id FROM candidate)
    ),

    -- A path by none of these keys: what the CA could issue for without them.
    elsewhere AS (
        SELECT DISTINCT
            permitted.ca_id,
            permitted.purpose
        FROM permitted
        ANTI JOIN (
            SELECT member.path_id
            FROM path_certificate AS member
            INNER JOIN certificate ON member.sha256 = certificate.sha256
            SEMI JOIN hierarchy ON certificate.ca_id = hierarchy.ca_id
            INNER JOIN path ON member.path_id = path.path_id
            WHERE member.sha256 <> path.sha256
        ) AS through ON permitted.path_id = through.path_id
        WHERE permitted.in_time AND permitted.root_program <> 'intended'
    ),

    capable AS (
        SELECT
            permitted.sha256,
            permitted.ca_id,
            permitted.root_program,
            permitted.purpose,
            bool_or(permitted.in_time) AS in_time,
            bool_and(permitted.through_revoked) AS through_revoked_alone,
            bool_and(path_constrained.path_id IS NOT NULL) AS constrained,
            count(*) FILTER (WHERE permitted.in_time) AS paths,
            min((
                NOT permitted.in_time, permitted.root_program = 'intended', permitted.through_revoked, permitted.length,
                permitted.path_id
            )) AS witness
        FROM permitted
        LEFT JOIN path_constrained
            ON
                permitted.path_id = path_constrained.path_id
                AND path_constrained.purpose = if(permitted.purpose = 'ev_tls', 'server_auth', permitted.purpose)
        GROUP BY permitted.sha256, permitted.ca_id, permitted.root_program, permitted.purpose
    ),

    -- By whichever certificate of the CA: an unconstrained one defeats the constraint (Mozilla bug 1563573).
    exempted AS (
        SELECT
            capable.ca_id,
            capable.root_program,
            capable.purpose
        FROM capable
        INNER JOIN rule_exemptions AS rule
            ON capable.root_program = rule.root_program AND capable.purpose = rule.purpose
        WHERE capable.in_time AND rule.ground = 'technically_constrained'
        GROUP BY capable.ca_id, capable.root_program, capable.purpose
        HAVING bool_and(capable.constrained)
    ),

    answer AS (
        SELECT
            capable.sha256,
            kind.audit_kind,
            bool_or(capable.in_time AND capable.root_program <> 'intended') AS trusted,
            bool_or(capable.in_time) AS trusted_or_intended,
            bool_and(capable.through_revoked_alone) AS through_revoked_alone,
            list(DISTINCT capable.root_program ORDER BY capable.root_program) FILTER (
                WHERE capable.in_time
            ) AS root_programs,
            list(DISTINCT capable.purpose ORDER BY capable.purpose) FILTER (WHERE capable.in_time) AS purposes,
            list(DISTINCT capable.root_program ORDER BY capable.root_program) FILTER (
                WHERE exempted.ca_id IS NOT NULL AND capable.in_time
            ) AS exempt_in,
            bool_and(elsewhere.ca_id IS NULL) AS through_these_keys_alone,
            max(capable.paths) AS paths,
            -- The last of the row's values is the path's number.
            min(capable.witness)[5] AS witness_path_id
        FROM capable
        INNER JOIN rule_statement_kinds AS kind ON capable.purpose = kind.purpose
        LEFT JOIN exempted
            ON
                capable.ca_id = exempted.ca_id
                AND capable.root_program = exempted.root_program
                AND capable.purpose = exempted.purpose
        LEFT JOIN elsewhere ON capable.ca_id = elsewhere.ca_id AND capable.purpose = elsewhere.purpose
        GROUP BY capable.sha256, kind.audit_kind
    ),

    reached AS (
        SELECT DISTINCT path.sha256
        FROM path
        INNER JOIN period_trust(first_day, last_day) AS trust ON path.anchor_sha256 = trust.sha256
        WHERE
            trust.root_program = coalesce(wanted_program, trust.root_program)
            AND path.sound
            AND path.valid_from < last_day + 1
            AND path.valid_to >= first_day
    ),

    -- What a path permitted that had ended before: a cross-certificate that expired, most often.
    once AS (
        SELECT DISTINCT
            path.sha256,
            kind.audit_kind
        FROM path
        INNER JOIN period_trust(first_day, last_day) AS trust ON path.anchor_sha256 = trust.sha256
        INNER JOIN rule_statement_kinds AS kind ON trust.purpose = kind.purpose
        WHERE
            trust.root_program = coalesce(wanted_program, trust.root_program)
            AND path.sound
            AND path.valid_to < first_day
            AND list_contains(path.purposes, if(trust.purpose = 'ev_tls', 'server_auth', trust.purpose))
    ),

    judged AS (
        SELECT
            candidate.*,
            kind.audit_kind,
            answer.* EXCLUDE (sha256, audit_kind),
            CASE
                WHEN NOT candidate.is_ca THEN 'not_ca'
                WHEN NOT candidate.ours THEN 'issued_elsewhere'
                WHEN candidate.not_after < first_day THEN 'ended_before'
                WHEN candidate.revoked_at < first_day THEN 'revoked_before'
                WHEN candidate.issued_on > last_day THEN 'issued_after'
                WHEN kind.period_basis = 'ends_after' AND last_day <= kind.effective THEN 'not_yet_asked'
                WHEN kind.on_purpose IS NULL THEN 'issued'
                WHEN answer.trusted THEN 'capable'
                WHEN answer.trusted_or_intended THEN 'capable_if_intended'
                WHEN truncated.sha256 IS NOT NULL THEN 'paths_truncated'
                WHEN answer.sha256 IS NOT NULL THEN 'trust_ended'
                WHEN once.sha256 IS NOT NULL THEN 'path_ended'
                WHEN reached.sha256 IS NOT NULL THEN 'not_capable'
                ELSE 'no_trusted_path'
            END AS reason
        FROM candidate
        CROSS JOIN (
            SELECT
                audit_kind,
                min(purpose) AS on_purpose,
                min(period_basis) AS period_basis,
                min(effective) AS effective
            FROM rule_statement_kinds
            GROUP BY audit_kind
        ) AS kind
        LEFT JOIN answer ON candidate.sha256 = answer.sha256 AND kind.audit_kind = answer.audit_kind
        LEFT JOIN once ON candidate.sha256 = once.sha256 AND kind.audit_kind = once.audit_kind
        LEFT JOIN path_truncation AS truncated ON candidate.sha256 = truncated.sha256
        LEFT JOIN reached ON candidate.sha256 = reached.sha256
    )

    SELECT
        judged.sha256,
        judged.audit_kind,
        rule.listing,
        judged.reason,
        judged.level,
        judged.owner,
        judged.next_owner,
        -- What the auditor should know of a certificate that stands on the list.
        list_filter([
            if(judged.not_after < last_day + 1, 'expired on ' || judged.not_after::DATE, NULL),
            if(
                judged.revoked_by IS NOT NULL,
                'revoked' || coalesce(' on ' || judged.revoked_at::DATE, '')
                || ' (' || array_to_string(judged.revoked_by, ', ') || ')',
                NULL
            ),
            if(judged.through_revoked_alone, 'only through a revoked certificate', NULL),
            if(
                len(judged.exempt_in) > 0,
                'technically constrained, exempt in ' || array_to_string(judged.exempt_in, ', '),
                NULL
            ),
            if(judged.issued_because <> 'notBefore', judged.issued_because || ' on ' || judged.issued_on, NULL),
            if(judged.next_owner, 'operated by another owner; what is below is theirs to list', NULL),
            if(judged.next_owner AND judged.through_these_keys_alone, 'capable through these keys alone', NULL)
        ], lambda mark: mark IS NOT NULL) AS marks,
        judged.root_programs,
        judged.purposes,
        judged.exempt_in,
        judged.through_these_keys_alone,
        coalesce(judged.paths, 0) AS paths,
        judged.witness_path_id,
        judged.issued_on,
        judged.issued_because,
        judged.record_id,
        rule.sentence,
        rule.citation
    FROM judged
    INNER JOIN rule_listing_reasons AS rule ON judged.reason = rule.reason;
