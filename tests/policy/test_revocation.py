"""Which certificates are revoked on a day, and who says so: CCADB, the CRL of the key that signed, OneCRL.

Lab Root → Sub → Low          Lab Root (the same name, another key) → Sub
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cagraph.ingest import ingest
from cagraph.warehouse import catalogue
from tests import crls
from tests.pki import Authority
from tests.policy.lab import DAY, REVOKED, ROOT, ROOT_CERT, Lab, child, open_lab, record, root

SUB_CA, SUB = child("Sub")
LOW_CA, LOW = child("Low", SUB_CA)
TWIN = Authority("Lab Root", owner="Own", key="twin")
TWIN_ROOT = TWIN.self_signed(not_before="2010-01-01", not_after="2040-01-01")
TWIN_SUB = TWIN.issue(Authority("Twin Sub", owner="Own"), serial=SUB.serial)
OTHER, OTHER_CERT = root("Other Root", "Other")


class Lists:
    """Takes lists in at addresses of their own."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.folder = lab, folder

    def take(self, content: bytes | str, day: str, name: str = "root.crl") -> None:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        ingest(self.lab.connection, [path], dated=date.fromisoformat(day))
        self.lab.forget()

    def claims(self, day: str, view: str = "revocation_claim") -> set[tuple[str, str]]:
        rows = self.lab.query(f"SELECT sha256, source FROM {view}", day)
        names = {
            SUB.sha256: "sub",
            LOW.sha256: "low",
            TWIN_SUB.sha256: "twin's sub",
            ROOT_CERT.sha256: "root",
        }
        return {(names.get(sha256, sha256), source) for sha256, source in rows}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lab with certificates and trust, analysed, without any list."""
    folder = tmp_path_factory.mktemp("lab")
    with open_lab(folder) as lab:
        lab.certificates(ROOT_CERT, SUB, LOW, TWIN_ROOT, TWIN_SUB, OTHER_CERT)
        lab.trust("mozilla", ROOT_CERT)
        lab.trust("chrome", ROOT_CERT)
        lab.query("SELECT 1")
    return folder


@pytest.fixture
def lists(filled: Path, tmp_path: Path) -> Iterator[Lists]:
    (tmp_path / "in").mkdir()
    with open_lab(tmp_path, copy_of=filled) as lab:
        yield Lists(lab, tmp_path / "in")


def test_a_crl_revokes_from_its_day_on_and_cuts_every_path(lists: Lists) -> None:
    lists.take(crls.crl(ROOT, (SUB.serial, "2024-03-01 12:00:00")), "2024-04-01")
    assert lists.claims("2024-04-01") == {("sub", "crl")}
    state = lists.lab.state
    assert [state(SUB, day=day) for day in (DAY, "2024-03-01", "2024-02-29")] == ["revoked"] * 2 + [
        "in scope"
    ]
    assert [state(LOW, day=day) for day in (DAY, "2024-02-29")] == ["no_trusted_path", "in scope"]


def test_what_a_claim_says(lists: Lists) -> None:
    lists.take(crls.crl(ROOT, (SUB.serial, "2024-03-01")), "2024-04-01")
    [claim] = lists.lab.query("SELECT sha256, reference, dated, revoked_at::DATE FROM revocation")
    url = (lists.folder / "root.crl").resolve().as_uri()
    assert claim == (SUB.sha256, url, date(2024, 4, 1), date(2024, 3, 1))


def test_a_crl_speaks_for_its_own_key_alone(lists: Lists) -> None:
    """Two roots of one name gave out the same serial number."""
    lists.take(crls.crl(ROOT, (SUB.serial, "2024-03-01")), "2024-04-01", "own.crl")
    assert lists.claims(DAY) == {("sub", "crl")}
    lists.take(crls.crl(TWIN, (SUB.serial, "2024-03-01")), "2024-04-01", "twin.crl")
    assert lists.claims(DAY) == {("sub", "crl"), ("twin's sub", "crl")}


def test_a_crl_that_nobody_proves_says_nothing(lists: Lists) -> None:
    lists.take(crls.crl(ROOT, (SUB.serial, "2024-03-01"), signer=OTHER), "2024-04-01")
    assert lists.claims(DAY) == set()
    assert lists.lab.state(SUB) == "in scope"
    assert not any("CRL" in note for note in lists.lab.notes())


def test_an_entry_for_another_issuer_does_not_speak_for_that_issuers_key(lists: Lists) -> None:
    named = crls.entry(SUB.serial, "2024-03-01", "", crls.of_issuer(ROOT))
    lists.take(crls.crl(OTHER, named, extra=[crls.INDIRECT]), "2024-04-01")
    assert lists.claims(DAY) == set()


def test_the_newest_list_of_an_address_counts(lists: Lists) -> None:
    """On hold, then not any more."""
    lists.take(crls.crl(ROOT, (SUB.serial, "2024-01-05", "certificateHold")), "2024-02-01")
    lists.take(crls.crl(ROOT), "2024-03-01")
    assert lists.claims("2024-02-01") == lists.claims("2024-02-29") == {("sub", "crl")}
    assert lists.claims("2024-03-01") == lists.claims(DAY) == set()


def test_before_the_first_list_the_entrys_own_day_decides(lists: Lists) -> None:
    lists.take(crls.crl(ROOT, (SUB.serial, "2024-01-05")), "2024-03-01")
    lists.take(crls.crl(ROOT), "2024-04-01")
    assert lists.claims("2024-01-04") == set()
    assert lists.claims("2024-01-05") == {("sub", "crl")}


@pytest.mark.parametrize(
    "later",
    [
        crls.crl(ROOT, extra=[crls.DELTA]),
        crls.crl(ROOT, signer=OTHER),
        crls.crl(OTHER),
        crls.crl(ROOT)[:-5],
    ],
    ids=["a delta", "forged", "another CA's", "cut off"],
)
def test_what_comes_later_at_the_address_ends_nothing_if_it_is_no_newer_list(
    lists: Lists, later: bytes
) -> None:
    lists.take(crls.crl(ROOT, (SUB.serial, "2024-01-05")), "2024-02-01")
    lists.take(later, "2024-03-01")
    assert lists.claims(DAY) == {("sub", "crl")}


def test_two_addresses_are_two_lists(lists: Lists) -> None:
    lists.take(crls.crl(ROOT, (SUB.serial, "2024-01-05")), "2024-02-01", "one.crl")
    lists.take(crls.crl(ROOT), "2024-03-01", "two.crl")
    assert lists.claims(DAY) == {("sub", "crl")}


def test_a_trusted_root_in_its_own_crl_stays_where_the_store_has_it(lists: Lists) -> None:
    lists.take(crls.crl(ROOT, (ROOT_CERT.serial, "2024-01-05")), "2024-02-01")
    assert lists.claims(DAY) == {("root", "crl")}
    assert lists.lab.state(SUB) == "in scope"


def test_onecrl_binds_mozilla_tls_alone(lists: Lists) -> None:
    text = crls.onecrl(
        crls.by_serial(ROOT, SUB.serial), crls.by_key(LOW_CA), crls.by_serial(OTHER, SUB.serial)
    )
    lists.take(text, "2024-04-01", "onecrl.json")
    # By name and serial number alone, as Firefox does: the twin's certificate too.
    assert lists.claims(DAY) == {("sub", "onecrl"), ("twin's sub", "onecrl"), ("low", "onecrl")}
    assert lists.claims(DAY, "revocation") == set()
    assert lists.lab.state(SUB) == "revoked_by_program"
    assert lists.lab.state(SUB, program="chrome") == "in scope"
    # What is below it has lost its path with it.
    assert lists.lab.state(LOW) == "revoked_by_program"


def test_onecrl_speaks_by_its_newest_list_wherever_it_came_from(lists: Lists) -> None:
    late = crls.by_serial(ROOT, SUB.serial, details={"created": "2024-01-05T00:00:00Z"})
    lists.take(crls.onecrl(late, crls.by_key(LOW_CA)), "2024-02-01", "a.json")
    lists.take(crls.onecrl(crls.by_key(LOW_CA)), "2024-03-01", "b.json")
    low, sub = ("low", "onecrl"), ("sub", "onecrl")
    assert lists.claims("2024-01-04") == {low}
    assert lists.claims("2024-01-05") >= {low, sub}
    assert lists.claims("2024-02-01") >= {low, sub}
    assert lists.claims(DAY) == {low}


def test_each_source_of_revocations_says_how_old_it_is(lists: Lists) -> None:
    lists.take(crls.crl(ROOT), "2024-03-01", "one.crl")
    lists.take(crls.crl(TWIN), "2024-04-01", "two.crl")
    lists.take(crls.crl(OTHER), "2024-06-01", "three.crl")
    lists.take(crls.onecrl(crls.by_key(LOW_CA)), DAY, "onecrl.json")
    lists.lab.report("2024-05-01", record(SUB, "S", "R", **REVOKED))
    notes = lists.lab.query(
        "SELECT source, used_date, relation FROM knowledge WHERE contains(source, 'revoc')"
    )
    assert notes == [
        ("revocations (CCADB)", date(2024, 5, 1), "earlier"),
        ("revocations (CRLs)", date(2024, 3, 1), "earlier"),
        ("revocations (CRLs)", date(2024, 6, 1), "later"),
        ("revocations (OneCRL)", date(2024, 5, 8), "same"),
    ]


def sources(lists: Lists) -> list[dict[str, Any]]:
    """Return what the catalogue's question says; it asks of the day that was asked last."""
    lists.lab.query("SELECT 1")
    cursor = catalogue.run(lists.lab.connection, "revocation-sources", {})
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_where_sources_disagree_comes_first(lists: Lists) -> None:
    lists.take(crls.crl(ROOT, (SUB.serial, "2024-01-05", "superseded")), "2024-02-01", "root.crl")
    lists.take(crls.crl(SUB_CA), "2024-02-01", "sub.crl")
    lists.take(crls.onecrl(crls.by_key(SUB_CA)), "2024-02-01", "onecrl.json")
    lists.lab.report("2024-05-01", record(SUB, "S", "R"), record(LOW, "L", "S", **REVOKED))
    low, sub = sources(lists)
    assert (low["sha256"], sub["sha256"]) == (LOW.sha256, SUB.sha256)
    assert low["disagreements"] == ["revoked in CCADB, not in the CRL"]
    assert sub["disagreements"] == ["in the CRL, not revoked in CCADB", "in OneCRL, not revoked in CCADB"]
    assert (sub["ccadb"], sub["crl"], sub["crl_reason"], sub["onecrl"]) == (
        "Not Revoked",
        True,
        "superseded",
        True,
    )
    assert (low["ccadb"], low["crl"], low["onecrl"], low["crtsh_crl"]) == ("Revoked", False, False, None)
    lists.lab.report("2024-05-02", record(SUB, "S", "R", **REVOKED), record(LOW, "L", "S", **REVOKED))
    low, sub = sources(lists)
    assert (low["sha256"], sub["disagreements"]) == (LOW.sha256, [])


