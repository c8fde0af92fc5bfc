"""The search for the paths to one certificate, on random graphs: all of them, in order, and filtered."""

from collections.abc import Collection
from datetime import datetime
from itertools import groupby
from random import Random

import networkx as nx
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cagraph.graph.build import Graph
from cagraph.graph.purposes import load_purposes
from cagraph.graph.search import Search
from cagraph.graph.steps import Steps
from tests.graph.brute import Found, anchors, every_path, expected_of, in_order, line_of, said_of, words
from tests.graph.factory import Drawn, drawn_graphs, graph_from, sha256_of
from tests.graph.reference import Line

many = settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
trust = st.sets(st.integers(0, 9), max_size=3)
instants = st.sampled_from([None, datetime(2005, 1, 1), datetime(2010, 1, 1), datetime(2025, 1, 1)])
purposes = st.sets(st.sampled_from(load_purposes().names), max_size=2)


def _lines(search: Search) -> list[Line]:
    found = [line_of(path) for path in search]
    assert search.complete
    return found


def _by_target(found: list[Found]) -> dict[str, list[Found]]:
    ordered = sorted(found, key=lambda each: each.line[-1])
    return {target: list(group) for target, group in groupby(ordered, key=lambda each: each.line[-1])}


@many
@given(drawn_graphs(), trust, st.booleans())
def test_every_path_to_every_certificate(drawn: list[Drawn], trusted: set[int], issues: bool) -> None:
    graph = graph_from(drawn)
    starts = anchors(graph, trusted)
    expected = _by_target(every_path(graph, starts, issues=issues))
    steps = Steps(graph)
    for target in steps.certificates:
        search = Search(steps, target, starts, issues=issues)
        found = list(search)
        assert search.complete
        assert [line_of(path) for path in found] == in_order(expected.get(target, []))
        said = {line_of(path): said_of(path) for path in found}
        assert said == {each.line: expected_of(each) for each in expected.get(target, [])}


def _wanted(found: Found, permitting: Collection[str], at: datetime | None, without: Collection[str]) -> bool:
    return found.holds(at, without) and (not permitting or bool(found.verdict.purposes & set(permitting)))


@settings(many, max_examples=700)
@given(drawn_graphs(), trust, st.booleans(), purposes, instants, st.sets(st.integers(0, 9), max_size=3))
def test_only_what_was_asked_for(
    drawn: list[Drawn],
    trusted: set[int],
    issues: bool,
    permitting: set[str],
    at: datetime | None,
    revoked: set[int],
) -> None:
    graph = graph_from(drawn)
    starts = anchors(graph, trusted)
    without = {sha256_of(number) for number in revoked}
    every = every_path(graph, starts, issues=issues)
    expected = _by_target([each for each in every if _wanted(each, permitting, at, without)])
    bits = sum(load_purposes().bit(word) for word in permitting)
    assert words(bits) == permitting
    steps = Steps(graph)
    for target in steps.certificates:
        search = Search(steps, target, starts, issues=issues, permitting=bits, at=at, without=without)
        assert _lines(search) == in_order(expected.get(target, []))
    event("some" if expected else "none")


@settings(many, max_examples=200)
@given(drawn_graphs(odd=(), cas=4, most=14), trust, st.integers(0, 60))
def test_a_search_that_gives_up_has_found_the_first_paths(
    drawn: list[Drawn], trusted: set[int], effort: int
) -> None:
    graph = graph_from(drawn)
    starts = anchors(graph, trusted)
    expected = _by_target(every_path(graph, starts))
    steps = Steps(graph)
    for target in steps.certificates:
        search = Search(steps, target, starts, effort=effort)
        found = [line_of(path) for path in search]
        in_full = in_order(expected.get(target, []))
        assert found == in_full[: len(found)]
        assert len(found) == len(in_full) or not search.complete
        event("complete" if search.complete else "gave up")


@given(drawn_graphs(), trust, st.randoms(use_true_random=False))
def test_the_order_of_the_certificates_means_nothing(
    drawn: list[Drawn], trusted: set[int], random: Random
) -> None:
    graph = graph_from(drawn)
    edges = list(graph.edges(keys=True, data=True))
    random.shuffle(edges)
    shuffled: Graph = nx.MultiDiGraph()
    for issuer, subject, key, data in edges:
        shuffled.add_edge(issuer, subject, key=key, **data)
    starts = anchors(graph, trusted)
    for *_, target, _ in edges:
        one, other = Search(graph, target, starts), Search(shuffled, target, starts[::-1])
        assert _lines(one) == _lines(other) == _lines(one)


def test_a_path_that_never_held_permits_nothing() -> None:
    """root (2000 to 2010) → sub (2030 to 2050): broken, and not among those that permit something."""
    graph = graph_from([Drawn(0, 0, (2000, 2010)), Drawn(0, 2, (2030, 2050))])
    target, anchors = sha256_of(1), [sha256_of(0)]
    (path,) = Search(graph, target, anchors)
    assert not path.sound
    assert not path.purposes
    assert _lines(Search(graph, target, anchors, permitting=load_purposes().all)) == []


def test_a_certificate_that_the_graph_does_not_have() -> None:
    with pytest.raises(LookupError, match="no certificate"):
        Search(graph_from([Drawn(0, 0)]), sha256_of(1), [sha256_of(0)])


def test_anchors_that_the_graph_does_not_have() -> None:
    assert _lines(Search(graph_from([Drawn(0, 0)]), sha256_of(0), [sha256_of(1)])) == []
