"""The whole loop on real letters: what had to stand in each, what does, and what does not, and why."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cagraph.audit.statement import read_statements
from cagraph.report.check import check
from cagraph.report.scope import Question
from cagraph.warehouse.database import open_warehouse

pytestmark = pytest.mark.realdata

OWNER = "Internet Security Research Group"
YEARS = {"2016": 5, "2018": 5, "2020": 5, "2022": 9, "2024": 22, "2025": 22}
"""Certificates that must stand in the letters of each year, in either kind."""


@pytest.fixture(scope="module")
def connection(real_db: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(real_db, write=False, as_of=date(2026, 8, 21)) as opened:
        yield opened


def test_every_letter_against_what_it_must_list(
    connection: duckdb.DuckDBPyConnection, shared_dir: Path
) -> None:
    files = sorted((shared_dir / "letters").glob("*.pdf"))
    whys: dict[str, set[str]] = defaultdict(set)
    for file, statement in zip(files, read_statements([file.read_bytes() for file in files]), strict=True):
        facts = statement.facts
        assert facts is not None
        assert facts.period_start is not None
        assert facts.period_end is not None
        question = Question(facts.period_start.value, facts.period_end.value, owner=OWNER)
        table = check(connection, question, [fact.value for fact in facts.kinds], statement.fingerprints)
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        problems: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            problems[row["problem"]].add(row["sha256"])
            if row["problem"] == "unexpected":
                whys[row["why"]].add(row["issuer"].split(",")[0])
        year = file.name.split("-")[1]
        # The letters of 2016 have no list; from then on nothing is missing.
        must, may_not = ("missing", "listed") if year == "2016" else ("listed", "missing")
        assert (len(problems[must]), len(problems[may_not])) == (YEARS[year], 0), file.name
        assert not set(problems) & {"unknown", "misprint", "perhaps_missing", "other_owner"}
    # What they list besides are cross-certificates by the root of another owner.
    assert whys == {"another owner's key issued it: that owner has to list it": {"CN=DST Root CA X3"}}
