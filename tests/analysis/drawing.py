"""Warehouses out of nothing: forests of drawn graphs that grow batch by batch, and the rows they must leave.

A forest is several small graphs that know nothing of each other, each an example of its own: the database
takes as long for ten as for one. Certificates come in batches. One whose issuer's key is not here yet hangs
from a dangling CA, or is unproved under a CA of the same name, and is proved when the key comes.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from duckdb import DuckDBPyConnection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from cagraph.analysis.storing import Stored, store_paths
from cagraph.graph.build import Graph, anchors_of, build_graph
from cagraph.graph.link import CA, Issuance, Linked
from cagraph.graph.steps import Steps
from cagraph.graph.walk import walk
from cagraph.model import SignatureStatus
from cagraph.warehouse.derived import LastWalk
from cagraph.x509.facts import CertificateFacts
from tests.graph.factory import Drawn, drawn_graphs, facts

ALL = 10**9
"""A budget that cuts nothing."""

LARGE = settings(
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ]
)
"""A forest takes a while to draw."""

TABLES = ("path", "path_certificate", "path_break", "path_truncation")

Rows = dict[str, list[tuple[Any, ...]]]
"""The rows of each table, sorted."""


@dataclass(frozen=True)
class Placed:
    """A drawn certificate with its place in a forest, and the batch that it comes in.

    `trusted` is the batch from which on a program trusts it; None is never.
    """

    tree: int
    place: int
    drawn: Drawn
    comes: int = 0
    trusted: int | None = None

    @cached_property
    def facts(self) -> CertificateFacts:
        """What it says of itself; its CAs are of its own tree."""
        plain = facts(100 * self.tree + self.place, self.drawn)
        return replace(
            plain,
            ca_id=f"{plain.ca_id} of {self.tree}",
            subject_name_id=f"{plain.subject_name_id} of {self.tree}",
            issuer_name_id=f"{plain.issuer_name_id} of {self.tree}",
            spki_sha256=f"{plain.spki_sha256} of {self.tree}",
        )


Forest = list[Placed]


def forests(
    *, trees: int = 40, cas: int = 5, most: int = 10, batches: int = 1, trust: bool = True
) -> st.SearchStrategy[Forest]:
    """Draw forests, some certificates trusted without being self-signed."""
    when = st.integers(0, batches - 1)
    since = st.one_of(st.none(), st.none(), st.none(), when) if trust else st.none()
    tree = drawn_graphs(cas, most).flatmap(
        lambda drawn: st.lists(st.tuples(when, since), min_size=len(drawn), max_size=len(drawn)).map(
            lambda times: list(zip(drawn, times, strict=True))
        )
    )
    return st.lists(tree, min_size=max(1, trees - 5), max_size=trees).map(
        lambda drawn: [
            Placed(number, place, each, comes, trusted)
            for number, certificates in enumerate(drawn)
            for place, (each, (comes, trusted)) in enumerate(certificates)
        ]
    )


def trees_in(forest: Forest) -> int:
    """Return how many graphs a forest is."""
    return len({each.tree for each in forest})


def grown(forest: Forest, batch: int) -> tuple[Graph, list[str]]:
    """Return the graph as it is after a batch, and the anchors of its paths."""
    here = [each for each in forest if each.comes <= batch]
    keys = {(each.tree, each.drawn.subject) for each in here}
    issuances = [_issuance(each, keys) for each in here]
    trusted = [each.facts.sha256 for each in here if each.trusted is not None and each.trusted <= batch]
    graph = build_graph([each.facts for each in here], Linked(_cas(issuances), issuances))
    return graph, anchors_of(graph, trusted)


def _issuance(placed: Placed, keys: Collection[tuple[int, int]]) -> Issuance:
    """Say who issued a certificate as far as the keys tell."""
    tree, drawn, known = placed.tree, placed.drawn, placed.facts
    namesake = drawn.issuer ^ 1
    if (tree, drawn.issuer) in keys:
        issuer, status, match = f"CA {drawn.issuer} of {tree}", drawn.status, "raw"
        return Issuance(known.sha256, issuer, known.ca_id, status, match)
    if (tree, namesake) in keys:
        return Issuance(known.sha256, f"CA {namesake} of {tree}", known.ca_id, SignatureStatus.BAD, "raw")
    return Issuance(known.sha256, f"dangling {drawn.issuer // 2} of {tree}", known.ca_id, None, "none")


def _cas(issuances: Iterable[Issuance]) -> list[CA]:
    names = {ca for each in issuances for ca in (each.issuer_ca_id, each.subject_ca_id)}
    return [CA(name, name, name, f"key of {name}", name.startswith("dangling")) for name in sorted(names)]


def store(
    connection: DuckDBPyConnection,
    steps: Steps,
    anchors: list[str],
    *,
    budget: int = ALL,
    last: LastWalk | None = None,
) -> tuple[Stored, LastWalk]:
    """Store the paths; return what came of it, and what the next walk may begin with."""
    stored = store_paths(connection, steps, anchors, budget, last, _Patience())
    made_from = LastWalk("", stored.salt, dict(steps.issuer), frozenset(anchors), bool(stored.cut))
    return stored, made_from


class _Patience:
    """Takes progress, and gives up on a walk that does not come to an end."""

    def __init__(self, most: int = 100) -> None:
        self._left = most

    def __call__(self, step: str, done: int, total: int | None, detail: str = "") -> None:
        self._left -= 1
        assert self._left, "the walk does not come to an end"


@contextmanager
def taken_back(connection: DuckDBPyConnection) -> Iterator[None]:
    """Forget in the end whatever the block stored, and what temporary tables it made."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def stored_rows(connection: DuckDBPyConnection) -> Rows:
    """Return what the tables of paths hold."""
    return {table: in_order(connection.execute(f"FROM {table}").fetchall()) for table in TABLES}


def walked_rows(steps: Steps, anchors: list[str], budget: int = ALL) -> Rows:
    """Return what the tables must hold after a walk of everything."""
    walked = walk(steps, anchors, budget=budget)
    words = steps.purposes.words
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    for path in walked.paths:
        line, parent = path.certificates(), path.parent
        policies = None if path.policies is None else sorted(path.policies)
        window = (path.valid_from, path.valid_to)
        permits = (path.sound, words(path.purposes), words(path.purposes_bare), policies)
        names = (path.constrained_by, path.no_names_left)
        head = (path.id, parent.id if parent else None, line[-1], path.anchor(), path.length)
        rows["path"].append((*head, *window, *permits, *names, path.self_signed_hop))
        rows["path_certificate"] += [(path.id, place, sha256) for place, sha256 in enumerate(line)]
        rows["path_break"] += [(path.id, line.index(each.sha256), *each) for each in path.breaks]
    kept = Counter(path.certificate.sha256 for path in walked.paths)
    rows["path_truncation"] = [(sha256, kept[sha256], cut) for sha256, cut in walked.cut.items()]
    return {table: in_order(found) for table, found in rows.items()}


def in_order(rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Sort rows whatever is in them, NULL before everything."""
    return sorted(map(tuple, rows), key=lambda row: [(cell is not None, str(cell)) for cell in row])
