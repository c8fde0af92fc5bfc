"""Paths counted without being found, on random graphs: the number that brute force finds, or bounds."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cagraph.graph.count import Count, count_paths
from cagraph.graph.steps import Steps
from tests.graph import reference
from tests.graph.brute import anchors
from tests.graph.factory import Drawn, drawn_graphs, graph_from, sha256_of

many = settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
trust = st.sets(st.integers(0, 13), max_size=3)
# Bad signatures and weak ones are among the former, many circles and parallels among the latter.
graphs = drawn_graphs() | drawn_graphs(odd=(), cas=4, most=14) | drawn_graphs(odd=(), cas=7, most=16)


def _found(drawn: list[Drawn], trusted: set[int]) -> tuple[Steps, list[str], Counter[str]]:
    graph = graph_from(drawn)
    starts = anchors(graph, trusted)
    lines = list(reference.paths(graph, starts))
    found = Counter(line[-1] for line in [*lines, *reference.hops(graph, lines)])
    return Steps(graph), starts, found


@many
@given(graphs, trust)
def test_as_many_as_brute_force_finds(drawn: list[Drawn], trusted: set[int]) -> None:
    steps, starts, found = _found(drawn, trusted)
    for target in steps.certificates:
        number = count_paths(steps, target, starts)
        assert number.exact
        assert number == Count(found[target], found[target])


@many
@given(drawn_graphs(odd=(), cas=5, most=20) | graphs, trust, st.integers(1, 8) | st.integers(1, 50))
def test_too_many_sets_give_bounds(drawn: list[Drawn], trusted: set[int], sets: int) -> None:
    steps, starts, found = _found(drawn, trusted)
    for target in steps.certificates:
        number = count_paths(steps, target, starts, sets=sets)
        assert number.at_least <= found[target] <= number.at_most
        event("exact" if number.exact else "bounds")


@settings(many, max_examples=200)
@given(graphs, trust, st.integers(1, 10), st.integers(1, 10))
def test_more_sets_are_never_worse(drawn: list[Drawn], trusted: set[int], sets: int, more: int) -> None:
    steps, starts, _ = _found(drawn, trusted)
    for target in steps.certificates:
        rough = count_paths(steps, target, starts, sets=sets)
        finer = count_paths(steps, target, starts, sets=sets + more)
        assert rough.at_least <= finer.at_least <= finer.at_most <= rough.at_most


def test_a_graph_will_do_as_well_as_its_steps() -> None:
    graph = graph_from([Drawn(0, 0), Drawn(0, 2)])
    assert count_paths(graph, sha256_of(1), [sha256_of(0)]) == Count(1, 1)
    assert count_paths(graph, sha256_of(1), [sha256_of(5)]) == Count(0, 0)


def test_a_certificate_that_the_graph_does_not_have() -> None:
    with pytest.raises(LookupError, match="no certificate"):
        count_paths(graph_from([Drawn(0, 0)]), sha256_of(1), [sha256_of(0)])
