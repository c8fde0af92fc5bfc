"""What holds for every verdict on any data: nothing counted twice, nothing silent, unknown is not covered."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.day import beside

DAYS = [date(2012, 1, 1), date(2023, 5, 1), date(2024, 5, 8), date(2031, 1, 1)]


@pytest.fixture(
    params=[pytest.param("sample_db"), pytest.param("real_db", marks=pytest.mark.realdata)], scope="module"
)
def database(request: pytest.FixtureRequest) -> Path:
    path: Path = request.getfixturevalue(request.param)
    return path


@pytest.fixture(params=DAYS, ids=str, scope="module")
def connection(request: pytest.FixtureRequest, database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(database, write=False, as_of=request.param) as opened:
        yield opened


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return how many rows there are that must not be."""
    row = beside(connection, query).execute(f"SELECT count(*) FROM ({query})").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(
            "SELECT sha256 FROM scope_state GROUP BY sha256, root_program, purpose HAVING count(*) <> 1",
            id="one state a certificate, program and purpose",
        ),
        pytest.param(
            "SELECT sha256 FROM coverage GROUP BY sha256, root_program, purpose, audit_kind"
            " HAVING count(*) <> 1",
            id="one verdict a certificate, program, purpose and audit kind",
        ),
        pytest.param(
            "SELECT c.sha256 FROM coverage AS c ANTI JOIN scope_state AS s ON c.sha256 = s.sha256"
            " AND c.root_program = s.root_program AND c.purpose = s.purpose AND s.in_scope",
            id="a verdict only in scope",
        ),
        pytest.param(
            "SELECT s.sha256 FROM scope_state AS s JOIN rule_audit_requirements AS r"
            " ON s.root_program = r.root_program AND s.purpose = r.purpose AND r.period_basis = 'always'"
            " ANTI JOIN coverage AS c ON c.sha256 = s.sha256 AND c.root_program = s.root_program"
            " AND c.purpose = s.purpose AND coalesce(c.audit_kind, r.audit_kind) = r.audit_kind"
            " WHERE s.in_scope",
            id="in scope never without a verdict for what is always required",
        ),
        pytest.param(
            "SELECT finding_id FROM finding GROUP BY finding_id HAVING count(*) <> 1",
            id="finding ids are unique",
        ),
        pytest.param(
            "SELECT sha256 FROM finding WHERE witness IS NULL OR rule IS NULL OR citation IS NULL",
            id="every finding has its witness path, its rule and a citation",
        ),
        pytest.param(
            "SELECT sha256 FROM coverage WHERE verdict = 'claimed' AND (record_id IS NULL OR url IS NULL"
            " AND period_end IS NULL)",
            id="claimed only by a record that names an audit",
        ),
        pytest.param(
            "SELECT c.sha256 FROM capability AS c JOIN path AS p ON p.path_id = c.witness_path_id"
            " WHERE p.sha256 <> c.sha256 OR p.valid_from > as_of() OR p.valid_to < as_of()",
            id="a witness path leads to its certificate and is valid on the day",
        ),
        pytest.param(
            "SELECT sha256 FROM finding WHERE severity NOT IN ('gap', 'warning', 'note') OR severity IS NULL",
            id="every finding has a severity",
        ),
        pytest.param(
            "SELECT snapshot_id FROM snapshot WHERE rows_in <> rows_stored + rows_rejected",
            id="rows in are rows stored and rows rejected",
        ),
    ],
)
def test_holds(connection: duckdb.DuckDBPyConnection, broken: str) -> None:
    assert count(connection, broken) == 0
