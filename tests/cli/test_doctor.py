"""`cagraph doctor`: 0 if all is well, 5 for the database, 1 for the installation."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.cli.conftest import Run


def checks(run: Run, *args: str) -> tuple[int, dict[str, Any]]:
    result = run("doctor", "--json", *args)
    found = json.loads(result.stdout)
    assert found["ok"] is (result.exit_code == 0)
    return result.exit_code, {check["name"]: check for check in found["checks"]}


def test_all_well(healthy: Path, run: Run) -> None:
    code, found = checks(run)
    assert code == 0, found
    assert found["database"]["detail"].startswith("cagraph.duckdb, schema 0")
    assert found["database analysis"]["detail"] == "Analysed after the newest ingest."
    assert found["duckdb"]["detail"] == duckdb.__version__
    assert found["setting db"]["detail"] == "cagraph.duckdb (default; CAGRAPH_DB)"
    text = run("doctor")
    assert text.exit_code == 0
    assert "WRONG" not in text.stdout


def test_settings_say_where_they_come_from(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAGRAPH_FORMAT", "csv")
    _, found = checks(run, "--db", "nowhere.duckdb")
    assert found["setting db"]["detail"] == "nowhere.duckdb (--db)"
    assert found["setting format"]["detail"] == "csv (CAGRAPH_FORMAT; CAGRAPH_FORMAT)"


def test_missing_database(run: Run) -> None:
    code, found = checks(run)
    assert code == 5
    assert found["database"]["ok"] is False


def test_database_of_other_rules(db: Path, run: Run) -> None:
    code, found = checks(run)
    assert code == 5
    assert "cagraph analyze" in found["database rules and views"]["detail"]


def test_analysis_that_is_missing(healthy: Path, run: Run) -> None:
    """One that is stale: test_road.py, where an ingest has made it so."""
    with duckdb.connect(healthy) as connection:
        connection.execute("DELETE FROM analysis")
    code, found = checks(run)
    assert code == 5
    assert "Nothing was analysed yet" in found["database analysis"]["detail"]


def test_view_that_no_longer_fits(healthy: Path, run: Run) -> None:
    with duckdb.connect(healthy) as connection:
        connection.execute("CREATE TABLE t (a INTEGER); CREATE VIEW zz AS SELECT a FROM t; DROP TABLE t")
    code, found = checks(run)
    assert code == 5
    assert "view zz" in found["database views compile"]["detail"]


def test_broken_rule_file_is_the_installations_fault(
    healthy: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.csv").write_text("name\nx\n")
    monkeypatch.setattr("cagraph.warehouse.policy.data_dir", lambda: tmp_path)
    code, found = checks(run)
    assert code == 1
    assert "no column `citation`" in found["rule tables"]["detail"]
