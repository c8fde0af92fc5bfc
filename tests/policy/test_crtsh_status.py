"""crt.sh's disclosure status worked out here: every status once, and what its trust of CAs overlooks."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cagraph.ingest import ingest
from cagraph.warehouse import catalogue
from cagraph.warehouse.database import open_warehouse
from tests import crls
from tests.pki import ANY_EKU, CLIENT_AUTH, SECURE_EMAIL, SERVER_AUTH, Issued
from tests.policy.lab import (
    DAY,
    REVOKED,
    ROOT,
    ROOT_CERT,
    SAME,
    TLS_KINDS,
    TRUST,
    Lab,
    ago,
    audits,
    child,
    open_lab,
    record,
    root,
)
from tests.policy.test_rule_tables import column

NAMES = ("permitted:dns:example.com", "permitted:ip:192.0.2.0/24", "permitted:directory:Own")
NO_ADDRESSES = ("excluded:ip:0.0.0.0/0", "excluded:ip:::/0")
SGC, STEP_UP = "1.3.6.1.4.1.311.10.3.3", "2.16.840.1.113730.4.1"
PARENT_REVOKED = {"Revocation Status": "Parent Cert Revoked"}
DOCUMENTS = {
    "Certificate Policy (CP) URL": "https://own.example/cp.pdf",
    "CP Effective Date": "2024-01-01",
    "Certificate Practice Statement (CPS) URL": "https://own.example/cps.pdf",
    "CPS Effective Date": "2024-01-01",
    "JSON Array of All Full CRL URLs": '["http://own.example/ca.crl"]',
}
SMIME_KINDS = (*TLS_KINDS, "S/MIME BR")

Row = tuple[str, str | None]


def whole(certificate: Issued, salesforce_id: str, parent: str = "R", **cells: str) -> dict[str, str]:
    """Return a record that lacks nothing that crt.sh asks for."""
    named = {"Parent Certificate Name": certificate.issuer.common_name}
    return record(certificate, salesforce_id, parent, **(audits(SMIME_KINDS) | DOCUMENTS | named | cells))


def take(lab: Lab, folder: Path, name: str, content: bytes | str) -> None:
    """Load a list of revoked certificates."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    ingest(lab.connection, [path], dated=date.fromisoformat(DAY))
    lab.forget()


def status(lab: Lab, certificate: Issued, program: str = "mozilla", day: str = DAY) -> Row:
    """Return crt.sh's status of a certificate by its rules, and the detail."""
    [row] = lab.query(
        f"SELECT status, detail FROM crtsh_status WHERE sha256 = '{certificate.sha256}'"
        f" AND root_program = '{program}'",
        day,
    )
    return row[0], row[1]


def trust(lab: Lab, certificate: Issued, program: str = "mozilla") -> dict[str, Any]:
    """Return the flags for TLS of the CA that a certificate is for, empty where it has no row."""
    rows = lab.query(
        "SELECT is_time_valid, all_chains_technically_constrained, all_chains_revoked_in_salesforce,"
        " all_chains_revoked_via_onecrl FROM crtsh_rule_trust INNER JOIN certificate USING (ca_id)"
        f" WHERE sha256 = '{certificate.sha256}' AND root_program = '{program}' AND purpose = 'server_auth'"
    )
    names = ("valid", "constrained", "revoked", "onecrl")
    return dict(zip(names, rows[0], strict=True)) if rows else {}


def says(
    lab: Lab, certificate: Issued, program: str = "mozilla", view: str = "crtsh_rule_capability"
) -> set[str]:
    """Return the purposes that a certificate is taken to be trusted for."""
    rows = lab.query(
        f"SELECT purpose FROM {view} WHERE sha256 = '{certificate.sha256}' AND root_program = '{program}'"
    )
    return {purpose for (purpose,) in rows}


SECOND, SECOND_CERT = root("Second Root", "Own")
LONE, LONE_CERT = root("Lone Root", "Own")

