"""Small graphs with a name: who issued whom. Each docstring draws the certificates, issuer → subject."""

from typing import Literal

import pytest

from cagraph.graph.build import anchors_of, graph_of
from cagraph.graph.link import SignatureChecks, link
from cagraph.graph.walk import walk
from cagraph.x509.certificate import read_certificate
from tests.graph.seen import look
from tests.pki import Authority
from tests.x509.signing import algorithm, certificate

KeyIdentifier = Literal["keyid", "issuer", "none"]
ROOT, OTHER, SUB = Authority("Root", "A"), Authority("Other", "B"), Authority("Sub", "A")


def test_simple_chain() -> None:
    """root: Root → Root; sub: Root → Sub; below: Sub → Below."""
    below = Authority("Below", "A")
    seen = look(root=ROOT.self_signed(), sub=ROOT.issue(SUB), below=SUB.issue(below))
    assert seen.nodes == {"Root", "Sub", "Below"}
    assert seen.edges == {
        "root": ("Root", "Root", "ok"),
        "sub": ("Root", "Sub", "ok"),
        "below": ("Sub", "Below", "ok"),
    }
    assert seen.paths == {"root", "root > sub", "root > sub > below"}
    assert seen.hops == set()
    assert seen.broken == {}
    assert seen.walked.cut == {}
    assert set(seen.matches.values()) == {"raw"}


@pytest.mark.parametrize("aki", ["keyid", "issuer", "none"])
def test_cross_certificate_with_and_without_key_identifier(aki: KeyIdentifier) -> None:
    """root: Root → Root; other: Other → Other; cross: Other → Root; sub: Root → Sub.

    Certum's cross-certificate of bug 1904494 carries no key identifier: an edge built from it is missed.
    """
    seen = look(
        root=ROOT.self_signed(),
        other=OTHER.self_signed(),
        cross=OTHER.issue(ROOT, aki=aki),
        sub=ROOT.issue(SUB),
    )
    assert seen.edges["cross"] == ("Other", "Root", "ok")
    assert seen.paths == {
        "root",
        "root > sub",
        "other",
        "other > cross",
        "other > cross > sub",
    }
    assert seen.hops == {"other > cross > root"}
    assert seen.broken == {}


def test_two_self_signed_twins() -> None:
    """old: Root → Root; new: Root → Root, the same key; sub: Root → Sub.

    One CA, two certificates of it, and a path to sub from each. Each twin is one hop from the other.
    """
    seen = look(old=ROOT.self_signed(), new=ROOT.self_signed(not_after="2040-01-01"), sub=ROOT.issue(SUB))
    assert seen.nodes == {"Root", "Sub"}
    assert seen.paths == {"old", "new", "old > sub", "new > sub"}
    assert seen.hops == {"old > new", "new > old"}


def test_same_name_two_keys() -> None:
    """first: Root → Root; second: Root → Root with another key; sub: signed by the second, no AKI."""
    second = Authority("Root", "A", key="another")
    seen = look(first=ROOT.self_signed(), second=second.self_signed(), sub=second.issue(SUB, aki="none"))
    assert seen.nodes == {"Root", "Root #2", "Sub"}
    assert seen.edges == {
        "first": ("Root", "Root", "ok"),
        "second": ("Root #2", "Root #2", "ok"),
        "sub": ("Root #2", "Sub", "ok"),
    }
    assert seen.paths == {"first", "second", "second > sub"}


def test_key_identifier_that_names_the_wrong_key_of_two() -> None:
    """sub: signed by the second key of the name, AKI of the first. The signature decides."""
    second = Authority("Root", "A", key="another")
    seen = look(first=ROOT.self_signed(), second=second.self_signed(), sub=ROOT.issue(SUB, signer=second))
    assert seen.edges["sub"] == ("Root #2", "Sub", "ok")
    assert seen.paths == {"first", "second", "second > sub"}


