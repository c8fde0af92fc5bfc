"""The rule tables speak the words of the code, and the views ask their tests in the tables' order."""

import csv
import re
from pathlib import Path

import pytest

from cagraph.graph import rules
from cagraph.graph.purposes import load_purposes
from cagraph.model import AuditKind, Purpose, RootProgram
from cagraph.resources import data_dir, queries_dir


def column(table: str, name: str) -> list[str]:
    with (data_dir() / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return [row[name] for row in csv.DictReader(lines)]


def test_the_purposes_are_those_of_the_code() -> None:
    assert {*load_purposes().names, Purpose.EV_TLS} == {*Purpose}


@pytest.mark.parametrize("table", ["root_programs", "audit_requirements", "exemptions"])
def test_the_programs_are_those_of_the_code(table: str) -> None:
    assert set(column(table, "root_program")) <= {*RootProgram}
    assert set(column("root_programs", "root_program")) == {*RootProgram}


def test_the_audit_kinds_are_those_of_the_code() -> None:
    assert set(column("audit_requirements", "audit_kind")) == {*AuditKind}


def test_scope_is_asked_in_the_order_of_the_verdicts() -> None:
    order = dict(zip(column("verdicts", "reason"), map(int, column("verdicts", "test")), strict=True))
    view = (queries_dir() / "views" / "50_scope.sql").read_text(encoding="utf-8")
    asked = [order[reason] for reason in re.findall(r"THEN '(\w+)'", view)]
    assert len(asked) > 8
    assert asked == sorted(asked)


def test_every_reason_a_view_gives_has_its_verdict(repo_dir: Path) -> None:
    known = {*column("verdicts", "reason"), *column("path_reasons", "reason")}
    views = "".join(
        path.read_text(encoding="utf-8") for path in (repo_dir / "queries" / "views").glob("*.sql")
    )
    given = set(re.findall(r"'reason': '(\w+)'|'(\w+)' AS reason", views))
    assert {one or other for one, other in given} <= known


def test_every_reason_that_breaks_a_path_is_explained(repo_dir: Path) -> None:
    """Those that the graph gives and those that the day adds, and no others."""
    view = (repo_dir / "queries" / "views" / "45_path_breaker.sql").read_text(encoding="utf-8")
    of_the_day = set(re.findall(r"'(\w+)' AS reason", view))
    for either in re.findall(r"'(\w+)',\s*'(\w+)'\s*\) AS reason", view):
        of_the_day |= {*either}
    of_the_graph = {
        rules.NOT_CA,
        rules.NO_KEY_CERT_SIGN,
        rules.UNKNOWN_CRITICAL,
        rules.PATH_LENGTH,
        rules.NAME_CONSTRAINTS,
        rules.NO_COMMON_VALIDITY,
        rules.EXTENDED_KEY_USAGE,
    }
    assert set(column("path_reasons", "reason")) == of_the_graph | of_the_day
