"""The report on a statement: whatever strangers wrote in it stays text."""

import csv
from datetime import datetime

import pytest

from cagraph.model import AuditKind
from cagraph.report.check_page import FORMS, About, report, verdict
from cagraph.report.rows import Table
from cagraph.resources import data_dir

COLUMNS = (
    *("problem", "section", "severity", "audit_kind", "owner", "sha256", "subject", "issuer"),
    *("not_before", "not_after"),
    *("page", "line", "sentence", "reason", "why", "marks", "witness", "siblings_listed", "printed"),
    *("certificate_says", "missing_from", "citation"),
)
SECTIONS = {
    row["problem"]: row["section"]
    for row in csv.DictReader((data_dir() / "statement_problems.csv").read_text("utf-8").splitlines())
}
HOSTILE = "<script>alert(1)</script>|`x` [a](http://evil.example) \x1b[2J\u202e\n\n# h {{7*7}}{% raw %}"


def row(problem: str, severity: str | None, **cells: object) -> tuple[object, ...]:
    plain: dict[str, object] = dict.fromkeys(COLUMNS)
    plain |= {
        "sha256": "ab" * 32,
        "subject": "CN=A",
        "issuer": "CN=B",
        "not_before": datetime(2020, 1, 1),
        "not_after": datetime(2030, 1, 1),
        "siblings_listed": [],
        "sentence": "said",
        "citation": "rule",
    }
    plain |= {"problem": problem, "section": SECTIONS[problem], "severity": severity} | cells
    return tuple(plain[name] for name in COLUMNS)


def about(text: str = "x") -> About:
    return About(text, ((text, text),), (text,), with_letter=True)


@pytest.mark.parametrize("form", FORMS)
def test_hostile_names(form: str) -> None:
    names = "owner subject issuer sentence why witness printed certificate_says citation"
    said: dict[str, object] = dict.fromkeys(names.split(), HOSTILE)
    rows = [
        row("missing", "gap", audit_kind="TLS BR", missing_from="letter", marks=[HOSTILE], page=1, **said),
        row("differs_subject", "warning", **said),
        row("unexpected", "warning", **said),
        row("reformatted", "warning", **said),
        row("date_spelling", "warning", **(said | {"sha256": None})),
        row("listed", None, audit_kind="TLS BR", **said),
    ]
    text = report(Table(COLUMNS, rows), [AuditKind.TLS_BR], about(HOSTILE), form)
    for markup in ("<script", "\x1b", "\u202e", "\n# h", "49", "href", "src="):
        assert markup not in text
    # In Markdown an address makes itself a link.
    assert form == ".html" or "http://" not in text
    for problem in ("missing", "differs_subject", "unexpected", "reformatted", "date_spelling"):
        assert SECTIONS[problem], f"{problem} stands nowhere in the report"
    assert text.count("alert(1)") > 5 * len(said) / 2
    assert all(text.count(f"\n{'#' * level} h") == 0 for level in (1, 2, 3))


@pytest.mark.parametrize("form", FORMS)
def test_fingerprints_as_the_letter_must_print_them(form: str) -> None:
    rows = [row("missing", "gap", audit_kind="TLS BR", missing_from="letter", siblings_listed=["cd" * 32])]
    text = report(Table(COLUMNS, rows), [AuditKind.TLS_BR, AuditKind.NETSEC], about(), form)
    assert "AB" * 32 in text
    assert "CD" * 32 in text
    assert "Nothing is missing." in text


def test_one_sentence_says_how_it_came_out() -> None:
    missing = row("missing", "gap", audit_kind="TLS BR", missing_from="both")
    also = row("missing", "gap", audit_kind="NetSec", missing_from="letter")
    listed = row("listed", None, audit_kind="TLS BR")
    warned = row("reformatted", "warning")
    assert verdict(Table(COLUMNS, [missing, also]), about()) == (
        "The statement lacks 1 certificate that it must list. "
        "The list that was compared lacks 1 certificate that must be listed."
    )
    assert verdict(Table(COLUMNS, [listed, warned]), about()) == (
        "Every certificate that is known to have to be listed is listed. 1 other thing should be looked at."
    )
