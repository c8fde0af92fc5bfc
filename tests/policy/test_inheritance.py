"""The way up from a record whose audits are the same as its parent's: how far it leads, and where it ends."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pki import Authority, Issued
from tests.policy.lab import DAY, ROOT, ROOT_CERT, SAME, Lab, audits, child, open_lab, record, root

FINGERPRINT = "ab" * 32
AUDITED, BROKEN = "claimed inherited", "gap broken_inheritance"

OTHER, OTHER_CERT = root("Other Root", "Other")
MID, MID_CERT = child("Mid")
BARE, BARE_CERT = root("Bare Root", "Own")
ABOVE, ABOVE_CERT = child("Above", BARE)


def _chain(levels: int) -> list[Issued]:
    """Return a chain of CAs below Lab Root."""
    issuer, found = ROOT, []
    for level in range(levels):
        issuer, issued = child(f"Level {level + 1}", issuer)
        found.append(issued)
    return found


CHAIN = _chain(9)
# Ring A → Ring B → Ring A, and Bare Root → Ring A: nobody on the ring has an audit.
RING_A, RING_ENTRY = child("Ring A", BARE)
RING_B, RING_TO_B = child("Ring B", RING_A)
RING_TO_A = RING_B.issue(RING_A, not_before="2015-01-01")
# Forged: it names Bare Root as its issuer and somebody else signed it. Its CA has a good certificate too.
FORGED, FORGED_GOOD = child("Forged", BARE)
FORGED_CERT = BARE.issue(FORGED, signer=Authority("Nobody", owner="?"))
_, BELOW_FORGED = child("Below forged", FORGED)


def ski(authority: Authority) -> dict[str, str]:
    """Return the record's cell of a subject key identifier."""
    return {"Subject Key Identifier": base64.b64encode(authority.key_id).decode()}


