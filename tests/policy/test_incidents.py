"""Incidents of certificates that a letter left out (step 7g), by Mozilla bug number.

No letter is read yet. What can be said without it: the certificate is in scope for the kind, by which path,
and that an audit is claimed for it, which is not the same as listed; and it stands on the list for the
auditor. Nothing here is called covered.
"""

from collections.abc import Iterator
from datetime import date

import pytest

from cagraph.report.scope import Question, scope_rows
from tests.pki import CLIENT_AUTH, EV_POLICY, SECURE_EMAIL, SERVER_AUTH, Issued
from tests.policy.incidents import (
    EV_KINDS,
    EVERY_KIND,
    MAIL_KINDS,
    Ecosystem,
    Finding,
    ca,
    letter,
    said,
    verdicts,
    witness,
)
from tests.policy.lab import REVOKED, SAME, TLS_KINDS, Lab, audits

BOTH = "mozilla:server_auth mozilla:secure_email"
CONSTRAINTS = (
    "permitted:dns:customer.example",
    "permitted:directory:Customer",
    "excluded:ip:0.0.0.0/0",
    "excluded:ip:::/0",
)
TOLD = Ecosystem()

# 1904494
CERTUM, CERTUM_ROOT = TOLD.root("Certum CA", "Asseco", BOTH, audits(EVERY_KIND))
NETWORK, NETWORK_ROOT = TOLD.root("Certum Trusted Network CA", "Asseco", BOTH, audits(EVERY_KIND))
CROSS = TOLD.sub(CERTUM.issue(NETWORK, not_before="2008-10-22", aki="issuer"), CERTUM_ROOT, SAME)
BELOW = TOLD.sub(NETWORK.issue(ca("Certum Mail CA", NETWORK), eku=[SECURE_EMAIL]), NETWORK_ROOT, SAME)

# 1716670
TWCA, TWCA_ROOT = TOLD.root("TWCA Root", "TWCA", "mozilla:server_auth", audits())
TWCA_NEW, TWCA_NEW_ROOT = TOLD.root("TWCA Global Root", "TWCA", "mozilla:server_auth", audits())
OF_2014 = TOLD.sub(TWCA.issue(TWCA_NEW, not_before="2014-10-28"), TWCA_ROOT, SAME)

# 1713668
AMAZON, AMAZON_ROOT = TOLD.root("Services Root", "Amazon", "mozilla:server_auth", audits())
AMAZON_CA = ca("Amazon ICA", AMAZON)
MAY, OCTOBER = (
    TOLD.sub(AMAZON.issue(AMAZON_CA, not_before=day), AMAZON_ROOT, SAME)
    for day in ("2015-05-25", "2015-10-21")
)

# 1717044, 1695993, 1695938, and every other letter that a subordinate is missing from
SECOM, SECOM_ROOT = TOLD.root("Communication Root", "SECOM", "mozilla:server_auth", audits())
UNUSED = TOLD.sub(SECOM.issue(ca("Never used", SECOM), eku=[SERVER_AUTH]), SECOM_ROOT, SAME)
OWN = TOLD.sub(SECOM.issue(ca("Audited itself", SECOM)), SECOM_ROOT, letter("own", *TLS_KINDS))

# 1575125, 1595113, 1600844: capable, whatever it was made for
IST = TOLD.sub(
    SECOM.issue(ca("Half constrained", SECOM), eku=[SERVER_AUTH], constraints=CONSTRAINTS[:1]),
    SECOM_ROOT,
    SAME,
)
CONSTRAINED = TOLD.sub(
    SECOM.issue(ca("Constrained", SECOM), eku=[SERVER_AUTH], constraints=CONSTRAINTS), SECOM_ROOT, SAME
)

# 1724528
APPLE, APPLE_ROOT = TOLD.root("EV Root", "Apple", "chrome:server_auth chrome:ev_tls", audits(EV_KINDS))
EV_SUB = TOLD.sub(APPLE.issue(ca("EV ICA", APPLE), policies=[EV_POLICY]), APPLE_ROOT, SAME)
EV_BARE = TOLD.sub(
    APPLE.issue(ca("EV ICA without WTBR", APPLE), policies=[EV_POLICY]),
    APPLE_ROOT,
    letter("ev", "Standard", "TLS EVG"),
)

