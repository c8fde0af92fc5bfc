-- CCADB's records as they were known on the day.
--
-- A complete report speaks of every record: what it lacks is gone. A slice speaks only of the records it
-- holds. Before the first complete report, a record's earliest known version stands in, and `knowledge`
-- says that it is younger than the day.

CREATE OR REPLACE VIEW record_base AS
SELECT
    max(dated) FILTER (WHERE complete AND dated <= as_of()) AS complete_before,
    min(dated) FILTER (WHERE complete AND dated > as_of()) AS complete_after,
    coalesce(complete_before, complete_after) AS complete_dated,
    count(*) > 0 AS any_loaded
FROM snapshot
WHERE kind = 'ccadb_records';
COMMENT ON VIEW record_base IS 'Which complete CCADB report the day rests on, if any. One row.';

CREATE OR REPLACE VIEW ccadb_record AS
SELECT
    version.*,
    snapshot.dated,
    fetched.url AS source,
    sighting.line
FROM record_sighting AS sighting
INNER JOIN snapshot ON sighting.snapshot_id = snapshot.snapshot_id
INNER JOIN fetched ON snapshot.fetch_id = fetched.fetch_id
INNER JOIN ccadb_record_version AS version ON sighting.record_key = version.record_key
CROSS JOIN record_base
WHERE
    (snapshot.dated <= as_of() AND snapshot.dated >= coalesce(record_base.complete_before, snapshot.dated))
    OR (snapshot.dated > as_of() AND record_base.complete_before IS NULL)
QUALIFY row_number() OVER (
    PARTITION BY version.salesforce_id
    ORDER BY
        snapshot.dated <= as_of() DESC,
        abs(date_diff('day', snapshot.dated, as_of())),
        snapshot.snapshot_id DESC
) = 1;
COMMENT ON VIEW ccadb_record IS 'Every CCADB record in the version that holds on the day.';

-- A list of revoked certificates speaks by its newest snapshot of the day or before; until there was one, the
-- earliest stands in. An address where another CA's list is found later does not end what the first one said.
CREATE OR REPLACE VIEW revocation_list AS
SELECT
    snapshot.snapshot_id,
    snapshot.kind,
    snapshot.dated,
    fetched.url,
    crl.issuer_spki_sha256
FROM snapshot
INNER JOIN fetched ON snapshot.fetch_id = fetched.fetch_id
LEFT JOIN crl ON snapshot.snapshot_id = crl.snapshot_id
WHERE
    snapshot.kind = 'onecrl' AND snapshot.rows_stored > 0
    OR snapshot.kind = 'crl' AND crl.issuer_spki_sha256 IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY snapshot.kind, crl.issuer_spki_sha256, if(snapshot.kind = 'crl', fetched.url, NULL)
    ORDER BY
        snapshot.dated <= as_of() DESC,
        abs(date_diff('day', snapshot.dated, as_of())),
        snapshot.snapshot_id DESC
) = 1;
COMMENT ON VIEW revocation_list IS 'The lists of revoked certificates that hold on the day: OneCRL, and each CRL whose signature a known key proves.';

-- A CRL speaks for its own key: certificates of the same issuer name that another key signed are not in it.
CREATE OR REPLACE VIEW crl_revocation AS
SELECT
    certificate.sha256,
    'crl' AS source,
    list.url AS reference,
    list.dated,
    entry.revoked_at,
    entry.reason
FROM revocation_list AS list
INNER JOIN revocation_entry AS entry ON list.snapshot_id = entry.snapshot_id
INNER JOIN certificate
    ON entry.issuer_name_id = certificate.issuer_name_id AND entry.serial = certificate.serial
INNER JOIN signature_check AS checked
    ON certificate.sha256 = checked.sha256 AND list.issuer_spki_sha256 = checked.spki_sha256
WHERE list.kind = 'crl' AND checked.status IN ('ok', 'weak') AND entry.revoked_at::DATE <= as_of();
COMMENT ON VIEW crl_revocation IS 'Certificates that a CRL of the key that signed them lists, revoked by the end of the day.';

CREATE OR REPLACE VIEW onecrl_revocation AS
WITH entry AS (
    SELECT
        entry.*,
        list.dated
    FROM revocation_list AS list
    INNER JOIN revocation_entry AS entry ON list.snapshot_id = entry.snapshot_id
    WHERE list.kind = 'onecrl' AND (entry.revoked_at IS NULL OR entry.revoked_at::DATE <= as_of())
),

named AS (
    SELECT
        certificate.sha256,
        entry.reference,
        entry.dated,
        entry.revoked_at
    FROM entry
    INNER JOIN certificate
        ON entry.issuer_name_id = certificate.issuer_name_id AND entry.serial = certificate.serial
    UNION
    SELECT
        certificate.sha256,
        entry.reference,
        entry.dated,
        entry.revoked_at
    FROM entry
    INNER JOIN certificate
        ON entry.subject_name_id = certificate.subject_name_id AND entry.spki_sha256 = certificate.spki_sha256
)

SELECT
    sha256,
    'onecrl' AS source,
    reference,
    dated,
    revoked_at
FROM named;
COMMENT ON VIEW onecrl_revocation IS 'Certificates that OneCRL names, by issuer and serial number or by subject and key. revoked_at: when Mozilla entered it, where it says so.';

-- What verdicts of every program rest on. OneCRL binds Mozilla's TLS trust alone: see program_revocation.
CREATE OR REPLACE VIEW revocation AS
SELECT
    sha256,
    'ccadb' AS source,
    salesforce_id AS reference,
    dated,
    NULL::TIMESTAMP AS revoked_at
