"""Paths that are added to those stored come to what walking everything anew comes to, number for number."""

from collections import Counter
from dataclasses import dataclass, field, replace

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given, settings
from hypothesis import strategies as st

from cagraph.graph.steps import Steps
from cagraph.model import SignatureStatus
from cagraph.warehouse import derived
from cagraph.warehouse.derived import LastWalk
from tests.analysis.drawing import (
    ALL,
    LARGE,
    Forest,
    Placed,
    Rows,
    forests,
    grown,
    store,
    stored_rows,
    taken_back,
    trees_in,
    walked_rows,
)
from tests.graph.factory import Drawn

BATCHES = 3


@dataclass
class Growing:
    """One warehouse to which batches come, and how each was taken in."""

    connection: DuckDBPyConnection
    budget: int = ALL
    last: LastWalk | None = None
    added: list[bool] = field(default_factory=list)
    found: list[int] = field(default_factory=list)

    def take(self, forest: Forest, batch: int, gone: frozenset[int] = frozenset()) -> Rows:
        """Bring the paths up to a batch, but for the anchors at some places; compare with a walk of all."""
        graph, anchors = grown(forest, batch)
        left = [each for place, each in enumerate(anchors) if place not in gone]
        stored, self.last = store(self.connection, Steps(graph), left, budget=self.budget, last=self.last)
        self.added.append(stored.added_only)
        self.found.append(stored.paths)
        rows = stored_rows(self.connection)
        assert rows == walked_rows(Steps(graph), left, self.budget)
        return rows

    def rebuilt(self, forest: Forest, batch: int) -> Rows:
        """Walk everything anew, in the same tables."""
        graph, anchors = grown(forest, batch)
        store(self.connection, Steps(graph), anchors, budget=self.budget)
        return stored_rows(self.connection)


def test_in_random_batches(warehouse: DuckDBPyConnection) -> None:
    """Keys come after what they signed, roots after their CAs, trust after roots: nothing is walked anew."""
    seen: Counter[str] = Counter()

    @settings(LARGE, max_examples=15)
    @given(forests(batches=BATCHES))
    def check(forest: Forest) -> None:
        with taken_back(warehouse):
            growing = Growing(warehouse)
            rows = [growing.take(forest, batch) for batch in range(BATCHES)]
            assert rows[-1] == growing.rebuilt(forest, BATCHES - 1)
        assert growing.added == [False, True, True]
        assert sum(growing.found) == len(rows[-1]["path"])
        seen.update({"sequences": trees_in(forest), "added": sum(growing.found[1:])})
        seen["late keys"] += _proved_late(forest)
        seen["late trust"] += sum(each.trusted is not None and each.trusted > each.comes for each in forest)

    check()
    assert seen["sequences"] >= 500
    assert seen["added"] > 1000
    assert min(seen["late keys"], seen["late trust"]) > 100


def _proved_late(forest: Forest) -> int:
    """Return how many certificates were there before they were proved."""
    issuers = [Steps(grown(forest, batch)[0]).issuer for batch in range(BATCHES)]
    came = {each.facts.sha256: each.comes for each in forest}
    return sum(key not in issuers[batch] for key, batch in came.items() if key in issuers[-1])


def test_where_a_budget_cuts(warehouse: DuckDBPyConnection) -> None:
    """Until it does, paths are added; from then on everything is walked anew."""
    seen: Counter[bool] = Counter()

    @settings(LARGE, max_examples=9)
    @given(forests(trees=3, cas=4, most=12, batches=3), st.sampled_from([1, 5, 20, 40]))
    def check(forest: Forest, budget: int) -> None:
        with taken_back(warehouse):
            growing = Growing(warehouse, budget)
            cut = [bool(growing.take(forest, batch)["path_truncation"]) for batch in range(3)]
        assert growing.added == [False, not cut[1], not cut[2]]
        seen.update(cut[1:])

    check()
    assert min(seen[True], seen[False]) > 0


def test_anchors_that_vanish(warehouse: DuckDBPyConnection) -> None:
    """No program trusts a root that it once trusted: its paths go."""

    @settings(LARGE, max_examples=6)
    @given(forests(trees=2, batches=3), st.frozensets(st.integers(0, 8), min_size=1, max_size=4))
    def check(forest: Forest, gone: frozenset[int]) -> None:
        with taken_back(warehouse):
            growing = Growing(warehouse)
            growing.take(forest, 0)
            before = len(grown(forest, 0)[1])
            growing.take(forest, 0, gone)
            growing.take(forest, 2)
        assert growing.added[1] == all(place >= before for place in gone)
        assert growing.added[2]

    check()


# Root 0 → 2 → 4, as certificates 0 (the root's own), 1, 2.
LINE = [Placed(0, place, each) for place, each in enumerate([Drawn(0, 0), Drawn(0, 2), Drawn(2, 4)])]


def _then(*drawn: Drawn, trusted: int | None = None) -> Forest:
    """Return the line, and what comes in the second batch."""
    return [*LINE, *(Placed(0, 3 + place, each, 1, trusted) for place, each in enumerate(drawn))]


