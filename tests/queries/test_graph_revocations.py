"""Revocations that leave something standing, and sources that contradict each other.

Root ─► Gone (revoked) ─► Left             Root ─► Sub (on the CRL) ─► Low (revoked in CCADB, not on the CRL)
Other Root ─► Gone                         Root ─► Key Twin: Gone's key
Root ─► Shut (in OneCRL)                   Sub ─► Cut: its parent is revoked, and there is no other way
"""

from collections.abc import Iterator
from datetime import date

import pytest

from cagraph.ingest import ingest
from tests import crls
from tests.pki import Authority, Options
from tests.policy.lab import DAY, REVOKED, ROOT, ROOT_CERT, Lab, ago, child, open_lab, record, root
from tests.queries.graph_asking import about, ask, of, said

LONG: Options = {"not_before": "2015-01-01", "not_after": "2035-01-01"}
PARENT = {"Revocation Status": "Parent Cert Revoked"}
OTHER_CA, OTHER = root("Other Root", "Other")
GONE_CA, GONE = child("Gone")
GONE_OTHER = OTHER_CA.issue(GONE_CA, **LONG)
LEFT_CA, LEFT = child("Left", GONE_CA)
TWIN = ROOT.issue(Authority("Key Twin", owner="Own", key="Own/Gone"), **LONG)
SUB_CA, SUB = child("Sub")
NEW_CA, NEW = child("New")
LOW_CA, LOW = child("Low", SUB_CA)
SHUT_CA, SHUT = child("Shut")
CUT_CA, CUT = child("Cut", SUB_CA)
FINE_CA, FINE = child("Fine")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    with open_lab(folder) as lab:
        lab.certificates(ROOT_CERT, OTHER, GONE, GONE_OTHER, LEFT, TWIN, SUB, NEW, LOW, SHUT, CUT, FINE)
        lab.trust("mozilla", ROOT_CERT)
        lab.trust("microsoft", OTHER)
        lab.query("SELECT 1")
        lists = {
            "root.crl": crls.crl(
                ROOT,
                (GONE.serial, "2024-01-05", "keyCompromise"),
                (SUB.serial, ago(10)),
                (NEW.serial, ago(3)),
            ),
            "sub.crl": crls.crl(SUB_CA),
            "onecrl.json": crls.onecrl(crls.by_key(SHUT_CA)).encode(),
        }
        for name, content in lists.items():
            (folder / name).write_bytes(content)
            ingest(lab.connection, [folder / name], dated=date.fromisoformat(DAY))
        lab.report(
            DAY,
            record(ROOT_CERT, "R"),
            record(OTHER, "O", owner="Other"),
            record(GONE, "G", "R", **REVOKED),
            record(LEFT, "L", "G", **PARENT, **{"Parent SHA-256 Fingerprint": GONE.sha256}),
            record(TWIN, "T", "R"),
            record(SUB, "S", "R"),
            record(NEW, "N", "R"),
            record(LOW, "W", "S", **REVOKED),
            record(CUT, "C", "S", **PARENT, **{"Parent SHA-256 Fingerprint": SUB.sha256}),
            record(SHUT, "H", "R"),
            record(FINE, "F", "R"),
        )
        yield lab


def test_revocation_conflict_same_key(lab: Lab) -> None:
    rows = ask(lab, "revocation-conflict-same-key")
    assert said(rows, "sha256", "revoked_sha256", "shared") == {
        (GONE_OTHER.sha256, GONE.sha256, "name and key"),
        (TWIN.sha256, GONE.sha256, "key"),
    }
    [twin] = about(rows, TWIN)
    assert (twin["revoked_by"], twin["reason"]) == (["ccadb", "crl"], "keyCompromise")
    assert "mozilla:server_auth" in twin["scopes"]
    # Sub's key stands in no other certificate, and Low is in scope no more.
    assert about(rows, SUB, "revoked_sha256") == []
    assert ask(lab, "revocation-conflict-same-key", owner="nobody") == []


def test_revoked_parent_live_alternative(lab: Lab) -> None:
    [row] = ask(lab, "revoked-parent-live-alternative")
    assert (row["sha256"], row["declared_parent_sha256"]) == (LEFT.sha256, GONE.sha256)
    assert len(row["by_way_of"]) == 1
    assert row["by_way_of"][0].endswith(f"[{GONE_OTHER.sha256[:8]}]")
    assert row["capable_for"] == ["microsoft:server_auth"]
    # Cut's parent is revoked, and there is no other way.
    assert of(lab, "revoked-parent-live-alternative") == 2


def test_revocation_source_disagreement(lab: Lab) -> None:
    rows = ask(lab, "revocation-source-disagreement")
    assert said(rows, "sha256", "way", "overdue") == {
        (SUB.sha256, "in the CRL, not revoked in CCADB", 3),
        (NEW.sha256, "in the CRL, not revoked in CCADB", 0),
        (LOW.sha256, "revoked in CCADB, not in the CRL", None),
        (SHUT.sha256, "in OneCRL, not revoked in CCADB", None),
        (SHUT.sha256, "in OneCRL, not in the CRL", None),
    }
    assert rows[0]["sha256"] == SUB.sha256
    assert {
        row["way"] for row in ask(lab, "revocation-source-disagreement", way="In OneCRL, not in the CRL")
    } == {"in OneCRL, not in the CRL"}


def test_what_sources_agree_on_or_say_nothing_of_is_no_disagreement(lab: Lab) -> None:
    rows = ask(lab, "revocation-source-disagreement")
    for certificate in (GONE, FINE, GONE_OTHER):
        assert about(rows, certificate) == []
    assert of(lab, "revocation-source-disagreement") == 5


def test_revocation_sources_tells_every_claim(lab: Lab) -> None:
    assert {row["sha256"] for row in ask(lab, "revocation-sources")} == {
        each.sha256 for each in (GONE, SUB, NEW, LOW, SHUT)
    }


def test_data_quality_counts_what_is_missing(lab: Lab) -> None:
    found = {row["what"]: row for row in ask(lab, "data-quality")}
    assert found["certificate: in scope, and no record has it"]["example"] == GONE_OTHER.sha256
    assert found["certificate: in scope, and no record has it"]["count"] == 1
    assert not any("CRL" in what or "rejected" in what for what in found)
