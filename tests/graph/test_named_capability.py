"""What certificates can issue for, on small graphs with a name. Each docstring draws it, issuer → subject.

In `shown`, a certificate's label stands with each key and the labels of the witness path.
"""

from collections.abc import Sequence
from datetime import datetime

import pytest

from cagraph.graph.build import graph_of
from cagraph.graph.capability import capability
from cagraph.graph.claims import Claim
from tests.pki import (
    ANY_POLICY,
    CLIENT_AUTH,
    DV_POLICY,
    EV_POLICY,
    SECURE_EMAIL,
    SERVER_AUTH,
    Authority,
    Issued,
)

TLS, MAIL = Claim("TLS", "server_auth"), Claim("mail", "secure_email")
EV = Claim("EV", "server_auth", EV_POLICY)
ROOT, V, U, X, Y = (Authority(name) for name in ("Root", "V", "U", "X", "Y"))
Shown = dict[str, dict[str, str]]


def shown(
    trust: dict[str, Sequence[Claim[str]]],
    certificates: dict[str, Issued],
    *,
    at: str | None = None,
    without: Sequence[str] = (),
    bare: bool = False,
) -> Shown:
    """Return what each certificate can issue for, in labels: `{"sub": {"TLS": "root > sub"}}`."""
    labels = {issued.sha256: label for label, issued in certificates.items()}
    found = capability(
        graph_of(issued.der for issued in certificates.values()),
        {certificates[label].sha256: claims for label, claims in trust.items()},
        at=datetime.fromisoformat(at) if at else None,
        without={certificates[label].sha256 for label in without},
        bare=bare,
    )
    assert all(each.complete for each in found.values())
    return {
        labels[target]: {
            str(key): " > ".join(labels[sha256] for sha256 in line) for key, line in each.witnesses.items()
        }
        for target, each in found.items()
    }


def test_a_cross_certificate_back_to_the_only_root() -> None:
    """root: Root → Root; v: Root → V; u: V → U; back: U → V.

    CA by CA, U has TLS and issued to V, so `back` would have it. But its one way down from the root goes
    through V already: no path to `back` is without a CA twice, and it can issue for nothing.
    """
    assert shown(
        {"root": [TLS]}, {"root": ROOT.self_signed(), "v": ROOT.issue(V), "u": V.issue(U), "back": U.issue(V)}
    ) == {"root": {"TLS": "root"}, "v": {"TLS": "root > v"}, "u": {"TLS": "root > v > u"}}


def test_a_longer_way_that_does_not_go_through_the_subject() -> None:
    """The same, and x: Root → X; y: X → Y; deep: Y → U: back is reached by the way that U has no need of.

    U's shortest way, through V, leaves as much as the other: keep only the best of U, and back is missed.
    """
    found = shown(
        {"root": [TLS]},
        {
            "root": ROOT.self_signed(),
            "v": ROOT.issue(V),
            "u": V.issue(U),
            "back": U.issue(V),
            "x": ROOT.issue(X),
            "y": X.issue(Y),
            "deep": Y.issue(U),
        },
    )
    assert found["u"] == {"TLS": "root > v > u"}
    assert found["deep"] == {"TLS": "root > x > y > deep"}
    assert found["back"] == {"TLS": "root > x > y > deep > back"}


def test_a_way_around_that_leaves_less() -> None:
    """Root → V → U → V as before; around: Root → U for e-mail only. back can issue for e-mail, not TLS."""
    found = shown(
        {"root": [TLS, MAIL]},
        {
            "root": ROOT.self_signed(),
            "v": ROOT.issue(V),
            "u": V.issue(U),
            "back": U.issue(V),
            "around": ROOT.issue(U, eku=[SECURE_EMAIL]),
        },
    )
    assert found["u"] == {"TLS": "root > v > u", "mail": "root > v > u"}
    assert found["back"] == {"mail": "root > around > back"}


def test_a_root_that_its_subordinate_certifies() -> None:
    """root: Root → Root; sub: Root → U; back: U → Root; other: V → V, trusted too; cross: V → U.

    back leads back to the root that sub comes from; from the other root it is a path like any other.
    """
    alone = {"root": ROOT.self_signed(), "sub": ROOT.issue(U), "back": U.issue(ROOT)}
    assert "back" not in shown({"root": [TLS]}, alone)
    other = {"other": V.self_signed(), "cross": V.issue(U)}
    found = shown({"root": [TLS], "other": [MAIL]}, alone | other)
    assert found["back"] == {"mail": "other > cross > back"}
    assert found["sub"] == {"TLS": "root > sub"}
    assert found["root"] == {"TLS": "root", "mail": "other > cross > back > root"}


def test_two_circles_one_below_the_other() -> None:
    """Root → V ⇄ U → X ⇄ Y, each arrow a certificate: only what leads back within a circle is of no use."""
    assert set(
        shown(
            {"root": [TLS]},
            {
                "root": ROOT.self_signed(),
                "v": ROOT.issue(V),
                "vu": V.issue(U),
                "uv": U.issue(V),
                "ux": U.issue(X),
                "xy": X.issue(Y),
                "yx": Y.issue(X),
            },
        )
    ) == {"root", "v", "vu", "ux", "xy"}


