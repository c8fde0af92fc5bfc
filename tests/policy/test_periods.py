"""The audit periods of a record against the day, the letter, the period before, and the certificate's age.

Every case is a CA of its own below Lab Root, of 2015, whose record names Standard and TLS BR itself.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pki import Issued, Options
from tests.policy.lab import DAY, ROOT_CERT, SAME, Lab, ago, audits, child, open_lab, record

Cells = dict[str, str]
LETTER = "2024-05-01"


def ended(days: int, length: int = 365, stated: int = 30) -> Cells:
    """Return audits whose period ended so many days before DAY, and was stated so many after its end."""
    end = ago(days)
    return audits(start=ago(length, end), end=end, stated=ago(-stated, end))


# Case: the audits, the verdict, and whether a warning stands beside it.
BOUNDARIES: dict[str, tuple[Cells, str, str]] = {
    "ended 365 days ago": (ended(365), "claimed own", ""),
    "ended 366 days ago": (ended(366), "claimed own", "audit_due"),
    "ended 458 days ago": (ended(458), "claimed own", "audit_due"),
    "ended 459 days ago": (ended(459), "gap stale", ""),
    "366 days long": (ended(100, length=366), "claimed own", ""),
    "367 days long": (ended(100, length=367), "gap bad_period", ""),
    "ends before it starts": (audits(start="2024-04-01", end="2024-03-31"), "gap bad_period", ""),
    "stated on day 92": (ended(100, stated=92), "claimed own", ""),
    "stated on day 93": (ended(100, stated=93), "claimed own", "late_statement"),
    "stated on the last day": (ended(100, stated=0), "claimed own", ""),
    "stated a day early": (ended(100, stated=-1), "claimed own", "early_statement"),
    "ends today, stated today": (ended(0, stated=0), "claimed own", ""),
    "ends tomorrow": (ended(-1, stated=0), "unknown audit_after_the_day", ""),
    "stated tomorrow": (ended(30, stated=31), "unknown audit_after_the_day", ""),
    "no letter": (audits(url=""), "unknown audit_without_url", ""),
    "no period": (audits(start="", end=""), "unknown audit_without_period", ""),
    "no start": (audits(start=""), "unknown audit_without_period", ""),
    "no start, long over": (audits(start="", end="2015-03-31", stated="2015-05-01"), "gap stale", ""),
    "no letter, long over": (
        audits(start="2014-04-01", end="2015-03-31", stated="2015-05-01", url=""),
        "gap stale",
        "",
    ),
}
CASES: dict[str, Issued] = {name: child(name)[1] for name in BOUNDARIES}


@pytest.fixture(scope="module")
def boundaries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Lab Root → one CA a case, each with its own audits, in the complete report of DAY."""
    with open_lab(tmp_path_factory.mktemp("boundaries")) as lab:
        lab.certificates(ROOT_CERT, *CASES.values())
        lab.trust("mozilla", ROOT_CERT)
        rows = [record(CASES[name], name, "R", **cells) for name, (cells, *_) in BOUNDARIES.items()]
        lab.report(DAY, record(ROOT_CERT, "R", **audits()), *rows)
        yield lab


@pytest.mark.parametrize("name", BOUNDARIES)
def test_a_period_to_the_day(boundaries: Lab, name: str) -> None:
    _, verdict, _ = BOUNDARIES[name]
    assert boundaries.verdict(CASES[name]) == verdict
    assert boundaries.verdict(CASES[name], "TLS BR") == verdict


def test_every_warning_beside_a_verdict_and_no_other(boundaries: Lab) -> None:
    wanted = {name: {warning} - {""} for name, (_, _, warning) in BOUNDARIES.items()}
    names = {certificate.sha256: name for name, certificate in CASES.items()}
    got: dict[str, set[str]] = {name: set() for name in BOUNDARIES}
    for sha256, reason in boundaries.query("SELECT sha256, reason FROM finding WHERE verdict = 'warning'"):
        got[names[sha256]].add(reason)
    # A letter of the future is late whatever else is said of it, and one from before the end early.
    del got["ends tomorrow"], wanted["ends tomorrow"]
    assert got == wanted


