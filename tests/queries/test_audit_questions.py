"""What holds for every question about audits: its header, and that it runs without any parameter."""

from collections.abc import Iterator
from datetime import date

import pytest

from cagraph.warehouse.catalogue import load_catalogue
from cagraph.warehouse.day import Day
from tests.policy.lab import DAY, ROOT_CERT, SAME, audits, child, open_lab, record

CATALOGUE = load_catalogue()
QUESTIONS = (
    "audit-before-birth", "audit-calendar", "audit-period-gap", "audit-period-too-long", "audit-stale",
    "audit-statement-late", "auditor-concentration", "auditor-switch", "coverage", "gaps", "inherit-dead-end",
    "key-twin-audit-conflict", "missing-code-signing-audit", "missing-ev-audit", "missing-netsec-audit",
    "missing-smime-audit", "one-url-many-kinds", "same-as-parent-wrong-parent", "sibling-audit-conflict",
    "sibling-covered-self-not", "stale-cps", "subordinate-owner-concentration", "uncovered-capable-paths",
    "undisclosed-unconstrained",
)  # fmt: skip


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Root ─► Good (inherits), Bad (an old audit without a letter of its own), Forgotten (no record).

    No variable is ever set here but the day.
    """
    with open_lab(tmp_path_factory.mktemp("lab")) as lab:
        good, bad, forgotten = (child(name)[1] for name in ("Good", "Bad", "Forgotten"))
        lab.certificates(ROOT_CERT, good, bad, forgotten)
        lab.trust("mozilla", ROOT_CERT)
        old = audits(start="2021-01-01", end="2022-12-31", stated="2023-06-01")
        lab.report(
            DAY,
            record(ROOT_CERT, "R", **audits()),
            record(good, "good", "R", **SAME),
            record(bad, "bad", "R", **old),
        )
        lab.query("SELECT 1")
        yield Day(lab.connection, date.fromisoformat(DAY))


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_runs_bare_and_counts_what_its_rows_are_some_of(settled: Day, question: str) -> None:
    """The columns are those of the header, and `of` is one number, no smaller than what the rows speak of."""
    query = CATALOGUE[question]
    cursor = settled.ready_for(query.sql).execute(query.sql)
    assert tuple(column[0] for column in cursor.description or ()) == query.columns
    rows = cursor.fetchall()
    [[count]] = settled.ready_for(query.of).execute(query.of).fetchall()
    assert isinstance(count, int)
    if "sha256" in query.columns:
        assert count >= len({row[query.columns.index("sha256")] for row in rows})


def test_no_question_asks_what_the_time_is() -> None:
    """Every one speaks of the day asked about."""
    assert [name for name in QUESTIONS if "current_date" in CATALOGUE[name].sql] == []


def test_every_question_about_audits_can_be_asked_of_an_owner() -> None:
    without = [
        name for name in QUESTIONS if "owner" not in {each.name for each in CATALOGUE[name].parameters}
    ]
    assert without == []
