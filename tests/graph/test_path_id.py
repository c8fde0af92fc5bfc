"""A path's number: the same everywhere, and no other path's."""

from math import isqrt

from hypothesis import given
from hypothesis import strategies as st

from cagraph.graph.build import anchors_of, graph_of
from cagraph.graph.paths import Path
from cagraph.graph.search import Search
from cagraph.graph.walk import walk
from tests.graph.brute import anchors, line_of
from tests.graph.factory import Drawn, drawn_graphs, graph_from, mesh
from tests.graph.reference import Line
from tests.pki import Authority

trust = st.sets(st.integers(0, 13), max_size=3)


def _ids(paths: list[Path]) -> dict[Line, int]:
    return {line_of(path): path.id for path in paths}


@given(drawn_graphs(odd=(), most=14), trust)
def test_no_two_paths_have_one_number(drawn: list[Drawn], trusted: set[int]) -> None:
    graph = graph_from(drawn)
    ids = _ids(walk(graph, anchors(graph, trusted)).paths)
    assert len(set(ids.values())) == len(ids)


@given(drawn_graphs(odd=(), most=10), drawn_graphs(odd=(), most=6), trust)
def test_the_same_in_every_graph(drawn: list[Drawn], more: list[Drawn], trusted: set[int]) -> None:
    """More certificates give more paths; those that were there keep their numbers. A search agrees."""
    graph, larger = graph_from(drawn), graph_from([*drawn, *more])
    ids, others = (_ids(walk(each, anchors(each, trusted)).paths) for each in (graph, larger))
    here = {key for *_, key in graph.edges(keys=True)}
    assert {line: number for line, number in others.items() if here.issuperset(line)} == ids
    for target in here:
        found = _ids(list(Search(larger, target, anchors(larger, trusted))))
        assert found == {line: number for line, number in others.items() if line[-1] == target}


def test_a_mesh_of_seven() -> None:
    """Some 27,000 paths, many of the same certificates in another order."""
    graph = graph_from(mesh(7))
    ids = [path.id for path in walk(graph, anchors_of(graph), budget=None).paths]
    assert len(set(ids)) == len(ids) > 20_000
    assert 0 <= min(ids) <= max(ids) < 2**53


def test_a_number_that_other_programs_have_stored() -> None:
    """root → sub, worked out by hand: the first 13 hex digits of each, as digits of one number."""
    root, sub = Authority("Root"), Authority("Sub")
    anchor, issued = root.self_signed(), root.issue(sub)
    graph = graph_of([anchor.der, issued.der])
    one, two = walk(graph, anchors_of(graph)).paths
    prime, factor = 9_007_199_254_740_881, 6_364_136_223_846_793
    first, second = int(anchor.sha256[:13], 16), int(issued.sha256[:13], 16)
    assert (one.id, two.id) == (first % prime, (first * factor + second) % prime)


def test_numbers_are_taken_modulo_a_prime() -> None:
    """So that no certificate at any place of a path is without effect on its number."""
    prime = 2**53 - 111
    assert prime < 2**53
    assert all(pow(base, prime - 1, prime) == 1 for base in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37))
    assert isqrt(prime) ** 2 != prime
