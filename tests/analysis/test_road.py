"""The whole road on real certificates: analysed again and again as files come, or all of them at once."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from cagraph.analysis import analyze
from cagraph.ingest import ingest
from cagraph.model import Progress
from cagraph.warehouse.database import open_warehouse
from tests.analysis.drawing import in_order
from tests.pki import EV_POLICY, SECURE_EMAIL, SERVER_AUTH, Authority, Issued

DERIVED = ("ca", "issuance", "path", "path_certificate", "path_break", "path_truncation")
TRUST = "root_program,sha256,purpose,as_of\n"

ROOT, OTHER, SUB, BELOW, GONE = (Authority(name, "A") for name in ("Root", "Other", "Sub", "Below", "Gone"))
TWIN = Authority("Root", "A", key="another")
ROOT_CERT, OTHER_CERT, SUB_CERT = ROOT.self_signed(), OTHER.self_signed(), ROOT.issue(SUB, path_len=1)
UNPROVED = GONE.issue(BELOW, aki="none")
EVERY_KIND = [
    ROOT_CERT,
    SUB_CERT,
    OTHER_CERT,
    TWIN.self_signed(eku=[SERVER_AUTH]),
    OTHER.issue(ROOT, aki="none", path_len=0),
    ROOT.issue(OTHER, aki="issuer", policies=[EV_POLICY]),
    ROOT.issue(SUB, not_after="2040-01-01", sha1=True, eku=[SERVER_AUTH, SECURE_EMAIL]),
    SUB.issue(BELOW, constraints=["permitted:dns:a.test"], names=["dns:b.test"]),
    BELOW.issue(SUB, spelling="loud"),
    SUB.self_signed(not_before="2031-01-01", not_after="2041-01-01"),
    TWIN.issue(BELOW, aki="none"),
    ROOT.issue(BELOW, signer=TWIN),
    GONE.issue(SUB, not_after="2026-01-01"),
    UNPROVED,
    SUB.issue(GONE),
    SUB.issue(Authority("host.test"), ca=False),
]
"""Roots, a name with two keys, cross-certificates, circles, forged and dangling ones, a subscriber's."""

TRUSTED = (ROOT_CERT, SUB_CERT, UNPROVED)
BUDGET = 100
"""More than any certificate has paths."""

Derived = dict[str, list[tuple[Any, ...]]]


class Warehouse:
    """A warehouse that files come to."""

    _numbers = count()

    def __init__(self, connection: DuckDBPyConnection, folder: Path) -> None:
        self.connection, self._folder = connection, folder

    def certificates(self, issued: Iterable[Issued]) -> None:
        self._take("pem", "\n".join(each.pem for each in issued) + "\n")

    def trust(self, *anchors: Issued) -> None:
        """Let a program trust certificates, self-signed or not."""
        lines = [f"mozilla,{each.sha256},server_auth,2020-01-01\n" for each in anchors]
        self._take("csv", TRUST + "".join(lines))

    def derived(self) -> Derived:
        """Return every row of what an analysis makes, but for when it was made."""
        found = {table: in_order(self.connection.execute(f"FROM {table}").fetchall()) for table in DERIVED}
        columns = "SELECT * EXCLUDE (finished_at, newest_fetch) FROM analysis"
        return {**found, "analysis": self.connection.execute(columns).fetchall()}

    def _take(self, suffix: str, text: str) -> None:
        path = self._folder / f"{next(self._numbers)}.{suffix}"
        path.write_text(text, encoding="utf-8")
        ingest(self.connection, [path])


@contextmanager
def opened(folder: Path, name: str) -> Iterator[Warehouse]:
    with open_warehouse(folder / f"{name}.duckdb", write=True) as connection:
        yield Warehouse(connection, folder)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with opened(tmp_path, "step by step") as found:
        yield found


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Derived:
    """All certificates and all trust, analysed in one go in a database of their own."""
    with opened(tmp_path_factory.mktemp("fresh"), "at once") as fresh:
        fresh.certificates(EVERY_KIND)
        fresh.trust(*TRUSTED)
        analyze(fresh.connection, budget=BUDGET)
        return fresh.derived()


@pytest.mark.parametrize("seed", range(2))
def test_files_one_after_another(warehouse: Warehouse, at_once: Derived, seed: int) -> None:
    """Certificates in any order and any portions, trust before or after them: the same rows in the end."""
    random = Random(seed)
    order = random.sample(EVERY_KIND, len(EVERY_KIND))
    cut = random.randrange(1, len(order))
    if seed == 0:
        warehouse.trust(*TRUSTED)
    warehouse.certificates(order[:cut])
    assert not analyze(warehouse.connection, budget=BUDGET).unchanged
    warehouse.certificates(order[cut:])
    if seed == 1:
        warehouse.trust(*TRUSTED)
    report = analyze(warehouse.connection, budget=BUDGET)
    assert not report.unchanged
    rows = warehouse.derived()
    assert rows == at_once
    assert len(rows["path"]) == report.paths > 40
    assert (report.truncated, rows["path_truncation"]) == (0, [])


def test_a_long_story(warehouse: Warehouse, at_once: Derived) -> None:
    """From an empty warehouse by way of a small budget and an interruption to where nothing is new."""
    connection = warehouse.connection
    assert not analyze(connection, budget=1).unchanged
    assert warehouse.derived()["path"] == []
    warehouse.trust(*TRUSTED)
    warehouse.certificates(EVERY_KIND[:9])
    assert analyze(connection, budget=1).truncated
    before = warehouse.derived()
    warehouse.certificates(EVERY_KIND[9:])
    for budget, after in ((1, 1), (1, 3), (BUDGET, 1), (BUDGET, 4)):
        with pytest.raises(Stopped):
            analyze(connection, budget=budget, progress=_stopping(after))
        assert warehouse.derived() == before
    assert not analyze(connection, budget=BUDGET).truncated
    assert warehouse.derived() == at_once
    warehouse.certificates(EVERY_KIND[:3])
    warehouse.trust(*TRUSTED)
    again = analyze(connection, budget=BUDGET)
    assert again.unchanged
    assert again.certificates == again.issuances == len(EVERY_KIND)
    assert (again.cas, again.paths) == (len(at_once["ca"]), len(at_once["path"]))
    assert (again.budget, again.truncated) == (BUDGET, 0)
    assert warehouse.derived() == at_once
    assert analyze(connection, budget=1).truncated, "what another budget left is not taken over"


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


def _stopping(after: int) -> Progress:
    """Return a progress that stops a walk on the level with this number."""
    told: list[str] = []

    def stop(step: str, done: int, total: int | None, detail: str = "") -> None:
        told.append(step)
        if told.count("walking paths") == after:
            raise Stopped

    return stop
