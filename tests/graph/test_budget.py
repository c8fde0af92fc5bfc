"""A mesh of CAs that all certify each other: the walk ends, says what it left out, and is repeatable."""

from itertools import permutations

import pytest

from cagraph.graph.build import Graph, anchors_of, graph_of
from cagraph.graph.walk import Walked, walk
from tests.pki import Authority

CAS = [Authority(f"Mesh {number}") for number in range(6)]
LEAF, APART, APART_SUB = Authority("Leaf"), Authority("Apart"), Authority("Apart sub")


@pytest.fixture(scope="module")
def mesh() -> Graph:
    """Six roots, each certifying each other; a CA below the first; a root with a CA apart from them all."""
    issued = [ca.self_signed() for ca in CAS]
    issued += [issuer.issue(subject) for issuer, subject in permutations(CAS, 2)]
    issued += [CAS[0].issue(LEAF), APART.self_signed(), APART.issue(APART_SUB)]
    return graph_of(certificate.der for certificate in issued)


def _lines(walked: Walked) -> list[tuple[str, ...]]:
    return [tuple(path.certificates()) for path in walked.paths]


def test_without_a_cut_every_path_is_there(mesh: Graph) -> None:
    """6 anchors and 6·5·4·3·2·1 orders to go on: 6·(1 + 5 + 5·4 + … + 5!) paths, as many hops but 6."""
    walked = walk(mesh, anchors_of(mesh))
    counted = {"mesh": 0, "hop": 0, "leaf": 0, "apart": 0}
    names = {key: mesh.nodes[subject]["name"] for _, subject, key in mesh.edges(keys=True)}
    for path in walked.paths:
        name = names[path.certificate.sha256]
        kind = (
            "hop"
            if path.self_signed_hop
            else "leaf"
            if "Leaf" in name
            else "mesh"
            if "Mesh" in name
            else "apart"
        )
        counted[kind] += 1
    assert walked.cut == {}
    in_mesh = 6 * (1 + 5 + 20 + 60 + 120 + 120)
    assert counted == {"mesh": in_mesh, "hop": in_mesh - 6, "leaf": in_mesh // 6, "apart": 2}
    assert len(set(_lines(walked))) == len(walked.paths)


@pytest.mark.parametrize("budget", [1, 7, 50])
def test_a_cut_is_counted(mesh: Graph, budget: int) -> None:
    walked = walk(mesh, anchors_of(mesh), budget=budget)
    per_certificate: dict[str, int] = {}
    for path in walked.paths:
        per_certificate[path.certificate.sha256] = per_certificate.get(path.certificate.sha256, 0) + 1
    assert max(per_certificate.values()) == budget
    full = [sha256 for sha256, refused in walked.cut.items() if refused]
    assert full
    assert {per_certificate[sha256] for sha256 in full} == {budget}
    assert [path.length for path in walked.paths] == sorted(path.length for path in walked.paths)


def test_what_lies_below_a_cut_is_marked_and_the_rest_is_not(mesh: Graph) -> None:
    """With 20 the mesh is cut, so the CA below it may lack paths; what stands apart is complete."""
    walked = walk(mesh, anchors_of(mesh), budget=20)
    subjects = {key: mesh.nodes[subject]["name"] for _, subject, key in mesh.edges(keys=True)}
    marked = {subjects[sha256] for sha256 in walked.cut}
    assert marked == {name for name in subjects.values() if "Apart" not in name}


def test_a_refused_hop_marks_nothing_below(mesh: Graph) -> None:
    """With 100 every path through the mesh is kept; only hops onto its roots and paths to Leaf are not."""
    walked = walk(mesh, anchors_of(mesh), budget=100)
    ends = {
        key: (issuer == subject, mesh.nodes[subject]["name"])
        for issuer, subject, key in mesh.edges(keys=True)
    }
    assert all(walked.cut.values())
    assert {ends[sha256] for sha256 in walked.cut} == {
        (False, "CN=Leaf, C=ZZ"),
        *((True, f"CN=Mesh {number}, C=ZZ") for number in range(6)),
    }


def test_the_result_does_not_depend_on_the_order_of_anything(mesh: Graph) -> None:
    ders = [data["certificate"].der for *_, data in mesh.edges(keys=True, data=True)]
    first = walk(mesh, anchors_of(mesh), budget=9)
    other_way = graph_of(reversed(ders))
    second = walk(other_way, reversed(anchors_of(other_way)), budget=9)
    assert _lines(first) == _lines(second)
    assert first.cut == second.cut


def test_paths_that_permit_nothing_do_not_crowd_out_those_that_do() -> None:
    """Five certificates that never held with root, and a good one: with a budget of one, one of each kind."""
    root, sub, leaf = Authority("Root"), Authority("Sub"), Authority("Leaf")
    broken = [
        root.issue(sub, not_before=f"20{year}-01-01", not_after=f"20{year}-06-01")
        for year in (41, 42, 43, 44, 45)
    ]
    good = root.issue(sub)
    graph = graph_of(c.der for c in [root.self_signed(), *broken, good, sub.issue(leaf)])
    walked = walk(graph, anchors_of(graph), budget=1)
    to_leaf = [path for path in walked.paths if path.length == 3]
    assert sorted(bool(path.purposes) for path in to_leaf) == [False, True]
    assert {path.certificates()[1] for path in to_leaf if path.purposes} == {good.sha256}


def test_a_budget_of_nothing_keeps_nothing_and_says_so(mesh: Graph) -> None:
    walked = walk(mesh, anchors_of(mesh), budget=0)
    assert walked.paths == []
    assert set(walked.cut) == {key for *_, key in mesh.edges(keys=True)}
    assert sum(walked.cut.values()) == len(anchors_of(mesh))
