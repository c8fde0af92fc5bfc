"""The two owners whose real records are at hand: what had to come out, and does."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from cagraph.cli.main import cli
from cagraph.warehouse.catalogue import run
from cagraph.warehouse.database import open_warehouse
from tests.policy.real_verdicts import page

pytestmark = pytest.mark.realdata

DAY = date(2026, 8, 21)
CROSS = "949424dc2ccaab5e9e80d66e0e3f7deeb3201c607d4315ef4c6f2d93a917279d"
CERTUM_CA = "d8e0febc1db2e38d00940f37d27d41344d993e734b99d5656d9778d4d8143624"
TWIN = "5c58468d55f58e497e743982d2b50010b6d165374acf83a7d4a32db768c4408e"


@pytest.fixture(scope="module")
def connection(real_db: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(real_db, write=False, as_of=DAY) as opened:
        yield opened


def ask(connection: duckdb.DuckDBPyConnection, name: str, **params: str) -> list[dict[str, Any]]:
    """Return the rows of a catalogue query as objects."""
    cursor = run(connection, name, params)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_certum_cross_certificate_has_its_path_through_certum_ca(real_db: Path) -> None:
    result = CliRunner().invoke(
        cli, ["paths", CROSS.upper(), "--db", str(real_db), "--as-of", str(DAY), "--json", "-q"]
    )
    (path,) = json.loads(result.stdout)
    assert [each["sha256"] for each in path["certificates"]] == [CERTUM_CA, CROSS]
    assert path["state"] == "counts"
    assert {"mozilla:secure_email", "apple:secure_email", "microsoft:secure_email"} <= set(path["counts_for"])
    assert "mozilla:server_auth" not in path["counts_for"]


def test_certum_cross_certificate_is_claimed_by_its_parent_not_more(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = ask(connection, "coverage", sha256=CROSS, program="mozilla", purpose="secure_email")
    kinds = {row["audit_kind"]: row for row in rows}
    assert set(kinds) == {"Standard", "S/MIME BR", "NetSec"}
    smime = kinds["S/MIME BR"]
    assert (smime["verdict"], smime["reason"]) == ("claimed", "inherited")
    assert (smime["record_id"], smime["source_record_id"]) == ("A000720", "A000101")
    assert smime["url"].startswith("https://")
    assert smime["source"].endswith("asseco_v5.csv")
    assert smime["line"] > 1


def test_certum_siblings(connection: duckdb.DuckDBPyConnection) -> None:
    """The key of 949424DC… stands in four certificates; 5C58468D… is the covered twin."""
    siblings = {row["sha256"][:8]: row for row in ask(connection, "siblings", sha256=CROSS)}
    assert set(siblings) == {"5c58468d", "949424dc", "2d87ff20", "33f95971"}
    assert siblings["5c58468d"]["state"] == "live"
    assert {"Standard", "TLS BR"} <= set(siblings["5c58468d"]["claimed"])
    assert {siblings["2d87ff20"]["state"], siblings["33f95971"]["state"]} == {"expired"}


def test_every_live_certificate_of_the_owner_has_a_verdict_with_evidence(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for owner in ("Asseco Data Systems", "Internet Security Research Group"):
        rows = ask(connection, "coverage", owner=owner)
        assert rows
        judged = [row for row in rows if row["record_id"]]
        assert all(row["source"] and row["line"] for row in judged)
        assert {row["verdict"] for row in judged} <= {"claimed", "pending", "gap"}
        # A slice speaks of its own records only: what it lacks is unknown, never undisclosed.
        assert {row["reason"] for row in rows if not row["record_id"]} <= {"not_in_records"}


def test_isrg_cross_certificates_stand_between_the_roots(connection: duckdb.DuckDBPyConnection) -> None:
    rows = ask(connection, "cross-certificates", owner="Internet Security Research Group")
    pairs = {(row["issuer"].split(",")[0], row["subject"].split(",")[0], row["revoked"]) for row in rows}
    assert {
        ("CN=ISRG Root X1", "CN=ISRG Root X2", False),
        ("CN=ISRG Root X1", "CN=ISRG Root X2", True),
        ("CN=ISRG Root X1", "CN=Root YR", False),
        ("CN=ISRG Root X2", "CN=Root YE", False),
    } <= pairs


def test_isrg_intermediates_have_both_paths(connection: duckdb.DuckDBPyConnection) -> None:
    """E7 stands twice, under X2 and under X1; the one under X2 is also reached by the cross-certificate."""
    row = connection.execute(
        "SELECT sha256 FROM certificate WHERE subject LIKE 'CN=E7,%' AND issuer LIKE 'CN=ISRG Root X2,%'"
    ).fetchone()
    assert row is not None
    counting = [path for path in ask(connection, "paths", sha256=row[0]) if path["state"] == "counts"]
    tops = sorted({path["certificates"][0]["subject"].split(",")[0] for path in counting})
    assert tops == ["CN=ISRG Root X1", "CN=ISRG Root X2"]
    assert {len(path["certificates"]) for path in counting} == {2, 3}


def test_isrg_root_x1_was_cross_signed_by_another_owner(connection: duckdb.DuckDBPyConnection) -> None:
    row = connection.execute(
        "SELECT sha256 FROM certificate"
        " WHERE subject LIKE 'CN=ISRG Root X1,%' AND issuer LIKE 'CN=DST Root CA X3,%'"
    ).fetchone()
    assert row is not None
    paths = ask(connection, "paths", sha256=row[0])
    assert {path["state"] for path in paths} == {"expired"}
    with_record = connection.execute(
        "SELECT count(*) FROM ccadb_record WHERE sha256 = ?", [row[0]]
    ).fetchone()
    assert with_record == (0,)


def test_isrg_new_roots_inherit_nothing_yet_are_capable(connection: duckdb.DuckDBPyConnection) -> None:
    """YE and YR are in no program; the cross-certificates make them capable, and no audit is theirs yet."""
    rows = ask(connection, "coverage", owner="Internet Security Research Group", purpose="server_auth")
    young = {
        row["subject"].split(",")[0]: (row["verdict"], row["reason"], row["also"])
        for row in rows
        if row["subject"].split(",")[0] in ("CN=YE1", "CN=YR1")
    }
    assert young == dict.fromkeys(
        ("CN=YE1", "CN=YR1"), ("pending", "issued_after_period", ["broken_inheritance"])
    )


def test_a_slice_is_never_undisclosed(connection: duckdb.DuckDBPyConnection) -> None:
    row = connection.execute("SELECT count(*) FROM finding WHERE reason = 'undisclosed'").fetchone()
    assert row == (0,)
    notes = {note for (note,) in connection.execute("SELECT note FROM knowledge").fetchall()}
    assert "CCADB records: as of 2026-09-15, younger than 2026-08-21" in notes


def test_the_page_of_every_verdict_is_true(connection: duckdb.DuckDBPyConnection, repo_dir: Path) -> None:
    """Renew it with `python -m tests.policy.real_verdicts`, and read what changed."""
    assert (repo_dir / "docs" / "real-verdicts.md").read_text(encoding="utf-8") == page(connection)