def test_without_a_list_nothing_is_said_to_be_absent_from_it(lists: Lists) -> None:
    gone = "ab" * 32
    parent = {"Revocation Status": "Parent Cert Revoked", "Parent SHA-256 Fingerprint": gone}
    lists.lab.report("2024-05-01", record(SUB, "S", "R", **REVOKED), record(LOW, "L", "S", **parent))
    found = {row["sha256"]: row for row in sources(lists)}
    assert set(found) == {SUB.sha256, gone}
    assert (found[SUB.sha256]["crl"], found[SUB.sha256]["onecrl"]) == (None, None)
    assert (found[gone]["ccadb"], found[gone]["subject"]) == ("Revoked, by its child's record", None)
    assert all(row["disagreements"] == [] for row in found.values())


def test_what_crtsh_says_is_compared(lists: Lists) -> None:
    lists.take(crls.crl(ROOT), "2024-02-01")
    lists.lab.connection.execute(
        "INSERT INTO crtsh_certificate VALUES (1, 1, 77, $sha256, 1, 1)", {"sha256": SUB.sha256}
    )
    lists.lab.connection.execute(
        "INSERT INTO crtsh_revocation SELECT max(snapshot_id), 1, 77, false, 'Serial Number', NULL,"
        " TIMESTAMP '2024-04-01', 4, NULL FROM snapshot"
    )
    [row] = sources(lists)
    assert (row["sha256"], row["crtsh_crl"], row["crtsh_onecrl"]) == (SUB.sha256, True, False)
    assert (row["crtsh_crlset"], row["crl"]) == ("Serial Number", False)
    assert row["disagreements"] == ["in the CRL that crt.sh saw, not in ours"]
