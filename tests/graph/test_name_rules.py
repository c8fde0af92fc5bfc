"""Name constraints and unknown critical extensions on a path. Each docstring draws it, issuer → subject.

Which names a constraint allows is for tests/x509; here it is which certificates are asked, and of whom.
"""

from cagraph.graph.build import graph_of
from cagraph.graph.capability import capability
from cagraph.graph.claims import Claim
from cagraph.graph.rules import Break
from cagraph.graph.search import Search
from tests.graph.seen import look
from tests.pki import SERVER_AUTH, Authority, Issued, extension

ROOT, SUB, BELOW, DEEP = (Authority(name, "A") for name in ("Root", "Sub", "Below", "Deep"))
HOST = Authority("host", "A")
ONLY_A = ["permitted:dns:a.test"]
FORBIDDEN = "name_constraints"


def test_a_name_outside_breaks_the_path_and_all_below() -> None:
    """root → sub (permits a.test) → below (b.test) → deep."""
    seen = look(
        root=ROOT.self_signed(),
        sub=ROOT.issue(SUB, constraints=ONLY_A),
        below=SUB.issue(BELOW, names=["dns:b.test"]),
        deep=BELOW.issue(DEEP),
    )
    assert seen.broken == {
        "root > sub > below": [("below", FORBIDDEN)],
        "root > sub > below > deep": [("below", FORBIDDEN)],
    }
    assert seen.permits("root > sub > below") == seen.permits_bare("root > sub > below") == []
    (reason,) = seen.by_line()["root > sub > below"].breaks
    assert isinstance(reason, Break)
    assert reason.detail
    assert "b.test" in reason.detail


def test_a_name_inside() -> None:
    """root → sub (permits a.test) → below (w.a.test) → deep: its constraint holds from sub on."""
    seen = look(
        root=ROOT.self_signed(),
        sub=ROOT.issue(SUB, constraints=ONLY_A),
        below=SUB.issue(BELOW, names=["dns:w.a.test"]),
        deep=BELOW.issue(DEEP),
    )
    assert seen.broken == {}
    constrained = {line: [seen.labels[c] for c in p.constrained_by] for line, p in seen.by_line().items()}
    assert constrained == {
        "root": [],
        "root > sub": ["sub"],
        "root > sub > below": ["sub"],
        "root > sub > below > deep": ["sub"],
    }


def test_every_constraint_above_counts() -> None:
    """root → sub (permits a.test) → below (permits b.test) → one (a.test), other (b.test), no name: deep.

    6.1.4 (g) intersects what is permitted, so that no DNS name is left; each is refused by whom it offends.
    """
    one, other = Authority("One"), Authority("Other")
    seen = look(
        root=ROOT.self_signed(),
        sub=ROOT.issue(SUB, constraints=ONLY_A),
        below=SUB.issue(BELOW, constraints=["permitted:dns:b.test"]),
        one=BELOW.issue(one, names=["dns:a.test"]),
        other=BELOW.issue(other, names=["dns:b.test"]),
        both=BELOW.issue(DEEP, names=["dns:c.test"]),
    )
    assert seen.broken == {
        "root > sub > below > one": [("one", FORBIDDEN)],
        "root > sub > below > other": [("other", FORBIDDEN)],
        "root > sub > below > both": [("both", FORBIDDEN), ("both", FORBIDDEN)],
    }
    paths = seen.by_line()
    assert paths["root > sub"].no_names_left == []
    assert (
        paths["root > sub > below"].no_names_left
        == paths["root > sub > below > one"].no_names_left
        == ["dns"]
    )


def test_a_certificates_own_constraint_is_not_for_itself() -> None:
    """root → sub (permits a.test, is b.test): 4.2.1.10, subsequent certificates in the path."""
    seen = look(root=ROOT.self_signed(), sub=ROOT.issue(SUB, constraints=ONLY_A, names=["dns:b.test"]))
    assert seen.broken == {}


def test_an_anchors_own_constraint() -> None:
    """root (permits a.test) → sub (b.test): as mozilla::pkix has it, not for RFC 5280 6.1.1 (d)."""
    seen = look(root=ROOT.self_signed(constraints=ONLY_A), sub=ROOT.issue(SUB, names=["dns:b.test"]))
    assert seen.broken == {"root > sub": [("sub", FORBIDDEN)]}
    assert seen.permits("root > sub") == []
    assert "server_auth" in seen.permits_bare("root > sub")


def test_subjects_are_names() -> None:
    """root → sub (permits O=A) → below (O=A, spelled loudly), foreign (O=B)."""
    foreign = Authority("Foreign", "B")
    seen = look(
        root=ROOT.self_signed(),
        sub=ROOT.issue(SUB, constraints=["permitted:directory:A"]),
        below=SUB.issue(BELOW, spelling="loud"),
        foreign=SUB.issue(foreign),
    )
    assert seen.broken == {"root > sub > foreign": [("foreign", FORBIDDEN)]}


def test_a_self_issued_certificate_is_not_asked() -> None:
    """root → sub (permits a.test) → renewed (Sub under a new key, b.test) → below (a.test): 6.1.3 (b)."""
    renewed = Authority("Sub", "A", key="new")
    seen = look(
        root=ROOT.self_signed(),
        sub=ROOT.issue(SUB, constraints=ONLY_A),
        renewed=SUB.issue(renewed, names=["dns:b.test"]),
        below=renewed.issue(BELOW, names=["dns:a.test"]),
    )
    assert seen.broken == {}


