"""Periods and statements: overdue, too long, late, apart, from before the certificate was born, due soon.

Root ─► one CA a case, each with audits of its own.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pki import Issued
from tests.policy.lab import DAY, ROOT_CERT, SAME, Lab, ago, audits, child, open_lab, record
from tests.queries.graph_asking import about, ask, of, said

Cells = dict[str, str]
QUESTIONS = (
    "audit-stale", "audit-period-gap", "audit-period-too-long", "audit-before-birth", "audit-statement-late",
    "audit-calendar",
)  # fmt: skip


def ended(days: int, length: int = 365, stated: int = 30) -> Cells:
    """Return audits whose period ended so many days before DAY, stated so many days after its end."""
    end = ago(days)
    return audits(start=ago(length, end), end=end, stated=ago(-stated, end))


# Case: its audits, and the questions, of those about one period, that have it.
CASES: dict[str, tuple[Cells, set[str]]] = {
    "good": (ended(100), set()),
    "due in 91 days": (ended(458 - 91), {"audit-stale"}),
    "due in 90 days": (ended(458 - 90), {"audit-stale", "audit-calendar"}),
    "due today": (ended(458), {"audit-stale", "audit-calendar"}),
    "overdue": (ended(459), {"audit-stale"}),
    "a year long": (ended(100, length=366), set()),
    "too long": (ended(100, length=367), {"audit-period-too-long"}),
    "upside down": (ended(100, length=-10), {"audit-period-too-long"}),
    "on day 92": (ended(100, stated=92), set()),
    "on day 93": (ended(100, stated=93), {"audit-statement-late"}),
    "overdue, too long and late": (
        ended(500, length=400, stated=100),
        {"audit-stale", "audit-period-too-long", "audit-statement-late"},
    ),
}
CERTIFICATES: dict[str, Issued] = {name: child(name)[1] for name in CASES}
YOUNG = child("Young", not_before="2024-04-01")[1]
SEEN_LATE = child("Seen late")[1]
BORN_BEFORE = child("Born before", not_before="2024-03-31")[1]
HEIR_CA, HEIR = child("Heir", not_before="2024-04-15")
HOLE, WHOLE = child("Hole")[1], child("Whole")[1]
AFTER_HOLE = child("After the hole", not_before="2023-06-01")[1]


def year(start: str, end: str) -> Cells:
    """Return audits of a period, stated a month later."""
    return audits(start=start, end=end, stated=ago(-30, end))


FIRST = year("2022-01-01", "2022-12-31")
NEXT, TOUCHING = year("2023-02-01", "2024-01-31"), year("2023-01-01", "2023-12-31")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(tmp_path_factory.mktemp("lab")) as lab:
        lab.certificates(ROOT_CERT, *CERTIFICATES.values(), YOUNG, BORN_BEFORE, HEIR, HOLE, WHOLE, AFTER_HOLE)
        lab.trust("mozilla", ROOT_CERT)
        start = record(ROOT_CERT, "R", **audits())
        lab.report(
            "2023-02-15",
            start,
            *(record(each, name, "R", **FIRST) for each, name in ((HOLE, "hole"), (WHOLE, "whole"))),
            # A slice: a complete report would tell of all others that they were not there yet.
            complete=False,
        )
        lab.report(
            DAY,
            start,
            *(record(CERTIFICATES[name], name, "R", **cells) for name, (cells, _) in CASES.items()),
            record(YOUNG, "young", "R", **audits()),
            record(BORN_BEFORE, "born before", "R", **audits()),
            record(HEIR, "heir", "R", **SAME),
            record(HOLE, "hole", "R", **NEXT),
            record(WHOLE, "whole", "R", **TOUCHING),
            record(AFTER_HOLE, "after", "hole", **SAME),
        )
        yield lab


@pytest.mark.parametrize("question", ["audit-stale", "audit-period-too-long", "audit-statement-late"])
def test_each_period_is_in_the_questions_that_ask_for_it(lab: Lab, question: str) -> None:
    wanted = {CERTIFICATES[name].sha256 for name, (_, questions) in CASES.items() if question in questions}
    rows = ask(lab, question)
    assert {row["sha256"] for row in rows} == wanted
    assert said(rows, "audit_kind") == {("Standard",), ("TLS BR",)}
    assert said(rows, "owner") == {("Own",)}


def test_audit_stale(lab: Lab) -> None:
    rows = ask(lab, "audit-stale", kind="standard")
    names = {certificate.sha256: name for name, certificate in CERTIFICATES.items()}
    assert [(names[row["sha256"]], row["reason"], row["days_since_end"]) for row in rows] == [
        ("overdue, too long and late", "stale", 500),
        ("overdue", "stale", 459),
        ("due today", "audit_due", 458),
        ("due in 90 days", "audit_due", 368),
        ("due in 91 days", "audit_due", 367),
    ]
    assert [str(row["since"]) for row in rows[1:3]] == [ago(1), ago(93)]
    assert ask(lab, "audit-stale", "2024-02-01", kind="standard", owner="own")[0]["days_since_end"] == 403


def test_audit_period_too_long(lab: Lab) -> None:
    rows = ask(lab, "audit-period-too-long", kind="TLS BR")
    assert [(row["why"], row["days"]) for row in rows] == [
        ("longer than a year", 400),
        ("longer than a year", 367),
        ("ends before it starts", -10),
    ]


def test_audit_statement_late(lab: Lab) -> None:
    rows = ask(lab, "audit-statement-late", kind="TLS BR")
    assert [(row["days_after_end"], row["days_late"]) for row in rows] == [(100, 8), (93, 1)]


def test_audit_before_birth(lab: Lab) -> None:
    """Issued on the period's last day: the statement can speak of it. `Heir` inherits one that cannot."""
    rows = ask(lab, "audit-before-birth", kind="standard", owner="own")
    young = [row for row in rows if row["issued_because"] == "notBefore"]
    assert said(young, "sha256", "days_between") == {(YOUNG.sha256, 1), (HEIR.sha256, 15)}
    assert about(rows, BORN_BEFORE) == []
    assert str(young[0]["next_statement_by"]) == ago(-458, "2024-03-31")