def test_same_key_two_names() -> None:
    """root: Root → Root; twin: Twin → Twin with Root's key; sub: Root → Sub.

    Key twins are two CAs: Twin's name is not sub's issuer, whatever key it has.
    """
    root, twin = Authority("Root", "A", key="shared"), Authority("Twin", "A", key="shared")
    seen = look(root=root.self_signed(), twin=twin.self_signed(), sub=root.issue(SUB))
    assert seen.nodes == {"Root", "Twin", "Sub"}
    assert seen.paths == {"root", "twin", "root > sub"}


def test_names_that_rfc_5280_calls_equal() -> None:
    """root: Root → Root in UTF8String; loud, printable: the same name spelled otherwise, in the issuer."""
    first, second = Authority("First CA", "A"), Authority("Second CA", "A")
    root = Authority("Root Of All", "A")
    seen = look(
        root=root.self_signed(),
        loud=root.issue(first, issuer_spelling="loud"),
        printable=root.issue(second, issuer_spelling="printable"),
        again=root.issue(root, spelling="loud", not_before="2021-01-01"),
    )
    assert seen.nodes == {"Root Of All", "First CA", "Second CA"}
    assert seen.matches == {"root": "raw", "loud": "raw", "printable": "normalised", "again": "raw"}
    assert {"root > loud", "root > printable", "again > loud"} <= seen.paths


def test_key_rollover() -> None:
    """old: Root → Root; new: Root #2 → Root #2; new_with_old: Root → Root #2; old_with_new: Root #2 → Root.

    RFC 4210 4.4: one name, two keys, two CAs that certify each other: a circle of two.
    """
    new = Authority("Root", "A", key="another")
    seen = look(
        old=ROOT.self_signed(),
        new=new.self_signed(),
        new_with_old=ROOT.issue(new),
        old_with_new=new.issue(ROOT),
    )
    assert seen.edges["new_with_old"] == ("Root", "Root #2", "ok")
    assert seen.edges["old_with_new"] == ("Root #2", "Root", "ok")
    assert seen.paths == {"old", "new", "old > new_with_old", "new > old_with_new"}
    assert seen.hops == {"old > new_with_old > new", "new > old_with_new > old"}


def test_bridge() -> None:
    """A ⇄ Bridge ⇄ B: each root certifies the bridge and is certified by it; sub: B → Sub."""
    a, b, bridge = Authority("A", "A"), Authority("B", "B"), Authority("Bridge", "Gov")
    seen = look(
        a=a.self_signed(),
        b=b.self_signed(),
        a_bridge=a.issue(bridge),
        b_bridge=b.issue(bridge),
        bridge_a=bridge.issue(a),
        bridge_b=bridge.issue(b),
        sub=b.issue(SUB),
    )
    assert seen.paths == {
        "a",
        "a > a_bridge",
        "a > a_bridge > bridge_b",
        "a > a_bridge > bridge_b > sub",
        "b",
        "b > b_bridge",
        "b > b_bridge > bridge_a",
        "b > sub",
    }


def test_circle_of_two_without_any_root() -> None:
    """ab: A → B; ba: B → A. No self-signed certificate: nothing to start from, unless one is trusted."""
    a, b = Authority("A"), Authority("B")
    ab, ba = a.issue(b), b.issue(a)
    seen = look(ab=ab, ba=ba)
    assert seen.nodes == {"A", "B"}
    assert seen.paths == set()
    assert look(ab=ab, ba=ba, trusted=("ba",)).paths == {"ba", "ba > ab"}


def test_subordinate_that_signs_back_its_root() -> None:
    """root: Root → Root; sub: Root → Sub; back: Sub → Root; leaf: Root → Leaf.

    `back` ends no path: every path to Sub has been through Root already.
    """
    leaf = Authority("Leaf")
    seen = look(root=ROOT.self_signed(), sub=ROOT.issue(SUB), back=SUB.issue(ROOT), leaf=ROOT.issue(leaf))
    assert seen.edges["back"] == ("Sub", "Root", "ok")
    assert seen.paths == {"root", "root > sub", "root > leaf"}


