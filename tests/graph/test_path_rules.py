"""What one path permits, rule by rule. Each docstring draws the path, issuer → subject."""

from datetime import datetime

from tests.graph.seen import look
from tests.pki import (
    ANY_EKU,
    ANY_POLICY,
    CLIENT_AUTH,
    CODE_SIGNING,
    DV_POLICY,
    EV_POLICY,
    SECURE_EMAIL,
    SERVER_AUTH,
    Authority,
)

ROOT, SUB, BELOW, DEEP = (Authority(name) for name in ("Root", "Sub", "Below", "Deep"))
EVERYTHING = look(root=ROOT.self_signed()).permits("root")


def test_a_plain_anchor_permits_everything() -> None:
    assert {"server_auth", "client_auth", "secure_email", "code_signing", "time_stamping"} <= set(EVERYTHING)
    assert look(root=ROOT.self_signed()).permits_bare("root") == EVERYTHING


def test_path_length_zero_with_a_ca_below() -> None:
    """root → sub (pathLen 0) → below → deep: broken at below, and at whatever follows it."""
    seen = look(
        root=ROOT.self_signed(),
        sub=ROOT.issue(SUB, path_len=0),
        below=SUB.issue(BELOW),
        deep=BELOW.issue(DEEP),
    )
    assert seen.permits("root > sub") == EVERYTHING
    assert seen.broken == {
        "root > sub > below": [("below", "path_length")],
        "root > sub > below > deep": [("below", "path_length"), ("deep", "path_length")],
    }
    assert seen.permits("root > sub > below") == seen.permits_bare("root > sub > below") == []
    assert [path.sound for path in seen.by_line().values()] == [True, True, False, False]


def test_path_length_one_lets_one_ca_pass() -> None:
    """root → sub (pathLen 1) → below → deep."""
    seen = look(
        root=ROOT.self_signed(),
        sub=ROOT.issue(SUB, path_len=1),
        below=SUB.issue(BELOW),
        deep=BELOW.issue(DEEP),
    )
    assert set(seen.broken) == {"root > sub > below > deep"}


def test_the_lower_certificate_cannot_widen_the_path_length() -> None:
    """root → sub (pathLen 1) → below (pathLen 9) → deep: RFC 5280 6.1.4 (m) only lowers."""
    seen = look(
        root=ROOT.self_signed(),
        sub=ROOT.issue(SUB, path_len=1),
        below=SUB.issue(BELOW, path_len=9),
        deep=BELOW.issue(DEEP),
    )
    assert seen.broken == {"root > sub > below > deep": [("deep", "path_length")]}


def test_self_issued_certificates_do_not_count() -> None:
    """root (pathLen 0) → renewed (Root under a new key, self-issued) → sub: broken at sub, not before.

    RFC 5280 6.1.4 (l): new-with-old is not counted.
    """
    renewed = Authority("Root", key="new")
    seen = look(root=ROOT.self_signed(path_len=0), renewed=ROOT.issue(renewed), sub=renewed.issue(SUB))
    assert seen.permits("root > renewed") == EVERYTHING
    assert seen.broken == {"root > renewed > sub": [("sub", "path_length")]}
    longer = look(root=ROOT.self_signed(path_len=1), renewed=ROOT.issue(renewed), sub=renewed.issue(SUB))
    assert longer.broken == {}


def test_an_anchors_own_path_length() -> None:
    """root (pathLen 0) → sub: broken as mozilla::pkix has it, not for RFC 5280 6.1.1 (d)."""
    seen = look(root=ROOT.self_signed(path_len=0), sub=ROOT.issue(SUB))
    assert seen.permits("root > sub") == []
    assert seen.permits_bare("root > sub") == EVERYTHING
    assert seen.broken == {"root > sub": [("sub", "path_length")]}


def test_an_anchors_own_extended_key_usage() -> None:
    """root (EKU e-mail) → sub (EKU TLS, e-mail)."""
    seen = look(
        root=ROOT.self_signed(eku=[SECURE_EMAIL]), sub=ROOT.issue(SUB, eku=[SERVER_AUTH, SECURE_EMAIL])
    )
    assert seen.permits("root") == seen.permits("root > sub") == ["secure_email"]
    assert seen.permits_bare("root") == EVERYTHING
    assert seen.permits_bare("root > sub") == ["server_auth", "secure_email"]
    assert seen.breaks_for("server_auth", "root > sub") == [("root", "extended_key_usage")]
    assert seen.breaks_for("code_signing", "root > sub") == [
        ("root", "extended_key_usage"),
        ("sub", "extended_key_usage"),
    ]