def test_audit_before_birth_goes_by_the_first_sight(tmp_path: Path) -> None:
    """Valid from 2015 and in no complete report before DAY: a certificate may be dated back."""
    with open_lab(tmp_path) as lab:
        lab.certificates(ROOT_CERT, SEEN_LATE)
        lab.trust("mozilla", ROOT_CERT)
        lab.report("2024-05-01", record(ROOT_CERT, "R", **audits()))
        lab.report(DAY, record(ROOT_CERT, "R", **audits()), record(SEEN_LATE, "seen late", "R", **audits()))
        [row] = ask(lab, "audit-before-birth", kind="standard")
    assert row["sha256"] == SEEN_LATE.sha256
    assert (row["issued_because"], str(row["issued_on"])) == ("first seen in CCADB", DAY)
    assert str(row["not_before"]) == "2015-01-01"


def test_audit_period_gap(lab: Lab) -> None:
    rows = ask(lab, "audit-period-gap", kind="TLS BR")
    assert [(row["sha256"], str(row["previous_end"]), str(row["next_start"])) for row in rows] == [
        (HOLE.sha256, "2022-12-31", "2023-02-01")
    ]
    assert rows[0]["days_between"] == 31
    # When one report had been read alone, nobody could know.
    assert ask(lab, "audit-period-gap", "2023-03-01") == []


def test_audit_calendar(lab: Lab) -> None:
    rows = ask(lab, "audit-calendar")
    assert [(str(row["due_by"]), row["days_left"], row["audit_kind"]) for row in rows] == [
        (DAY, 0, "Standard"),
        (DAY, 0, "TLS BR"),
        (ago(-90), 90, "Standard"),
        (ago(-90), 90, "TLS BR"),
    ]
    assert (rows[0]["records"], rows[0]["certificates"], rows[0]["owner"]) == (["due today"], 1, "Own")
    assert str(rows[0]["next_period_ends_by"]) == ago(92)


def test_audit_calendar_looks_as_far_as_it_is_told(lab: Lab) -> None:
    assert len(ask(lab, "audit-calendar", days="91")) == 6
    assert len(ask(lab, "audit-calendar", days="0")) == 2
    far = ask(lab, "audit-calendar", days="458")
    # The statements of one kind, letter and end are one, whoever rests on them.
    assert len(far) <= of(lab, "audit-calendar")
    assert max(row["certificates"] for row in far) > 1


@pytest.mark.parametrize("question", QUESTIONS)
def test_of_an_owner_who_is_not_there(lab: Lab, question: str) -> None:
    assert ask(lab, question, owner="nobody") == []
    assert of(lab, question) > 0


def test_nothing_is_asked_before_the_root_is_valid(lab: Lab) -> None:
    assert [ask(lab, question, "2009-01-01") for question in QUESTIONS] == [[]] * len(QUESTIONS)
