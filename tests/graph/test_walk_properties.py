"""The walk against a second opinion, on random graphs: circles, parallel certificates, odd extensions."""

from collections import Counter
from random import Random

import networkx as nx
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cagraph.graph.build import Graph
from cagraph.graph.walk import walk
from tests.graph import reference
from tests.graph.brute import anchors, every_path, expected_of, line_of, said_of
from tests.graph.factory import Drawn, drawn_graphs, graph_from

many = settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
trust = st.sets(st.integers(0, 9), max_size=3)


@many
@given(drawn_graphs(odd=(), most=14), trust)
def test_the_walk_finds_the_paths_that_networkx_finds(drawn: list[Drawn], trusted: set[int]) -> None:
    graph = graph_from(drawn)
    starts = anchors(graph, trusted)
    walked = walk(graph, starts, budget=10**9)
    found = Counter(line_of(path) for path in walked.paths if not path.self_signed_hop)
    expected = list(reference.paths(graph, starts))
    assert found == Counter(expected)
    hops = Counter(line_of(path) for path in walked.paths if path.self_signed_hop)
    assert hops == Counter(reference.hops(graph, expected))
    assert walked.cut == {}


@settings(many, max_examples=1000)
@given(drawn_graphs(), trust)
def test_each_path_comes_to_what_rfc_5280_says(drawn: list[Drawn], trusted: set[int]) -> None:
    graph = graph_from(drawn)
    starts = anchors(graph, trusted)
    expected = every_path(graph, starts)
    walked = walk(graph, starts, budget=None)
    assert len(walked) == len(walked.paths) == len(expected)
    assert [line_of(walked.path(number)) for number in range(len(walked))] == list(map(line_of, walked.paths))
    said = {line_of(path): said_of(path) for path in walked.paths}
    assert said == {found.line: expected_of(found) for found in expected}
    for reason in {reason for found in expected for _, reason in found.verdict.breaks}:
        event(reason)


@many
@given(drawn_graphs(cas=4, most=14), trust, st.integers(1, 4))
def test_a_small_budget_leaves_out_and_says_where(drawn: list[Drawn], trusted: set[int], budget: int) -> None:
    graph = graph_from(drawn)
    starts = anchors(graph, trusted)
    everything = walk(graph, starts, budget=10**9)
    full: dict[str, set[reference.Line]] = {}
    for path in everything.paths:
        full.setdefault(path.certificate.sha256, set()).add(line_of(path))
    walked = walk(graph, starts, budget=budget)
    kept: dict[str, list[reference.Line]] = {}
    for path in walked.paths:
        kept.setdefault(path.certificate.sha256, []).append(line_of(path))
    event("cut" if any(walked.cut.values()) else "not cut")
    for sha256, lines in kept.items():
        assert len(lines) <= 2 * budget
        assert len(set(lines)) == len(lines)
        assert set(lines) <= full[sha256]
        assert [len(line) for line in lines] == sorted(len(line) for line in lines)
    for sha256, lines_in_full in full.items():
        if sha256 not in walked.cut:
            assert set(kept.get(sha256, ())) == lines_in_full
    for sha256, refused in walked.cut.items():
        assert refused <= len(full.get(sha256, ())) - len(kept.get(sha256, ()))
    assert [path.length for path in walked.paths] == sorted(path.length for path in walked.paths)


@given(drawn_graphs(), trust, st.randoms(use_true_random=False))
def test_the_order_of_the_certificates_means_nothing(
    drawn: list[Drawn], trusted: set[int], random: Random
) -> None:
    graph = graph_from(drawn)
    shuffled: Graph = nx.MultiDiGraph()
    edges = list(graph.edges(keys=True, data=True))
    random.shuffle(edges)
    for issuer, subject, key, data in edges:
        shuffled.add_edge(issuer, subject, key=key, **data)
    starts = anchors(graph, trusted)
    one, other = walk(graph, starts, budget=2), walk(shuffled, starts[::-1], budget=2)
    assert [line_of(path) for path in one.paths] == [line_of(path) for path in other.paths]
    assert one.cut == other.cut
