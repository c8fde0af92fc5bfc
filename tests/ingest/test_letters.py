"""Letters in a database that an earlier version made: its schema knew neither letters nor links."""

import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from cagraph.cli.main import cli
from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.migrations import SCHEMA_DIR, migrate

CELL = "HTTPS://Audits.Example/one.pdf#page=2; https://audits.example/two.pdf"


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A database of the schema before letters, with a cell of two addresses."""
    schema = tmp_path / "schema"
    schema.mkdir()
    for path in SCHEMA_DIR.glob("00[1-4]_*.sql"):
        shutil.copy(path, schema)
    db = tmp_path / "db.duckdb"
    with duckdb.connect(str(db)) as connection:
        migrate(connection, schema)
        connection.execute(
            "INSERT INTO audit (record_key, audit_kind, url) VALUES ('r', 'Standard', ?)", [CELL]
        )
    return db


@pytest.mark.parametrize("command", [["analyze"], ["statement", "read", "--all"]], ids=lambda each: each[0])
def test_what_brings_the_schema_up_brings_links_and_views(before: Path, command: list[str]) -> None:
    """Each address of the cell is a link as it is asked, and the views speak of letters."""
    assert CliRunner().invoke(cli, [*command, "--db", str(before), "-q"]).exit_code == 0
    with open_warehouse(before, write=False) as connection:
        links = connection.execute("SELECT cell, url FROM audit_link ORDER BY url").fetchall()
        [(letters,)] = connection.execute("SELECT count(*) FROM letter").fetchall()
    assert links == [(CELL, f"https://audits.example/{name}.pdf") for name in ("one", "two")]
    assert letters == 0
