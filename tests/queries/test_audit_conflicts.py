"""Audits that differ where they should be one, and audits taken from a parent that cannot give them.

Root ─► A, Other Root ─► A: siblings, case by case          Root ─► Twin One, Twin Two: one key
Root ─► Mid ─► one CA a case of a declared parent           Bare Root (no audit) ─► Ring A ⇄ Ring B; ─► Stray
                                                            Root ─► Bare Root (audited): the way out
"""

from collections.abc import Iterator

import pytest

from tests.pki import Authority, Issued, Options
from tests.policy.lab import DAY, REVOKED, ROOT, ROOT_CERT, SAME, Lab, audits, child, open_lab, record, root
from tests.queries.graph_asking import about, ask, of, said

LONG: Options = {"not_before": "2015-01-01", "not_after": "2035-01-01"}
OTHER_CA, OTHER = root("Other Root", "Other")
BARE_CA, BARE = root("Bare Root", "Own")
BARE_CROSS = ROOT.issue(BARE_CA, **LONG)
ELSEWHERE = {"url": "https://audits.example/another.pdf"}
LATER = {"start": "2023-05-01", "end": "2024-04-30"}
# Case: the audits of the certificate by Root and of that by Other Root, the second's owner, and what differs.
SIBLINGS: dict[str, tuple[dict[str, str], dict[str, str], str, list[str]]] = {
    "the same": (audits(), audits(), "Own", []),
    "another letter": (audits(), audits(**ELSEWHERE), "Own", ["url"]),
    "other dates": (audits(), audits(**LATER), "Own", ["dates"]),
    "another owner": (audits(), audits(), "Other", ["owner"]),
    "one has none": (audits(), {}, "Own", ["one has none"]),
    "two ways": (audits(), audits(**ELSEWHERE, **LATER), "Other", ["owner", "url", "dates"]),
}
PAIRS: dict[str, tuple[Issued, Issued]] = {}
for _name in SIBLINGS:
    _ca, _first = child(_name)
    PAIRS[_name] = (_first, OTHER_CA.issue(_ca, **LONG))
ALONE_CA, ALONE = child("Only its sibling has a record")
ALONE_OTHER = OTHER_CA.issue(ALONE_CA, **LONG)
OVER_CA, OVER = child("Its sibling is revoked")
OVER_GONE = OTHER_CA.issue(OVER_CA, **LONG)


def twins(name: str) -> tuple[Issued, Issued]:
    """Return certificates of one key under two names."""
    return child(f"{name} One")[1], ROOT.issue(
        Authority(f"{name} Two", owner="Own", key=f"Own/{name} One"), **LONG
    )


