"""The walk against a second opinion, on random graphs: circles, parallel certificates, odd extensions."""

from collections import Counter
from random import Random

import networkx as nx
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cagraph.graph.build import Graph
from cagraph.graph.paths import Path, anchors_of, walk
from cagraph.graph.purposes import load_purposes
from cagraph.x509.facts import CertificateFacts
from tests.graph import reference
from tests.graph.factory import Drawn, drawn_graphs, graph_from

thousand = settings(max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
trust = st.sets(st.integers(0, 9), max_size=3)


def _anchors(graph: Graph, trusted: set[int]) -> list[str]:
    return anchors_of(graph, [f"{number:064x}" for number in trusted])


def _facts(graph: Graph) -> dict[str, CertificateFacts]:
    return {key: data["certificate"] for _, _, key, data in graph.edges(keys=True, data=True)}


def _line(path: Path) -> reference.Line:
    return tuple(path.certificates())


def _words(bits: int) -> frozenset[str]:
    return frozenset(load_purposes().words(bits))


@thousand
@given(drawn_graphs(plain=True, most=14), trust)
def test_the_walk_finds_the_paths_that_networkx_finds(drawn: list[Drawn], trusted: set[int]) -> None:
    graph = graph_from(drawn)
    anchors = _anchors(graph, trusted)
    walked = walk(graph, anchors, budget=10**9)
    found = Counter(_line(path) for path in walked.paths if not path.self_signed_hop)
    expected = list(reference.paths(graph, anchors))
    assert found == Counter(expected)
    hops = Counter(_line(path) for path in walked.paths if path.self_signed_hop)
    assert hops == Counter(reference.hops(graph, expected))
    assert walked.cut == {}


@thousand
@given(drawn_graphs(), trust)
def test_each_path_permits_what_rfc_5280_says(drawn: list[Drawn], trusted: set[int]) -> None:
    graph = graph_from(drawn)
    certificates = _facts(graph)
    anchors = _anchors(graph, trusted)
    walked = walk(graph, anchors, budget=10**9)
    expected = list(reference.paths(graph, anchors))
    assert {_line(path) for path in walked.paths} == {*expected, *reference.hops(graph, expected)}
    for path in walked.paths:
        verdict = reference.judge([certificates[key] for key in _line(path)], hop=path.self_signed_hop)
        event(verdict.broken_by[1] if verdict.broken_by else "permits")
        assert verdict == reference.Verdict(
            purposes=_words(path.purposes),
            purposes_bare=_words(path.purposes_bare),
            sound=path.sound,
            policies=path.policies,
            valid_from=path.valid_from,
            valid_to=path.valid_to,
            broken_by=path.broken_by,
        ), [certificates[key] for key in _line(path)]


@thousand
@given(drawn_graphs(cas=4, most=14), trust, st.integers(1, 4))
def test_a_small_budget_leaves_out_and_says_where(drawn: list[Drawn], trusted: set[int], budget: int) -> None:
    graph = graph_from(drawn)
    anchors = _anchors(graph, trusted)
    everything = walk(graph, anchors, budget=10**9)
    full: dict[str, set[reference.Line]] = {}
    for path in everything.paths:
        full.setdefault(path.certificate.sha256, set()).add(_line(path))
    walked = walk(graph, anchors, budget=budget)
    kept: dict[str, list[reference.Line]] = {}
    for path in walked.paths:
        kept.setdefault(path.certificate.sha256, []).append(_line(path))
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
    anchors = _anchors(graph, trusted)
    one, other = walk(graph, anchors, budget=2), walk(shuffled, anchors[::-1], budget=2)
    assert [_line(path) for path in one.paths] == [_line(path) for path in other.paths]
    assert one.cut == other.cut