FROM ccadb_record
WHERE revocation_status = 'Revoked'
UNION
-- A child's record that says so is all that is known of a parent whose own record is not here.
SELECT
    child.parent_sha256 AS sha256,
    'ccadb, by its child''s record' AS source,
    child.salesforce_id AS reference,
    child.dated,
    NULL::TIMESTAMP AS revoked_at
FROM ccadb_record AS child
ANTI JOIN ccadb_record AS parent ON child.parent_sha256 = parent.sha256
WHERE child.revocation_status = 'Parent Cert Revoked' AND child.parent_sha256 IS NOT NULL
UNION
SELECT
    sha256,
    source,
    reference,
    dated,
    revoked_at
FROM crl_revocation;
COMMENT ON VIEW revocation IS 'Certificates that CCADB or their issuer''s CRL says are revoked, for every program. "Parent Cert Revoked" revokes the parent, not the child.';

CREATE OR REPLACE VIEW revocation_claim AS
FROM revocation
UNION ALL
FROM onecrl_revocation;
COMMENT ON VIEW revocation_claim IS 'Every claim that a certificate is revoked, by its source: ccadb, ccadb by its child''s record, crl, onecrl.';

-- What a list revokes for some programs and purposes alone (data/revocation_reach.csv).
CREATE OR REPLACE VIEW program_revocation AS
SELECT DISTINCT
    claim.sha256,
    claim.source,
    reach.root_program,
    reach.purpose
FROM onecrl_revocation AS claim
INNER JOIN rule_revocation_reach AS reach ON claim.source = reach.source;
COMMENT ON VIEW program_revocation IS 'Certificates that a program''s own list revokes, for the purposes that the list reaches.';

-- CCADB's first sight is one where an earlier complete report was without the certificate. A CT log's is the day it
-- took the certificate in, as crt.sh tells it: of the two the earlier one counts.
CREATE OR REPLACE VIEW first_sight AS
WITH seen AS (
    SELECT
        version.sha256,
        min(snapshot.dated) AS seen_on,
        'CCADB' AS source
    FROM record_sighting AS sighting
    INNER JOIN snapshot ON sighting.snapshot_id = snapshot.snapshot_id
    INNER JOIN ccadb_record_version AS version ON sighting.record_key = version.record_key
    WHERE snapshot.dated <= as_of()
    GROUP BY version.sha256
    HAVING
        seen_on > (
            SELECT min(earliest.dated) FROM snapshot AS earliest
            WHERE earliest.kind = 'ccadb_records' AND earliest.complete
        )
    UNION ALL
    SELECT
        certificate.sha256,
        min(listed.entry_timestamp)::DATE AS seen_on,
        'CT' AS source
    FROM crtsh_listed AS listed
    INNER JOIN certificate ON listed.spki_sha256 = certificate.spki_sha256 AND listed.serial = certificate.serial
    WHERE listed.entry_timestamp::DATE <= as_of()
    GROUP BY certificate.sha256
)

SELECT
    sha256,
    min(seen_on) AS seen_on,
    arg_min(source, (seen_on, source)) AS source
FROM seen
GROUP BY sha256;
COMMENT ON VIEW first_sight IS 'When each certificate was first seen, where that is known: by CCADB, where an earlier complete report lacked it, or by a CT log.';

-- Where there is a sight of it after its notBefore, that is when it was issued, as far as anybody can tell.
CREATE OR REPLACE VIEW issued AS
SELECT
    certificate.sha256,
    greatest(certificate.not_before::DATE, first_sight.seen_on) AS issued_on,
    if(first_sight.seen_on > certificate.not_before::DATE, 'first seen in ' || first_sight.source, 'notBefore')
        AS issued_because
FROM certificate
LEFT JOIN first_sight ON certificate.sha256 = first_sight.sha256;
COMMENT ON VIEW issued IS 'When each certificate was issued: by its first sight where one is known and later than its notBefore, else by that.';

CREATE OR REPLACE VIEW ca_owner AS
WITH claim AS (
    SELECT
        certificate.ca_id,
        coalesce(record.subordinate_ca_owner, record.ca_owner) AS owner,
        min(
            CASE
                WHEN record.record_type = 'Root Certificate' THEN 1
                WHEN record.subordinate_ca_owner IS NOT NULL THEN 2
                ELSE 3
            END
        ) AS standing,
        count(*) AS records
    FROM ccadb_record AS record
    INNER JOIN certificate ON record.sha256 = certificate.sha256
    GROUP BY certificate.ca_id, coalesce(record.subordinate_ca_owner, record.ca_owner)
)

SELECT
    ca_id,
    owner,
    count(*) OVER (PARTITION BY ca_id) AS owners
FROM claim
QUALIFY row_number() OVER (PARTITION BY ca_id ORDER BY standing, records DESC, owner) = 1;
COMMENT ON VIEW ca_owner IS 'Who operates a CA: by its root record, else by a subordinate owner named, else by the owner of most records.';

CREATE OR REPLACE VIEW cross_certificate AS
SELECT issuance.sha256
FROM issuance
WHERE
    issuance.issuer_ca_id <> issuance.subject_ca_id
    AND issuance.signature_status IN ('ok', 'weak')
    AND EXISTS (
        SELECT 1
        FROM issuance AS other
        WHERE
            other.subject_ca_id = issuance.subject_ca_id
            AND other.issuer_ca_id <> issuance.issuer_ca_id
            AND other.signature_status IN ('ok', 'weak')
    );
COMMENT ON VIEW cross_certificate IS 'Certificates into a CA that has one from another issuer too, a self-signed one included.';
