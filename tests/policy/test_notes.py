"""What is said beside the verdicts: disagreements, anchors read two ways, what is not loaded, stable ids."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from cagraph.warehouse.policy import create_views, load_rules, rule_files, view_files
from tests.pki import SECURE_EMAIL, SERVER_AUTH
from tests.policy.lab import DAY, REVOKED, ROOT_CERT, SAME, Lab, audits, child, open_lab, record, root

PARENT_REVOKED = {"Revocation Status": "Parent Cert Revoked"}
LATER = "2025-09-01"

_, SUB = child("Sub")
MAIL, MAIL_CERT = child("Mail", eku=[SECURE_EMAIL])
# Under two issuers; the child's record calls the one by Lab Root revoked.
SECOND, SECOND_CERT = root("Second Root", "Second")
PARENT, PARENT_CERT = child("Parent")
PARENT_BY_SECOND = SECOND.issue(PARENT)
_, CHILD = child("Child", PARENT, eku=[SERVER_AUTH])
# The same, but the parent's own record is there and says that it is not.
_KEPT, KEPT_CERT = child("Kept parent")
_, KEPT_CHILD = child("Child of kept", _KEPT)
# Anchors whose own extensions would take something away.
SHORT, SHORT_CERT = root("Short Root", "Short", path_len=0)
SHORT_MID, SHORT_SUB = child("Short Sub", SHORT)
MAIL_ROOT, MAIL_ROOT_CERT = root("Mail Root", "Mail", eku=[SECURE_EMAIL])
_, MAIL_ROOT_SUB = child("Mail Root Sub", MAIL_ROOT)
SHORT_GONE, SHORT_GONE_CERT = child("Short gone", SHORT)
_, BELOW_GONE = child("Below short gone", SHORT_GONE)
EV_ROOT, EV_CERT = root("EV Root", "EV")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One report of everything.

    Lab Root    → Sub; → Mail (two records); → Parent → Child; → Kept parent → Child of kept
    Second Root → Parent               (Apple alone trusts it)
    Short Root, pathLen 0 → Short Sub; → Short gone (revoked) → Below short gone
    Mail Root, EKU e-mail, trusted for TLS too → Mail Root Sub
    EV Root, enabled for EV by Chrome
    """
    with open_lab(tmp_path_factory.mktemp("notes")) as opened:
        opened.certificates(
            ROOT_CERT, SUB, MAIL_CERT, SECOND_CERT, PARENT_CERT, PARENT_BY_SECOND, CHILD, KEPT_CERT,
            KEPT_CHILD, SHORT_CERT, SHORT_SUB, MAIL_ROOT_CERT, MAIL_ROOT_SUB, SHORT_GONE_CERT, BELOW_GONE,
            EV_CERT,
        )  # fmt: skip
        roots = (ROOT_CERT, SHORT_CERT, MAIL_ROOT_CERT)
        mail_roots = (ROOT_CERT, MAIL_ROOT_CERT)
        opened.store(
            "mozilla",
            [(each, "server_auth") for each in roots] + [(each, "secure_email") for each in mail_roots],
        )
        opened.store("chrome", [(ROOT_CERT, "server_auth"), (EV_CERT, "server_auth"), (EV_CERT, "ev_tls")])
        opened.store("apple", [(SECOND_CERT, "server_auth"), (ROOT_CERT, "client_auth")])
        opened.trust("oracle", ROOT_CERT)
        rows = [
            # The anchor a second time, as a revoked intermediate.
            record(ROOT_CERT, "R-2", "gone", **REVOKED),
            record(SUB, "sub", "R", **SAME),
            record(PARENT_BY_SECOND, "by second", "second", owner="Second", **SAME),
            record(CHILD, "child", "gone", **(PARENT_REVOKED | audits()))
            | {"Parent SHA-256 Fingerprint": PARENT_CERT.sha256.upper()},
            record(KEPT_CERT, "kept", "R", **SAME),
            record(KEPT_CHILD, "child of kept", "kept", **(PARENT_REVOKED | SAME))
            | {"Parent SHA-256 Fingerprint": KEPT_CERT.sha256.upper()},
            record(MAIL_CERT, "mail 1", "R", **audits(["Standard"])),
            record(MAIL_CERT, "mail 2", "R", **audits(["Standard", "S/MIME BR"])),
            record(SHORT_GONE_CERT, "short gone", "short", **REVOKED),
        ]
        others = {"second": SECOND_CERT, "short": SHORT_CERT, "mail": MAIL_ROOT_CERT, "ev": EV_CERT}
        for day, cells in ((DAY, audits()), (LATER, audits(["Standard"], "2024-08-01", "2025-07-31", LATER))):
            rest = [record(each, name, **cells) for name, each in others.items()]
            opened.report(day, record(ROOT_CERT, "R", **cells), *rest, *rows)
        yield opened


