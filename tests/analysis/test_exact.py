"""Capability without paths: where the budget cut nearly all of them, `exactly` says what all of them would.

Alpha, Beta and Gamma certify each other, one of each pair twice, with odd extensions; Low hangs from Alpha
and Gamma, and a self-signed certificate of Beta's is not its root. One warehouse is analysed with a budget
of one path, one with room for all.
"""

import shutil
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from cagraph.analysis import analyze
from cagraph.analysis.exact import Exact, Scope, exactly
from cagraph.warehouse.database import open_warehouse
from tests.pki import ANY_POLICY, EV_POLICY, SECURE_EMAIL, SERVER_AUTH, Authority, Issued
from tests.policy.lab import REVOKED, TRUST, open_lab, record

ALPHA, BETA, GAMMA, LOW, LOWER = MESH = [
    Authority(name, "Own") for name in ("Alpha", "Beta", "Gamma", "Low", "Lower")
]
EV = (ANY_POLICY, EV_POLICY)
YEARS = {"not_before": "2010-01-01", "not_after": "2040-01-01"}


def _issue(issuer: Authority, subject: Authority, **options: Any) -> Issued:
    return issuer.issue(subject, **{**YEARS, **options})


ROOTS = [_issue(each, each, aki="none") for each in (ALPHA, BETA, GAMMA)]
PLAIN = {
    (one.common_name, other.common_name): _issue(one, other, policies=[ANY_POLICY])
    for one, other in permutations((ALPHA, BETA, GAMMA), 2)
}
ODD = [
    _issue(ALPHA, BETA, serial=5, eku=[SECURE_EMAIL]),
    _issue(ALPHA, BETA, serial=6, not_after="2023-01-01", policies=["1.2.3.4"]),
    _issue(BETA, GAMMA, serial=7, path_len=0, policies=[EV_POLICY]),
    _issue(GAMMA, ALPHA, serial=8, eku=[SERVER_AUTH], policies=["1.2.3.4", EV_POLICY]),
    BETA.self_signed(not_before="2012-01-01", not_after="2039-01-01", eku=[SERVER_AUTH]),
    _issue(ALPHA, LOW, policies=["1.2.3.4"], path_len=0),
    _issue(GAMMA, LOW, policies=[EV_POLICY], eku=[SERVER_AUTH, SECURE_EMAIL]),
    _issue(GAMMA, LOW, serial=9, constraints=["permitted:dns:a.test"]),
    _issue(LOW, LOWER, policies=[EV_POLICY, "1.2.3.4"], names=["dns:b.test"]),
    _issue(LOW, LOWER, serial=10, ca=False),
    _issue(LOWER, LOW, eku=[SERVER_AUTH]),
    _issue(Authority("Nobody"), LOWER),
]
EVERY = [*ROOTS, *PLAIN.values(), *ODD]
GONE = PLAIN["Alpha", "Gamma"]
STORE = [
    f"mozilla,{ROOTS[0].sha256},server_auth,,,,2020-01-01",
    f"mozilla,{ROOTS[0].sha256},secure_email,,2024-03-01,,2020-01-01",
    f"mozilla,{ROOTS[0].sha256},ev_tls,1.2.3.4,,,2020-01-01",
    f"chrome,{ROOTS[1].sha256},server_auth,,,,2020-01-01",
    f"chrome,{ROOTS[1].sha256},ev_tls,5.5.5,,,2020-01-01",
    f"apple,{PLAIN['Beta', 'Gamma'].sha256},secure_email,,,,2020-01-01",
    f"microsoft,{ROOTS[2].sha256},server_auth,,-infinity,,2020-01-01",
    f"microsoft,{ODD[4].sha256},ev_tls,1.2.3.4,,,2020-01-01",
    f"microsoft,{ROOTS[1].sha256},server_auth,,,,2020-01-01",
]
DAYS = ["2022-06-01", "2024-02-01", "2024-05-08"]
"""ODD[1] ends in 2023, mozilla's trust in Alpha for e-mail in March 2024; then GONE is revoked."""


