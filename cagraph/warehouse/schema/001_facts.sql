-- What was read, from where, and what it said. Nothing here is ever overwritten, but for `complete` and
-- `complete_because` of a snapshot that is half of a report, when the other half of its day comes.

CREATE TABLE fetched (
    fetch_id INTEGER PRIMARY KEY,
    url VARCHAR NOT NULL,
    fetched_at TIMESTAMP NOT NULL,
    status INTEGER,
    etag VARCHAR,
    body_sha256 VARCHAR,
    body_bytes BIGINT,
    error VARCHAR
);
COMMENT ON TABLE fetched IS 'One body read from a file or asked of a server, or the failure to.';

CREATE TABLE snapshot (
    snapshot_id INTEGER PRIMARY KEY,
    fetch_id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    dated DATE NOT NULL,
    dated_because VARCHAR NOT NULL,
    complete BOOLEAN NOT NULL,
    complete_because VARCHAR NOT NULL,
    rows_in BIGINT NOT NULL,
    rows_stored BIGINT NOT NULL,
    rows_rejected BIGINT NOT NULL,
    rows_unnamed BIGINT NOT NULL,
    half VARCHAR
);
COMMENT ON TABLE snapshot IS 'What one body said as of one day. rows_in = rows_stored + rows_rejected.';
COMMENT ON COLUMN snapshot.kind IS 'Which source format: ccadb_records, ccadb_pem, ccadb_roots, root_trust, certificates.';
COMMENT ON COLUMN snapshot.dated_because IS 'given, file name, folder name, or file time: the last is stated by nobody.';
COMMENT ON COLUMN snapshot.complete IS 'Whether what is absent from it is known to be absent.';
COMMENT ON COLUMN snapshot.rows_unnamed IS 'Those of rows_rejected that do not say which certificate they were about.';
COMMENT ON COLUMN snapshot.half IS 'V4a or V4b: nothing but that half of a CCADB report. NULL: anything else, a half declared otherwise or broken off too.';

CREATE TABLE ingest_issue (
    fetch_id INTEGER NOT NULL,
    line BIGINT,
    field VARCHAR,
    reason VARCHAR NOT NULL,
    value VARCHAR,
    rejected BOOLEAN NOT NULL,
    sha256 VARCHAR
);
COMMENT ON TABLE ingest_issue IS 'Every row, field or byte string that could not be used, and why.';
COMMENT ON COLUMN ingest_issue.rejected IS 'True: the whole row was lost. False: the row is stored, this field of it is not.';

CREATE TABLE certificate (
    sha256 VARCHAR PRIMARY KEY,
    der BLOB NOT NULL,
    version INTEGER NOT NULL,
    serial VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    issuer VARCHAR NOT NULL,
    subject_der BLOB NOT NULL,
    issuer_der BLOB NOT NULL,
    subject_name_id VARCHAR NOT NULL,
    issuer_name_id VARCHAR NOT NULL,
    ca_id VARCHAR NOT NULL,
    spki_sha256 VARCHAR NOT NULL,
    key_algorithm VARCHAR NOT NULL,
    key_bits INTEGER,
    signature_algorithm VARCHAR NOT NULL,
    not_before TIMESTAMP NOT NULL,
    not_after TIMESTAMP NOT NULL,
    is_ca BOOLEAN NOT NULL,
    has_basic_constraints BOOLEAN NOT NULL,
    path_len INTEGER,
    key_usage VARCHAR[],
    eku_oids VARCHAR[],
    policy_oids VARCHAR[],
    subject_key_id VARCHAR,
    authority_key_id VARCHAR,
    authority_serial VARCHAR,
    unknown_critical VARCHAR[],
    ca_issuers_urls VARCHAR[],
    ocsp_urls VARCHAR[],
    crl_urls VARCHAR[],
    has_name_constraints BOOLEAN NOT NULL,
    read_by VARCHAR NOT NULL,
    problems VARCHAR[] NOT NULL
);
COMMENT ON TABLE certificate IS 'One DER certificate and what it says of itself. Where an extension is NULL or empty, problems says if it was unreadable.';
COMMENT ON COLUMN certificate.sha256 IS 'SHA-256 of the DER, 64 lower-case hex digits: the certificate''s name everywhere.';
COMMENT ON COLUMN certificate.ca_id IS 'The CA it names: SHA-256 over the normalised subject name and the subject public key.';
COMMENT ON COLUMN certificate.subject_name_id IS 'SHA-256 of the subject name, normalised as RFC 5280 7.1 says.';
COMMENT ON COLUMN certificate.serial IS 'Lower-case hex, with a sign if negative.';
COMMENT ON COLUMN certificate.is_ca IS 'basicConstraints says cA TRUE.';
COMMENT ON COLUMN certificate.key_usage IS 'NULL: no keyUsage extension, or an unreadable one (problems says which). Names as in RFC 5280 4.2.1.3.';
COMMENT ON COLUMN certificate.eku_oids IS 'NULL: no extendedKeyUsage extension, so every purpose is open, or an unreadable one (problems says which).';
COMMENT ON COLUMN certificate.policy_oids IS 'NULL: no certificatePolicies extension, or an unreadable one (problems says which).';
COMMENT ON COLUMN certificate.read_by IS 'strict: pyca/cryptography read all of it. tolerant: it refused, a lenient reader did.';
COMMENT ON COLUMN certificate.problems IS 'What is wrong with its encoding, one line each.';