_, FINE = child("Fine")
_, MISSING = child("Missing")
_, EXPIRED = child("Expired", not_after="2020-01-01")
_, OLD = child("Old", not_after="2020-01-01")
_, OLD_REVOKED = child("Old Revoked", not_after="2020-01-01")
_, OLD_LISTED = child("Old Listed", not_after="2020-01-01")
GONE, GONE_CERT = child("Gone")
_, BELOW = child("Below", GONE)
_, BELOW_BARE = child("Below Bare", GONE)
_, LISTED = child("Listed")
_, LIVE_LISTED = child("Live Listed")
_, CLIENT_LISTED = child("Client Listed", eku=(CLIENT_AUTH,))
_, NARROW_LISTED = child("Narrow Listed", eku=(SERVER_AUTH,), constraints=NAMES)
_, NARROW = child("Narrow", eku=(SERVER_AUTH,), constraints=NAMES)
_, NARROW_FINE = child("Narrow Fine", eku=(SERVER_AUTH,), constraints=NAMES)
_, CLIENT_ONLY = child("Client Only", eku=(CLIENT_AUTH,))
_, CLIENT_GONE = child("Client Gone", eku=(CLIENT_AUTH,))
_, LOST = child("Lost", LONE)
_, LOST_FINE = child("Lost Fine", LONE)
_, ORPHAN = child("Orphan")
_, ORPHAN_LISTED = child("Orphan Listed")
_, BARE = child("Bare")
_, MAIL = child("Mail", eku=(SECURE_EMAIL,))
PAIR, PAIR_ONE = child("Pair")
PAIR_TWO = SECOND.issue(PAIR, not_before="2015-01-01", not_after="2035-01-01")
BOOKS, BOOKS_ONE = child("Books")
BOOKS_TWO = SECOND.issue(BOOKS, not_before="2015-01-01", not_after="2035-01-01")
_, MISNAMED = child("Misnamed")
_, IN_CRL = child("In CRL")
_, NO_CRL = child("No CRL")

