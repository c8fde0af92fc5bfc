-- What of crt.sh's database is public and asked for, as a stand-in: tables, the functions that look into
-- certificates (they look their answers up), and faults on demand.

CREATE TYPE disclosure_status_type AS ENUM (
    'Undisclosed', 'Disclosed', 'Revoked', 'ParentRevoked', 'Expired', 'DisclosedButExpired',
    'DisclosureIncomplete', 'DisclosedWithInconsistentAudit', 'NoKnownSuitableTrustPath',
    'AllSuitablePathsRevoked', 'TechnicallyConstrained', 'TechnicallyConstrainedOther'
);
CREATE TYPE revoked_entry_type AS ENUM ('Revoked via CRLSet', 'Blocked via CRLSet');

CREATE TABLE ca (
    id serial PRIMARY KEY,
    name text NOT NULL,
    public_key bytea NOT NULL,
    num_issued bigint [],
    linting_applies boolean,
    UNIQUE (name, public_key)
);
CREATE TABLE certificate (id bigserial PRIMARY KEY, issuer_ca_id integer NOT NULL, certificate bytea NOT NULL);
CREATE TABLE ca_certificate (certificate_id bigint PRIMARY KEY, ca_id integer);
CREATE INDEX ON ca_certificate (ca_id);
CREATE TABLE trust_purpose (
    id integer PRIMARY KEY, display_order integer, purpose text NOT NULL, purpose_oid text NOT NULL
);
CREATE TABLE root_trust_purpose (
    certificate_id bigint,
    trust_context_id integer,
    trust_purpose_id integer,
    disabled_from timestamp,
    notbefore_until timestamp,
    PRIMARY KEY (certificate_id, trust_context_id, trust_purpose_id)
);
CREATE TABLE ca_trust_purpose (
    ca_id integer,
    trust_context_id integer,
    trust_purpose_id integer,
    shortest_chain integer,
    iteration_last_modified integer,
    path_len_constraint integer,
    is_time_valid boolean,
    all_chains_technically_constrained boolean,
    all_chains_revoked_in_salesforce boolean,
    all_chains_revoked_via_onecrl boolean,
    all_chains_revoked_via_crlset boolean,
    all_chains_revoked_via_disallowedstl boolean,
    disabled_from timestamp,
    notbefore_until timestamp,
    PRIMARY KEY (ca_id, trust_purpose_id, trust_context_id)
);
CREATE TABLE ccadb_certificate (
    certificate_id bigint,
    parent_certificate_id bigint,
    ccadb_record_id text,
    cert_sha256 bytea,
    mozilla_disclosure_status disclosure_status_type,
    chrome_disclosure_status disclosure_status_type,
    apple_disclosure_status disclosure_status_type,
    microsoft_disclosure_status disclosure_status_type
);
CREATE INDEX ON ccadb_certificate (certificate_id);
CREATE TABLE mozilla_onecrl (certificate_id bigint, serial_number bytea);
CREATE TABLE google_revoked (certificate_id bigint, entry_type revoked_entry_type);
CREATE TABLE microsoft_disallowedcert (certificate_id bigint, disallowed_hash bytea);
CREATE TABLE crl_revoked (
    ca_id integer,
    serial_number bytea,
    reason_code smallint,
    revocation_date timestamp,
    last_seen_check_date timestamp,
    PRIMARY KEY (ca_id, serial_number)
);

INSERT INTO trust_purpose (id, display_order, purpose, purpose_oid) VALUES
(1, 1, 'Server Authentication', '1.3.6.1.5.5.7.3.1'),
(2, 2, 'Client Authentication', '1.3.6.1.5.5.7.3.2'),
(3, 3, 'Secure Email', '1.3.6.1.5.5.7.3.4'),
(4, 4, 'Code Signing', '1.3.6.1.5.5.7.3.3'),
(167, 167, 'EV', '2.23.140.1.1');

CREATE SCHEMA standin;

CREATE TABLE standin.read_certificate (sha256 bytea PRIMARY KEY, serial bytea NOT NULL, eku text []);

CREATE FUNCTION x509_serialNumber(certificate bytea) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT serial FROM standin.read_certificate WHERE sha256 = sha256(certificate)
$$;

CREATE FUNCTION x509_isEKUPermitted(certificate bytea, oid text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT coalesce(
        (
            SELECT eku IS NULL OR eku && ARRAY[oid, '2.5.29.37.0']
            FROM standin.read_certificate WHERE sha256 = sha256(certificate)
        ),
        false
    )
$$;

-- The next readers of `ca_certificate` fail: as many as the sequence is below 1, for it outlives a rollback.
CREATE SEQUENCE standin.reader MINVALUE -1000000 START 1;
CREATE TABLE standin.fault (state text NOT NULL, message text NOT NULL);

CREATE FUNCTION standin.weather() RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
DECLARE
    fault standin.fault%ROWTYPE;
BEGIN
    IF nextval('standin.reader') > 0 THEN
        RETURN true;
    END IF;
    SELECT * INTO fault FROM standin.fault;
    IF fault.state = 'crash' THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
    ELSIF fault.state = 'hang' THEN
        PERFORM pg_sleep(60);
    END IF;
    RAISE EXCEPTION USING ERRCODE = fault.state, MESSAGE = fault.message;
END
$$;

ALTER TABLE ca_certificate ENABLE ROW LEVEL SECURITY;
CREATE POLICY weather ON ca_certificate FOR SELECT TO guest USING (standin.weather());

GRANT USAGE ON SCHEMA public, standin TO guest;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest;