# 1598277, and what is no omission
FORMAT_ONLY, MISSING = (
    TOLD.sub(CERTUM.issue(ca(name, CERTUM), eku=[SERVER_AUTH]), CERTUM_ROOT, SAME)
    for name in ("Fingerprint with blanks", "No fingerprint")
)
ANSWERED = TOLD.sub(
    CERTUM.issue(ca("No fingerprint, then revoked", CERTUM), eku=[SERVER_AUTH]), CERTUM_ROOT, SAME | REVOKED
)
AFTER = TOLD.sub(
    CERTUM.issue(ca("After the period", CERTUM), not_before="2024-04-10", eku=[SERVER_AUTH]),
    CERTUM_ROOT,
    SAME,
)
NO_CA_FOR_IT = TOLD.sub(CERTUM.issue(ca("Client", CERTUM), eku=[CLIENT_AUTH]), CERTUM_ROOT, SAME)

# 1952383
SINGLE, SINGLE_ROOT = TOLD.root("Single-purpose Root", "Single", "mozilla:server_auth", audits(EVERY_KIND))
SINGLE_CROSS = TOLD.sub(CERTUM.issue(SINGLE), CERTUM_ROOT, SAME | {"Subordinate CA Owner": "Single"})


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """All of them, with the report of a week before the day; each is drawn where it is asked about."""
    with TOLD.open(tmp_path_factory.mktemp("incidents")) as opened:
        yield opened


def on_the_list(lab: Lab, owner: str, certificate: Issued, year: int = 2023) -> set[str]:
    """Return the statements that list a certificate for the year to the end of March, by owner."""
    lab.query("SELECT 1")
    question = Question(date(year, 4, 1), date(year + 1, 3, 31), owner=owner)
    table = scope_rows(lab.connection, question, "all")
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return {
        row["audit_kind"]
        for row in rows
        if row["sha256"] == certificate.sha256 and row["listing"] == "listed"
    }


def test_1904494_a_cross_certificate_forgotten_in_a_list_made_by_hand(lab: Lab) -> None:
    """Certum: in the TLS, EV and code signing letters, and not in the one for S/MIME.

        Certum CA (TLS, e-mail; letter for S/MIME)
          └── Certum Trusted Network CA (CROSS: no EKU, AKI without keyid, Audits Same as Parent)
        Certum Trusted Network CA (self-signed, the same key, in the letter itself)
          └── Certum Mail CA

    Also 1716874, 1716843, 1724530, 1588213, 1596744, 1597947, 1597948, 1597950, 1605126, 1610000, 1614311,
    1614444, 1614448, 1614449, 1614821, 1625767: an intermediate missing, as Certum Mail CA would be.
    """
    assert witness(lab, CROSS, "secure_email") == [CERTUM_ROOT.sha256, CROSS.sha256]
    inherited = dict.fromkeys(MAIL_KINDS, "claimed inherited")
    assert verdicts(lab, CROSS, "secure_email", *MAIL_KINDS) == inherited
    assert verdicts(lab, BELOW, "secure_email", *MAIL_KINDS) == inherited
    # The twin's claim is its own and says nothing of the cross-certificate.
    assert verdicts(lab, NETWORK_ROOT, "secure_email", *MAIL_KINDS) == dict.fromkeys(
        MAIL_KINDS, "claimed own"
    )
    assert said(lab, CROSS) == said(lab, NETWORK_ROOT) == set()
    for certificate in (CROSS, NETWORK_ROOT):
        assert on_the_list(lab, "Asseco", certificate) == {*EVERY_KIND, "NetSec"}
    assert on_the_list(lab, "Asseco", BELOW) == {*MAIL_KINDS, "NetSec"}


@pytest.mark.parametrize("year", [2014, 2018, 2023])
def test_1716670_a_cross_certificate_omitted_for_years(lab: Lab, year: int) -> None:
    """TWCA: cross-certified in October 2014, in no letter from then on.

    TWCA Root ── TWCA Global Root (OF_2014), which is self-signed too
    """
    assert witness(lab, OF_2014, "server_auth") == [TWCA_ROOT.sha256, OF_2014.sha256]
    assert lab.verdict(OF_2014, "TLS BR") == "claimed inherited"
    assert on_the_list(lab, "TWCA", OF_2014, year) == {*TLS_KINDS, "NetSec"}
    assert on_the_list(lab, "TWCA", OF_2014, 2012) == set()


def test_1713668_one_certificate_a_key_is_not_enough(lab: Lab) -> None:
    """Amazon: two certificates of one key, of 2015; a letter that names either leaves one out.

    Services Root ─┬─ Amazon ICA (MAY)
                   └─ Amazon ICA (OCTOBER)
    """
    for certificate in (MAY, OCTOBER):
        assert witness(lab, certificate, "server_auth") == [AMAZON_ROOT.sha256, certificate.sha256]
        assert lab.verdict(certificate, "TLS BR") == "claimed inherited"
        assert on_the_list(lab, "Amazon", certificate) == {*TLS_KINDS, "NetSec"}