# Case: who issued the certificate, the declared parent, the cells beside, the verdict, a word of the detail.
DECLARED: dict[str, tuple[Authority, str, dict[str, str], str, str]] = {
    "the issuer": (MID, "mid", {}, AUDITED, ""),
    "nobody's record": (MID, "nowhere", {}, BROKEN, "is not among the records"),
    "another root": (MID, "other", {}, BROKEN, "did not issue"),
    "the issuer's issuer": (MID, "R", {}, BROKEN, "did not issue"),
    "not loaded, another key": (MID, "alien", {}, BROKEN, "did not issue"),
    "not loaded, the issuer's key": (MID, "reissue", {}, AUDITED, ""),
    "not loaded, key not told": (MID, "mute", {}, AUDITED, ""),
    "by fingerprint only": (MID, "", {"Parent SHA-256 Fingerprint": MID_CERT.sha256.upper()}, AUDITED, ""),
    "another by fingerprint only": (
        MID,
        "",
        {"Parent SHA-256 Fingerprint": OTHER_CERT.sha256.upper()},
        BROKEN,
        "did not issue",
    ),
    "one without any audit": (BARE, "bare", {}, BROKEN, "names no audit"),
    "its own record": (MID, "its own record", {}, BROKEN, ""),
}
CASES: dict[str, Issued] = {name: child(name, issuer)[1] for name, (issuer, *_) in DECLARED.items()}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Lab Root (audited) → Mid → one CA a case; → Level 1 … Level 9.

    Other Root (audited), Bare Root (no audit) → Ring A ⇄ Ring B; → Forged → Below forged.
    """
    with open_lab(tmp_path_factory.mktemp("inheritance")) as opened:
        opened.certificates(
            ROOT_CERT, OTHER_CERT, BARE_CERT, MID_CERT, *CHAIN, *CASES.values(), RING_ENTRY, RING_TO_B,
            RING_TO_A, FORGED_GOOD, FORGED_CERT, BELOW_FORGED,
        )  # fmt: skip
        opened.store("mozilla", [(each, "server_auth") for each in (ROOT_CERT, OTHER_CERT, BARE_CERT)])
        opened.report(
            DAY,
            record(ROOT_CERT, "R", **audits()),
            record(OTHER_CERT, "other", owner="Other", **audits()),
            record(BARE_CERT, "bare"),
            record(MID_CERT, "mid", "R", **SAME),
            # Of three certificates that nobody has: their records alone tell of them.
            record("aa" * 32, "alien", **(audits() | ski(OTHER))),
            record("bb" * 32, "reissue", **(audits() | ski(MID))),
            record("cc" * 32, "mute", **audits()),
            *(
                record(issued, f"level {level}", f"level {level - 1}" if level > 1 else "R", **SAME)
                for level, issued in enumerate(CHAIN, start=1)
            ),
            *(
                record(CASES[name], name, parent, **(SAME | cells))
                | {"Certificate Record Type": "Intermediate Certificate"}
                for name, (_, parent, cells, *_) in DECLARED.items()
            ),
            record(RING_ENTRY, "entry", "bare", **SAME),
            record(RING_TO_B, "to b", "to a", **SAME),
            record(RING_TO_A, "to a", "to b", **SAME),
            record(FORGED_GOOD, "good", "bare"),
            record(FORGED_CERT, "forged", "other", **SAME),
            record(BELOW_FORGED, "below", "forged", **SAME),
        )
        yield opened


@pytest.mark.parametrize("name", DECLARED)
def test_audits_come_down_only_from_the_issuer(lab: Lab, name: str) -> None:
    *_, verdict, detail = DECLARED[name]
    row = lab.coverage(CASES[name])
    assert f"{row.verdict} {row.reason}" == verdict
    assert detail in row.detail


def test_the_way_up_may_have_nine_levels(lab: Lab) -> None:
    assert [lab.verdict(issued, "TLS BR") for issued in CHAIN] == [AUDITED] * 9
    assert "by record R" in lab.coverage(CHAIN[-1]).detail


def test_a_circle_ends(lab: Lab) -> None:
    """Ring B's record points to Ring A's by Ring B, that one back to Ring B's: each the other's issuer."""
    row = lab.coverage(RING_TO_B)
    assert f"{row.verdict} {row.reason}" == BROKEN
    assert "runs in a circle" in row.detail


def test_an_issuance_that_no_signature_proves_passes_nothing_down(lab: Lab) -> None:
    """Below forged → the record of the forged certificate → Other Root, which did not sign it."""
    [(status,)] = lab.query(f"SELECT signature_status FROM issuance WHERE sha256 = '{FORGED_CERT.sha256}'")
    assert status == "bad"
    assert lab.verdict(BELOW_FORGED) == BROKEN


def test_nor_where_the_parent_is_who_it_says_signed_it(lab: Lab) -> None:
    """The same, the forged certificate's record now below the root whose name it bears, audited since."""
    lab.report(
        "2024-06-01",
        record(BARE_CERT, "bare", **audits()),
        record(FORGED_CERT, "forged", "bare", **SAME),
        record(BELOW_FORGED, "below", "forged", **SAME),
        record(RING_ENTRY, "entry", "bare", **SAME),
    )
    assert lab.verdict(RING_ENTRY, day="2024-06-01") == AUDITED
    assert lab.verdict(BELOW_FORGED, day="2024-06-01") == BROKEN


def test_a_slice_does_not_tell_what_a_parent_says(tmp_path: Path) -> None:
    """The same record, its parent not in it: of a complete report a break, of a slice nothing known."""
    below = CASES["its own record"]
    rows = (record(ROOT_CERT, "R", **audits()), record(below, "B", "lost", **SAME))
    for complete, verdict in ((False, "unknown parent_not_loaded"), (True, BROKEN)):
        folder = tmp_path / verdict
        folder.mkdir()
        with open_lab(folder) as opened:
            opened.certificates(ROOT_CERT, MID_CERT, below)
            opened.trust("mozilla", ROOT_CERT)
            opened.report(DAY, *rows, complete=complete)
            assert opened.verdict(below) == verdict
