"""What the database holds is what the graph says: every path that a walk finds, row for row."""

from collections import Counter

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given, settings
from hypothesis import strategies as st

from cagraph.graph.steps import Steps
from tests.analysis.drawing import (
    ALL,
    LARGE,
    Forest,
    Rows,
    forests,
    grown,
    store,
    stored_rows,
    taken_back,
    trees_in,
    walked_rows,
)
from tests.graph.factory import Drawn, graph_from, mesh

DIFFERENCES = {"not_ca", "no_key_cert_sign", "unknown_critical_extension", "path_length", "name_constraints",
               "no_common_validity"}  # fmt: skip


def _stored(warehouse: DuckDBPyConnection, steps: Steps, anchors: list[str], budget: int) -> Rows:
    with taken_back(warehouse):
        stored, _ = store(warehouse, steps, anchors, budget=budget)
        rows = stored_rows(warehouse)
    assert stored.paths == len(rows["path"])
    assert stored.cut == {sha256: cut for sha256, _, cut in rows["path_truncation"]}
    assert (stored.salt, stored.added_only) == (0, False)
    return rows


def test_every_path_of_random_graphs(warehouse: DuckDBPyConnection) -> None:
    seen: Counter[str] = Counter()

    @settings(LARGE, max_examples=12)
    @given(forests(), st.sampled_from([ALL, 1, 2, 5]))
    def check(forest: Forest, budget: int) -> None:
        graph, anchors = grown(forest, 0)
        rows = _stored(warehouse, Steps(graph), anchors, budget)
        assert rows == walked_rows(Steps(graph), anchors, budget)
        seen.update({"graphs": trees_in(forest), "paths": len(rows["path"])})
        seen.update(reason for *_, reason, _ in rows["path_break"])
        seen.update("hop" for row in rows["path"] if row[-1])
        seen["cut"] += any(cut for *_, cut in rows["path_truncation"])
        seen["cut above"] += any(not cut for *_, cut in rows["path_truncation"])

    check()
    assert seen["graphs"] > 200
    assert seen["paths"] > 1500
    assert seen.keys() >= DIFFERENCES | {"hop"}
    assert min(seen["cut"], seen["cut above"]) > 0


@pytest.mark.parametrize("budget", [1, 2, 5, 20, ALL])
def test_a_mesh(warehouse: DuckDBPyConnection, budget: int) -> None:
    """Five CAs that all certify each other: circles everywhere, and budgets that cut on every level."""
    graph = graph_from(mesh(5))
    anchors = sorted(key for issuer, subject, key in graph.edges(keys=True) if issuer == subject)
    rows = _stored(warehouse, Steps(graph), anchors, budget)
    assert rows == walked_rows(Steps(graph), anchors, budget)
    assert bool(rows["path_truncation"]) == (budget < ALL)


def test_nothing_at_all(warehouse: DuckDBPyConnection) -> None:
    """No certificate; then a dangling one and a circle: nothing begins there."""
    nowhere = graph_from([Drawn(0, 2), Drawn(2, 4), Drawn(4, 2)])
    for graph in (graph_from([]), nowhere):
        assert _stored(warehouse, Steps(graph), [], ALL) == walked_rows(Steps(graph), [])