TWINS, EVEN, HALF = twins("Twin"), twins("Even"), twins("Half")
MID_CA, MID = child("Mid")
RIGHT, WRONG, MUTE, LOST = (child(name, MID_CA)[1] for name in ("Right", "Wrong", "Mute", "Lost"))
RING_A_CA, RING_ENTRY = child("Ring A", BARE_CA)
RING_B_CA, RING_TO_B = child("Ring B", RING_A_CA)
RING_TO_A = RING_B_CA.issue(RING_A_CA, **LONG)
STRAY = child("Stray", BARE_CA)[1]
DEAD = child("Dead", MID_CA, not_after="2020-01-01")[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(tmp_path_factory.mktemp("lab")) as lab:
        lab.certificates(
            ROOT_CERT, OTHER, BARE, BARE_CROSS, *(each for pair in PAIRS.values() for each in pair),
            ALONE, ALONE_OTHER, OVER, OVER_GONE, *TWINS, *EVEN, *HALF, MID, RIGHT, WRONG, MUTE, LOST,
            RING_ENTRY, RING_TO_B, RING_TO_A, STRAY, DEAD,
        )  # fmt: skip
        lab.store("mozilla", [(each, "server_auth") for each in (ROOT_CERT, OTHER, BARE)])
        rows = []
        for name, (first, second, owner, _) in SIBLINGS.items():
            rows += [record(PAIRS[name][0], f"{name} 1", "R", **first)]
            rows += [record(PAIRS[name][1], f"{name} 2", "O", owner=owner, **second)]
        lab.report(
            DAY,
            record(ROOT_CERT, "R", **audits()),
            record(OTHER, "O", owner="Other", **audits()),
            record(BARE, "bare"),
            record(BARE_CROSS, "cross", "R", **SAME),
            *rows,
            record(ALONE, "alone", "R", **audits()),
            record(OVER, "over", "R", **audits()),
            record(OVER_GONE, "gone", "O", **audits(**ELSEWHERE), **REVOKED),
            record(TWINS[0], "twin 1", "R", **audits()),
            record(TWINS[1], "twin 2", "R", **audits(["TLS BR"], **ELSEWHERE), **audits(["Standard"])),
            record(EVEN[0], "even 1", "R", **audits()),
            record(EVEN[1], "even 2", "R", **SAME),
            record(HALF[0], "half 1", "R", **audits()),
            record(HALF[1], "half 2", "R", **audits(["Standard"])),
            record("dd" * 32, "not loaded", **audits()),
            record(MID, "mid", "R", **SAME),
            record(RIGHT, "right", "mid", **SAME),
            record(WRONG, "wrong", "O", **SAME),
            record(MUTE, "mute", "not loaded", **SAME),
            record(LOST, "lost", "nowhere", **SAME),
            record(DEAD, "dead", "O", **SAME),
            record(RING_ENTRY, "entry", "bare", **SAME),
            record(RING_TO_B, "to b", "to a", **SAME),
            record(RING_TO_A, "to a", "to b", **SAME),
            record(STRAY, "stray", "bare", **SAME),
        )
        yield lab


@pytest.mark.parametrize("name", SIBLINGS)
def test_sibling_audit_conflict(lab: Lab, name: str) -> None:
    *_, differs = SIBLINGS[name]
    rows = [row for each in PAIRS[name] for row in about(ask(lab, "sibling-audit-conflict"), each)]
    assert len(rows) == (4 if differs else 0)
    assert all(row["differs"] == differs for row in rows)


def test_a_sibling_without_a_record_or_revoked_is_no_conflict(lab: Lab) -> None:
    """What is not disclosed is another question's: it may well differ, and nobody knows."""
    rows = ask(lab, "sibling-audit-conflict")
    assert not any(about(rows, each) for each in (ALONE, ALONE_OTHER, OVER, OVER_GONE))
    # The six pairs, Only its sibling …, and Bare Root by two; no path ends at Ring B ─► Ring A.
    assert of(lab, "sibling-audit-conflict") == 16


def test_sibling_audit_conflict_of_an_owner_tells_both_sides(lab: Lab) -> None:
    rows = ask(lab, "sibling-audit-conflict", owner="other", kind="tls br")
    assert said(rows, "audit_kind") == {("TLS BR",)}
    assert {each.sha256 for each in PAIRS["another owner"]} <= {row["sha256"] for row in rows}
    assert ask(lab, "sibling-audit-conflict", owner="nobody") == []


def test_key_twin_audit_conflict(lab: Lab) -> None:
    rows = ask(lab, "key-twin-audit-conflict")
    assert [(row["sha256"], row["audit_kind"], row["differs"]) for row in rows if row["url"] is None] == [
        (HALF[1].sha256, "TLS BR", ["one has none"])
    ]
    assert said([row for each in TWINS for row in about(rows, each)], "audit_kind", "url") == {
        ("TLS BR", "https://audits.example/letter.pdf"),
        ("TLS BR", ELSEWHERE["url"]),
    }
    assert len(rows) == 4
    assert of(lab, "key-twin-audit-conflict") > 6


def test_key_twins_with_the_same_audits_or_siblings_are_no_conflict(lab: Lab) -> None:
    """Even Two inherits what Even One names itself; siblings have one key, and one name too."""
    rows = ask(lab, "key-twin-audit-conflict")
    assert not any(about(rows, each) for each in (*EVEN, *PAIRS["another letter"]))


def test_same_as_parent_wrong_parent(lab: Lab) -> None:
    rows = ask(lab, "same-as-parent-wrong-parent")
    assert [(row["sha256"], row["proof"]) for row in rows] == [
        (WRONG.sha256, "another CA issued it"),
        (MUTE.sha256, "not told: the parent's certificate is not loaded"),
    ]
    assert (rows[0]["declared_parent_record"], rows[0]["issuer_records"]) == ("O", ["mid"])
    assert rows[0]["issuing_ca"].startswith("CN=Mid")
    assert rows[0]["programs"] == ["mozilla"]
    assert len(ask(lab, "same-as-parent-wrong-parent", owner="own")) == 2
    assert ask(lab, "same-as-parent-wrong-parent", owner="nobody") == []


def test_inherit_dead_end(lab: Lab) -> None:
    rows = ask(lab, "inherit-dead-end")
    assert said(rows, "record_id", "ending", "ends_at") == {
        ("wrong", "the declared parent did not issue the certificate", "wrong"),
        ("lost", "the parent is not among the records", "lost"),
        ("to b", "it runs in a circle", "to a"),
        ("entry", "the last record names no audit", "bare"),
        ("stray", "the last record names no audit", "bare"),
    }
    [stray] = about(rows, STRAY)
    assert (stray["way"], stray["missing"]) == (["stray", "bare"], ["Standard", "TLS BR"])
    assert stray["verdicts"] == ["gap"]


def test_inherit_dead_end_names_the_record_that_would_do(lab: Lab) -> None:
    """Bare Root's cross-certificate has audits; Ring A's issuers have none."""
    ways_out = {row["record_id"]: row["other_issuer_records"] for row in ask(lab, "inherit-dead-end")}
    assert ways_out["stray"] == ["cross: Standard, TLS BR"]
    assert ways_out["wrong"] == ["mid: Standard, TLS BR"]
    assert ways_out["to b"] == []


def test_who_inherits_well_is_no_dead_end(lab: Lab) -> None:
    """Mute's parent is not loaded, and its record's audits come down: nothing speaks against it."""
    rows = ask(lab, "inherit-dead-end")
    assert not any(about(rows, each) for each in (RIGHT, MUTE, MID, DEAD))
    assert ask(lab, "inherit-dead-end", owner="nobody") == []
    assert of(lab, "inherit-dead-end") == 10
