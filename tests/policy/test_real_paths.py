"""Real certificates of which other tools say something else, and why."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cagraph.warehouse.catalogue import run
from cagraph.warehouse.database import open_warehouse

pytestmark = pytest.mark.realdata

# Chrome trusts 57de0583 (pathLen 1); the cross-certificate ffd0085c below it has pathLen 0.
CROSS = "ffd0085c6c3569f8d412bcd8e6d1b8acf0929a41f4fd3594f8c0f4b6d5253830"
BELOW = ["cc1b9f9e", "95829c3f", "22fd54f9"]


@pytest.fixture(scope="module")
def connection(real_db: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(real_db, write=False, as_of=date(2026, 8, 21)) as opened:
        yield opened


def paths(connection: duckdb.DuckDBPyConnection, digits: str, **asked: str) -> list[dict[str, Any]]:
    """Return every path to the certificate with these first digits."""
    row = connection.execute(
        "SELECT sha256 FROM certificate WHERE starts_with(sha256, ?)", [digits]
    ).fetchone()
    assert row is not None
    cursor = run(connection, "paths", {"sha256": row[0], **asked})
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, found, strict=True)) for found in cursor.fetchall()]


@pytest.mark.parametrize("digits", BELOW)
def test_three_subordinates_below_a_path_length_of_zero(
    connection: duckdb.DuckDBPyConnection, digits: str
) -> None:
    """A root that Chrome trusts → ROOT-A WEB by ffd0085c (pathLen 0) → the subordinate: one CA too many.

    crt.sh's rule lets path lengths prune nothing, and gives each of the three Chrome's trust for TLS.
    """
    found = paths(connection, digits, program="chrome", purpose="server_auth")
    assert not [path for path in found if "chrome:server_auth" in path["counts_for"]]
    by_way_of_cross = [path for path in found if CROSS in [each["sha256"] for each in path["certificates"]]]
    assert len(by_way_of_cross) == 2
    target = found[0]["certificates"][-1]["sha256"]
    for path in by_way_of_cross:
        assert path["state"] == "broken"
        assert (target, "path_length") in {(each["sha256"], each["reason"]) for each in path["breakers"]}
    trusted = [
        path for path in by_way_of_cross if "not_trusted" not in {each["reason"] for each in path["breakers"]}
    ]
    assert len(trusted) == 1  # what would have to change is that path length, and nothing else
    assert {each["reason"] for each in trusted[0]["breakers"]} == {"path_length"}


def test_what_counts_and_what_breaks_agree_on_every_path_of_the_most_cross_certified_ca(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """The certificate with the most paths: each counts for a program and purpose, or something breaks it."""
    row = connection.execute(
        "SELECT sha256 FROM path GROUP BY sha256 ORDER BY count(*) DESC, sha256 LIMIT 1"
    ).fetchone()
    assert row is not None
    for program, purpose in (("mozilla", "server_auth"), ("microsoft", "code_signing"), ("chrome", "ev_tls")):
        found = paths(connection, row[0], program=program, purpose=purpose)
        assert len(found) > 1000
        assert found[0]["total"] == len(found)
        for path in found:
            assert (f"{program}:{purpose}" in path["counts_for"]) == (not path["breakers"])
