"""Small ecosystems out of nothing: drawn graphs with their paths, trust and revocations, in a warehouse."""

from collections import ChainMap, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from duckdb import DuckDBPyConnection
from hypothesis import strategies as st

from cagraph.graph.steps import Steps
from cagraph.model import SignatureStatus
from cagraph.sources.rows import RecordRow, TrustRow
from cagraph.warehouse import load
from tests.analysis.drawing import Forest, Placed, grown, store
from tests.graph.factory import ANY, ANY_POLICY, CODE, EMAIL, TLS, Drawn

BEGAN = date(2000, 1, 1)
Trust = tuple[int, int, TrustRow]
"""Tree, place, and what is said of the root."""

PURPOSES = ("server_auth", "server_auth", "secure_email", "code_signing", "client_auth")
# Some are the first or the last day of a certificate.
DAYS = [
    date(2005, 1, 1),
    date(2010, 1, 1),
    date(2011, 6, 1),
    date(2015, 1, 1),
    date(2049, 1, 1),
    date(2055, 1, 1),
]


@dataclass(frozen=True)
class Ecosystem:
    """Certificates, who trusts which, which are revoked, and the day that is asked about.

    `trust` says of a tree's certificate that a program trusts it: of the one at a place among its
    anchors, in the order of the forest, with all others after them.
    """

    forest: Forest
    trust: list[Trust]
    revoked: set[int]
    day: date


DEPARTURES: list[dict[str, Any]] = [
    {"window": (2000, 2010)},
    {"window": (2010, 2020)},
    {"window": (2011, 2012)},
    {"eku": (TLS,)},
    {"eku": (TLS, EMAIL)},
    {"eku": (CODE, "1.2.3")},
    {"eku": (ANY,)},
    {"eku": ()},
    {"path_len": 0},
    {"path_len": 1},
    {"use": ("cRLSign",)},
    {"policies": None},
    {"policies": ()},
    {"policies": ("1.1",)},
    {"policies": ("1.1", "1.2")},
    {"policies": ("1.2", "2.23.140.1.1")},
    {"kind": (False, 1)},
    {"status": SignatureStatus.BAD},
    {"constraints": ("permitted:dns:a.test",)},
    {"names": ("dns:b.test",)},
    {"unknown": ("1.2.3",)},
]
"""How certificates depart from what counts for everything, EV included."""


TRUSTED = [TrustRow(1, "mozilla", "", "server_auth"), TrustRow(1, "mozilla", "", "ev_tls", "1.1")]
"""What the first root of every tree is trusted for, whatever else is drawn."""


def certificates(cas: int = 5) -> st.SearchStrategy[Drawn]:
    """Draw certificates of which most depart in nothing and few in two things: their paths nearly count."""
    ca = st.integers(0, cas - 1)
    departures = st.lists(st.sampled_from(DEPARTURES), min_size=1, max_size=2)
    plain = st.builds(Drawn, ca, ca, policies=st.just((ANY_POLICY,)))
    odd = st.builds(lambda each, changes: replace(each, **dict(ChainMap(*changes))), plain, departures)
    return plain | odd


def trust_rows(programs: Sequence[str] = ("mozilla", "chrome")) -> st.SearchStrategy[TrustRow]:
    """Draw what a program's store says of a root that is not named yet."""
    limits = {
        "disabled_from": st.sampled_from([None, None, None, None, datetime(2011, 1, 1), datetime.min]),
        "notbefore_until": st.sampled_from([None, None, datetime(2005, 1, 1)]),
    }
    who = {"line": st.just(1), "root_program": st.sampled_from(programs), "sha256": st.just("")}
    plain = st.builds(TrustRow, purpose=st.sampled_from(PURPOSES), **who, **limits)
    policy = st.sampled_from(["1.1", "1.2", "9.9", ANY_POLICY])
    ev = st.builds(TrustRow, purpose=st.just("ev_tls"), ev_policy_oid=policy, **who, **limits)
    return plain | plain | ev


def ecosystems(trees: int = 3) -> st.SearchStrategy[Ecosystem]:
    """Draw an ecosystem of a few dense graphs. Trust goes to few certificates, so that it adds up."""
    tree = st.lists(certificates(), min_size=5, max_size=14).map(lambda drawn: [Drawn(0, 0), *drawn])
    trusted = st.tuples(st.integers(0, trees - 1), st.integers(0, 2), trust_rows())
    always = [(tree, 0, row) for tree in range(trees) for row in TRUSTED]
    return st.builds(
        Ecosystem,
        st.lists(tree, min_size=trees, max_size=trees).map(
            lambda drawn: [
                Placed(number, place, each)
                for number, members in enumerate(drawn)
                for place, each in enumerate(members)
            ]
        ),
        st.lists(trusted, max_size=8 * trees).map(lambda drawn: [*always, *drawn]),
        st.sets(st.integers(0, 30 * trees), max_size=2 * trees),
        st.sampled_from(DAYS),
    )


def fill(connection: DuckDBPyConnection, ecosystem: Ecosystem) -> None:
    """Store an ecosystem and its paths; the caller holds the transaction. The views speak of its day."""
    facts = [each.facts for each in ecosystem.forest]
    graph, anchors = grown(ecosystem.forest, 0)
    load.store_certificates(connection, facts)
    roots: dict[int, list[str]] = defaultdict(list)
    for each in sorted(ecosystem.forest, key=lambda each: each.facts.sha256 not in anchors):
        roots[each.tree].append(each.facts.sha256)
    trust = [replace(row, sha256=roots[tree][place]) for tree, place, row in ecosystem.trust]
    load.store_trust(connection, _snapshot(connection, "root_trust"), trust, BEGAN)
    records = [
        RecordRow(
            line, f"R{line}", "Intermediate Certificate", "Own", each.sha256, revocation_status="Revoked"
        )
        for line, each in enumerate(facts)
        if line in ecosystem.revoked
    ]
    load.store_records(connection, _snapshot(connection, "ccadb_records"), records)
    store(connection, Steps(graph), sorted({*anchors, *(row.sha256 for row in trust)}))
    connection.execute("SET VARIABLE as_of = ?", [ecosystem.day])


def _snapshot(connection: DuckDBPyConnection, kind: str) -> int:
    """Note a file of the first day, complete."""
    fetch_id = load.store_fetch(connection, f"file:///{kind}", ("00" * 32, 1))
    snapshot_id = load.next_id(connection, "snapshot")
    load.store_snapshot(
        connection,
        {
            "snapshot_id": snapshot_id,
            "fetch_id": fetch_id,
            "kind": kind,
            "dated": BEGAN,
            "dated_because": "given",
            "complete": True,
            "complete_because": "given",
            "rows_in": 1,
            "rows_stored": 1,
            "rows_rejected": 0,
            "rows_unnamed": 0,
        },
    )
    return snapshot_id