BAD = SignatureStatus.BAD
SECOND: dict[str, tuple[Forest, int]] = {
    "nothing new": (_then(), 0),
    "a certificate of nobody": (_then(Drawn(6, 8)), 0),
    "one below": (_then(Drawn(4, 6)), 1),
    "a parallel one in the middle": (_then(Drawn(0, 2)), 2),
    "another root above all": (_then(Drawn(6, 6), Drawn(6, 0)), 5),
    "one that closes a circle": (_then(Drawn(4, 2)), 0),
    "a circle with two ways in": (_then(Drawn(4, 2), Drawn(0, 4)), 2),
    "a self-signed one in the middle": (_then(Drawn(2, 2)), 3),
    "a self-signed one at the end": (_then(Drawn(4, 4)), 2),
    "the root's own, reissued": (_then(Drawn(0, 0)), 5),
    "a bad signature": (_then(Drawn(0, 2, status=BAD)), 0),
    "trust in the middle": ([LINE[0], replace(LINE[1], trusted=1), LINE[2]], 2),
    "trust in what nobody proves": (_then(Drawn(6, 2, status=BAD), trusted=1), 2),
}
"""What comes in the second batch, and how many paths more that makes."""


@pytest.mark.parametrize(("forest", "new"), SECOND.values(), ids=SECOND)
def test_what_comes_second(warehouse: DuckDBPyConnection, forest: Forest, new: int) -> None:
    with taken_back(warehouse):
        growing = Growing(warehouse)
        assert len(growing.take(forest, 0)["path"]) == 3
        growing.take(forest, 1)
        assert (growing.added, growing.found) == ([False, True], [3, new])


def test_what_is_stored_counts_for_the_budget(warehouse: DuckDBPyConnection) -> None:
    """One path to 4 is there, one comes: each fits a budget of one, both do not."""
    with taken_back(warehouse):
        growing = Growing(warehouse, budget=1)
        assert growing.take(LINE, 0)["path_truncation"] == []
        assert growing.take(_then(Drawn(0, 2)), 1)["path_truncation"] != []
        assert growing.added == [False, False]


def test_a_key_that_comes_late(warehouse: DuckDBPyConnection) -> None:
    """Root 0 → 2; 4 → 6 hangs from nobody, and from 4's namesake 5 without proof; then comes 2 → 4."""
    early = [*LINE[:2], Placed(0, 2, Drawn(4, 6)), Placed(0, 3, Drawn(0, 5), 1), Placed(0, 4, Drawn(2, 4), 2)]
    with taken_back(warehouse):
        growing = Growing(warehouse)
        paths = [len(growing.take(early, batch)["path"]) for batch in range(3)]
        assert paths == [2, 3, 5]
        assert growing.added == [False, True, True]


def test_an_issuer_that_is_another_one_now(warehouse: DuckDBPyConnection) -> None:
    """What was proved is proved otherwise: no longer something that was only added."""
    other = [*LINE[:2], Placed(0, 2, Drawn(0, 4))]
    less = [*LINE[:2], Placed(0, 2, Drawn(2, 4, status=BAD))]
    for changed in (other, less, LINE[:2]):
        with taken_back(warehouse):
            growing = Growing(warehouse)
            growing.take(LINE, 0)
            growing.take(changed, 0)
            assert growing.added == [False, False]


def test_a_signature_that_is_weak_now(warehouse: DuckDBPyConnection) -> None:
    """Weak or not, it is proved: the same paths."""
    weak = [*LINE[:2], Placed(0, 2, Drawn(2, 4, status=SignatureStatus.WEAK))]
    with taken_back(warehouse):
        growing = Growing(warehouse)
        rows = growing.take(LINE, 0)
        assert growing.take(weak, 0) == rows
        assert growing.added == [False, True]


def test_the_database_tells_what_its_paths_were_made_from(warehouse: DuckDBPyConnection) -> None:
    """`last_walk` reads from the tables what the walk was given."""
    forest = _then(Drawn(6, 6), Drawn(6, 0, status=BAD), trusted=0)
    graph, anchors = grown(forest, 1)
    with taken_back(warehouse):
        assert derived.last_walk(warehouse) is None
        stored, made_from = store(warehouse, Steps(graph), anchors)
        rows = [
            (key, issuer, subject, data["signature_status"], "raw")
            for issuer, subject, key, data in graph.edges(keys=True, data=True)
        ]
        derived.store_graph(warehouse, [], rows)
        counts = {"certificates": 5, "issuances": 5, "paths": stored.paths, "budget": 1, "truncated": 0}
        said: dict[str, str | int] = {"input_digest": "", "walk_digest": "", "salt": 0, **counts}
        derived.store_analysis(warehouse, said)
        assert derived.last_walk(warehouse) == made_from
        derived.store_analysis(warehouse, {**said, "truncated": 1, "salt": 3})
        assert derived.last_walk(warehouse) == replace(made_from, truncated=True, salt=3)
