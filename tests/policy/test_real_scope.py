"""A CA's own published list for its auditors, computed from the certificates.

Sectigo lists 1,071 certificates that any of 34 keys issued and that lived between 2025-04-01 and 2026-03-31,
with a column for each statement. Every difference is named here, with its reason.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cagraph.report.scope import Question, scope_rows
from cagraph.warehouse.database import open_warehouse

pytestmark = pytest.mark.realdata

FIRST, LAST = date(2025, 4, 1), date(2026, 3, 31)
COLUMNS = {
    "WTCA?": "Standard",
    "WTNETSEC?": "NetSec",
    "WTBRSSL?": "TLS BR",
    "WTEVSSL?": "TLS EVG",
    "WTCS?": "Code Signing",
    "WTSMIME?": "S/MIME BR",
    "WTMC?": "VMC",
}
CELLS = {"TLS BR", "TLS EVG", "Code Signing", "S/MIME BR"}

# The cross-certificates that made Ensured's two roots trusted expired on 2023-01-21; crt.sh keeps such trust.
ENSURED = {
    ("e99ba2ce", "TLS BR"),
    ("e99ba2ce", "TLS EVG"),
    ("e99ba2ce", "Code Signing"),
    ("e99ba2ce", "S/MIME BR"),
    ("100cf7e1", "Code Signing"),
    ("100cf7e1", "S/MIME BR"),
    ("1f54b4b4", "Code Signing"),
    ("e396a793", "Code Signing"),
}
# Of the four programs none trusts the code signing roots for TLS, nor the TLS roots for code signing: another
# store that crt.sh follows does.
ELSEWHERE = {
    ("8f6371d8", "TLS BR"),
    ("7e76260a", "TLS BR"),
    ("c90f26f0", "Code Signing"),
    ("7bb647a6", "Code Signing"),
}
# In none of the CCADB's certificate files: two roots that no program trusts yet, and one certificate of 2015.
NOT_THERE = 3


@pytest.fixture(scope="module")
def connection(real_db: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(real_db, write=False, as_of=LAST) as opened:
        yield opened


@pytest.fixture(scope="module")
def keys(real_dir: Path) -> tuple[str, ...]:
    return tuple((real_dir / "peer_lists" / "sectigo_issuer_keys.txt").read_text().split())


@pytest.fixture(scope="module")
def peer(real_dir: Path) -> dict[str, dict[str, str]]:
    """Their list: a row a certificate."""
    text = (real_dir / "peer_lists" / "sectigo_list_for_audit.csv").read_text(encoding="utf-8-sig")
    return {
        row["SHA-256(Certificate)"].lower(): row for row in csv.DictReader(text.splitlines(keepends=True))
    }


@pytest.fixture(scope="module")
def rows(connection: duckdb.DuckDBPyConnection, keys: tuple[str, ...]) -> dict[tuple[str, str], Any]:
    """Every row of ours, by certificate and kind."""
    table = scope_rows(connection, Question(FIRST, LAST, keys=keys), "all")
    found = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return {(row["sha256"], row["audit_kind"]): row for row in found}


@pytest.fixture(scope="module")
def ours(rows: dict[tuple[str, str], Any]) -> dict[str, set[str]]:
    """Our first level: the kinds of each certificate listed."""
    listed = defaultdict(set)
    for (sha256, kind), row in rows.items():
        if row["listing"] == "listed" and row["level"] == 1:
            listed[sha256].add(kind)
    return listed


def theirs(row: dict[str, str]) -> set[str]:
    return {kind for column, kind in COLUMNS.items() if row[column] != "n/a"}


def test_every_certificate_that_is_here_and_none_besides(
    connection: duckdb.DuckDBPyConnection, ours: dict[str, set[str]], peer: dict[str, dict[str, str]]
) -> None:
    here = {sha256 for (sha256,) in connection.execute("SELECT sha256 FROM certificate").fetchall()}
    assert set(ours) == set(peer) & here
    assert len(set(peer) - here) == NOT_THERE
    assert all({"Standard", "NetSec"} <= kinds for kinds in ours.values())


def test_no_purpose_that_their_list_lacks(ours: dict[str, set[str]], peer: dict[str, dict[str, str]]) -> None:
    assert {
        sha256: kinds - theirs(peer[sha256]) for sha256, kinds in ours.items() if kinds - theirs(peer[sha256])
    } == {}


def test_each_cell_that_their_list_has_and_ours_has_not_by_name(
    ours: dict[str, set[str]], peer: dict[str, dict[str, str]]
) -> None:
    missing = {
        (sha256[:8], kind)
        for sha256, kinds in ours.items()
        for kind in (theirs(peer[sha256]) & CELLS) - kinds
    }
    assert missing == ENSURED | ELSEWHERE


def test_the_reasons_of_those_cells(rows: dict[tuple[str, str], Any]) -> None:
    why = {(sha256[:8], kind): row["reason"] for (sha256, kind), row in rows.items() if row["level"] == 1}
    assert {why[cell] for cell in ENSURED} == {"path_ended"}
    assert {why[cell] for cell in ELSEWHERE} == {"not_capable"}


def test_what_only_the_graph_gets_right(
    connection: duckdb.DuckDBPyConnection, ours: dict[str, set[str]], peer: dict[str, dict[str, str]]
) -> None:
    """Shortcuts that come near: a verdict a key, and the extended key usage alone."""
    facts = connection.execute("SELECT sha256, ca_id, eku_oids FROM certificate").fetchall()
    wanted = {sha256: theirs(row) & CELLS for sha256, row in peer.items()}
    members = defaultdict(list)
    for sha256, ca_id, ekus in facts:
        if sha256 in ours:
            members[ca_id].append((sha256, ekus))
    # CAs whose certificates stand in different columns: any one verdict for all of them is wrong for some.
    differing = [
        [sha256 for sha256, _ in each]
        for each in members.values()
        if len({frozenset(wanted[sha256]) for sha256, _ in each}) > 1
    ]
    by_key = {sha256 for each in differing for sha256 in each}
    # Of two certificates of a CA one says what for and one does not: that one alone would be for everything.
    by_usage = {
        sha256
        for each in members.values()
        if {ekus is None for _, ekus in each} == {True, False}
        for sha256, ekus in each
        if ekus is None and not wanted[sha256] >= CELLS
    }
    assert (len(differing), len(by_key), len(by_usage)) == (8, 20, 13)
    not_ours = {prefix for prefix, _ in ENSURED | ELSEWHERE}
    for sha256 in by_key | by_usage:
        if sha256[:8] not in not_ours:
            assert ours[sha256] & CELLS == wanted[sha256]


def test_a_root_that_is_meant_to_be_trusted(
    connection: duckdb.DuckDBPyConnection, keys: tuple[str, ...], peer: dict[str, dict[str, str]]
) -> None:
    """Mark certificates go by keys that the CA names by hand, as no program's trust here speaks of them."""
    roots = [
        sha256
        for sha256, row in peer.items()
        if row["WTMC?"] != "n/a" and row["CA Certificate Type"] == "Root"
    ]
    table = scope_rows(
        connection,
        Question(
            FIRST, LAST, keys=keys, kind="VMC", intended=tuple((root, "mark_certificate") for root in roots)
        ),
    )
    found = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    listed = {row["sha256"]: row["reason"] for row in found if row["level"] == 1}
    marked = {sha256 for sha256, row in peer.items() if row["WTMC?"] != "n/a"}
    assert set(listed) <= marked
    assert set(listed.values()) == {"capable_if_intended"}
    assert set(roots) & set(listed)
