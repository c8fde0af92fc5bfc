"""One open warehouse for all tests of a file: opening one takes longer than most of what they ask of it."""

from collections.abc import Iterator

import pytest
from duckdb import DuckDBPyConnection

from cagraph.warehouse.database import open_warehouse


@pytest.fixture(scope="package")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    """An empty warehouse with its views, in a transaction of each test's own that is taken back."""
    from cagraph.warehouse.policy import install_policy

    with open_warehouse(tmp_path_factory.mktemp("analysis") / "paths.duckdb", write=True) as connection:
        install_policy(connection)
        # The tables are tiny: threads only wait for each other.
        connection.execute("SET threads = 1")
        yield connection
