"""The whole loop on real letters: what had to stand in each, what does, and what does not, and why."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shutil import copyfile

import duckdb
import pytest

from cagraph.audit.statement import read_statement, read_statements
from cagraph.crawl.archive import Archive
from cagraph.ingest.letters import store_letter
from cagraph.report.check import check
from cagraph.report.scope import Question
from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.day import beside

pytestmark = pytest.mark.realdata

OWNER = "Internet Security Research Group"
TLS_BR = "https://www.cpacanada.ca/api/getPDFWebTrust?attachmentId=0df45c7d-5cd5-4791-84b1-4818c4010cca"
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
        table = check(connection, question, [fact.value for fact in facts.kinds], statement)
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
        # Nothing else: no misprint, nothing different beside a fingerprint, no fault of the letter itself.
        assert set(problems) <= {"listed", "missing", "unexpected", "reformatted"}
    # What they list besides are cross-certificates by the root of another owner.
    assert whys == {"another owner's key issued it: that owner has to list it": {"CN=DST Root CA X3"}}


def test_a_letter_in_the_warehouse_makes_coverage_of_a_claim(
    real_db: Path, shared_dir: Path, tmp_path: Path
) -> None:
    """The one letter here that CCADB's records name: what rests on it is listed, but for what is younger."""
    db = Path(copyfile(real_db, tmp_path / "real.duckdb"))
    body = (shared_dir / "letters" / "ISRG-2025-WTBR.pdf").read_bytes()
    with open_warehouse(db, write=True) as connection:
        store_letter(connection, Archive(tmp_path / "archive"), [TLS_BR], body, read_statement(body))
    with open_warehouse(db, write=False, as_of=date(2026, 9, 15)) as connection:
        asked = beside(connection, "coverage finding letter_difference")
        verdicts = asked.execute(
            "SELECT verdict || ' ' || reason, count(DISTINCT sha256) FROM coverage"
            " SEMI JOIN ccadb_record USING (sha256) WHERE audit_kind = 'TLS BR' AND url = ? GROUP BY 1",
            [TLS_BR],
        ).fetchall()
        differences = asked.execute(
            "SELECT DISTINCT reason, record_says, letter_says, page FROM letter_difference"
        ).fetchall()
    assert dict(verdicts) == {
        "listed listed_own": 2,
        "listed listed_inherited": 15,
        "pending issued_after_period": 3,
    }
    assert differences == [("letter_other_date", "2025-11-06", "2025-11-17", 3)]
