"""The SQL that crt.sh's database is asked, and the columns that it must have for it. Holds text only.

Each query is one statement without side effects, takes its parameters by position, names its columns as the
warehouse does, and is led by an index: a page by the key after which it begins, at most so many keys long.
Where one key may have several rows, the page is cut between keys. Enums come as text: their values change.
Contexts are 1 Microsoft, 5 Mozilla, 6 Chrome, 12 Apple; purposes 1 server, 3 e-mail, 4 code signing.
"""

# ruff: noqa: S608 - these texts are put together from one another, and from nothing else

NEEDED = {
    "ca_certificate": "certificate_id ca_id",
    "certificate": "id issuer_ca_id certificate",
    "root_trust_purpose": "certificate_id trust_context_id trust_purpose_id disabled_from notbefore_until",
    "ca_trust_purpose": "ca_id trust_context_id trust_purpose_id shortest_chain path_len_constraint"
    " is_time_valid all_chains_technically_constrained all_chains_revoked_in_salesforce"
    " all_chains_revoked_via_onecrl all_chains_revoked_via_crlset all_chains_revoked_via_disallowedstl"
    " disabled_from notbefore_until",
    "trust_purpose": "id purpose_oid",
    "ccadb_certificate": "certificate_id cert_sha256 ccadb_record_id parent_certificate_id"
    " mozilla_disclosure_status chrome_disclosure_status apple_disclosure_status microsoft_disclosure_status",
    "mozilla_onecrl": "certificate_id",
    "google_revoked": "certificate_id entry_type",
    "microsoft_disallowedcert": "certificate_id disallowed_hash",
    "crl_revoked": "ca_id serial_number revocation_date reason_code last_seen_check_date",
}
"""The columns that the queries use, by table: the published schema is not exactly the live one."""

SCHEMA = """
SELECT table_name::text AS table_name, column_name::text AS column_name
FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = ANY(%s::text[])
"""

_CERTIFICATE = """
SELECT cac.CERTIFICATE_ID AS certificate_id, cac.CA_ID AS ca_id, c.ISSUER_CA_ID AS issuer_ca_id,
    c.CERTIFICATE AS certificate
FROM ca_certificate cac
LEFT JOIN certificate c ON c.ID = cac.CERTIFICATE_ID
"""

CERTIFICATES = f"""{_CERTIFICATE}
WHERE cac.CERTIFICATE_ID > %s AND cac.CERTIFICATE_ID < %s
ORDER BY cac.CERTIFICATE_ID
LIMIT %s
"""

CERTIFICATES_OF_CAS = f"""{_CERTIFICATE}
WHERE cac.CERTIFICATE_ID > %s AND cac.CA_ID = ANY(%s::integer[])
ORDER BY cac.CERTIFICATE_ID
LIMIT %s
"""

TRUSTED_CAS = """
SELECT CA_ID AS ca_id
FROM ca_trust_purpose
WHERE CA_ID > %s AND TRUST_CONTEXT_ID IN (1, 5, 6, 12)
GROUP BY CA_ID
ORDER BY CA_ID
LIMIT %s
"""

ROOT_TRUST = """
SELECT CERTIFICATE_ID AS certificate_id, TRUST_CONTEXT_ID AS trust_context_id,
    TRUST_PURPOSE_ID AS trust_purpose_id, DISABLED_FROM AS disabled_from, NOTBEFORE_UNTIL AS notbefore_until
FROM root_trust_purpose
WHERE (CERTIFICATE_ID, TRUST_CONTEXT_ID, TRUST_PURPOSE_ID) > (%s, %s, %s)
ORDER BY CERTIFICATE_ID, TRUST_CONTEXT_ID, TRUST_PURPOSE_ID
LIMIT %s
"""

# Its primary key has the purpose before the context.
CA_TRUST = """
SELECT CA_ID AS ca_id, TRUST_PURPOSE_ID AS trust_purpose_id, TRUST_CONTEXT_ID AS trust_context_id,
    SHORTEST_CHAIN AS shortest_chain, PATH_LEN_CONSTRAINT AS path_len_constraint,
    IS_TIME_VALID AS is_time_valid,
    ALL_CHAINS_TECHNICALLY_CONSTRAINED AS all_chains_technically_constrained,
    ALL_CHAINS_REVOKED_IN_SALESFORCE AS all_chains_revoked_in_salesforce,
    ALL_CHAINS_REVOKED_VIA_ONECRL AS all_chains_revoked_via_onecrl,
    ALL_CHAINS_REVOKED_VIA_CRLSET AS all_chains_revoked_via_crlset,
    ALL_CHAINS_REVOKED_VIA_DISALLOWEDSTL AS all_chains_revoked_via_disallowedstl,
    DISABLED_FROM AS disabled_from, NOTBEFORE_UNTIL AS notbefore_until
FROM ca_trust_purpose
WHERE (CA_ID, TRUST_PURPOSE_ID, TRUST_CONTEXT_ID) > (%s, %s, %s)
ORDER BY CA_ID, TRUST_PURPOSE_ID, TRUST_CONTEXT_ID
LIMIT %s
"""

