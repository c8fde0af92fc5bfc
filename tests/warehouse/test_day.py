"""What is worked out once for a day says what the views say, and is never read on another day."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.day import Day, beside

DAY, EARLIER = date(2024, 5, 8), date(2023, 5, 8)
GAPS = "SELECT count(*) FROM finding WHERE severity = 'gap'"


@pytest.fixture
def connection(sample_db: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(sample_db, write=False, as_of=DAY) as opened:
        yield opened


def temporary(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
    return {name for (name,) in rows}


def test_every_view_says_the_same(connection: duckdb.DuckDBPyConnection) -> None:
    names = connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE NOT internal AND database_name = current_database()"
    ).fetchall()
    assert len(names) > 40
    for (name,) in names:
        question = f'SELECT * FROM "{name}" ORDER BY ALL'
        assert beside(connection, question).execute(question).fetchall() == (
            connection.execute(question).fetchall()
        ), name


def test_another_day_is_answered_for_itself(connection: duckdb.DuckDBPyConnection) -> None:
    on_the_day = connection.execute(GAPS).fetchall()
    assert beside(connection, GAPS).execute(GAPS).fetchall() == on_the_day
    connection.execute("SET VARIABLE as_of = ?", [EARLIER])
    earlier = connection.execute(GAPS).fetchall()
    assert earlier != on_the_day
    assert beside(connection, GAPS).execute(GAPS).fetchall() == earlier


def test_the_callers_connection_sees_the_views_alone(connection: duckdb.DuckDBPyConnection) -> None:
    ready = beside(connection, GAPS)
    assert "finding" in temporary(ready)
    assert temporary(connection) == set()


def test_what_is_read_once_is_not_kept_for_one_question(connection: duckdb.DuckDBPyConnection) -> None:
    assert "finding" not in temporary(beside(connection, GAPS, again=False))
    assert "finding" in temporary(beside(connection, GAPS))


def test_a_writer_keeps_nothing(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb", write=True) as writer:
        assert beside(writer, "SELECT 1") is writer


def test_a_database_without_views_is_asked_as_it_is(tmp_path: Path) -> None:
    open_warehouse(tmp_path / "w.duckdb", write=True).close()
    with open_warehouse(tmp_path / "w.duckdb", write=False) as reader:
        assert beside(reader, "SELECT 1") is reader


def test_it_ends_with_the_connection_it_stands_beside(sample_db: Path) -> None:
    with open_warehouse(sample_db, write=False, as_of=DAY) as opened:
        ready = beside(opened, GAPS)
    with pytest.raises(duckdb.Error):
        ready.execute("SELECT 1")


def test_a_day_by_itself(connection: duckdb.DuckDBPyConnection) -> None:
    day = Day(connection, EARLIER)
    assert day.ready_for(GAPS).execute("SELECT as_of()").fetchall() == [(EARLIER,)]
