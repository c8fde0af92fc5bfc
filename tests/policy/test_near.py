"""Every way to an audit, told apart; schemes that a program does not take."""

from collections.abc import Iterator

import pytest

from tests.pki import Issued
from tests.policy.lab import DAY, SAME, Lab, audits, child, open_lab, record, root

A, A_ROOT = root("A Root", "A")
B, B_ROOT = root("B Root", "B")
A_TO_B = A.issue(B, not_before="2015-01-01", not_after="2035-01-01")
SUB, BY_B = child("Sub", B, "B")
BY_A = A.issue(SUB, not_before="2015-01-01", not_after="2035-01-01")
_, OLD_SCHEME = child("Old scheme", A, "A")
_, NO_SCHEME = child("No scheme", A, "A")
_, NEW_SCHEME = child("New scheme", A, "A")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A Root has the audits, B Root has none of its own, and each issued to Sub.

    A Root → B Root → Sub
    A Root ─────────→ Sub
    """
    with open_lab(tmp_path_factory.mktemp("near")) as opened:
        opened.certificates(A_ROOT, B_ROOT, A_TO_B, BY_A, BY_B, OLD_SCHEME, NO_SCHEME, NEW_SCHEME)
        opened.trust("mozilla", A_ROOT)
        named = {"Standard Audit Type": "ETSI EN 319 411"}
        opened.report(
            DAY,
            record(A_ROOT, "A", owner="A", **audits()),
            record(B_ROOT, "B", owner="B"),
            record(A_TO_B, "AB", "A", owner="A", **SAME),
            record(BY_B, "SB", "B", owner="B", **SAME),
            record(BY_A, "SA", "A", owner="A", **SAME),
            record(OLD_SCHEME, "O", "A", owner="A", **audits() | {"Standard Audit Type": "ETSI TS 102 042"}),
            record(NO_SCHEME, "N", "A", owner="A", **audits() | {"Standard Audit Type": ""}),
            record(NEW_SCHEME, "W", "A", owner="A", **audits() | named),
        )
        yield opened


def ways(lab: Lab, certificate: Issued) -> list[str]:
    rows = lab.query(
        "SELECT covered_by FROM coverage WHERE audit_kind = 'Standard' AND root_program = 'mozilla'"
        f" AND purpose = 'server_auth' AND sha256 = '{certificate.sha256}'"
    )
    [[found]] = rows
    return list(found)


def test_every_way_is_told_and_none_but_its_own_covers(lab: Lab) -> None:
    """Sub by B: its declared parent leads nowhere; the cross-certificate of that parent's key would."""
    assert lab.verdict(BY_B) == "gap broken_inheritance"
    assert ways(lab, BY_B) == ["issuer", "sibling", "subject's owner"]
    assert lab.verdict(BY_A) == "claimed inherited"
    assert ways(lab, BY_A) == ["inherited", "issuer", "issuer's owner", "subject's owner"]
    assert ways(lab, A_ROOT) == ["issuer's owner", "self", "subject's owner"]


def test_a_finding_says_who_else_could_answer(lab: Lab) -> None:
    rows = lab.query(
        f"SELECT DISTINCT covered_by FROM finding WHERE sha256 = '{BY_B.sha256}' AND audit_kind = 'Standard'"
        " AND reason = 'broken_inheritance'"
    )
    assert rows == [(["issuer", "sibling", "subject's owner"],)]


def test_a_scheme_that_the_program_does_not_take(lab: Lab) -> None:
    assert "criteria_not_accepted" in lab.reasons(OLD_SCHEME)
    assert lab.coverage(OLD_SCHEME).also == ["criteria_not_accepted"]
    assert "criteria_not_accepted" not in lab.reasons(NEW_SCHEME)
    # Nothing said is nothing refused.
    assert "criteria_not_accepted" not in lab.reasons(NO_SCHEME)