@pytest.fixture(scope="module")
def warehouses(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same facts, analysed with one path a certificate, and with every path."""
    folder = tmp_path_factory.mktemp("mesh")
    with open_lab(folder) as lab:
        lab.certificates(*EVERY)
        lab.file(TRUST + "\n".join(STORE) + "\n")
        lab.report("2024-01-01", record(GONE, "G", "R"), complete=True)
        lab.report("2024-05-01", record(GONE, "G", "R", **REVOKED), complete=True)
    cut, whole = folder / "lab.duckdb", folder / "whole.duckdb"
    shutil.copy(cut, whole)
    for path, budget in ((cut, 1), (whole, 10**6)):
        with open_warehouse(path, write=True) as connection:
            assert bool(analyze(connection, budget=budget).truncated) == (budget == 1)
    return cut, whole


def capable(connection: DuckDBPyConnection) -> dict[str, dict[Scope, int]]:
    """Return what the views say each certificate is capable of, with the length of its witness."""
    found: dict[str, dict[Scope, int]] = {each.sha256: {} for each in EVERY}
    for sha256, program, purpose, length in connection.execute(
        "SELECT capability.sha256, root_program, purpose, path.length FROM capability"
        " INNER JOIN path ON capability.witness_path_id = path.path_id"
    ).fetchall():
        found[sha256][program, purpose] = length
    return found


def permitted(connection: DuckDBPyConnection) -> set[tuple[tuple[str, ...], str, str]]:
    """Return every path that counts, by its certificates, with what for."""
    rows = connection.execute(
        "SELECT list(member.sha256 ORDER BY member.position), root_program, purpose FROM trusted_path"
        " INNER JOIN path_certificate AS member ON trusted_path.path_id = member.path_id WHERE permitted"
        " GROUP BY trusted_path.path_id, root_program, purpose"
    ).fetchall()
    return {(tuple(line), program, purpose) for line, program, purpose in rows}


@pytest.mark.parametrize("day", DAYS)
def test_as_all_paths_would_have_it(warehouses: tuple[Path, Path], day: str) -> None:
    cut, whole = warehouses
    with open_warehouse(cut, write=False, as_of=date.fromisoformat(day)) as connection:
        found = {each.sha256: exactly(connection, each.sha256) for each in EVERY}
        by_cut_paths = capable(connection)
    with open_warehouse(whole, write=False, as_of=date.fromisoformat(day)) as connection:
        expected, lines = capable(connection), permitted(connection)
        counts = dict(connection.execute("SELECT sha256, count(*) FROM path GROUP BY sha256").fetchall())
    lengths = {sha256: _lengths(exact) for sha256, exact in found.items()}
    assert lengths == expected
    assert by_cut_paths != expected, "the budget cut nothing that mattered"
    for sha256, exact in found.items():
        assert exact.complete
        assert (exact.count.at_least, exact.count.at_most) == (counts.get(sha256, 0),) * 2
        for (program, purpose), line in exact.witnesses.items():
            assert line[-1] == sha256
            assert (line, program, purpose) in lines


def _lengths(exact: Exact) -> dict[Scope, int]:
    assert list(exact.witnesses) == sorted(exact.witnesses)
    return {scope: len(line) for scope, line in exact.witnesses.items()}


def test_the_days_differ(warehouses: tuple[Path, Path]) -> None:
    """EV, revocation and trust that ends are all among what was compared."""
    found = {}
    for day in DAYS:
        with open_warehouse(warehouses[0], write=False, as_of=date.fromisoformat(day)) as connection:
            found[day] = [set(exactly(connection, each.sha256).witnesses) for each in (GONE, ODD[1], ODD[5])]
    gone, ended, low = zip(*found.values(), strict=True)
    assert [bool(each) for each in gone] == [True, True, False]
    assert [bool(each) for each in ended] == [True, False, False]
    assert [("mozilla", "secure_email") in each for each in low] == [True, True, False]
    assert all(("mozilla", "ev_tls") in each for each in low)
    assert {program for each in low for program, _ in each} == {"mozilla", "chrome", "apple", "microsoft"}


def test_a_certificate_that_is_not_there(warehouses: tuple[Path, Path]) -> None:
    with (
        open_warehouse(warehouses[0], write=False) as connection,
        pytest.raises(LookupError, match="no certificate"),
    ):
        exactly(connection, "0" * 64)