def test_what_is_stale_says_what_else_is_wrong(boundaries: Lab) -> None:
    assert boundaries.coverage(CASES["no start, long over"]).also == ["audit_without_period", "own"]
    assert "audit_without_url" in boundaries.coverage(CASES["no letter, long over"]).also
    row = boundaries.coverage(CASES["ended 459 days ago"])
    assert (str(row.since), ago(459) in row.detail) == (ago(1), True)


def period(start: str, end: str) -> Cells:
    """Return audits of a period whose letter came a month after it."""
    return audits(start=start, end=end, stated=ago(-31, end))


BEFORE = period("2022-04-01", "2023-03-31")
NOW = period("2023-04-01", "2024-03-31")
# Which audits each record had in the complete reports of these days.
REPORTS = ("2023-05-08", "2024-05-01", "2024-05-07")
HISTORIES: dict[str, tuple[Cells, Cells, Cells]] = {
    "unbroken": (BEFORE, NOW, NOW),
    "a month between": (period("2022-03-01", "2023-02-28"), NOW, NOW),
    "a day between": (period("2022-04-01", "2023-03-30"), NOW, NOW),
    "start mistyped": (BEFORE, period("2023-05-01", "2024-03-31"), NOW),
    "start and end mistyped": (BEFORE, period("2023-05-01", "2024-03-30"), NOW),
    "a year mistyped, earlier": (BEFORE, period("2013-04-01", "2014-03-31"), NOW),
    "a year mistyped, later": (BEFORE, period("2024-04-01", "2025-03-31"), NOW),
    "a decade mistyped, later": (BEFORE, period("2033-04-01", "2034-03-31"), NOW),
    "end mistyped before": (period("2022-04-01", "2023-02-28"), BEFORE, NOW),
    "a longer period instead": (BEFORE, period("2023-09-01", "2024-02-29"), NOW),
}
HOLES = {"a month between", "a day between"}
HISTORY_CASES: dict[str, Issued] = {name: child(name)[1] for name in HISTORIES}
HOLED = HISTORIES["a month between"]
INHERITS = child("Inherits the hole")[1]
# The hole is March 2023: one came after it, one in it.
AFTER_THE_HOLE = child("After the hole", not_before="2023-04-01")[1]
IN_THE_HOLE = child("In the hole", not_before="2023-03-15")[1]


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Lab Root, with a hole of a month → one CA a history, and three that inherit from the root."""
    heirs = {"inherits": INHERITS, "after": AFTER_THE_HOLE, "in": IN_THE_HOLE}
    with open_lab(tmp_path_factory.mktemp("histories")) as lab:
        lab.certificates(ROOT_CERT, *HISTORY_CASES.values(), *heirs.values())
        lab.trust("mozilla", ROOT_CERT)
        for number, day in enumerate(REPORTS):
            rows = [
                record(HISTORY_CASES[name], name, "R", **cells[number]) for name, cells in HISTORIES.items()
            ]
            rows += [record(certificate, name, "R", **SAME) for name, certificate in heirs.items()]
            lab.report(day, record(ROOT_CERT, "R", **HOLED[number]), *rows)
        yield lab


@pytest.mark.parametrize("name", HISTORIES)
def test_a_hole_between_periods_is_one_only_if_nothing_covers_or_corrects_it(
    histories: Lab, name: str
) -> None:
    wanted = "gap period_gap" if name in HOLES else "claimed own"
    assert histories.verdict(HISTORY_CASES[name]) == wanted


def test_how_long_the_hole_was_is_said(histories: Lab) -> None:
    row = histories.coverage(HISTORY_CASES["a month between"])
    assert "2023-02-28" in row.detail
    assert "2023-04-01" in row.detail
    assert re.search(r"\b31\b", row.detail)
    assert str(row.since) == "2023-03-01"


def test_a_hole_is_inherited_by_what_existed_then(histories: Lab) -> None:
    assert histories.verdict(INHERITS) == "gap period_gap"
    assert histories.verdict(IN_THE_HOLE) == "gap period_gap"
    assert histories.verdict(AFTER_THE_HOLE) == "claimed inherited"


def test_between_reports_that_are_years_apart_nobody_looked(tmp_path: Path) -> None:
    """2020: April 2019 to March 2020. 2024: April 2023 to March 2024. The letters between were not seen."""
    _, sub = child("Seldom seen")
    with open_lab(tmp_path) as lab:
        lab.certificates(ROOT_CERT, sub)
        lab.trust("mozilla", ROOT_CERT)
        for day, cells in (("2020-06-01", period("2019-04-01", "2020-03-31")), (LETTER, NOW)):
            lab.report(day, record(ROOT_CERT, "R", **cells), record(sub, "S", "R", **SAME))
        assert lab.verdict(sub) == "claimed inherited"
        assert lab.verdict(ROOT_CERT) == "claimed own"


YOUNG: Options = {"not_before": "2024-02-01"}
END = "2023-12-31"
LAST_DAY, OVERDUE = ago(-458, END), ago(-459, END)
OWN = audits(start="2023-01-01", end=END, stated="2024-03-01")
STANDARD = audits(["Standard"], start="2023-01-01", end=END, stated="2024-03-01")
EXT, NOBODY = {"Subordinate CA Owner": "Ext"}, {"Subordinate CA Owner": "Nobody"}
# Case: dates, parent, cells, verdict while the next statement is awaited, and when it is overdue.
WAITING: dict[str, tuple[Options, str, Cells, str, str]] = {
    "no audit": (YOUNG, "R", {}, "pending issued_after_period", "gap no_audit_record"),
    "another kind": (YOUNG, "R", STANDARD, "pending issued_after_period", "gap wrong_kind"),
    "no parent": (YOUNG, "gone", SAME, "pending issued_after_period", "gap broken_inheritance"),
    "inherits": (YOUNG, "R", SAME, "pending issued_after_period", "gap stale"),
    "on its last day": ({"not_before": END}, "R", {}, "gap no_audit_record", "gap no_audit_record"),
    "of Ext, audited": ({"not_before": "2022-01-01"}, "R", OWN | EXT, "claimed own", "gap stale"),
    "of Ext, young": (YOUNG, "R", EXT, "pending issued_after_period", "gap no_audit_record"),
    "of Nobody, young": (YOUNG, "R", NOBODY, "gap no_audit_record", "gap no_audit_record"),
}
WAITING_CASES = {name: child(name, **dates)[1] for name, (dates, *_) in WAITING.items()}
# Certified in 2021 by their dates; the report of February lacks the second.
BACKDATED: Options = {"not_before": "2021-03-22"}
KNOWN, LATELY = child("Known long", **BACKDATED)[1], child("Known lately", **BACKDATED)[1]


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Lab Root, audited to the end of 2023 → one CA a case, and two that CCADB knew sooner and later."""
    with open_lab(tmp_path_factory.mktemp("waiting")) as lab:
        lab.certificates(ROOT_CERT, *WAITING_CASES.values(), KNOWN, LATELY)
        lab.trust("mozilla", ROOT_CERT)
        rows = [record(ROOT_CERT, "R", **OWN), record(KNOWN, "known", "R", **SAME)]
        rows += [
            record(WAITING_CASES[name], name, parent, **cells)
            for name, (_, parent, cells, *_) in WAITING.items()
        ]
        lab.report("2024-02-15", *rows)
        lab.report("2024-05-01", *rows, record(LATELY, "lately", "R", **SAME))
        yield lab


@pytest.mark.parametrize("name", WAITING)
def test_what_is_younger_than_the_period_waits_for_the_next_until_that_is_overdue(
    waiting: Lab, name: str
) -> None:
    *_, before, after = WAITING[name]
    got = [waiting.verdict(WAITING_CASES[name], "TLS BR", day=day) for day in (DAY, LAST_DAY, OVERDUE)]
    assert got == [before, before, after]


def test_what_ccadb_first_had_after_the_period_is_younger_than_its_dates(waiting: Lab) -> None:
    assert waiting.verdict(KNOWN) == "claimed inherited"
    row = waiting.coverage(LATELY)
    assert (row.verdict, row.reason) == ("pending", "issued_after_period")
    assert "valid from 2021-03-22" in row.detail
    assert "first seen in CCADB 2024-05-01" in row.detail