def test_dangling_issuer() -> None:
    """sub: Gone → Sub; below: Sub → Below. Gone has no certificate here: a node all the same, no path."""
    gone, below = Authority("Gone"), Authority("Below")
    seen = look(sub=gone.issue(SUB), below=SUB.issue(below))
    assert seen.nodes == {"Gone ?", "Sub", "Below"}
    assert seen.edges["sub"] == ("Gone ?", "Sub", None)
    assert seen.matches == {"sub": "none", "below": "raw"}
    assert seen.paths == set()
    dangling = [data for _, data in seen.graph.nodes(data=True) if data["dangling"]]
    assert [(data["name"], data["spki_sha256"]) for data in dangling] == [("CN=Gone, C=ZZ", None)]
    assert look(sub=gone.issue(SUB), below=SUB.issue(below), trusted=("sub",)).paths == {"sub", "sub > below"}


def test_two_issuers_of_one_name_are_two_dangling_nodes() -> None:
    """one, two: certificates of one issuer name with two key identifiers, neither of them known."""
    one, two = Authority("Gone", key="1"), Authority("Gone", key="2")
    seen = look(one=one.issue(SUB), two=two.issue(OTHER), three=two.issue(ROOT))
    assert len(seen.graph) == 5
    assert sum(data["dangling"] for _, data in seen.graph.nodes(data=True)) == 2


def test_wrong_signature_with_the_right_key_identifier() -> None:
    """forged: names Root and its key, signed by Other. An edge that says `bad`, and no path."""
    seen = look(root=ROOT.self_signed(), forged=ROOT.issue(SUB, signer=OTHER))
    assert seen.edges["forged"] == ("Root", "Sub", "bad")
    proved = {seen.labels[key]: data["proved"] for _, _, key, data in seen.graph.edges(keys=True, data=True)}
    assert proved == {"root": True, "forged": False}
    assert seen.paths == {"root"}


def test_wrong_signature_and_no_key_identifier() -> None:
    """forged: names Root, no key identifier, signed by Other: some other Root's, as far as one can tell."""
    seen = look(root=ROOT.self_signed(), forged=ROOT.issue(SUB, signer=OTHER, aki="none"))
    assert seen.edges["forged"] == ("Root ?", "Sub", None)


def test_self_signed_in_name_only() -> None:
    """fake: Root → Root in name, key and identifier, signed by Other: no anchor."""
    seen = look(fake=ROOT.self_signed(signer=OTHER), sub=ROOT.issue(SUB))
    assert seen.edges == {"fake": ("Root", "Root", "bad"), "sub": ("Root", "Sub", "ok")}
    assert seen.paths == set()


def test_weak_signature_is_proved() -> None:
    """root, sub: signed with SHA-1, sub without a key identifier. Weak, and counted all the same."""
    seen = look(root=ROOT.self_signed(sha1=True), sub=ROOT.issue(SUB, sha1=True, aki="none"))
    assert {status for *_, status in seen.edges.values()} == {"weak"}
    assert seen.paths == {"root", "root > sub"}


def test_the_key_that_the_identifier_names_is_tried_first() -> None:
    """Six keys under one name, and a certificate by each: not one signature is tried in vain."""
    keys = [Authority("Root", key=str(number)) for number in range(6)]
    ders = [issued.der for key in keys for issued in (key.self_signed(aki="keyid"), key.issue(SUB))]
    checks = SignatureChecks()
    link([read_certificate(der) for der in ders], checks)
    assert [status for _, _, status, _ in checks.new] == ["ok"] * 12


def test_a_signature_that_cannot_be_tried() -> None:
    """odd: Issuer → Subject by an algorithm that nobody knows: an edge from the CA of that name, no path."""
    odd, issuer = certificate(algorithm("1.2.3.4"), lambda _: b"signed"), Authority("Issuer")
    graph = graph_of([issuer.self_signed().der, odd])
    statuses = [data["signature_status"] for _, _, data in graph.edges(data=True)]
    assert sorted(statuses) == ["ok", "unsupported"]
    assert not any(data["dangling"] for _, data in graph.nodes(data=True))
    assert len(walk(graph, anchors_of(graph)).paths) == 1