def test_1717044_what_never_issued_is_capable_all_the_same(lab: Lab) -> None:
    """SECOM: left out because it issued nothing, or would not. Also 1695993, 1695938.

    Communication Root ── Never used (EKU serverAuth)
    """
    assert witness(lab, UNUSED, "server_auth") == [SECOM_ROOT.sha256, UNUSED.sha256]
    assert lab.verdict(UNUSED, "TLS BR") == "claimed inherited"
    assert "TLS BR" in on_the_list(lab, "SECOM", UNUSED)


def test_1575125_not_constrained_so_capable(lab: Lab) -> None:
    """Apple IST CA of DigiCert, in no WTBR letter. Also 1595113, 1600844, 1599503.

    Communication Root ─┬─ Half constrained (permitted dNSName alone)
                        └─ Constrained (dNSName, directoryName, no address at all)
    """
    assert witness(lab, IST, "server_auth") == [SECOM_ROOT.sha256, IST.sha256]
    assert lab.verdict(IST, "TLS BR") == "claimed inherited"
    assert "TLS BR" in on_the_list(lab, "SECOM", IST)
    assert lab.state(CONSTRAINED) == "technically_constrained"
    assert said(lab, CONSTRAINED) == set()


def test_1724528_each_kind_is_asked_for_by_itself(lab: Lab) -> None:
    """Apple: three EV intermediates in the letters WTCA and WTEV and not in WTBR.

    EV Root ─┬─ EV ICA (its record inherits all three)
             └─ EV ICA without WTBR (its record names the other two)
    """
    inherited = dict.fromkeys(EV_KINDS, "claimed inherited")
    assert verdicts(lab, EV_SUB, "ev_tls", *EV_KINDS, program="chrome") == inherited
    assert on_the_list(lab, "Apple", EV_SUB) == {*EV_KINDS, "NetSec"}
    assert said(lab, EV_SUB) == set()
    assert said(lab, EV_BARE) == {
        Finding("wrong_kind", "chrome", purpose, "TLS BR", "Apple", "gap")
        for purpose in ("server_auth", "ev_tls")
    }


def test_1598277_a_failure_of_format_alone_says_nothing(lab: Lab) -> None:
    """Certum: ALV failed for 18 intermediates, for 3 of them only because of blanks and lower case.

        Certum CA ─┬─ Fingerprint with blanks
                   ├─ No fingerprint
                   └─ No fingerprint, then revoked

    The records do not tell the first two apart: both are claimed, neither is a finding.
    """
    for certificate in (FORMAT_ONLY, MISSING):
        assert verdicts(lab, certificate, "server_auth", *TLS_KINDS) == dict.fromkeys(
            TLS_KINDS, "claimed inherited"
        )
        assert said(lab, certificate) == set()
    assert lab.state(ANSWERED) == "revoked"
    # Its last day belongs in the statement that is still to come.
    assert {(each.reason, each.severity) for each in said(lab, ANSWERED)} == {("tail_open", "note")}


def test_what_is_no_omission_is_no_gap(lab: Lab) -> None:
    """Certum CA ─┬─ After the period (of 2024-04-10; the period ended on 2024-03-31)
                  └─ Client (EKU clientAuth alone)
    Communication Root ── Audited itself (in a letter of its own)
    """  # fmt: skip
    assert verdicts(lab, AFTER, "server_auth", *TLS_KINDS) == dict.fromkeys(
        TLS_KINDS, "pending issued_after_period"
    )
    assert {each.severity for each in said(lab, AFTER)} == {"note"}
    assert on_the_list(lab, "Asseco", AFTER) == set()
    assert lab.state(NO_CA_FOR_IT) == "not_capable"
    assert said(lab, NO_CA_FOR_IT) == set()
    assert lab.verdict(OWN, "TLS BR") == "claimed own"
    assert said(lab, OWN) == set()


def test_1952383_a_root_without_the_email_bit_that_another_makes_capable(lab: Lab) -> None:
    """ALV refuses the S/MIME letter of a root that no store trusts for e-mail; the letter is right.

    Certum CA (e-mail) ── Single-purpose Root (SINGLE_CROSS)
    Single-purpose Root (self-signed; TLS alone; its record has the S/MIME BR audit)
    """
    assert witness(lab, SINGLE_ROOT, "secure_email") == [
        CERTUM_ROOT.sha256, SINGLE_CROSS.sha256, SINGLE_ROOT.sha256
    ]  # fmt: skip
    assert lab.verdict(SINGLE_ROOT, "S/MIME BR", purpose="secure_email") == "claimed own"
    assert said(lab, SINGLE_ROOT) == said(lab, SINGLE_CROSS) == set()
