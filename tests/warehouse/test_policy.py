"""Rule files become tables, views become views, and every rule cites its source."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cagraph.errors import WarehouseError
from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.policy import (
    compile_views,
    create_views,
    install_policy,
    load_rules,
    policy_state,
    read_rules,
    rule_files,
)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def rules(folder: Path, text: str, name: str = "limits.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_have_types_by_their_names(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rules(
        tmp_path, "name,days,effective,end_date,citation\na,7,2024-05-08,,MRSP 3.1\nb,,,2025-01-01,BR 8.1\n"
    )
    assert load_rules(connection, tmp_path) == ["rule_limits"]
    assert connection.execute("FROM rule_limits").fetchall() == [
        ("a", 7, date(2024, 5, 8), None, "MRSP 3.1"),
        ("b", None, None, date(2025, 1, 1), "BR 8.1"),
    ]


def test_loading_again_replaces_and_forgets_what_is_gone(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = rules(tmp_path, "name,citation\na,x\nb,x\n")
    load_rules(connection, tmp_path)
    path.unlink()
    rules(tmp_path, "name,citation\nc,x\n", "other.csv")
    load_rules(connection, tmp_path)
    assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("rule_other",)]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("name,citation\na,x\n\nb,\n", 4, "no citation"),
        ("name,citation\na,  \n", 2, "no citation"),
        ('name,citation\n"a\nb",x\nc,\n', 4, "no citation"),
        ("name,source\na,x\n", 1, "no column `citation`"),
        ("name,citation\na\n", 2, "1 cells under 2 columns"),
        ("days,citation\nseven,x\n", 2, "days: not a whole number: 'seven'"),
        ("effective,citation\n8.5.2024,x\n", 2, "effective: not a date as 2024-05-08: '8.5.2024'"),
        ("Name,citation\na,x\n", 1, "not a column name"),
        ("name,name,citation\na,b,x\n", 1, "there twice"),
        ('name,citation\n"a" b,x\n', 2, "expected after"),
        ("", 1, "no column `citation`"),
    ],
)
def test_bad_rule_names_file_and_line(tmp_path: Path, text: str, line: int, reason: str) -> None:
    path = rules(tmp_path, text)
    with pytest.raises(WarehouseError) as caught:
        read_rules(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert reason in str(caught.value)


def test_files_of_views_run_in_order_of_name(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "20_top.sql").write_text("CREATE OR REPLACE VIEW top AS SELECT plus(n) AS n FROM base;")
    (tmp_path / "10_base.sql").write_text(
        "CREATE OR REPLACE MACRO plus(n) AS n + 1; CREATE OR REPLACE VIEW base AS SELECT 1 AS n;"
    )
    assert create_views(connection, tmp_path) == ["10_base.sql", "20_top.sql"]
    assert connection.execute("FROM top").fetchall() == [(2,)]
    assert compile_views(connection) == 2


def test_broken_view_names_its_file(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "10_base.sql").write_text("CREATE OR REPLACE VIEW base AS SELECT x FROM nowhere;")
    with pytest.raises(WarehouseError, match=r"10_base\.sql: Catalog Error.*nowhere"):
        create_views(connection, tmp_path)


def test_view_that_no_longer_fits_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TABLE t (a INTEGER); CREATE VIEW v AS SELECT a FROM t; DROP TABLE t")
    with pytest.raises(WarehouseError, match="view v: "):
        compile_views(connection)


def test_policy_goes_in_whole_or_not_at_all(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "views").mkdir()
    (tmp_path / "views" / "10_base.sql").write_text("CREATE OR REPLACE VIEW base AS FROM nowhere;")
    rules(tmp_path, "name,citation\nnew,x\n")
    monkeypatch.setattr("cagraph.warehouse.policy.queries_dir", lambda: tmp_path)
    monkeypatch.setattr("cagraph.warehouse.policy.data_dir", lambda: tmp_path)
    connection.execute("CREATE TABLE rule_limits AS SELECT 'old' AS name")
    with pytest.raises(WarehouseError):
        install_policy(connection)
    assert connection.execute("FROM rule_limits").fetchall() == [("old",)]

    (tmp_path / "views" / "10_base.sql").write_text("CREATE OR REPLACE VIEW base AS FROM rule_limits;")
    assert policy_state(connection) == "none"
    install_policy(connection)
    assert connection.execute("SELECT name FROM base").fetchall() == [("new",)]
    assert policy_state(connection) == "current"
    rules(tmp_path, "name,citation\nnewer,x\n")
    assert policy_state(connection) == "other"


@pytest.mark.parametrize("path", rule_files(), ids=lambda path: path.name)
def test_rule_file_of_the_project_is_well(path: Path) -> None:
    assert read_rules(path).rows


def test_policy_of_the_project_goes_into_its_schema(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb", write=True) as connection:
        install_policy(connection)
        install_policy(connection)
        compile_views(connection)


def test_views_that_stand_stay_and_others_are_made_again(tmp_path: Path) -> None:
    """Also after the file was closed; one that was changed, or reads a table that was, is as it should be."""
    path = tmp_path / "w.duckdb"
    with open_warehouse(path, write=True) as connection:
        install_policy(connection)
        connection.execute("CREATE OR REPLACE VIEW ca_owner AS SELECT 1 AS nonsense")
    with open_warehouse(path, write=True) as connection:
        install_policy(connection)
        columns = [row[0] for row in connection.execute("DESCRIBE ca_owner").fetchall()]
        assert "owner" in columns
        connection.execute("ALTER TABLE root_trust ADD COLUMN extra VARCHAR")
        install_policy(connection)
        compile_views(connection)