# crt.sh's own rule for a certificate: its issuer is trusted, and its own EKU permits the purpose.
CERTIFICATE_TRUST = """
SELECT cac.CERTIFICATE_ID AS certificate_id, ctp.TRUST_CONTEXT_ID AS trust_context_id,
    ctp.TRUST_PURPOSE_ID AS trust_purpose_id
FROM ca_certificate cac
JOIN certificate c ON c.ID = cac.CERTIFICATE_ID
JOIN ca_trust_purpose ctp ON ctp.CA_ID = c.ISSUER_CA_ID
JOIN trust_purpose tp ON tp.ID = ctp.TRUST_PURPOSE_ID
WHERE cac.CERTIFICATE_ID > %s AND cac.CERTIFICATE_ID <= %s
    AND ctp.TRUST_CONTEXT_ID IN (1, 5, 6, 12) AND tp.ID IN (1, 3, 4)
    AND x509_isEKUPermitted(c.CERTIFICATE, tp.PURPOSE_OID)
"""

_DISCLOSURE = """
SELECT CERTIFICATE_ID AS certificate_id, CCADB_RECORD_ID AS ccadb_record_id, CERT_SHA256 AS sha256,
    PARENT_CERTIFICATE_ID AS parent_certificate_id,
    MOZILLA_DISCLOSURE_STATUS::text AS mozilla_status, CHROME_DISCLOSURE_STATUS::text AS chrome_status,
    APPLE_DISCLOSURE_STATUS::text AS apple_status, MICROSOFT_DISCLOSURE_STATUS::text AS microsoft_status
FROM ccadb_certificate
"""

DISCLOSURES = f"""{_DISCLOSURE}
WHERE CERTIFICATE_ID IN (
    SELECT CERTIFICATE_ID FROM ccadb_certificate WHERE CERTIFICATE_ID > %s
    GROUP BY CERTIFICATE_ID ORDER BY CERTIFICATE_ID LIMIT %s
)
ORDER BY CERTIFICATE_ID
"""

# Records whose certificate crt.sh has never seen.
DISCLOSURES_UNKNOWN = f"""{_DISCLOSURE}
WHERE CERTIFICATE_ID IS NULL AND CCADB_RECORD_ID IN (
    SELECT CCADB_RECORD_ID FROM ccadb_certificate WHERE CERTIFICATE_ID IS NULL AND CCADB_RECORD_ID > %s
    GROUP BY CCADB_RECORD_ID ORDER BY CCADB_RECORD_ID LIMIT %s
)
ORDER BY CCADB_RECORD_ID
"""

REVOCATIONS = """
SELECT page.CERTIFICATE_ID AS certificate_id, mo.CERTIFICATE_ID IS NOT NULL AS onecrl,
    gr.ENTRY_TYPE::text AS crlset_entry, md.DISALLOWED_HASH AS disallowed_hash,
    cr.REVOCATION_DATE AS crl_revoked_at, cr.REASON_CODE AS crl_reason,
    cr.LAST_SEEN_CHECK_DATE AS crl_last_seen
FROM (
    SELECT CERTIFICATE_ID FROM ca_certificate WHERE CERTIFICATE_ID > %s ORDER BY CERTIFICATE_ID LIMIT %s
) page
LEFT JOIN certificate c ON c.ID = page.CERTIFICATE_ID
LEFT JOIN mozilla_onecrl mo ON mo.CERTIFICATE_ID = page.CERTIFICATE_ID
LEFT JOIN google_revoked gr ON gr.CERTIFICATE_ID = page.CERTIFICATE_ID
LEFT JOIN microsoft_disallowedcert md ON md.CERTIFICATE_ID = page.CERTIFICATE_ID
LEFT JOIN crl_revoked cr ON cr.CA_ID = c.ISSUER_CA_ID AND cr.SERIAL_NUMBER = x509_serialNumber(c.CERTIFICATE)
ORDER BY page.CERTIFICATE_ID
"""

# Rows are not added in order of their numbers: where count or sum of a bucket differs, some came late.
BUCKETS = """
SELECT CERTIFICATE_ID / 10000000 AS bucket, count(*) AS rows_there, sum(CERTIFICATE_ID)::text AS sum_there
FROM ca_certificate
WHERE CERTIFICATE_ID >= (%s::bigint + 1) * 10000000
GROUP BY 1
ORDER BY 1
LIMIT %s
"""
