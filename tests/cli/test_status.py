"""`cagraph status`: completeness in plain words, and never a stale verdict without a warning."""

import json
from pathlib import Path

import duckdb
import pytest
from syrupy.assertion import SnapshotAssertion

from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.policy import install_policy
from tests.cli.conftest import Run

INGEST = """
INSERT INTO fetched (fetch_id, url, fetched_at, body_sha256, body_bytes, error) VALUES
    (1, 'file:records.csv', TIMESTAMP '2024-05-08 10:00:00', 'aa', 10, NULL),
    (2, 'file:roots.csv', TIMESTAMP '2024-05-08 10:01:00', 'bb', 10, NULL),
    (3, 'file:gone.csv', TIMESTAMP '2024-05-08 10:02:00', NULL, NULL, 'no such file');
INSERT INTO snapshot (
    snapshot_id, fetch_id, kind, dated, dated_because, complete, complete_because, rows_in, rows_stored,
    rows_rejected, rows_unnamed
) VALUES
    (1, 1, 'ccadb_records', DATE '2024-05-08', 'in the file name', TRUE, 'all columns', 12, 10, 2, 0),
    (2, 2, 'root_trust', DATE '2024-05-08', 'given', FALSE, 'a slice: one program', 3, 3, 0, 0);
INSERT INTO ingest_issue VALUES
    (1, 3, NULL, 'not a certificate', 'x', TRUE, NULL),
    (1, 9, NULL, 'not a certificate', 'y', TRUE, NULL),
    (1, 4, 'Valid From', 'not a date', 'z', FALSE, NULL);
"""
ANALYSE = """
INSERT INTO analysis
    (finished_at, newest_fetch, input_digest, certificates, issuances, paths, budget, truncated)
VALUES (TIMESTAMP '{finished}', {newest}, 'digest', 0, 0, 0, 1000, 0)
"""


def fill(db: Path, *statements: str) -> None:
    with open_warehouse(db, write=True) as connection:
        for statement in statements:
            connection.execute(statement)


def verdict(run: Run) -> tuple[bool, str]:
    found = json.loads(run("status", "--json").stdout)
    return found["analysed_since_newest_ingest"], found["verdict"]


def test_nothing_ingested(db_with_views: Path, run: Run) -> None:
    assert verdict(run) == (False, "Nothing was ingested yet: run `cagraph crawl` or `cagraph ingest`.")


def test_nothing_analysed(db_with_views: Path, run: Run) -> None:
    fill(db_with_views, INGEST)
    assert verdict(run)[0] is False
    assert "Nothing was analysed yet" in run("status").stdout


def test_ingest_after_the_analysis(db_with_views: Path, run: Run) -> None:
    fill(db_with_views, INGEST, ANALYSE.format(finished="2024-05-08 09:00:00", newest=2))
    assert verdict(run)[0] is False
    told = run("status").stdout
    assert "Nothing was analysed since the newest ingest: paths and every verdict are of 2024-05-08" in told


def test_analysis_of_other_certificates(db_with_views: Path, run: Run) -> None:
    analysed = ANALYSE.format(finished="2024-05-08 11:00:00", newest=3)
    fill(db_with_views, INGEST, analysed, "UPDATE analysis SET certificates = 7")
    assert verdict(run)[0] is False


def test_all_is_told(db_with_views: Path, run: Run, snapshot: SnapshotAssertion) -> None:
    fill(db_with_views, INGEST, ANALYSE.format(finished="2024-05-08 11:00:00", newest=3))
    assert verdict(run) == (True, "Analysed after the newest ingest.")
    assert run("status").output == snapshot
    assert run("status", "--json").output == snapshot


def test_policy_of_another_version(db: Path, run: Run) -> None:
    assert "are not this version's" in run("status").stdout
    with open_warehouse(db, write=True) as connection:
        install_policy(connection)
    assert "are not this version's" not in run("status").stdout


@pytest.mark.parametrize("args", [[], ["--json"]])
def test_hostile_path_is_shown(db: Path, run: Run, args: list[str]) -> None:
    with duckdb.connect(db) as connection:
        connection.execute("INSERT INTO ingest_issue VALUES (1, 1, NULL, 'bad \x1b[2J', NULL, TRUE, NULL)")
    assert "\x1b" not in run("status", *args).output