def test_the_shorter_path_is_too_short_lived() -> None:
    """root → v (pathLen 0), and → x → deep (V): u (V → U) is shown by the longer one."""
    found = shown(
        {"root": [TLS]},
        {
            "root": ROOT.self_signed(),
            "v": ROOT.issue(V, path_len=0),
            "x": ROOT.issue(X),
            "deep": X.issue(V),
            "u": V.issue(U),
        },
    )
    assert found["u"] == {"TLS": "root > x > deep > u"}


def test_each_key_has_its_own_witness() -> None:
    """root (TLS) and other (e-mail): V and X each issued to by one, U by both; v to TLS and client only."""
    found = shown(
        {"root": [TLS, MAIL], "other": [MAIL]},
        {
            "root": ROOT.self_signed(),
            "other": X.self_signed(),
            "v": ROOT.issue(V, eku=[SERVER_AUTH, CLIENT_AUTH]),
            "cross": X.issue(V),
            "u": V.issue(U),
        },
    )
    assert found["u"] == {"TLS": "root > v > u", "mail": "other > cross > u"}


def test_ev_is_one_policy_all_the_way_down() -> None:
    """root (no policies, trusted for EV) → v (any) → ev, dv, none: a policy is wanted below the anchor."""
    found = shown(
        {"root": [EV, TLS]},
        {
            "root": ROOT.self_signed(),
            "v": ROOT.issue(V, policies=[ANY_POLICY]),
            "ev": V.issue(U, policies=[DV_POLICY, EV_POLICY]),
            "dv": V.issue(X, policies=[DV_POLICY]),
            "none": V.issue(Y),
        },
    )
    can = {label: set(keys) for label, keys in found.items()}
    assert can == {
        "root": {"EV", "TLS"},
        "v": {"EV", "TLS"},
        "ev": {"EV", "TLS"},
        "dv": {"TLS"},
        "none": {"TLS"},
    }


def test_two_claims_may_share_a_key() -> None:
    """root, trusted for EV under either of two policies → v (one of them), x (the other), y (neither)."""
    also = Claim("EV", "server_auth", DV_POLICY)
    found = shown(
        {"root": [EV, also]},
        {
            "root": ROOT.self_signed(),
            "v": ROOT.issue(V, policies=[EV_POLICY]),
            "x": ROOT.issue(X, policies=[DV_POLICY]),
            "both": X.issue(U, policies=[DV_POLICY, EV_POLICY]),
            "mixed": V.issue(U, policies=[DV_POLICY]),
            "y": ROOT.issue(Y),
        },
    )
    assert set(found) == {"root", "v", "x", "both"}


def test_an_instant_and_certificates_left_out() -> None:
    """root (to 2030) → early (V, to 2022), late (V, from 2025): u is shown by what is valid, and not revoked.

    An anchor that is left out is not used as a hop; it is an anchor still.
    """
    certificates = {
        "root": ROOT.self_signed(),
        "early": ROOT.issue(V, not_after="2022-01-01"),
        "late": ROOT.issue(V, not_before="2025-01-01"),
        "u": V.issue(U),
    }
    assert shown({"root": [TLS]}, certificates, at="2021-06-01")["u"] == {"TLS": "root > early > u"}
    assert shown({"root": [TLS]}, certificates, at="2026-06-01")["u"] == {"TLS": "root > late > u"}
    assert set(shown({"root": [TLS]}, certificates, at="2023-06-01")) == {"root"}
    found = shown({"root": [TLS]}, certificates, without=["early", "root"])
    assert found["u"] == {"TLS": "root > late > u"}
    assert found["root"] == {"TLS": "root"}
    assert shown({"root": [TLS]}, certificates, at="2031-01-01") == {}


def test_an_anchors_own_extensions_or_not() -> None:
    """root (EKU e-mail, pathLen 0) → v → u: nothing for TLS, unless the anchor is a name and a key alone."""
    certificates = {
        "root": ROOT.self_signed(eku=[SECURE_EMAIL], path_len=0),
        "v": ROOT.issue(V),
        "u": V.issue(U),
    }
    assert shown({"root": [TLS, MAIL]}, certificates) == {"root": {"mail": "root"}}
    bare = shown({"root": [TLS, MAIL]}, certificates, bare=True)
    assert bare["u"] == {"TLS": "root > v > u", "mail": "root > v > u"}


def test_dates_are_not_looked_at_without_an_instant() -> None:
    """root (to 2015) → v (from 2016): a path that was never valid is one for whoever does not ask when."""
    found = shown(
        {"root": [TLS]},
        {
            "root": ROOT.self_signed(not_before="2010-01-01", not_after="2015-01-01"),
            "v": ROOT.issue(V, not_before="2016-01-01"),
        },
    )
    assert found["v"] == {"TLS": "root > v"}


def test_a_purpose_that_nobody_knows() -> None:
    with pytest.raises(LookupError, match="no purpose"):
        shown({"root": [Claim("?", "no_such_purpose")]}, {"root": ROOT.self_signed()})


def test_nobody_is_trusted() -> None:
    root = ROOT.self_signed()
    assert shown({}, {"root": root}) == shown({"root": []}, {"root": root}) == {}
    assert capability(graph_of([root.der]), {"0" * 64: [TLS]}) == {}