def test_records_that_disagree_are_said_and_the_better_one_counts(lab: Lab) -> None:
    """One record of Mail claims S/MIME BR, the other does not."""
    assert lab.verdict(MAIL_CERT, "S/MIME BR", purpose="secure_email") == "claimed own"
    found = [each for each in lab.findings(MAIL_CERT) if each.root_program == "mozilla"]
    assert [(each.audit_kind, each.reason, each.severity, each.verdict) for each in found] == [
        ("S/MIME BR", "records_disagree", "warning", "warning")
    ]
    assert "mail 1" in found[0].detail
    assert "mail 2" in found[0].detail
    assert lab.verdict(MAIL_CERT, purpose="secure_email") == "claimed own"


def test_a_record_does_not_cut_the_tree_of_a_trusted_anchor(lab: Lab) -> None:
    """Lab Root stands a second time as a revoked intermediate; the stores trust it."""
    assert lab.query(f"FROM revocation WHERE sha256 = '{ROOT_CERT.sha256}'") != []
    assert lab.state(ROOT_CERT) == "in scope"
    assert lab.state(SUB) == "in scope"
    assert lab.verdict(SUB) == "claimed inherited"


def test_a_childs_record_may_be_all_that_is_known_of_a_revoked_parent(lab: Lab) -> None:
    """Lab Root → Parent (revoked, says its child's record) → Child; Second Root → Parent → Child."""
    assert lab.state(PARENT_CERT) == "revoked"
    assert lab.state(CHILD) == "no_trusted_path"
    assert lab.state(PARENT_BY_SECOND, "apple") == "in scope"
    assert lab.state(CHILD, "apple") == "in scope"


def test_but_the_parents_own_record_knows_better(lab: Lab) -> None:
    assert lab.state(KEPT_CERT) == "in scope"
    assert lab.state(KEPT_CHILD) == "in scope"


def test_an_anchor_with_a_path_length_and_a_subordinate_is_noted(lab: Lab) -> None:
    """Short Root, pathLen 0 → Short Sub: reachable only if the anchor is a name and a key alone."""
    assert lab.state(SHORT_SUB) == "no_trusted_path"
    found = [each for each in lab.findings(SHORT_SUB) if each.purpose == "server_auth"]
    assert [(each.reason, each.severity, each.verdict) for each in found] == [
        ("anchor_extensions", "note", "note")
    ]
    assert "anchor_extensions" not in lab.reasons(SHORT_CERT)


def test_an_anchor_trusted_for_more_than_its_own_usages_is_noted(lab: Lab) -> None:
    """Mail Root, EKU e-mail, trusted for TLS and e-mail → Mail Root Sub."""
    for certificate in (MAIL_ROOT_CERT, MAIL_ROOT_SUB):
        assert lab.state(certificate, purpose="server_auth") == "not_capable"
        assert lab.state(certificate, purpose="secure_email") == "in scope"
        noted = [each.purpose for each in lab.findings(certificate) if each.reason == "anchor_extensions"]
        assert noted == ["server_auth"]


def test_what_is_below_a_revoked_certificate_is_not_noted(lab: Lab) -> None:
    """Short Root, pathLen 0 → Short gone (revoked) → Below short gone: out by either reading."""
    assert lab.state(BELOW_GONE) == "no_trusted_path"
    assert lab.findings(BELOW_GONE) == []


