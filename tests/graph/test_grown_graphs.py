"""A graph that certificates are added to is the graph that all of them make at once."""

from itertools import pairwise
from typing import Any

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from cagraph.graph.build import Graph, anchors_of, graph_of, with_certificates
from cagraph.graph.capability import capability
from cagraph.graph.claims import Claim
from cagraph.graph.search import Search
from cagraph.graph.walk import walk
from cagraph.model import SignatureStatus
from cagraph.x509.certificate import read_certificate
from tests.graph.brute import line_of
from tests.pki import SERVER_AUTH, Authority, Issued

ROOT, OTHER, SUB, BELOW, GONE = (Authority(name, "A") for name in ("Root", "Other", "Sub", "Below", "Gone"))
TWIN, HOST = Authority("Root", "A", key="another"), Authority("host.test", "A")
EVERY_KIND = [
    ROOT.self_signed(),
    OTHER.self_signed(),
    TWIN.self_signed(),
    OTHER.issue(ROOT, aki="none"),
    ROOT.issue(OTHER, aki="issuer"),
    ROOT.issue(SUB),
    ROOT.issue(SUB, not_after="2040-01-01", sha1=True),
    SUB.issue(BELOW),
    BELOW.issue(SUB),
    TWIN.issue(BELOW, aki="none"),
    ROOT.issue(BELOW, signer=TWIN),
    GONE.issue(SUB),
    GONE.issue(BELOW, aki="none"),
    ROOT.issue(SUB, signer=GONE, not_after="2041-01-01"),
    SUB.issue(HOST, ca=False, eku=[SERVER_AUTH]),
]
"""Roots, cross-certificates, parallel ones, circles, a name with two keys, forged and dangling ones."""


def _same(one: Graph, other: Graph) -> bool:
    return _content(one) == _content(other)


def _content(graph: Graph) -> tuple[dict[str, dict[str, Any]], dict[str, object]]:
    nodes = {node: graph.nodes[node] for node in graph}
    return nodes, {key: (*edge, data) for *edge, key, data in graph.edges(keys=True, data=True)}


@given(st.permutations(EVERY_KIND), st.lists(st.integers(0, len(EVERY_KIND)), max_size=3))
def test_grown_in_any_order_and_any_portions(order: list[Issued], cuts: list[int]) -> None:
    """Roots may come after what they issued, and a dangling issuer be found, or found to be another."""
    at_once = graph_of(each.der for each in EVERY_KIND)
    bounds = [0, *sorted(cuts), len(order)]
    graph: Graph = nx.MultiDiGraph()
    for first, last in pairwise(bounds):
        graph = with_certificates(graph, [read_certificate(each.der) for each in order[first:last]])
    assert _same(graph, at_once)
    paths = [line_of(path) for path in walk(graph, anchors_of(graph)).paths]
    assert paths == [line_of(path) for path in walk(at_once, anchors_of(at_once)).paths]


def test_the_graph_that_grows_stays_as_it_was() -> None:
    ders = [each.der for each in EVERY_KIND[:5]]
    graph = graph_of(ders)
    grown = with_certificates(graph, [read_certificate(EVERY_KIND[5].der)])
    assert grown.number_of_edges() == graph.number_of_edges() + 1 == 6
    assert _same(graph, graph_of(ders))


def test_what_is_there_already_changes_nothing() -> None:
    everything = [read_certificate(each.der) for each in EVERY_KIND]
    graph = graph_of(each.der for each in EVERY_KIND)
    assert _same(with_certificates(graph, everything), graph)
    assert _same(with_certificates(graph, []), graph)


def test_a_name_spelled_in_two_ways() -> None:
    """loud: Other → Sub, spelled loudly; plain: Root → Sub. However it came about, Sub has one name."""
    certificates = [
        ROOT.self_signed(),
        OTHER.self_signed(),
        OTHER.issue(SUB, spelling="loud"),
        ROOT.issue(SUB),
    ]
    ders = [each.der for each in certificates]
    graph = graph_of(ders)
    assert _same(graph_of(reversed(ders)), graph)
    assert _same(with_certificates(graph, []), graph)
    assert _same(with_certificates(graph_of(ders[:3]), [read_certificate(ders[3])]), graph)


def test_signatures_that_are_known_are_taken_over() -> None:
    """A warehouse remembers what trying a signature showed; growing its graph does not try it again."""
    root, sub = ROOT.self_signed(), ROOT.issue(SUB)
    graph = graph_of([root.der, sub.der])
    edges = {key: data for *_, key, data in graph.edges(keys=True, data=True)}
    edges[sub.sha256]["signature_status"] = SignatureStatus.WEAK
    grown = with_certificates(graph, [read_certificate(SUB.issue(BELOW).der)])
    found = {key: data["signature_status"] for *_, key, data in grown.edges(keys=True, data=True)}
    assert found[sub.sha256] is SignatureStatus.WEAK
    assert found[root.sha256] is SignatureStatus.OK


def test_a_subscribers_certificate() -> None:
    """root → sub → host, and other → cross (Root) → sub → host: found as the last one, not as an issuer."""
    host = SUB.issue(HOST, ca=False, names=["dns:host.test"], eku=[SERVER_AUTH])
    root, other, cross, sub = ROOT.self_signed(), OTHER.self_signed(), OTHER.issue(ROOT), ROOT.issue(SUB)
    graph = graph_of(each.der for each in (root, other, cross, sub))
    grown = with_certificates(graph, [read_certificate(host.der)])
    search = Search(grown, host.sha256, anchors_of(grown), issues=False)
    found = list(search)
    assert search.complete
    assert [line_of(path) for path in found] == [
        (root.sha256, sub.sha256, host.sha256),
        (other.sha256, cross.sha256, sub.sha256, host.sha256),
    ]
    assert all(path.sound and path.purposes for path in found)
    as_issuer = list(Search(grown, host.sha256, anchors_of(grown)))
    assert [[each.reason for each in path.breaks] for path in as_issuer] == [
        ["not_ca", "no_key_cert_sign"]
    ] * 2
    can = capability(grown, {root.sha256: [Claim("TLS", "server_auth")]})
    assert sub.sha256 in can
    assert host.sha256 not in can, "nobody takes a subscriber for a CA"
