"""The views give every answer that the sample's generator declared by hand, and no other."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.day import beside

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
Answer = tuple[str, str, str, str, str, str]

OURS = """
SELECT state.sha256, state.root_program, state.purpose, '' AS audit_kind, rule.verdict,
    state.out_reason AS reason
FROM scope_state AS state JOIN rule_verdicts AS rule ON rule.reason = state.out_reason
WHERE list_contains($purposes, state.purpose)
UNION ALL
SELECT sha256, root_program, purpose, coalesce(audit_kind, ''), verdict, reason
FROM coverage WHERE list_contains($purposes, purpose)
"""


def declared(name: str) -> dict[date, list[dict[str, str]]]:
    """Return the rows of one of the sample's answer files, by day."""
    found = defaultdict(list)
    with (SAMPLE / name).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found[date.fromisoformat(row["as_of"])].append(row)
    return found


ANSWERS, WARNINGS = declared("ANSWERS.csv"), declared("WARNINGS.csv")


@pytest.fixture(scope="module", params=sorted({*ANSWERS, *WARNINGS}), ids=str)
def day(request: pytest.FixtureRequest) -> date:
    day: date = request.param
    return day


@pytest.fixture(scope="module")
def connection(sample_db: Path, day: date) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(sample_db, write=False, as_of=day) as opened:
        yield opened


def difference(
    wanted: Iterable[tuple[str, ...]], got: Iterable[tuple[str, ...]]
) -> dict[str, list[tuple[str, ...]]]:
    """Return what is missing and what is too much, empty where both are the same."""
    missing, extra = Counter(wanted), Counter(got)
    return {"missing": sorted((missing - extra).elements()), "extra": sorted((extra - missing).elements())}


def test_every_answer_and_no_other(connection: duckdb.DuckDBPyConnection, day: date) -> None:
    columns = ("sha256", "root_program", "purpose", "audit_kind", "verdict", "reason")
    wanted = [tuple(row[column] for column in columns) for row in ANSWERS[day]]
    purposes = sorted({row["purpose"] for row in ANSWERS[day]})
    got = beside(connection, OURS).execute(OURS, {"purposes": purposes}).fetchall()
    assert difference(wanted, got) == {"missing": [], "extra": []}


def test_every_warning_and_no_other(connection: duckdb.DuckDBPyConnection, day: date) -> None:
    wanted = [(row["sha256"], row["audit_kind"], row["reason"]) for row in WARNINGS[day]]
    question = "SELECT DISTINCT sha256, audit_kind, reason FROM finding WHERE verdict = 'warning'"
    got = beside(connection, question).execute(question).fetchall()
    assert difference(wanted, got) == {"missing": [], "extra": []}