def _to(target: Issued, *above: Issued) -> list[tuple[tuple[Break, ...], int]]:
    graph = graph_of([target.der, *(each.der for each in above)])
    anchors = [above[0].sha256]
    return [(path.breaks, path.purposes) for path in Search(graph, target.sha256, anchors, issues=False)]


def test_a_self_issued_certificate_is_asked_where_it_is_the_last() -> None:
    """root → sub (permits a.test) → own (Sub → Sub under another key, b.test), a subscriber's: 6.1.3 (b)."""
    root, sub = ROOT.self_signed(), ROOT.issue(SUB, constraints=ONLY_A)
    own = SUB.issue(Authority("Sub", "A", key="server"), ca=False, names=["dns:b.test"])
    (((reason,), purposes),) = _to(own, root, sub)
    assert (reason.sha256, reason.reason, purposes) == (own.sha256, FORBIDDEN, 0)


def test_a_subscriber() -> None:
    """root → sub (pathLen 0, permits a.test) → good (a.test), bad (b.test): no CA, and it need not be one."""
    root, sub = ROOT.self_signed(), ROOT.issue(SUB, path_len=0, constraints=ONLY_A, eku=[SERVER_AUTH])
    good = SUB.issue(HOST, ca=False, names=["dns:a.test"], eku=[SERVER_AUTH])
    bad = SUB.issue(HOST, ca=False, names=["dns:b.test"], eku=[SERVER_AUTH])
    ((breaks, purposes),) = _to(good, root, sub)
    assert breaks == ()
    assert purposes
    (((reason,), purposes),) = _to(bad, root, sub)
    assert (reason.sha256, reason.reason, purposes) == (bad.sha256, FORBIDDEN, 0)


def test_a_ca_as_the_last() -> None:
    """root → sub (pathLen 0) → below (keyUsage cRLSign): judged as the last it need not issue."""
    root, sub = ROOT.self_signed(), ROOT.issue(SUB, path_len=0)
    ((breaks, _),) = _to(SUB.issue(BELOW, key_usage=["cRLSign"]), root, sub)
    assert breaks == ()


def test_unknown_critical_extension() -> None:
    """root → sub (critical 1.2.3) → below: RFC 5280 6.1.4 (o). Of a subscriber's, 6.1.5 (f)."""
    root, sub = ROOT.self_signed(), ROOT.issue(SUB, unknown_critical=["1.2.3", "1.2.4"])
    seen = look(root=root, sub=sub, below=SUB.issue(BELOW))
    reason = ("sub", "unknown_critical_extension")
    assert seen.broken == {"root > sub": [reason], "root > sub > below": [reason]}
    assert seen.permits_bare("root > sub") == []
    assert [each.detail for each in seen.by_line()["root > sub"].breaks] == ["1.2.3, 1.2.4"]
    host = ROOT.issue(HOST, ca=False, unknown_critical=["1.2.3"])
    (((unknown,), _),) = _to(host, root)
    assert (unknown.sha256, unknown.reason) == (host.sha256, reason[1])


def test_unknown_critical_extension_of_an_anchor() -> None:
    """root (critical 1.2.3) → sub: nothing with its own extensions; bare, it is a name and a key."""
    seen = look(root=ROOT.self_signed(unknown_critical=["1.2.3"]), sub=ROOT.issue(SUB))
    reasons = [("root", "unknown_critical_extension")]
    assert seen.broken == {"root": reasons, "root > sub": reasons}
    assert "server_auth" in seen.permits_bare("root > sub")


def test_an_extension_that_cannot_be_read_forbids_all() -> None:
    """root → sub (name constraints that are no DER) → below."""
    odd = extension("2.5.29.30", b"\x30\x05\xa0", critical=True)
    seen = look(root=ROOT.self_signed(), sub=ROOT.issue(SUB, extra=[odd]), below=SUB.issue(BELOW))
    assert seen.broken["root > sub > below"] == [("below", FORBIDDEN)]


def test_weak_signatures_are_told_and_break_nothing() -> None:
    """root (SHA-1) → sub (SHA-1) → below: an anchor's own signature is nobody's business."""
    seen = look(
        root=ROOT.self_signed(sha1=True), sub=ROOT.issue(SUB, sha1=True, aki="none"), below=SUB.issue(BELOW)
    )
    weak = {line: [seen.labels[c] for c in path.weak] for line, path in seen.by_line().items()}
    assert weak == {"root": [], "root > sub": ["sub"], "root > sub > below": ["sub"]}
    assert seen.broken == {}


def test_capability_below_a_constraint() -> None:
    """root → sub (permits a.test) → below (b.test); root → plain → again (the same CA, b.test) → back (Sub).

    Below reaches nothing by sub, which is the shorter way; by plain it does, and so does what it issues.
    """
    plain, again = ROOT.issue(DEEP), DEEP.issue(BELOW, names=["dns:b.test"])
    root, sub = ROOT.self_signed(), ROOT.issue(SUB, constraints=ONLY_A)
    below, back = SUB.issue(BELOW, names=["dns:b.test"]), BELOW.issue(SUB, names=["dns:b.test"])
    graph = graph_of(each.der for each in (root, sub, plain, below, again, back))
    found = capability(graph, {root.sha256: [Claim("TLS", "server_auth")]})
    assert below.sha256 not in found
    assert found[again.sha256].witnesses == {"TLS": (root.sha256, plain.sha256, again.sha256)}
    assert found[back.sha256].witnesses == {"TLS": (root.sha256, plain.sha256, again.sha256, back.sha256)}
