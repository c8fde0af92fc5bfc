"""The Python API as `cagraph/__init__.py` documents it, on certificates and no database."""

import subprocess
import sys
from datetime import date, datetime

import networkx as nx
import pytest

import cagraph
from cagraph.graph.purposes import Purposes, Usage, load_purposes
from tests.pki import SERVER_AUTH, Authority

LATELY = datetime(2024, 5, 8)

ROOT, SUB, GONE = Authority("Root"), Authority("Sub"), Authority("Gone")


def test_import_is_light() -> None:
    """Nothing heavy is imported until it is asked for."""
    heavy = "networkx", "duckdb", "aiohttp", "cryptography", "click", "rich"
    code = f"import sys, cagraph; print([m for m in {heavy!r} if m in sys.modules], dir(cagraph) and 1)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[] 1\n"


def test_every_public_name_is_there() -> None:
    assert {"graph_of", "walk", "anchors_of", "read_certificate", "load_graph"} <= set(cagraph.__all__)
    for name in set(cagraph.__all__):
        assert callable(getattr(cagraph, name)), name
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = cagraph.no_such_thing


def test_a_public_name_is_the_same_whenever_it_is_asked_for() -> None:
    for name in cagraph.__all__:
        assert callable(getattr(cagraph, name))
        assert callable(getattr(cagraph, name)), name


def test_a_graph_and_its_documented_attributes() -> None:
    root, sub, lost = ROOT.self_signed(), ROOT.issue(SUB), GONE.issue(ROOT)
    graph = cagraph.graph_of([root.der, sub.der, lost.der, root.der])
    assert isinstance(graph, nx.MultiDiGraph)
    for node, data in graph.nodes(data=True):
        assert set(data) == {"name", "name_id", "spki_sha256", "dangling"}
        assert len(node) == 64
    edges = {key: (issuer, subject, data) for issuer, subject, key, data in graph.edges(keys=True, data=True)}
    assert set(edges) == {root.sha256, sub.sha256, lost.sha256}
    for key, (_, subject, data) in edges.items():
        assert set(data) == {"certificate", "signature_status", "name_match", "proved"}
        assert isinstance(data["certificate"], cagraph.CertificateFacts)
        assert (data["certificate"].sha256, data["certificate"].ca_id) == (key, subject)
    assert graph.nodes[edges[lost.sha256][0]]["dangling"] is True
    assert edges[root.sha256][0] == edges[root.sha256][1] == edges[sub.sha256][0]


def test_every_path() -> None:
    root, sub = ROOT.self_signed(not_before="2010-01-01"), ROOT.issue(SUB, not_after="2025-01-01")
    graph = cagraph.graph_of([sub.der, root.der])
    assert cagraph.anchors_of(graph) == [root.sha256]
    assert cagraph.anchors_of(graph, [sub.sha256, "0" * 64]) == sorted([root.sha256, sub.sha256])
    one, two = cagraph.walk(graph, cagraph.anchors_of(graph)).paths
    assert isinstance(two, cagraph.Path)
    assert (one.certificates(), two.certificates()) == ([root.sha256], [root.sha256, sub.sha256])
    assert (one.anchor(), two.anchor(), two.length) == (root.sha256, root.sha256, 2)
    assert two.valid_from.date() == sub.not_before.date()
    assert two.valid_to.date() == sub.not_after.date()


def test_nothing_and_nonsense() -> None:
    assert len(cagraph.graph_of([])) == 0
    assert cagraph.walk(cagraph.graph_of([]), []).paths == []
    with pytest.raises(ValueError, match="DER"):
        cagraph.graph_of([ROOT.self_signed().der, b"nonsense"])


def test_signatures_tried_once_are_not_tried_again() -> None:
    certificates = [cagraph.read_certificate(der) for der in (ROOT.self_signed().der, ROOT.issue(SUB).der)]
    from cagraph.graph.link import SignatureChecks

    first = SignatureChecks()
    linked = cagraph.link(certificates, first)
    again = SignatureChecks(first.known)
    assert len(first.new) == 2
    assert cagraph.link(certificates, again) == linked
    assert again.new == []


def test_progress_is_told() -> None:
    told: list[str] = []
    certificates = [cagraph.read_certificate(ROOT.self_signed().der)]
    graph = cagraph.build_graph(
        certificates, cagraph.link(certificates, progress=lambda what, *_: told.append(what))
    )
    cagraph.walk(graph, cagraph.anchors_of(graph), progress=lambda what, *_: told.append(what))
    assert told == ["checking signatures", "walking paths"]


def test_purposes() -> None:
    purposes = load_purposes()
    assert (
        purposes.permitted_by(None, LATELY) == purposes.all == purposes.permitted_by(("2.5.29.37.0",), LATELY)
    )
    assert (
        purposes.permitted_by(("1.3.6.1.5.5.7.3.0",), LATELY) == purposes.all
    )  # as the CCADB Policy prints it
    assert purposes.permitted_by((), LATELY) == purposes.permitted_by(("1.2.3",), LATELY) == 0
    assert purposes.words(purposes.permitted_by((SERVER_AUTH, "1.2.3"), LATELY)) == ["server_auth"]
    assert purposes.bit("server_auth") == purposes.permitted_by((SERVER_AUTH,), LATELY)
    with pytest.raises(LookupError, match="server_auth"):
        purposes.bit("any")
    assert len(set(purposes.names)) == len(purposes.names) == purposes.all.bit_length()
    two = Purposes([Usage("a", "1"), Usage("b", "2"), Usage("a", "3"), Usage("any", "4")])
    assert two.words(two.permitted_by(("3",), LATELY)) == ["a"]
    assert two.words(two.permitted_by(("4",), LATELY)) == ["a", "b"]


def test_a_usage_may_count_for_old_certificates_alone() -> None:
    """Netscape step-up was TLS to crt.sh and Mozilla for certificates issued before 2016-08-23."""
    step_up = Purposes([Usage("tls", "1"), Usage("tls", "2", date(2016, 8, 22))])
    assert step_up.words(step_up.permitted_by(("2",), datetime(2016, 8, 22, 23))) == ["tls"]
    assert step_up.permitted_by(("2",), datetime(2016, 8, 23)) == 0


def test_what_crtsh_counts_besides_is_there_and_switched_off() -> None:
    assert load_purposes().permitted_by(("1.3.6.1.4.1.311.10.3.3", "2.16.840.1.113730.4.1"), LATELY) == 0
