"""Lists of revoked certificates and what peers say, into the warehouse: stored, proved, counted."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cagraph.ingest import ingest
from cagraph.ingest.intake import ROWS, Intake
from cagraph.sources.rows import CertificateRow, Issue, PeerRow, RevocationRow
from cagraph.warehouse.load import store_peers
from cagraph.x509.certificate import read_certificate
from tests import crls
from tests.ingest.inputs import ANCHOR, DAY, LEAF, ROOT, only, write
from tests.pki import Authority

TWIN = Authority("Ingest Root", key="another key of the same name")
FACTS = read_certificate(ANCHOR.der)


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def test_a_list_with_the_key_that_signed_it(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    write(folder / "a.pem", f"{ANCHOR.pem}\n{LEAF.pem}\n{TWIN.self_signed().pem}\n")
    made = crls.crl(ROOT, (LEAF.serial, "2023-02-03", "superseded"), (5, "2023-02-04"), number=9)
    write(folder / "b.crl", made)
    file = ingest(connection, [folder], dated=DAY).files[1]
    assert (file.kind, file.rows_in, file.rows_stored, file.rows_rejected) == ("crl", 3, 3, 0)
    assert rows(connection, "FROM crl") == [
        (
            2,
            1,
            FACTS.subject_name_id,
            FACTS.spki_sha256,
            "ok",
            datetime(2024, 1, 1),
            datetime(2034, 1, 1),
            "9",
        )
    ]
    entries = "SELECT line, listed_by, issuer_name_id, serial, revoked_at, reason FROM revocation_entry"
    assert rows(connection, f"{entries} WHERE snapshot_id = 2 ORDER BY line") == [
        (2, "crl", FACTS.subject_name_id, f"{LEAF.serial:x}", datetime(2023, 2, 3), "superseded"),
        (3, "crl", FACTS.subject_name_id, "5", datetime(2023, 2, 4), None),
    ]
    assert rows(connection, "FROM ingest_issue") == []


@pytest.mark.parametrize(
    ("known", "status", "why"),
    [
        ([], None, "no certificate of its issuer's name is known"),
        ([TWIN.self_signed()], "bad", "no known key of its issuer's name made it"),
    ],
)
def test_a_list_that_no_known_key_signed(
    connection: duckdb.DuckDBPyConnection, folder: Path, known: list[Any], status: str | None, why: str
) -> None:
    for number, each in enumerate(known):
        ingest(connection, [write(folder / f"{number}.pem", each.pem)], dated=DAY)
    file = only(ingest(connection, [write(folder / "b.crl", crls.crl(ROOT, (5, "2023-01-01")))], dated=DAY))
    assert (file.rows_in, file.rows_stored) == (2, 2)
    assert rows(connection, "SELECT issuer_spki_sha256, signature_status FROM crl") == [(None, status)]
    assert rows(connection, "SELECT line, field, reason, rejected FROM ingest_issue") == [
        (1, "signature", f"not proved, so that its entries count for nothing: {why}", False)
    ]


def test_a_weak_signature_proves_and_is_said_to_be_weak(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    ingest(connection, [write(folder / "a.pem", ANCHOR.pem)], dated=DAY)
    ingest(connection, [write(folder / "b.crl", crls.crl(ROOT, sha1=True))], dated=DAY)
    assert rows(connection, "SELECT issuer_spki_sha256, signature_status FROM crl") == [
        (FACTS.spki_sha256, "weak")
    ]


def test_what_a_list_cannot_say_is_rejected(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    listed: list[crls.Entry] = [(1, "2023-01-01"), (2, "2023-01-01", "removeFromCRL")]
    one = only(ingest(connection, [write(folder / "a.crl", crls.crl(ROOT, *listed))], dated=DAY))
    assert (one.rows_in, one.rows_stored, one.rows_rejected, one.truncated) == (3, 2, 1, False)
    delta = crls.crl(ROOT, *listed, extra=[crls.DELTA])
    two = only(ingest(connection, [write(folder / "b.crl", delta)], dated=DAY))
    assert (two.rows_in, two.rows_stored, two.rows_rejected) == (1, 0, 1)
    cut = only(ingest(connection, [write(folder / "c.crl", crls.crl(ROOT, *listed)[:-9])], dated=DAY))
    assert (cut.rows_in, cut.rows_rejected, cut.truncated) == (1, 1, True)


def test_onecrl(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    text = crls.onecrl(crls.by_serial(ROOT, 7), crls.by_key(TWIN), {})
    file = only(ingest(connection, [write(folder / "onecrl.json", text)], dated=DAY))
    assert (file.kind, file.rows_in, file.rows_stored, file.rows_rejected) == ("onecrl", 3, 2, 1)
    stored = rows(
        connection,
        "SELECT listed_by, serial, spki_sha256 IS NULL, reference FROM revocation_entry ORDER BY line",
    )
    assert stored == [
        ("onecrl", "7", True, "https://bugs.example/1"),
        ("onecrl", None, False, "https://bugs.example/1"),
    ]


def test_a_long_list_is_stored_in_batches(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    made = crls.crl(ROOT, *((serial, "2023-01-01") for serial in range(2 * ROWS + 7)))
    file = only(ingest(connection, [write(folder / "a.crl", made)], dated=DAY))
    assert (file.rows_in, file.rows_stored) == (2 * ROWS + 8, 2 * ROWS + 8)
    assert rows(connection, "SELECT count(DISTINCT serial), max(line) FROM revocation_entry") == [
        (2 * ROWS + 7, 2 * ROWS + 8)
    ]


def test_what_a_peer_says_is_kept_as_it_says_it(connection: duckdb.DuckDBPyConnection) -> None:
    """Each row counts, several tables in one file, the two ends of numbers and of time."""
    intake = Intake(connection, (1, 1), DAY)
    trust = {"certificate_id": 5, "trust_context_id": 1, "trust_purpose_id": 2}
    for line, moment in enumerate((datetime.min, None, datetime(2024, 5, 6, 7, 8, 9, 10)), start=1):
        ends: dict[str, object] = {"disabled_from": moment, "notbefore_until": None}
        intake.take(PeerRow(line, "crtsh_root_trust", {**trust, **ends}))
    for line, total in enumerate((3, 10**36), start=4):
        counted: dict[str, object] = {"bucket": line, "rows_there": 2, "sum_there": total}
        intake.take(PeerRow(line, "crtsh_bucket", counted))
    intake.finish()
    assert (intake.rows_in, intake.rows_stored, intake.rows_rejected) == (5, 5, 0)
    assert rows(connection, "SELECT line, disabled_from::VARCHAR FROM crtsh_root_trust ORDER BY line") == [
        (1, "-infinity"),
        (2, None),
        (3, "2024-05-06 07:08:09.00001"),
    ]
    assert rows(connection, "SELECT sum_there FROM crtsh_bucket ORDER BY line") == [(3,), (10**36,)]


@pytest.mark.parametrize("table", ["certificate", "crl", "crtsh_bucket; DROP TABLE crl", "crtsh_nothing"])
def test_a_peer_fills_no_other_table(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    with pytest.raises((ValueError, duckdb.CatalogException)):
        store_peers(connection, 1, table, [PeerRow(1, table, {"sha256": "ab"})])


def test_a_certificate_beside_a_row_is_stored_and_not_counted(connection: duckdb.DuckDBPyConnection) -> None:
    intake = Intake(connection, (1, 1), DAY)
    for line, der in ((1, ANCHOR.der), (2, b"no certificate")):
        sha256 = read_certificate(ANCHOR.der).sha256
        intake.take(PeerRow(line, "crtsh_certificate", {"certificate_id": line, "sha256": sha256}))
        intake.take(CertificateRow(line, der, beside=True))
    intake.finish()
    assert (intake.rows_in, intake.rows_stored, intake.rows_rejected) == (2, 2, 0)
    assert intake.new_certificates == 1
    assert rows(connection, "SELECT line FROM certificate_source") == [(1,)]
    [(line, field, rejected, sha256)] = rows(
        connection, "SELECT line, field, rejected, sha256 FROM ingest_issue"
    )
    assert (line, field, rejected) == (2, "certificate", False)
    assert sha256


def test_kinds_in_one_file_are_counted_together(connection: duckdb.DuckDBPyConnection) -> None:
    intake = Intake(connection, (1, 1), DAY)
    intake.take(CertificateRow(1, ANCHOR.der))
    intake.take(CertificateRow(2, b"no certificate"))
    intake.take(RevocationRow(3, "onecrl", sha256="ab" * 32))
    intake.take(Issue(4, None, "a row that cannot be read"))
    intake.take(Issue(3, "details", "beside", rejected=False))
    intake.finish()
    assert (intake.rows_in, intake.rows_stored, intake.rows_rejected) == (4, 2, 2)
