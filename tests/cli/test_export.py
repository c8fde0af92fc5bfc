"""`cagraph export`."""

import json
from pathlib import Path

import duckdb
import pytest

from tests.cli.conftest import HOSTILE, Run


def test_every_table_and_view_is_a_file(analysed: Path, run: Run) -> None:
    with duckdb.connect(analysed) as connection:
        connection.execute("CREATE VIEW today AS SELECT coalesce(getvariable('as_of'), current_date) AS day")
    result = run("export", "out", "--as-of", "2024-05-08")
    assert (result.exit_code, result.output) == (0, "")
    names = {path.name for path in Path("out").iterdir()}
    assert {"ca.parquet", "certificate.parquet", "path.parquet", "schema_migration.parquet"} <= names
    rows = duckdb.connect().execute("SELECT name FROM 'out/ca.parquet'").fetchall()
    assert rows == [("Good CA",), (HOSTILE,)]
    assert str(duckdb.connect().execute("FROM 'out/today.parquet'").fetchall()[0][0]) == "2024-05-08"


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson"])
def test_same_database_same_files(db: Path, run: Run, form: str) -> None:
    for folder in ("one", "two"):
        assert run("export", folder, "--format", form, "--only", "ca,certificate").exit_code == 0
    for name in (f"ca.{form}", f"certificate.{form}"):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()


def test_only_some_as_ndjson(db: Path, run: Run) -> None:
    assert run("export", "out", "--format", "ndjson", "--only", "ca").exit_code == 0
    assert [path.name for path in Path("out").iterdir()] == ["ca.ndjson"]
    lines = Path("out/ca.ndjson").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["Good CA", HOSTILE]


def test_folder_in_use_needs_force(db: Path, run: Run) -> None:
    Path("out").mkdir()
    Path("out/mine.txt").write_text("mine")
    refused = run("export", "out")
    assert refused.exit_code == 2
    assert "out is not empty" in refused.stderr
    assert run("export", "out", "--force", "--only", "ca").exit_code == 0
    assert sorted(path.name for path in Path("out").iterdir()) == ["ca.parquet", "mine.txt"]


def test_unknown_name_and_file_in_the_way(db: Path, run: Run) -> None:
    result = run("export", "out", "--only", "certificat")
    assert result.exit_code == 2
    assert "no table or view 'certificat': did you mean certificate" in result.stderr
    assert not Path("out").exists()
    Path("file").write_text("")
    assert run("export", "file").exit_code == 2


def test_name_that_is_a_path_stays_inside(analysed: Path, run: Run) -> None:
    with duckdb.connect(analysed) as connection:
        connection.execute('CREATE VIEW "../it\'s ""out" AS SELECT 1 AS a')
    assert run("export", "out", "--format", "csv").exit_code == 0
    assert Path("out/..%2Fit%27s%20%22out.csv").read_text() == "a\n1\n"


def test_view_that_fails_is_named_and_leaves_no_half_file(analysed: Path, run: Run) -> None:
    with duckdb.connect(analysed) as connection:
        connection.execute("CREATE VIEW aa_bad AS SELECT error('broken') AS a")
    result = run("export", "out", "--format", "csv")
    assert result.exit_code == 1
    assert result.stderr.startswith("cagraph: cannot export aa_bad: ")
    assert list(Path("out").iterdir()) == []


def test_views_need_an_analysis_and_tables_do_not(db: Path, run: Run) -> None:
    with duckdb.connect(db) as connection:
        connection.execute("CREATE VIEW v AS SELECT 1 AS a")
    for args in ([], ["--only", "ca,v"]):
        result = run("export", "out", *args)
        assert result.exit_code == 5
        assert "was never analysed" in result.stderr
    assert not Path("out").exists()
    assert run("export", "out", "--only", "ca").exit_code == 0


def test_stale_analysis_is_said(analysed: Path, run: Run) -> None:
    with duckdb.connect(analysed) as connection:
        connection.execute("UPDATE fetched SET fetch_id = 2")
    result = run("export", "out", "--only", "ca")
    assert result.exit_code == 0
    assert result.stderr.startswith("note: Nothing was analysed since the newest ingest")