def test_without_ev_trust_it_is_a_question_and_with_it_an_answer(lab: Lab) -> None:
    """Mozilla's store here has no EV. Chrome's enables EV Root, not Lab Root."""
    assert lab.state(SUB, "mozilla", "ev_tls") == "ev_trust_not_loaded"
    assert lab.state(SUB, "chrome", "ev_tls") == "not_capable"
    assert lab.state(EV_CERT, "chrome", "ev_tls") == "in scope"
    [(verdict,)] = lab.query("SELECT verdict FROM rule_verdicts WHERE reason = 'ev_trust_not_loaded'")
    assert verdict == "unknown"


def test_a_missing_netsec_audit_is_a_warning_never_a_gap(lab: Lab) -> None:
    """The periods of 2025 end after every program asked for NetSec."""
    rows = lab.query(
        "SELECT root_program, verdict, severity FROM coverage"
        " WHERE audit_kind = 'NetSec' AND purpose <> 'client_auth'",
        LATER,
    )
    assert {row[1:] for row in rows} == {("warning", "warning")}
    assert {row[0] for row in rows} == {"mozilla", "chrome", "apple"}
    assert {each.verdict for each in lab.findings(day=LATER) if each.audit_kind == "NetSec"} <= {
        "warning",
        "note",
    }


def test_tls_audits_of_client_authentication_alone_are_a_note(lab: Lab) -> None:
    row = lab.coverage(SUB, "TLS BR", "apple", "client_auth", LATER)
    assert (row.verdict, row.severity) == ("note", "note")
    assert lab.verdict(SUB, "Standard", "apple", "client_auth", LATER) == "claimed inherited"
    assert lab.verdict(SUB, "TLS BR", "mozilla", "server_auth", LATER).startswith("gap ")


def test_a_program_without_rules_is_said(lab: Lab) -> None:
    [note] = [note for note in lab.notes() if "oracle" in note and "rules" in note]
    assert note.endswith("none loaded")
    assert not [note for note in lab.notes() if "rules" in note and "oracle" not in note]
    assert lab.query("FROM coverage WHERE root_program = 'oracle'") == []


def test_a_day_that_is_none_is_refused(lab: Lab) -> None:
    lab.connection.execute("SET VARIABLE as_of = 'tomorrow'")
    with pytest.raises(duckdb.ConversionException, match="tomorrow"):
        lab.connection.execute("FROM coverage").fetchall()


def test_every_threshold_that_a_view_names_exists(lab: Lab) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in view_files())
    named = set(re.findall(r"threshold\('(\w+)'\)", text))
    known = {name for (name,) in lab.query("SELECT name FROM rule_thresholds WHERE days IS NOT NULL")}
    assert named
    assert named == known


IDS = "SELECT finding_id, reason, sha256, root_program, purpose, audit_kind FROM finding"


def test_a_findings_id_is_of_what_it_is_about_and_no_two_share_one(lab: Lab) -> None:
    for day in (DAY, LATER):
        rows = lab.query(IDS, day)
        assert len({row[0] for row in rows}) == len(rows)
        for finding_id, *about in rows:
            text = "|".join(part for part in about if part is not None)
            assert finding_id == hashlib.sha256(text.encode()).hexdigest()[:16]


def test_a_step_renumbered_changes_no_id(lab: Lab, tmp_path: Path) -> None:
    """Every step such as 7c becomes 97c, in the rules and in the views that name it."""
    before = lab.query(f"{IDS} ORDER BY 1", LATER)
    for path in view_files():
        renumbered = re.sub(r"'(\d(?:[a-h]|\.\d)?)'", r"'9\1'", path.read_text(encoding="utf-8"))
        (tmp_path / path.name).write_text(renumbered, encoding="utf-8")
    for path in rule_files():
        text = path.read_text(encoding="utf-8")
        if path.stem == "verdicts":
            text = re.sub(r"(?m)^(\d+),", r"\1,9", text)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    lab.connection.execute("BEGIN")
    try:
        load_rules(lab.connection, tmp_path)
        create_views(lab.connection, tmp_path)
        # On this connection: another one sees nothing of the transaction.
        found = lab.connection.execute("SELECT DISTINCT step FROM finding").fetchall()
        assert found
        assert all(step.startswith("9") for (step,) in found)
        assert lab.connection.execute(f"{IDS} ORDER BY 1").fetchall() == before
    finally:
        lab.connection.execute("ROLLBACK")