CREATE TABLE name_constraint (
    sha256 VARCHAR NOT NULL,
    permitted BOOLEAN NOT NULL,
    name_type VARCHAR NOT NULL,
    value VARCHAR NOT NULL
);
COMMENT ON TABLE name_constraint IS 'One subtree of a nameConstraints extension (RFC 5280 4.2.1.10).';
COMMENT ON COLUMN name_constraint.permitted IS 'True: a permitted subtree. False: an excluded one.';
COMMENT ON COLUMN name_constraint.name_type IS 'dns, ip, email, directory, uri, or other.';

CREATE TABLE certificate_source (
    sha256 VARCHAR NOT NULL,
    snapshot_id INTEGER NOT NULL,
    line BIGINT NOT NULL
);
COMMENT ON TABLE certificate_source IS 'Where a certificate was seen, once for every row that showed it.';

CREATE TABLE ccadb_record_version (
    record_key VARCHAR PRIMARY KEY,
    salesforce_id VARCHAR NOT NULL,
    record_type VARCHAR NOT NULL,
    ca_owner VARCHAR NOT NULL,
    subordinate_ca_owner VARCHAR,
    certificate_name VARCHAR,
    sha256 VARCHAR NOT NULL,
    parent_salesforce_id VARCHAR,
    parent_name VARCHAR,
    parent_sha256 VARCHAR,
    apple_status VARCHAR,
    chrome_status VARCHAR,
    microsoft_status VARCHAR,
    mozilla_status VARCHAR,
    status_of_root VARCHAR,
    revocation_status VARCHAR,
    valid_from DATE,
    valid_to DATE,
    authority_key_id VARCHAR,
    subject_key_id VARCHAR,
    technically_constrained BOOLEAN,
    root_trust_bits VARCHAR[],
    root_ev_oids VARCHAR[],
    derived_trust_bits VARCHAR[],
    audit_firm VARCHAR,
    audit_firm_location VARCHAR,
    audits_same_as_parent BOOLEAN,
    tls_capable BOOLEAN,
    tls_ev_capable BOOLEAN,
    code_signing_capable BOOLEAN,
    smime_capable BOOLEAN,
    country VARCHAR,
    other JSON
);
COMMENT ON TABLE ccadb_record_version IS 'One CCADB record with one content. A record that changes has several versions.';
COMMENT ON COLUMN ccadb_record_version.record_key IS 'SHA-256 over every cell: the version''s own name.';
COMMENT ON COLUMN ccadb_record_version.other IS 'Every other cell that is not blank, by its header.';

CREATE TABLE record_sighting (
    record_key VARCHAR NOT NULL,
    snapshot_id INTEGER NOT NULL,
    line BIGINT NOT NULL
);
COMMENT ON TABLE record_sighting IS 'Which snapshot held which record version. Validity in time follows from it.';

CREATE TABLE audit (
    record_key VARCHAR NOT NULL,
    audit_kind VARCHAR NOT NULL,
    url VARCHAR,
    audit_type VARCHAR,
    statement_date DATE,
    period_start DATE,
    period_end DATE
);
COMMENT ON TABLE audit IS 'The audit cells of one record version, one row a kind that is not wholly blank.';

CREATE TABLE root_trust (
    root_program VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    purpose VARCHAR NOT NULL,
    ev_policy_oid VARCHAR,
    disabled_from TIMESTAMP,
    notbefore_until TIMESTAMP,
    trust_date DATE NOT NULL,
    snapshot_id INTEGER NOT NULL,
    line BIGINT NOT NULL
);
COMMENT ON TABLE root_trust IS 'Which root a program trusted for which purpose, as its store stood on trust_date. Said again, no second row.';
COMMENT ON COLUMN root_trust.disabled_from IS 'From then on the trust is gone; -infinity: disabled with no date.';
COMMENT ON COLUMN root_trust.notbefore_until IS 'End-entity certificates issued later are not trusted; the CA itself still is.';

CREATE TABLE signature_check (
    sha256 VARCHAR NOT NULL,
    spki_sha256 VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    detail VARCHAR,
    PRIMARY KEY (sha256, spki_sha256)
);
COMMENT ON TABLE signature_check IS 'A signature tried with a candidate issuer''s key: tried once, true for ever.';