def test_extended_key_usages_with_nothing_in_common() -> None:
    """root → sub (EKU TLS) → below (EKU e-mail) → deep: sound, and of no use from below on."""
    seen = look(
        root=ROOT.self_signed(),
        sub=ROOT.issue(SUB, eku=[SERVER_AUTH, CLIENT_AUTH]),
        below=SUB.issue(BELOW, eku=[SECURE_EMAIL]),
        deep=BELOW.issue(DEEP),
    )
    assert seen.permits("root > sub") == ["server_auth", "client_auth"]
    assert seen.useless == {"root > sub > below", "root > sub > below > deep"}
    assert seen.broken == {}
    assert seen.breaks_for("server_auth", "root > sub") == []
    assert seen.breaks_for("server_auth", "root > sub > below > deep") == [("below", "extended_key_usage")]
    assert seen.breaks_for("secure_email", "root > sub > below > deep") == [("sub", "extended_key_usage")]
    assert all(path.sound for path in seen.by_line().values())


def test_any_extended_key_usage_is_every_purpose() -> None:
    seen = look(
        root=ROOT.self_signed(), sub=ROOT.issue(SUB, eku=[ANY_EKU]), odd=ROOT.issue(BELOW, eku=["1.2.3"])
    )
    assert seen.permits("root > sub") == EVERYTHING
    assert seen.useless == {"root > odd"}
    assert seen.breaks_for("server_auth", "root > odd") == [("odd", "extended_key_usage")]
    assert seen.breaks_for("server_auth", "root > sub") == []


def test_not_a_ca() -> None:
    """root → sub (not CA) → below."""
    seen = look(root=ROOT.self_signed(), sub=ROOT.issue(SUB, ca=False, key_usage=[]), below=SUB.issue(BELOW))
    assert seen.broken == {"root > sub": [("sub", "not_ca")], "root > sub > below": [("sub", "not_ca")]}
    assert not seen.by_line()["root > sub > below"].sound


def test_key_usage_without_key_cert_sign() -> None:
    """root → sub (keyUsage cRLSign); none (no keyUsage at all, which forbids nothing)."""
    seen = look(
        root=ROOT.self_signed(),
        sub=ROOT.issue(SUB, key_usage=["cRLSign"]),
        none=ROOT.issue(BELOW, key_usage=[]),
    )
    assert seen.broken == {"root > sub": [("sub", "no_key_cert_sign")]}


def test_disjoint_validity() -> None:
    """root (2010 to 2015) → sub (2016 to 2020) → below (2010 to 2030): never valid together."""
    seen = look(
        root=ROOT.self_signed(not_before="2010-01-01", not_after="2015-01-01"),
        sub=ROOT.issue(SUB, not_before="2016-01-01", not_after="2020-01-01"),
        below=SUB.issue(BELOW, not_before="2010-01-01", not_after="2030-01-01"),
    )
    assert seen.broken == {
        "root > sub": [("sub", "no_common_validity")],
        "root > sub > below": [("sub", "no_common_validity")],
    }
    assert seen.permits_bare("root > sub") == []


def test_valid_together_for_one_instant() -> None:
    """root ends when sub begins: RFC 5280 4.1.2.5 includes both ends."""
    seen = look(
        root=ROOT.self_signed(not_before="2010-01-01", not_after="2016-01-01"),
        sub=ROOT.issue(SUB, not_before="2016-01-01", not_after="2020-01-01"),
    )
    path = seen.by_line()["root > sub"]
    assert path.valid_from == path.valid_to == datetime(2016, 1, 1)
    assert seen.broken == {}


def test_an_anchor_that_is_never_valid() -> None:
    """root: notBefore after notAfter. Nothing, alone and below, in either reading."""
    seen = look(root=ROOT.self_signed(not_before="2020-01-01", not_after="2010-01-01"), sub=ROOT.issue(SUB))
    reasons = [("root", "no_common_validity")]
    assert seen.broken == {"root": reasons, "root > sub": reasons}
    assert seen.permits("root") == seen.permits("root > sub") == []
    assert {path.sound for path in seen.by_line().values()} == {False}
    assert seen.permits_bare("root") == seen.permits_bare("root > sub") == []


