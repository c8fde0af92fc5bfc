"""What the warehouse knows that a crawl can ask about: keys, missing certificates, addresses in records.

Reads facts only, so that it works before any analysis. Knows no source and builds no URL.
"""

import json
from datetime import date

from duckdb import DuckDBPyConnection

_NEWEST_RECORDS = """
newest_record AS (
    SELECT version.*
    FROM record_sighting AS sighting
    JOIN snapshot USING (snapshot_id)
    JOIN ccadb_record_version AS version USING (record_key)
    QUALIFY row_number() OVER (
        PARTITION BY version.salesforce_id ORDER BY snapshot.dated DESC, snapshot.snapshot_id DESC
    ) = 1
)
"""


def live_keys(connection: DuckDBPyConnection, day: date) -> list[str]:
    """Return the SPKI SHA-256 of every CA key that has a certificate which has not expired."""
    return _column(
        connection,
        "SELECT DISTINCT spki_sha256 FROM certificate WHERE is_ca AND not_after >= $day ORDER BY 1",
        {"day": day},
    )


def fingerprints_without_bytes(connection: DuckDBPyConnection) -> list[str]:
    """Return the SHA-256 of every certificate that a CCADB record speaks of and nobody showed."""
    return _column(
        connection,
        f"WITH {_NEWEST_RECORDS} SELECT DISTINCT sha256 FROM newest_record"  # noqa: S608 (our own text)
        " ANTI JOIN certificate USING (sha256) ORDER BY 1",
    )


def listed_and_unknown(connection: DuckDBPyConnection) -> dict[int, str]:
    """Return crt.sh's numbers of listed certificates that are not among ours, with the key of each.

    A listing names no fingerprint, so it is matched by key, serial number and validity. Where it has more
    certificates of the same three than we do, one of them may be new, and all are returned.
    """
    rows = connection.execute(
        """
        WITH listed AS (
            SELECT spki_sha256, serial, not_before, not_after, list(DISTINCT certificate_id) AS ids
            FROM crtsh_listed GROUP BY ALL
        ),
        ours AS (
            SELECT spki_sha256, serial, not_before, not_after, count(*) AS number
            FROM certificate GROUP BY ALL
        )
        SELECT DISTINCT unnest(listed.ids) AS id, listed.spki_sha256
        FROM listed LEFT JOIN ours
            ON listed.spki_sha256 = ours.spki_sha256 AND listed.serial = ours.serial
            AND date_trunc('second', listed.not_before) = ours.not_before
            AND date_trunc('second', listed.not_after) = ours.not_after
        WHERE len(listed.ids) > coalesce(ours.number, 0)
        ORDER BY id
        """
    ).fetchall()
    return dict(rows)


def issuer_urls(connection: DuckDBPyConnection) -> list[str]:
    """Return the caIssuers URLs of certificates whose issuer nobody showed.

    An issuer is shown by a certificate of its name whose key identifier, where both sides give one, fits.
    """
    return _column(
        connection,
        """
        WITH orphan AS (
            SELECT child.ca_issuers_urls AS urls
            FROM certificate AS child
            WHERE len(child.ca_issuers_urls) > 0 AND NOT EXISTS (
                SELECT 1 FROM certificate AS parent
                WHERE parent.subject_name_id = child.issuer_name_id AND (
                    child.authority_key_id IS NULL OR parent.subject_key_id IS NULL
                    OR parent.subject_key_id = child.authority_key_id
                )
            )
        )
        SELECT DISTINCT unnest(urls) AS url FROM orphan ORDER BY url
        """,
    )


CRL_CELLS = ("JSON Array of All Full CRL URLs", "Full CRL Issued By This CA")
"""What CCADB's versions call the full CRLs of a CA: a JSON array, and before that one URL."""


def crl_urls(connection: DuckDBPyConnection, day: date) -> list[str]:
    """Return the full CRLs that CCADB names of live CAs which have issued certificates to other CAs.

    A CA that issued to subscribers alone revokes no CA certificate.
    """
    rows = connection.execute(
        f"""
        WITH {_NEWEST_RECORDS}
        SELECT DISTINCT cell FROM (
            SELECT unnest(
                [json_extract_string(record.other, '$."' || name || '"') FOR name IN $names]
            ) AS cell
            FROM newest_record AS record
            JOIN certificate AS ca USING (sha256)
            WHERE ca.not_after >= $day AND EXISTS (
                SELECT 1 FROM certificate AS child
                WHERE child.issuer_name_id = ca.subject_name_id AND child.is_ca
                    AND child.subject_name_id <> ca.subject_name_id AND child.not_after >= $day
            )
        )
        WHERE cell IS NOT NULL
        """,  # noqa: S608 (our own text)
        {"day": day, "names": list(CRL_CELLS)},
    ).fetchall()
    return sorted({url for (cell,) in rows for url in _urls_in(cell)})


def audit_urls(connection: DuckDBPyConnection) -> list[str]:
    """Return every audit URL of the newest records."""
    return _column(
        connection,
        f"WITH {_NEWEST_RECORDS} SELECT DISTINCT audit.url FROM newest_record"  # noqa: S608 (our own text)
        " JOIN audit USING (record_key) WHERE audit.url IS NOT NULL ORDER BY 1",
    )


def _urls_in(cell: str) -> list[str]:
    """Return the URLs of a cell: a JSON array of strings, or one URL."""
    try:
        values = json.loads(cell)
    except (ValueError, RecursionError):
        values = [cell]
    return [value.strip() for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _column(connection: DuckDBPyConnection, query: str, values: dict[str, object] | None = None) -> list[str]:
    return [row[0] for row in connection.execute(query, values or {}).fetchall()]
