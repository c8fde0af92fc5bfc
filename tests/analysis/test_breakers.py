"""A path counts for a program and a purpose if, and only if, nothing is said to break it for them."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given, settings

from cagraph.sources.rows import TrustRow
from tests.analysis.drawing import LARGE, Placed, taken_back
from tests.analysis.ecosystems import TRUSTED, Ecosystem, ecosystems, fill
from tests.analysis.judging import Judged, judge
from tests.graph.factory import ANY_POLICY, EMAIL, TLS, Drawn

ROOT, MIDDLE, LAST = LINE = (
    Drawn(0, 0),
    Drawn(0, 2, policies=(ANY_POLICY,)),
    Drawn(2, 4, policies=(ANY_POLICY,)),
)
"""Root 0 → 2 → 4"""


def checked(warehouse: DuckDBPyConnection, ecosystem: Ecosystem) -> list[Judged]:
    """Compare what each path counts for with what breaks it, and return both."""
    with taken_back(warehouse):
        fill(warehouse, ecosystem)
        reasons = set(warehouse.execute("SELECT reason FROM rule_path_reasons").fetchall())
        found = list(judge(warehouse))
    for judged in found:
        assert judged.counts == (not judged.against), judged
        assert {(each.reason,) for each in judged.against} <= reasons
    return found


def test_random_ecosystems(warehouse: DuckDBPyConnection) -> None:
    counting: Counter[str] = Counter()
    reasons: set[str] = set()

    @settings(LARGE, max_examples=14)
    @given(ecosystems())
    def compare(ecosystem: Ecosystem) -> None:
        for judged in checked(warehouse, ecosystem):
            counting[judged.scope[1]] += judged.counts
            reasons.update(each.reason for each in judged.against)

    compare()
    assert min(counting["server_auth"], counting["ev_tls"]) > 20
    assert len(reasons) > 12


def ecosystem(*drawn: Drawn, trust: list[TrustRow] | None = None, revoked: int = -1) -> Ecosystem:
    """Return an ecosystem of a few certificates with one root, in 2015."""
    forest = [Placed(0, place, each) for place, each in enumerate(drawn)]
    rows = [(0, 0, row) for row in (TRUSTED if trust is None else trust)]
    return Ecosystem(forest, rows, {revoked}, date(2015, 1, 1))


def trust(purpose: str = "server_auth", program: str = "mozilla", **limits: Any) -> TrustRow:
    return TrustRow(1, program, "", purpose, **limits)


HOP = Drawn(2, 2)
ONE, OTHER = replace(MIDDLE, policies=("1.1",)), replace(LAST, policies=("2.23.140.1.1",))
GONE = [trust(disabled_from=datetime.min), trust("ev_tls", ev_policy_oid="1.1")]
SOON = [trust(disabled_from=datetime(2015, 1, 2)), TRUSTED[1]]
EV_GONE = [trust(), trust("ev_tls", ev_policy_oid="1.1", disabled_from=datetime(2015, 1, 1))]


LINES: dict[str, tuple[Ecosystem, list[str], list[str]]] = {
    "plain": (ecosystem(*LINE), [], []),
    "a hop needs no policy": (ecosystem(ROOT, MIDDLE, HOP), [], []),
    "a version 1 root": (ecosystem(replace(ROOT, kind=(False, 1)), MIDDLE, LAST), [], []),
    "the root's policies": (ecosystem(replace(ROOT, policies=("9",)), MIDDLE, LAST), [], []),
    "the root's EKU": (ecosystem(replace(ROOT, eku=(EMAIL,)), MIDDLE, LAST), ["extended_key_usage"], []),
    "the root's record": (ecosystem(*LINE, revoked=0), [], []),
    "revoked": (ecosystem(*LINE, revoked=2), ["revoked"], []),
    "trust that ends tomorrow": (ecosystem(*LINE, trust=SOON), [], []),
    "trust that has ended": (ecosystem(*LINE, trust=GONE), ["trust_disabled"], []),
    "EV that has ended": (ecosystem(*LINE, trust=EV_GONE), [], ["ev_trust_not_loaded"]),
    "another purpose": (
        ecosystem(*LINE, trust=[trust("client_auth")]),
        ["not_trusted"],
        ["ev_trust_not_loaded"],
    ),
    "EKU of two": (ecosystem(ROOT, MIDDLE, replace(LAST, eku=(EMAIL, TLS))), [], []),
    "no CA below": (ecosystem(replace(ROOT, path_len=0), MIDDLE, LAST), ["path_length"] * 2, []),
    "a policy, then any": (ecosystem(ROOT, ONE, LAST), [], []),
    "two policies for EV": (ecosystem(ROOT, ONE, OTHER), [], ["no_common_policy"]),
    "no policy": (
        ecosystem(ROOT, ONE, replace(LAST, policies=None)),
        [],
        ["certificate_policies", "no_common_policy"],
    ),
    "the last day": (ecosystem(ROOT, MIDDLE, replace(LAST, window=(2000, 2015))), [], []),
    "not yet": (ecosystem(ROOT, MIDDLE, replace(LAST, window=(2016, 2020))), ["not_yet_valid"], []),
    "never": (
        ecosystem(ROOT, replace(MIDDLE, window=(2000, 2010)), replace(LAST, window=(2011, 2020))),
        ["expired", "no_common_validity"],
        [],
    ),
}
"""Root → 2 → 4, or 2's own: what breaks it for mozilla's TLS, and what more for EV."""


@pytest.mark.parametrize(("ecosystem", "tls", "more_for_ev"), LINES.values(), ids=LINES)
def test_a_line(
    warehouse: DuckDBPyConnection, ecosystem: Ecosystem, tls: list[str], more_for_ev: list[str]
) -> None:
    found = {
        judged.scope[1]: sorted(each.reason for each in judged.against)
        for judged in checked(warehouse, ecosystem)
        if len(judged.line) == 3 and judged.scope[0] == "mozilla"
    }
    assert found["server_auth"] == tls
    assert found["ev_tls"] == sorted([*tls, *more_for_ev])


def test_a_program_without_rules(warehouse: DuckDBPyConnection) -> None:
    """Its store is known, its root is another one: the path does not count, and that is told as ever."""
    rows = [trust("secure_email", "opera"), trust("server_auth", "opera", disabled_from=datetime(2012, 1, 1))]
    found = checked(warehouse, ecosystem(*LINE, trust=rows))
    assert {each.scope for each in found if each.counts} == {("opera", "secure_email")}