def test_every_reason_of_every_certificate() -> None:
    """root (keyUsage cRLSign, to 2015) → sub (pathLen 0, EKU e-mail, constrained) → below (odd) → deep.

    Nothing hides what lies below it, so a reader learns all that would have to change: from the anchor down,
    of each certificate in the order of RFC 5280, windows that do not overlap where they stop to.
    """
    seen = look(
        root=ROOT.self_signed(key_usage=["cRLSign"], not_before="2010-01-01", not_after="2015-01-01"),
        sub=ROOT.issue(
            SUB, path_len=0, eku=[SECURE_EMAIL], constraints=["permitted:dns:a.test"], not_before="2010-01-01"
        ),
        below=SUB.issue(
            BELOW, ca=False, names=["dns:b.test"], unknown_critical=["1.2.3"], not_before="2016-01-01"
        ),
        deep=BELOW.issue(DEEP, key_usage=["cRLSign"], eku=[CODE_SIGNING], not_before="2040-01-01"),
    )
    broken = [
        ("root", "no_key_cert_sign"),
        ("below", "not_ca"),
        ("below", "no_key_cert_sign"),
        ("below", "unknown_critical_extension"),
        ("below", "name_constraints"),
        ("below", "path_length"),
        ("below", "no_common_validity"),
        ("deep", "no_key_cert_sign"),
        ("deep", "path_length"),
    ]
    assert seen.broken["root > sub > below > deep"] == broken
    lacking = [("deep", "extended_key_usage")]
    assert seen.breaks_for("secure_email", "root > sub > below > deep") == [*broken, *lacking]


def test_version_1_anchor() -> None:
    """root (version 1, no extensions) → sub: an anchor needs no basicConstraints, as mozilla::pkix has it."""
    seen = look(root=ROOT.self_signed(version=1), sub=ROOT.issue(SUB))
    assert seen.broken == {}
    assert seen.permits("root > sub") == EVERYTHING


def test_version_1_below_an_anchor() -> None:
    """root → old (version 1) → below: below an anchor, version 1 is no CA (RFC 5280 6.1.4 k)."""
    seen = look(root=ROOT.self_signed(), old=ROOT.issue(SUB, version=1), below=SUB.issue(BELOW))
    assert seen.broken == {"root > old": [("old", "not_ca")], "root > old > below": [("old", "not_ca")]}


def test_version_3_anchor_without_ca() -> None:
    """root (version 3, cA false) → sub: nothing in Mozilla's way; bare, it is a name and a key."""
    seen = look(root=ROOT.self_signed(ca=False, key_usage=[]), sub=ROOT.issue(SUB))
    assert seen.broken == {"root": [("root", "not_ca")], "root > sub": [("root", "not_ca")]}
    assert seen.permits("root") == seen.permits("root > sub") == []
    assert seen.permits_bare("root > sub") == EVERYTHING


def test_self_signed_hop() -> None:
    """other → cross (Other → Root), root (Root → Root), sub (Root → Sub).

    `other > cross > root` says that root's name and key are reached; nothing continues from there, since
    `other > cross > sub` is that path already. pathLen does not count the hop.
    """
    other = Authority("Other")
    seen = look(
        other=other.self_signed(),
        cross=other.issue(ROOT, path_len=0, policies=[EV_POLICY]),
        root=ROOT.self_signed(),
        sub=ROOT.issue(SUB),
    )
    assert seen.hops == {"other > cross > root"}
    hop = seen.by_line()["other > cross > root"]
    assert hop.sound
    assert hop.policies == frozenset([EV_POLICY])
    assert seen.permits("other > cross > root") == EVERYTHING


def test_policies_are_intersected_below_the_anchor() -> None:
    """root (no policies) → any → ev_dv → dv; none: no certificatePolicies, so no policy (6.1.3 e)."""
    mid, last, other = (Authority(name) for name in ("Mid", "Last", "None"))
    seen = look(
        root=ROOT.self_signed(),
        any=ROOT.issue(SUB, policies=[ANY_POLICY]),
        ev_dv=SUB.issue(mid, policies=[EV_POLICY, DV_POLICY]),
        dv=mid.issue(last, policies=[DV_POLICY, ANY_POLICY]),
        none=mid.issue(other),
    )
    policies = {line.split(" > ")[-1]: path.policies for line, path in seen.by_line().items()}
    assert policies == {
        "root": None,
        "any": None,
        "ev_dv": frozenset([EV_POLICY, DV_POLICY]),
        "dv": frozenset([EV_POLICY, DV_POLICY]),
        "none": frozenset(),
    }
    assert seen.broken == {}