ALL = (
    *(ROOT_CERT, SECOND_CERT, LONE_CERT, FINE, MISSING, EXPIRED, OLD, OLD_REVOKED, OLD_LISTED, GONE_CERT),
    *(BELOW, BELOW_BARE, LISTED, LIVE_LISTED, CLIENT_LISTED, NARROW_LISTED, NARROW, NARROW_FINE),
    *(CLIENT_ONLY, CLIENT_GONE, LOST, LOST_FINE, ORPHAN, ORPHAN_LISTED, BARE, MAIL, PAIR_ONE, PAIR_TWO),
    *(BOOKS_ONE, BOOKS_TWO, MISNAMED, IN_CRL, NO_CRL),
)
RECORDS = (
    record(ROOT_CERT, "R", **DOCUMENTS),
    record(SECOND_CERT, "R2", **DOCUMENTS),
    record(LONE_CERT, "R3", **DOCUMENTS),
    whole(FINE, "fine"),
    whole(OLD, "old"),
    whole(OLD_REVOKED, "old revoked", **REVOKED),
    whole(OLD_LISTED, "old listed", **REVOKED),
    whole(GONE_CERT, "gone", **REVOKED),
    record(BELOW_BARE, "below bare", "gone"),
    whole(LISTED, "listed", **REVOKED),
    whole(LIVE_LISTED, "live listed"),
    whole(CLIENT_LISTED, "client listed", **REVOKED),
    whole(NARROW_LISTED, "narrow listed", **REVOKED),
    whole(NARROW_FINE, "narrow fine"),
    whole(CLIENT_GONE, "client gone", **REVOKED),
    whole(LOST_FINE, "lost fine", "R3"),
    whole(ORPHAN, "orphan", **PARENT_REVOKED),
    whole(ORPHAN_LISTED, "orphan listed", **PARENT_REVOKED),
    record(
        BARE, "bare", "R", **DOCUMENTS, **audits(("Standard",)), **{"Parent Certificate Name": "Lab Root"}
    ),
    record(MAIL, "mail", "R", **DOCUMENTS, **audits(TLS_KINDS), **{"Parent Certificate Name": "Lab Root"}),
    whole(PAIR_ONE, "pair one"),
    whole(PAIR_TWO, "pair two", "R2", **audits(("TLS BR",), url="https://audits.example/other.pdf")),
    whole(BOOKS_ONE, "books one"),
    whole(BOOKS_TWO, "books two", "R2", **{"Certificate Policy (CP) URL": "https://own.example/old.pdf"}),
    whole(MISNAMED, "misnamed", **{"Parent Certificate Name": "Somebody else"}),
    whole(IN_CRL, "in crl"),
    whole(NO_CRL, "no crl", **{"JSON Array of All Full CRL URLs": ""}),
)
STORES = {
    "mozilla": ("server_auth", "secure_email"),
    "chrome": ("server_auth",),
    "apple": ("server_auth", "secure_email"),
    "microsoft": ("server_auth", "code_signing"),
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One CA for each status, with a complete report, OneCRL and Lab Root's CRL.

    Lab Root ──┬─► Fine, Missing, Expired … (one certificate each)
               ├─► Gone (revoked in CCADB) ─► Below, Below Bare
               ├─► Pair  ◄── Second Root           the same CA, another TLS BR letter
               └─► Books ◄── Second Root           the same CA, another CP
    Lone Root (no program trusts it) ─► Lost, Lost Fine
    """
    folder = tmp_path_factory.mktemp("crtsh")
    (folder / "in").mkdir()
    with open_lab(folder) as opened:
        opened.certificates(*ALL)
        for program, purposes in STORES.items():
            opened.store(program, [(each, use) for each in (ROOT_CERT, SECOND_CERT) for use in purposes])
        opened.report("2024-05-01", *RECORDS)
        listed = (OLD_LISTED, LISTED, LIVE_LISTED, CLIENT_LISTED, NARROW_LISTED, ORPHAN_LISTED)
        text = crls.onecrl(*(crls.by_serial(ROOT, each.serial) for each in listed))
        take(opened, folder / "in", "onecrl.json", text)
        take(opened, folder / "in", "root.crl", crls.crl(ROOT, (IN_CRL.serial, "2024-03-01")))
        yield opened


CASES: list[tuple[Issued, str, str]] = [
    (FINE, "mozilla", "Disclosed"),
    (FINE, "chrome", "Disclosed"),
    (FINE, "apple", "Disclosed"),
    (ROOT_CERT, "mozilla", "Disclosed"),
    (MISSING, "mozilla", "Undisclosed"),
    (MISSING, "microsoft", "Undisclosed"),
    (EXPIRED, "mozilla", "Expired"),
    (OLD, "mozilla", "DisclosedButExpired"),
    (OLD_REVOKED, "mozilla", "RevokedButExpired"),
    (LOST, "mozilla", "NoKnownSuitableTrustPath"),
    (BELOW, "mozilla", "AllSuitablePathsRevoked"),
    # Nothing is said of what such a record lacks.
    (BELOW_BARE, "mozilla", "AllSuitablePathsRevoked"),
    (GONE_CERT, "chrome", "Revoked"),
    (GONE_CERT, "mozilla", "RevokedAndShouldBeAddedToOneCRL"),
    (LISTED, "mozilla", "RevokedViaOneCRL"),
    (LISTED, "chrome", "Revoked"),
    (LIVE_LISTED, "mozilla", "DisclosedButInOneCRL"),
    (LIVE_LISTED, "chrome", "Disclosed"),
    (OLD_LISTED, "mozilla", "RevokedViaOneCRLButExpired"),
    (OLD_LISTED, "apple", "RevokedButExpired"),
    (CLIENT_LISTED, "mozilla", "RevokedViaOneCRLButNotNeeded"),
    (NARROW_LISTED, "mozilla", "RevokedViaOneCRLButTechnicallyConstrained"),
    (NARROW, "mozilla", "TechnicallyConstrained"),
    (NARROW, "chrome", "TechnicallyConstrained"),
    (CLIENT_ONLY, "mozilla", "TechnicallyConstrainedOther"),
    (CLIENT_ONLY, "apple", "TechnicallyConstrained"),
    (NARROW_FINE, "mozilla", "DisclosedButConstrained"),
    (CLIENT_GONE, "mozilla", "RevokedAndTechnicallyConstrained"),
    (CLIENT_GONE, "microsoft", "Revoked"),
    (LOST_FINE, "mozilla", "DisclosedButNoKnownSuitableTrustPath"),
    (ORPHAN, "mozilla", "ParentRevoked"),
    (ORPHAN_LISTED, "mozilla", "ParentRevokedButInOneCRL"),
    (ORPHAN_LISTED, "chrome", "ParentRevoked"),
    (BARE, "mozilla", "DisclosureIncomplete"),
    (MISNAMED, "mozilla", "DisclosedWithErrors"),
    (IN_CRL, "mozilla", "DisclosedButInCRL"),
    (PAIR_ONE, "mozilla", "DisclosedWithInconsistentAudit"),
    (PAIR_TWO, "mozilla", "DisclosedWithInconsistentAudit"),
    (BOOKS_ONE, "mozilla", "DisclosedWithInconsistentCPS"),
]


@pytest.mark.parametrize(
    ("certificate", "program", "expected"),
    CASES,
    ids=[f"{each.subject.common_name}-{program}" for each, program, _ in CASES],
)
def test_each_status(lab: Lab, certificate: Issued, program: str, expected: str) -> None:
    assert status(lab, certificate, program)[0] == expected


def test_every_status_that_is_worked_out_is_tested() -> None:
    made = dict(zip(column("crtsh_statuses", "status"), column("crtsh_statuses", "made"), strict=True))
    tested = {expected for _, _, expected in CASES} | {"NotInRecords"}
    assert tested == {name for name, yes in made.items() if yes == "yes"}


def test_every_status_has_its_sentence(lab: Lab) -> None:
    assert lab.query("SELECT status FROM crtsh_status ANTI JOIN rule_crtsh_statuses USING (status)") == []
    [(rows, pairs)] = lab.query("SELECT count(*), count(DISTINCT (sha256, root_program)) FROM crtsh_status")
    assert rows == pairs == 4 * len(ALL)


def test_what_is_missing_is_said(lab: Lab) -> None:
    assert status(lab, BARE) == ("DisclosureIncomplete", "missing: TLS BR, S/MIME BR")
    # Chrome is no e-mail program, Microsoft trusts these roots for code signing and no e-mail.
    assert status(lab, BARE, "chrome")[1] == "missing: TLS BR"
    assert status(lab, BARE, "microsoft")[1] == "missing: TLS BR, Code Signing"
    assert status(lab, MAIL)[1] == "missing: S/MIME BR"
    assert status(lab, MAIL, "chrome")[0] == "Disclosed"
    assert status(lab, PAIR_ONE)[1] == "different: TLS BR"


def test_a_crl_is_asked_for_by_mozilla_and_apple(lab: Lab) -> None:
    assert status(lab, NO_CRL) == ("DisclosureIncomplete", "missing: CRL")
    assert status(lab, NO_CRL, "apple")[1] == "missing: CRL"
    assert status(lab, NO_CRL, "chrome")[0] == "Disclosed"


def test_policy_documents_age_and_audits_do_not(lab: Lab) -> None:
    """The audit period of Fine ended 2024-03-31, its CP is of 2024-01-01: in 2033 only the CP is old."""
    assert status(lab, FINE, day="2033-05-08")[1] == (
        "missing: CP date of the last 365 days, CPS date of the last 365 days"
    )


# What is trusted


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Lab]:
    """An empty lab."""
    (tmp_path / "in").mkdir()
    with open_lab(tmp_path) as opened:
        yield opened


def test_a_path_length_never_prunes(fresh: Lab) -> None:
    """Lab Root → A (pathLen 0) → B → C: B and C are trusted there, and cannot issue here."""
    a, a_cert = child("A", path_len=0)
    b, b_cert = child("B", a)
    _, c_cert = child("C", b)
    fresh.certificates(ROOT_CERT, a_cert, b_cert, c_cert)
    fresh.trust("mozilla", ROOT_CERT)
    for certificate in (a_cert, b_cert, c_cert):
        assert trust(fresh, certificate)["valid"]
    assert [says(fresh, each, view="capability") for each in (a_cert, b_cert, c_cert)] == [
        {"server_auth"},
        set(),
        set(),
    ]


def test_flags_are_folded_apart(fresh: Lab) -> None:
    """Sub has two ways, each cut by something else, and looks as if it had an open one.

    Lab Root → Middle (revoked in CCADB) → Sub
    Lab Root → Sub (technically constrained)
    """
    middle, middle_cert = child("Middle")
    sub, by_middle = child("Sub", middle)
    narrow = ROOT.issue(
        sub, not_before="2015-01-01", not_after="2035-01-01", eku=(SERVER_AUTH,), constraints=NAMES
    )
    fresh.certificates(ROOT_CERT, middle_cert, by_middle, narrow)
    fresh.trust("mozilla", ROOT_CERT)
    fresh.report("2024-05-01", record(ROOT_CERT, "R"), record(middle_cert, "M", "R", **REVOKED))
    assert trust(fresh, middle_cert) == {
        "valid": True, "constrained": False, "revoked": True, "onecrl": False,
    }  # fmt: skip
    assert trust(fresh, narrow) == {
        "valid": True, "constrained": False, "revoked": False, "onecrl": False,
    }  # fmt: skip
    # Without the second way it shows what cuts the only one.
    assert says(fresh, by_middle) == set()


def test_an_issuers_crl_cuts_nothing(fresh: Lab, tmp_path: Path) -> None:
    """Lab Root → Sub (in the CRL alone) → Low: both stay trusted there, neither here."""
    sub, sub_cert = child("Sub")
    _, low_cert = child("Low", sub)
    fresh.certificates(ROOT_CERT, sub_cert, low_cert)
    fresh.trust("mozilla", ROOT_CERT)
    take(fresh, tmp_path / "in", "root.crl", crls.crl(ROOT, (sub_cert.serial, "2024-03-01")))
    flags = {"valid": True, "constrained": False, "revoked": False, "onecrl": False}
    assert trust(fresh, sub_cert) == trust(fresh, low_cert) == flags
    assert says(fresh, low_cert) == {"server_auth"}
    assert says(fresh, low_cert, view="capability") == set()


def test_what_permits_tls(fresh: Lab) -> None:
    """Lab Root → one CA each: server gated crypto is TLS, Netscape's step-up is not, EV asks for a policy."""
    certificates = {
        "serverAuth": child("Plain", eku=(SERVER_AUTH,))[1],
        "server gated crypto": child("Gated", eku=(SGC,))[1],
        "step-up": child("Step", eku=(STEP_UP,))[1],
        "client": child("Client", eku=(CLIENT_AUTH,))[1],
        "no policies": child("Open")[1],
        "the EV policy": child("EV", policies=("1.2.3.4",))[1],
        "any policy": child("Any", policies=("2.5.29.32.0",))[1],
        "another policy": child("Other", policies=("1.2.3.5",))[1],
    }
    fresh.certificates(ROOT_CERT, *certificates.values())
    fresh.trust("mozilla", ROOT_CERT, "server_auth", "ev_tls")
    tls, ev = {"server_auth"}, {"server_auth", "ev_tls"}
    assert {name: says(fresh, each) for name, each in certificates.items()} == {
        "serverAuth": ev,
        "server gated crypto": ev,
        "step-up": set(),
        "client": set(),
        "no policies": ev,
        "the EV policy": ev,
        "any policy": ev,
        "another policy": tls,
    }


ALONE: list[tuple[tuple[str, ...], tuple[str, ...], str, bool]] = [
    ((SERVER_AUTH,), NAMES, "2015-01-01", True),
    ((SERVER_AUTH,), NAMES[:2], "2015-01-01", False),
    ((SERVER_AUTH,), (), "2015-01-01", False),
    ((SERVER_AUTH, SECURE_EMAIL), NAMES, "2015-01-01", False),
    ((SERVER_AUTH, ANY_EKU), NAMES, "2015-01-01", False),
    ((SERVER_AUTH,), (NAMES[0], NAMES[2], *NO_ADDRESSES), "2015-01-01", True),
    ((SERVER_AUTH,), (NAMES[0], NAMES[2], NO_ADDRESSES[0]), "2015-01-01", False),
    ((SECURE_EMAIL,), ("permitted:email:example.com", NAMES[2]), "2015-01-01", True),
    ((SECURE_EMAIL,), (), "2015-01-01", False),
    ((CLIENT_AUTH,), (), "2015-01-01", True),
    # Step-up is TLS in certificates from before 2016-08-23.
    ((STEP_UP,), (), "2016-08-22", False),
    ((STEP_UP,), (), "2016-08-23", True),
]


def test_one_certificate_alone_is_constrained(fresh: Lab) -> None:
    """Lab Root → one CA each: usages and names of its own certificate decide, nothing above it."""
    expected = {}
    for number, (eku, names, issued, constrained) in enumerate(ALONE):
        options: dict[str, Any] = {"constraints": names} if names else {}
        _, certificate = child(f"Sub {number}", not_before=issued, eku=eku, **options)
        fresh.certificates(certificate)
        expected[certificate.sha256] = constrained
    assert dict(fresh.query("SELECT sha256, constrained FROM crtsh_rule_certificate")) == expected


def test_a_root_certificate_that_expired_is_held_up_by_the_cas_other_one(fresh: Lab) -> None:
    """Lab Root has certificates of 2010 to 2020 and of 2030 to 2040, both rooted: 2024 lies between."""
    early = ROOT.self_signed(not_before="2010-01-01", not_after="2020-01-01")
    late = ROOT.self_signed(not_before="2030-01-01", not_after="2040-01-01")
    _, certificate = child("Sub")
    fresh.certificates(early, late, certificate)
    fresh.store("mozilla", [(early, "server_auth")])
    assert trust(fresh, certificate)["valid"] is False
    fresh.store("mozilla", [(early, "server_auth"), (late, "server_auth")], day="2021-01-01")
    assert trust(fresh, certificate)["valid"] is True
    assert says(fresh, certificate, view="capability") == set()


def test_trust_that_is_disabled_still_counts(fresh: Lab) -> None:
    _, certificate = child("Sub")
    fresh.certificates(ROOT_CERT, certificate)
    fresh.file(
        f"{TRUST}microsoft,{ROOT_CERT.sha256},server_auth,,2022-01-01T00:00:00Z,,2024-01-01\n", "2024-01-01"
    )
    assert says(fresh, certificate, "microsoft") == {"server_auth"}
    assert says(fresh, certificate, "microsoft", view="capability") == set()


# What is inherited


def test_an_audit_may_be_mixed_of_two_records(fresh: Lab) -> None:
    """Sub names its TLS BR letter alone, its parent the dates: together they are whole, and it is said."""
    middle, middle_cert = child("Middle")
    _, sub = child("Sub", middle)
    fresh.certificates(ROOT_CERT, middle_cert, sub)
    fresh.trust("mozilla", ROOT_CERT)
    own = {"TLS BR Audit URL": "https://audits.example/sub.pdf"} | DOCUMENTS
    named = {"Parent Certificate Name": "Middle"}
    rows = [
        record(ROOT_CERT, "R", **DOCUMENTS),
        whole(middle_cert, "M"),
        record(sub, "S", "M", **own, **named),
    ]
    fresh.report("2024-05-01", *rows)
    assert status(fresh, sub) == ("DisclosureIncomplete", "missing: Standard, TLS BR")
    rows[-1] |= SAME
    fresh.report("2024-05-02", *rows)
    assert status(fresh, sub) == ("Disclosed", "mixed of two records: TLS BR")


def test_inheritance_ends_after_four_levels(fresh: Lab) -> None:
    """Lab Root → 1 → 2 → 3 → 4 → 5 → 6, all the same as their parents; the audits stand with 1."""
    chain = [child("1")]
    for number in range(2, 7):
        chain.append(child(str(number), chain[-1][0]))
    fresh.certificates(ROOT_CERT, *(certificate for _, certificate in chain))
    fresh.trust("mozilla", ROOT_CERT)
    rows = [record(ROOT_CERT, "R", **DOCUMENTS), whole(chain[0][1], "1")]
    for number, (_, certificate) in enumerate(chain[1:], 2):
        named = {"Parent Certificate Name": str(number - 1)}
        rows.append(record(certificate, str(number), str(number - 1), **DOCUMENTS, **SAME, **named))
    fresh.report("2024-05-01", *rows)
    assert status(fresh, chain[4][1])[0] == "Disclosed"
    assert status(fresh, chain[5][1])[0] == "DisclosureIncomplete"
    # Ours has no such limit.
    assert fresh.verdict(chain[5][1]) == "claimed inherited"


# What is not known


def test_a_slice_leaves_open_what_has_no_record(fresh: Lab) -> None:
    fresh.certificates(ROOT_CERT, FINE, MISSING, LISTED)
    fresh.trust("mozilla", ROOT_CERT)
    fresh.report(
        "2024-05-01", *RECORDS[:1], whole(FINE, "fine"), whole(LISTED, "l", **REVOKED), complete=False
    )
    assert status(fresh, MISSING)[0] == "NotInRecords"
    assert status(fresh, FINE)[0] == "Disclosed"
    # No OneCRL is loaded: nothing is said to be missing from it.
    assert status(fresh, LISTED)[0] == "Revoked"
    fresh.report("2024-05-02", *RECORDS[:1], whole(FINE, "fine"))
    assert status(fresh, MISSING)[0] == "Undisclosed"


# Beside our own verdicts


def differences(lab: Lab, program: str = "mozilla") -> dict[tuple[str, str], dict[str, Any]]:
    """Return what the catalogue's question says of a program, by certificate and class."""
    question = catalogue.load_catalogue()["crtsh-differences"]
    rows = [dict(zip(question.columns, row, strict=True)) for row in lab.query(question.sql)]
    of_program = [row for row in rows if row["root_program"] == program]
    found = {(row["sha256"], row["class"]): row for row in of_program}
    assert len(found) == len(of_program)
    return found


def test_why_the_verdicts_differ(lab: Lab) -> None:
    found = {(sha256, name) for sha256, name in differences(lab)}
    assert {
        (PAIR_ONE.sha256, "siblings_compared"),
        (BOOKS_ONE.sha256, "siblings_compared"),
        (MISNAMED.sha256, "parents_name"),
        (NO_CRL.sha256, "policy_documents"),
        (IN_CRL.sha256, "issuer_lists_it"),
        (ORPHAN.sha256, "single_parent"),
        (ORPHAN.sha256, "parent_revoked"),
        (IN_CRL.sha256, "issuers_crl"),
        (ROOT_CERT.sha256, "roots_exempt"),
    } <= found
    differing = {sha256 for sha256, _ in found}
    assert not {each.sha256 for each in (FINE, MISSING, OLD, LOST, BARE, NARROW_FINE)} & differing


def test_audits_that_are_too_old_are_fine_there(fresh: Lab) -> None:
    """Fine's audits ended 500 days ago."""
    fresh.certificates(ROOT_CERT, FINE)
    fresh.trust("mozilla", ROOT_CERT)
    old = audits(TLS_KINDS, start=ago(865), end=ago(500), stated=ago(450))
    fresh.report("2024-05-01", record(ROOT_CERT, "R", **DOCUMENTS, **audits()), whole(FINE, "F", **old))
    rows = differences(fresh)
    assert set(rows) == {(FINE.sha256, "audit_age")}
    row = rows[FINE.sha256, "audit_age"]
    assert (row["about"], row["crtsh_status"], row["our_verdict"]) == ("status", "Disclosed", "gap")
    assert row["our_reasons"] == ["stale"]
    assert differences(fresh, program="chrome") == {}


def test_what_crtsh_answered_is_set_beside(fresh: Lab) -> None:
    """crt.sh said of Fine what its rules say, and of Missing something else."""
    fresh.certificates(ROOT_CERT, FINE, MISSING)
    fresh.trust("mozilla", ROOT_CERT)
    fresh.report("2024-05-01", record(ROOT_CERT, "R", **DOCUMENTS, **audits()), whole(FINE, "F"))
    said = [(FINE, "Disclosed"), (MISSING, "NoKnownSuitableTrustPath")]
    for line, (certificate, answer) in enumerate(said, 1):
        fresh.connection.execute(
            "INSERT INTO crtsh_disclosure SELECT max(snapshot_id), $line, $line, $sha256, NULL, NULL,"
            " $answer, NULL, NULL, NULL FROM snapshot",
            {"line": line, "sha256": certificate.sha256, "answer": answer},
        )
    rows = differences(fresh)
    assert set(rows) == {(MISSING.sha256, "crtsh_answers_otherwise")}
    row = rows[MISSING.sha256, "crtsh_answers_otherwise"]
    assert (row["crtsh_status"], row["crtsh_answered"], row["as_computed"]) == (
        "Undisclosed",
        "NoKnownSuitableTrustPath",
        False,
    )


def test_every_class_of_differences_is_explained(repo_dir: Path) -> None:
    text = (repo_dir / "queries" / "crtsh-differences.sql").read_text(encoding="utf-8")
    known = set(column("crtsh_differences", "class"))
    assert known == {name for name in known if f"'{name}'" in text}


# The real certificates

FIRMAPROFESIONAL = ("cc1b9f9e", "95829c3f", "22fd54f9")
REAL_DAY = date(2026, 8, 21)


@pytest.fixture(scope="module")
def real(real_db: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(real_db, write=False, as_of=REAL_DAY) as opened:
        yield opened


@pytest.mark.realdata
def test_three_real_cas_below_a_path_length_of_zero(real: duckdb.DuckDBPyConnection) -> None:
    """Chrome's only way to them runs through a cross-certificate with pathLen 0 (ffd0085c)."""
    rows = catalogue.run(real, "crtsh-differences", {"program": "chrome", "class": "path_length"}).fetchall()
    assert {row[2][:8] for row in rows} == {*FIRMAPROFESIONAL}
    assert all("server_auth" in row[5] and row[6] == [] for row in rows)


@pytest.mark.realdata
@pytest.mark.parametrize("purpose", ["server_auth", "secure_email"])
def test_mozillas_cas_are_the_same_by_both_rules(real: duckdb.DuckDBPyConnection, purpose: str) -> None:
    theirs = real.execute(
        "SELECT DISTINCT ca_id FROM crtsh_rule_trust WHERE root_program = 'mozilla' AND purpose = $purpose"
        " AND is_time_valid AND NOT all_chains_revoked_in_salesforce",
        {"purpose": purpose},
    ).fetchall()
    ours = real.execute(
        "SELECT DISTINCT ca_id FROM capability INNER JOIN certificate USING (sha256)"
        " WHERE root_program = 'mozilla' AND purpose = $purpose",
        {"purpose": purpose},
    ).fetchall()
    assert len(theirs) > 1000
    assert {*theirs} ^ {*ours} == set()


@pytest.mark.realdata
def test_no_real_difference_of_trust_is_unexplained(real: duckdb.DuckDBPyConnection) -> None:
    rows = catalogue.run(real, "crtsh-differences", {}).fetchall()
    assert {"path_length", "circle", "disabled_trust"} <= {row[1] for row in rows}
    assert not {"other_trust", "other_status"} & {row[1] for row in rows}


@pytest.mark.realdata
def test_a_slice_of_real_records_says_nothing_of_the_rest(real: duckdb.DuckDBPyConnection) -> None:
    [(rows, records, undisclosed)] = real.execute(
        "SELECT count(*), count(DISTINCT sha256) FILTER (WHERE status <> 'NotInRecords'),"
        " count(*) FILTER (WHERE status = 'Undisclosed') FROM crtsh_status"
    ).fetchall()
    [(known,)] = real.execute(
        "SELECT count(DISTINCT sha256) FROM ccadb_record SEMI JOIN certificate USING (sha256)"
    ).fetchall()
    assert rows > 40_000
    assert (records, undisclosed) == (known, 0)
