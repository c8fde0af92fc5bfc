"""A small warehouse with a hostile name in it, a catalogue of one query, and a way to run commands."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cagraph.cli.main import cli
from cagraph.warehouse.database import open_warehouse
from tests.cli.sample import DAY
from tests.made_once import empty_warehouse

HOSTILE = "Evil\x1b[2J CA \u202emoc.elpmaxe"

Run = Callable[..., Result]

QUERY = """\
-- title: CAs by name
-- description: Every CA.
-- param: least integer 0 the shortest name
-- param: as_of date current_date the day
-- denominator: CAs
-- of: SELECT count(*) FROM ca
-- columns: name, day
SELECT name, coalesce(getvariable('as_of'), current_date) AS day FROM ca
WHERE length(name) >= coalesce(getvariable('least'), 0) ORDER BY name
"""


@pytest.fixture(autouse=True)
def nothing_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of whoever runs the tests, and a folder of one's own to run in."""
    for name in ("CAGRAPH_DB", "CAGRAPH_AS_OF", "CAGRAPH_FORMAT", "CAGRAPH_DEBUG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run() -> Run:
    """Run the command line as a user would; the exit code is the process's."""
    runner = CliRunner()

    def invoke(*args: str, **extra: str) -> Result:
        return runner.invoke(cli, args, prog_name="cagraph", **extra)  # type: ignore[arg-type]

    return invoke


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A warehouse at the default place, with two CAs."""
    return _with_two_cas(tmp_path / "cagraph.duckdb")


@pytest.fixture
def db_with_views(tmp_path: Path) -> Path:
    """The same, with the rules and views of this version."""
    path = tmp_path / "cagraph.duckdb"
    path.write_bytes(empty_warehouse())
    return _with_two_cas(path)


def _with_two_cas(path: Path) -> Path:
    with open_warehouse(path, write=True) as connection:
        connection.execute(
            "INSERT INTO ca (ca_id, name, name_id, spki_sha256, dangling) VALUES "
            "('c1', 'Good CA', 'n1', 's1', FALSE), ('c2', ?, 'n2', NULL, TRUE)",
            [HOSTILE],
        )
    return path


@pytest.fixture
def analysed(db: Path) -> Path:
    """Two CAs, as an ingest and an analysis after it leave them: with both on record."""
    return _on_record(db)


@pytest.fixture
def healthy(db_with_views: Path) -> Path:
    """The same, with the rules and views of this version."""
    return _on_record(db_with_views)


def _on_record(db: Path) -> Path:
    with open_warehouse(db, write=True) as connection:
        connection.execute(
            "INSERT INTO fetched (fetch_id, url, fetched_at) VALUES (1, 'file:///x', '2024-05-08')"
        )
        connection.execute(
            "INSERT INTO analysis (finished_at, newest_fetch, input_digest, certificates, issuances, paths,"
            " budget, truncated) VALUES ('2024-05-09', 1, 'digest', 0, 0, 0, 2000, 0)"
        )
    return db


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of one query, `cas`."""
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "cas.sql").write_text(QUERY, encoding="utf-8")
    monkeypatch.setattr("cagraph.warehouse.catalogue.queries_dir", lambda: folder)
    return folder


@pytest.fixture
def sample(sample_db: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample, analysed, where every command looks for it."""
    monkeypatch.setenv("CAGRAPH_DB", str(sample_db))
    monkeypatch.setenv("CAGRAPH_AS_OF", DAY)
    return sample_db
