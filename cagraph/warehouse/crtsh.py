"""What the warehouse knows of crt.sh's numbers, so that a crawl asks for no more than it lacks.

Reads only. Knows neither how crt.sh is asked nor how its answers are read.
"""

from duckdb import DuckDBPyConnection


def high_water(connection: DuckDBPyConnection, crawl_id: int) -> int:
    """Return the highest number of a CA certificate that was known before this crawl; 0: none.

    It stays where it is while the crawl goes on, and so do the pages that are asked from it.
    """
    row = connection.execute(
        """
        SELECT coalesce(max(crtsh_certificate.certificate_id), 0)
        FROM crtsh_certificate
        JOIN snapshot USING (snapshot_id)
        JOIN fetched USING (fetch_id)
        WHERE fetched.crawl_id IS DISTINCT FROM $crawl_id
        """,
        {"crawl_id": crawl_id},
    ).fetchone()
    assert row is not None
    return int(row[0])


def drifted_buckets(connection: DuckDBPyConnection) -> list[int]:
    """Return the buckets of which crt.sh holds others than we do: their count or their sum differs.

    What was last said of a bucket counts.
    """
    rows = connection.execute(
        """
        WITH there AS (
            SELECT bucket.bucket, bucket.rows_there, bucket.sum_there
            FROM crtsh_bucket AS bucket
            JOIN snapshot USING (snapshot_id)
            QUALIFY row_number() OVER (
                PARTITION BY bucket.bucket
                ORDER BY snapshot.dated DESC, snapshot.snapshot_id DESC, bucket.line DESC
            ) = 1
        ),
        ours AS (
            SELECT
                certificate_id // 10_000_000 AS bucket, count(*) AS rows_here,
                sum(certificate_id) AS sum_here
            FROM (SELECT DISTINCT certificate_id FROM crtsh_certificate)
            GROUP BY ALL
        )
        SELECT there.bucket
        FROM there LEFT JOIN ours ON there.bucket = ours.bucket
        WHERE (there.rows_there, there.sum_there)
            IS DISTINCT FROM (coalesce(ours.rows_here, 0), coalesce(ours.sum_here, 0))
        ORDER BY there.bucket
        """
    ).fetchall()
    return [row[0] for row in rows]


def unknown_trusted_cas(connection: DuckDBPyConnection) -> list[int]:
    """Return crt.sh's numbers of trusted CAs of which it gave us no certificate."""
    rows = connection.execute(
        "SELECT DISTINCT ca_id FROM crtsh_trusted_ca ANTI JOIN crtsh_certificate USING (ca_id) ORDER BY ca_id"
    ).fetchall()
    return [row[0] for row in rows]
