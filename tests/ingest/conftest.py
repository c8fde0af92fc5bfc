"""A warehouse to ingest into and a folder to ingest from, for every test of this folder."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from cagraph.warehouse.database import open_warehouse


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    (tmp_path / "db").mkdir()
    connection = open_warehouse(tmp_path / "db" / "test.duckdb", write=True)
    yield connection
    connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder
