"""The graph of every real certificate, counted as ../shared/real/README.md counts, by hand where it can be.

Where a number is not the README's, the test says why.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import networkx as nx
import pytest

from cagraph.graph.build import Graph, anchors_of, build_graph
from cagraph.graph.link import SignatureChecks, link
from cagraph.graph.walk import Walked, walk
from cagraph.x509.facts import CertificateFacts
from tests.graph import reference
from tests.graph.brute import Found, expected_of, line_of, said_of
from tests.real_certificates import real_facts

pytestmark = pytest.mark.realdata

DAY = datetime(2026, 8, 21)
VERSION_1_ANCHORS = {
    "83ce3c12", "92a9d983", "ac1fae74", "eb04cf5e", "cbb5af18", "a5312518", "5b789987", "e7685634",
}  # fmt: skip
# An address with bits beyond its mask, an empty list of subtrees: the second opinion's library refuses both.
UNREAD_CONSTRAINTS = {"01fd6148", "a400ba55"}
Certificates = dict[str, CertificateFacts]
Test = Callable[[CertificateFacts], bool]


@pytest.fixture(scope="session")
def certificates(real_dir: Path) -> Certificates:
    return real_facts(real_dir)


@pytest.fixture(scope="session")
def checks() -> SignatureChecks:
    return SignatureChecks()


@pytest.fixture(scope="session")
def graph(certificates: Certificates, checks: SignatureChecks) -> Graph:
    everything = list(certificates.values())
    return build_graph(everything, link(everything, checks))


@pytest.fixture(scope="session")
def walked(graph: Graph) -> Walked:
    return walk(graph, anchors_of(graph))


@pytest.fixture(scope="session")
def roots(real_dir: Path) -> set[str]:
    with (real_dir / "root_trust.csv").open(encoding="utf-8", newline="") as lines:
        return {row["sha256"].lower() for row in csv.DictReader(lines)}


def _issuer(graph: Graph) -> dict[str, str]:
    """Return the proved issuing CA of each certificate that has one."""
    return {key: issuer for issuer, _, key, data in graph.edges(keys=True, data=True) if data["proved"]}


def _status(graph: Graph) -> dict[str, str | None]:
    """Return what trying each certificate's signature showed."""
    return {key: data["signature_status"] for _, _, key, data in graph.edges(keys=True, data=True)}


def _pairs(graph: Graph, certificates: Certificates) -> list[tuple[CertificateFacts, CertificateFacts]]:
    """Return (certificate of the issuing CA, certificate), none with itself."""
    by_ca = defaultdict(list)
    for found in certificates.values():
        by_ca[found.ca_id].append(found)
    return [
        (parent, certificates[key])
        for key, issuer in _issuer(graph).items()
        for parent in by_ca[issuer]
        if parent.sha256 != key
    ]


def test_cas_and_dangling_issuers(graph: Graph) -> None:
    """8,221 CAs, the README's 8,223 less the two that tests/x509 explains, and 4 issuers not among them."""
    dangling = [node for node, is_dangling in graph.nodes(data="dangling") if is_dangling]
    assert (len(graph) - len(dangling), len(dangling)) == (8_221, 4)
    assert graph.number_of_edges() == 10_217
    assert sum(graph.degree(node) == 1 for node in dangling) == 4


def test_every_signature_but_four_is_proved(graph: Graph, checks: SignatureChecks) -> None:
    statuses = Counter(_status(graph).values())
    assert statuses == {"ok": 8_010, "weak": 2_203, None: 4}
    # Trying the key that the identifier names first, it is hardly ever the wrong one.
    assert sum(status == "bad" for _, _, status, _ in checks.new) < 20


def test_certificate_to_certificate_edges(graph: Graph, certificates: Certificates) -> None:
    pairs = _pairs(graph, certificates)
    assert len(pairs) == 23_601
    assert sum(parent.subject_der == found.issuer_der for parent, found in pairs) == 23_442
    assert sum(parent.is_ca for parent, _ in pairs) == 23_071
    assert sum(parent.is_ca or parent.version == 1 for parent, _ in pairs) == 23_566


def test_self_signed(graph: Graph) -> None:
    edges = graph.edges(data=True)
    assert sum(issuer == subject and data["proved"] for issuer, subject, data in edges) == 966
    assert len(anchors_of(graph)) == 966


def test_weak_signatures(graph: Graph, certificates: Certificates) -> None:
    weak = {key for key, status in _status(graph).items() if status == "weak"}
    issuer = _issuer(graph)
    pairs = [found for _, found in _pairs(graph, certificates) if found.sha256 in weak]
    onto_themselves = [certificates[key] for key in weak if issuer[key] == certificates[key].ca_id]
    assert len(pairs) + len(onto_themselves) == 5_346
    by_algorithm = Counter(found.signature_algorithm for found in (*pairs, *onto_themselves))
    assert by_algorithm == {
        "md2WithRSAEncryption": 25,
        "md5WithRSAEncryption": 44,
        "sha1WithRSAEncryption": 5_277,
    }
    others = Counter(found.signature_algorithm for found in {found.sha256: found for found in pairs}.values())
    assert (others["sha1WithRSAEncryption"], others.total()) == (1_942, 1_956)


def test_weak_is_what_its_algorithm_says(graph: Graph) -> None:
    for *_, data in graph.edges(keys=True, data=True):
        if data["proved"]:
            old = data["certificate"].signature_algorithm.startswith(("md2", "md5", "sha1"))
            assert data["signature_status"] == ("weak" if old else "ok")


@pytest.mark.parametrize(
    ("day", "others", "with_itself", "self_and_other", "circles"),
    [(None, 273, 441, 215, [2, 2, 3, 3]), (DAY, 149, None, 154, [2, 2])],
    ids=["all time", "that day"],
)
def test_cross_certified_cas(
    graph: Graph,
    certificates: Certificates,
    day: datetime | None,
    others: int,
    with_itself: int | None,
    self_and_other: int,
    circles: list[int],
) -> None:
    issuers = defaultdict(set)
    for key, issuer in _issuer(graph).items():
        found = certificates[key]
        if day is None or found.not_before <= day <= found.not_after:
            issuers[found.ca_id].add(issuer)
    assert sum(len(found - {ca}) > 1 for ca, found in issuers.items()) == others
    assert max(len(found - {ca}) for ca, found in issuers.items()) == 8
    if with_itself is not None:
        assert sum(len(found) > 1 for found in issuers.values()) == with_itself
    assert sum(ca in found and len(found) > 1 for ca, found in issuers.items()) == self_and_other
    simple: nx.DiGraph[str] = nx.DiGraph((issuer, ca) for ca, found in issuers.items() for issuer in found)
    assert sorted(len(c) for c in nx.strongly_connected_components(simple) if len(c) > 1) == circles


def _count(walked: Walked, certificates: Certificates, every: Test, day: datetime | None) -> tuple[int, int]:
    """Count paths of which each certificate passes, and the most that end in one; hops are none of them."""
    passes: dict[int, bool] = {}
    counted: Counter[str] = Counter()
    for path in walked.paths:
        above = passes[id(path.parent)] if path.parent else True
        passes[id(path)] = above and every(certificates[path.certificate.sha256])
        if (
            passes[id(path)]
            and not path.self_signed_hop
            and (not day or path.valid_from <= day <= path.valid_to)
        ):
            counted[path.certificate.sha256] += 1
    return counted.total(), max(counted.values())


def _parents_pass(walked: Walked, certificates: Certificates, day: datetime | None) -> tuple[int, int]:
    """Count paths on which each certificate but the last is cA or version 1."""
    good: dict[int, bool] = {}
    counted: Counter[str] = Counter()
    for path in walked.paths:
        above = good[id(path.parent)] if path.parent else True
        found = certificates[path.certificate.sha256]
        good[id(path)] = above and (found.is_ca or found.version == 1)
        if above and not path.self_signed_hop and (not day or path.valid_from <= day <= path.valid_to):
            counted[path.certificate.sha256] += 1
    return counted.total(), max(counted.values())


def _may_sign(found: CertificateFacts) -> bool:
    return found.is_ca and (found.key_usage is None or "keyCertSign" in found.key_usage)


def test_simple_paths(walked: Walked, certificates: Certificates) -> None:
    assert walked.cut == {}
    assert _parents_pass(walked, certificates, None) == (159_311, 1_624)
    assert _parents_pass(walked, certificates, DAY) == (15_620, 58)


def test_simple_paths_of_certificates_that_may_sign(walked: Walked, certificates: Certificates) -> None:
    assert _count(walked, certificates, _may_sign, None) == (60_445, 205)
    assert _count(walked, certificates, _may_sign, DAY) == (14_988, 46)


def test_no_path_is_found_twice(walked: Walked) -> None:
    """Each certificate of a path is its own parent path's: the pair says it all."""
    pairs = {(id(path.parent), path.certificate.sha256) for path in walked.paths}
    assert len(pairs) == len(walked.paths)


def test_real_paths_come_to_what_rfc_5280_says(
    graph: Graph, walked: Walked, certificates: Certificates
) -> None:
    """The second opinion of tests/graph/reference.py on every 23rd path, and all below name constraints."""
    status = _status(graph)
    constrained = [path for path in walked.paths if path.parent and path.parent.constrained_by]
    for path in (*walked.paths[::23], *constrained):
        if UNREAD_CONSTRAINTS & {sha256[:8] for sha256 in path.certificates()}:
            continue
        chain = [certificates[key] for key in path.certificates()]
        verdict = reference.judge(chain, hop=path.self_signed_hop)
        weak = [found.sha256 for found in chain[1:] if status[found.sha256] == "weak"]
        found = Found(line_of(path), chain, path.self_signed_hop, weak, verdict)
        assert expected_of(found) == said_of(path), path.certificates()


def test_anchors_of_the_root_programs(graph: Graph, certificates: Certificates, roots: set[str]) -> None:
    here = [certificates[sha256] for sha256 in roots & certificates.keys()]
    live = [found for found in here if found.not_after >= DAY]
    assert (len(roots), len(roots) - len(here)) == (520, 5)
    assert set(anchors_of(graph, roots)) == set(anchors_of(graph)), "no trusted root is signed by another"
    version_1 = {found.sha256[:8] for found in here if found.version == 1 and not found.has_basic_constraints}
    assert version_1 == VERSION_1_ANCHORS
    assert {f.sha256[:8] for f in here if f.version == 3 and not f.is_ca} == {"f38406e5"}
    assert [sum(f.path_len is not None for f in found) for found in (here, live)] == [43, 18]
    assert sum(f.path_len == 0 for f in here) == 13
    assert [sum(f.eku_oids is not None for f in found) for found in (here, live)] == [6, 5]
    assert sum(f.name_constraints is not None for f in here) == 1
    assert len(here) - len(live) == 99
    assert sum(count > 1 for count in Counter(f.ca_id for f in here).values()) == 10
    status = _status(graph)
    assert sum(status[f.sha256] == "weak" for f in here) == 179
