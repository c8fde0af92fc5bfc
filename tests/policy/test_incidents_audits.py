"""Incidents of audits that no record names, and of records that disagree (steps 4, 7a, 8), by bug number."""

from collections.abc import Iterator

import pytest

from tests.pki import (
    ANY_POLICY,
    CLIENT_AUTH,
    DV_POLICY,
    EV_POLICY,
    SECURE_EMAIL,
    SERVER_AUTH,
    Authority,
)
from tests.policy.incidents import (
    EV_KINDS,
    EVERY_KIND,
    MAIL_KINDS,
    NO_AUDIT,
    Ecosystem,
    Finding,
    ca,
    letter,
    said,
    verdicts,
    witness,
)
from tests.policy.lab import SAME, TLS_KINDS, Lab, audits

BOTH = "mozilla:server_auth mozilla:secure_email"
CONSTRAINTS = (
    "permitted:dns:customer.example",
    "permitted:directory:Customer",
    "excluded:ip:0.0.0.0/0",
    "excluded:ip:::/0",
)
TOLD = Ecosystem()


def gap(reason: str, purpose: str, kind: str, owner: str, program: str = "mozilla") -> Finding:
    return Finding(reason, program, purpose, kind, owner, "gap")


def warning(reason: str, purpose: str, kind: str, owner: str, program: str = "mozilla") -> Finding:
    return Finding(reason, program, purpose, kind, owner, "warning")


# 1815355
EV_ROOT_CA, EV_ROOT = TOLD.root(
    "Certum EV Root", "Asseco", "chrome:server_auth chrome:ev_tls", audits(EV_KINDS)
)
SSL_COM, SSL_COM_ROOT = TOLD.root("SSL.com Root", "SSL.com", "chrome:server_auth", audits())
SSL_COM_CROSS, SSL_COM_DV = (
    TOLD.sub(
        EV_ROOT_CA.issue(SSL_COM, serial=number, policies=[policy]),
        EV_ROOT,
        {"Subordinate CA Owner": "SSL.com"} | audits(),
    )
    for number, policy in ((1, ANY_POLICY), (2, DV_POLICY))
)

# 1952639
MAIL_CA, MAIL_ROOT = TOLD.root("Mail Root", "TWCA", "mozilla:secure_email", audits(MAIL_KINDS))
CYBER, CYBER_ROOT = TOLD.root("TLS Root", "TWCA", "mozilla:server_auth", audits())
CYBER_CROSS = TOLD.sub(MAIL_CA.issue(CYBER), MAIL_ROOT, SAME)
BOUND, BOUND_ROOT = TOLD.root("TLS Root by EKU", "TWCA", "mozilla:server_auth", audits())
BOUND_CROSS = TOLD.sub(MAIL_CA.issue(BOUND, eku=[SERVER_AUTH]), MAIL_ROOT, SAME)

# 1952635
OLD_CA, OLD_ROOT = TOLD.root(
    "Still e-mail", "Entrust", "mozilla:server_auth<2024-03-31 mozilla:secure_email", audits()
)
_, TLS_ONLY_ROOT = TOLD.root("No e-mail any more", "Entrust", "mozilla:server_auth<2024-03-31", audits())

# 1952519
MICROSEC, MICROSEC_ROOT = TOLD.root("e-Szigno Root", "Microsec", BOTH, audits(EVERY_KIND))
DOUBLE, BARE_DOUBLE = (
    MICROSEC.self_signed(not_before=day, not_after="2038-01-01") for day in ("2013-01-01", "2014-01-01")
)
for doppelganger in (DOUBLE, BARE_DOUBLE):
    TOLD.seen(doppelganger)
    TOLD.record(doppelganger, None, "Microsec", audits())
TOLD.record(DOUBLE, MICROSEC_ROOT, "Microsec", SAME)

# 1586115, 1581597, 1563573
PLAIN_CA, PLAIN_ROOT = TOLD.root("Plain Root", "Plain", f"{BOTH} chrome:server_auth", audits(EVERY_KIND))
FOR_MAIL = letter("mail", *MAIL_KINDS)
NO_EKU = TOLD.sub(PLAIN_CA.issue(ca("Mail without EKU", PLAIN_CA)), PLAIN_ROOT, FOR_MAIL)
ONLY_MAIL = TOLD.sub(
    PLAIN_CA.issue(ca("Mail by EKU", PLAIN_CA), eku=[SECURE_EMAIL, CLIENT_AUTH]), PLAIN_ROOT, FOR_MAIL
)
UNAUDITED = TOLD.sub(PLAIN_CA.issue(ca("Unaudited", PLAIN_CA), eku=[SERVER_AUTH]), PLAIN_ROOT, NO_AUDIT)
CUSTOMER = TOLD.sub(
    PLAIN_CA.issue(ca("Customer", PLAIN_CA), eku=[SERVER_AUTH], constraints=CONSTRAINTS), PLAIN_ROOT, NO_AUDIT
)
PARTNER = ca("Partner", PLAIN_CA)
PARTNER_BOUND = TOLD.sub(
    PLAIN_CA.issue(PARTNER, eku=[SERVER_AUTH], constraints=CONSTRAINTS), PLAIN_ROOT, NO_AUDIT
)
PARTNER_OPEN = TOLD.sub(PLAIN_CA.issue(PARTNER, not_before="2021-01-01", eku=[SERVER_AUTH]), PLAIN_ROOT, SAME)

# 1567062
SECTIGO, SECTIGO_ROOT = TOLD.root("Sectigo Root", "Sectigo", "mozilla:server_auth", audits())
GODADDY, GODADDY_ROOT = TOLD.root("GoDaddy Root", "GoDaddy", "mozilla:server_auth", audits())
EXTERNAL = Authority("Externally operated", "Web.com")
BY_SECTIGO = TOLD.sub(SECTIGO.issue(EXTERNAL, eku=[SERVER_AUTH]), SECTIGO_ROOT, SAME)
BY_GODADDY = TOLD.sub(
    GODADDY.issue(EXTERNAL, eku=[SERVER_AUTH]), GODADDY_ROOT, SAME | {"Subordinate CA Owner": "Web.com"}
)
AGREED = Authority("Agreed", "Sectigo")
AGREED_TWICE = [
    TOLD.sub(SECTIGO.issue(AGREED, not_before=day, eku=[SERVER_AUTH]), SECTIGO_ROOT, SAME)
    for day in ("2020-01-01", "2021-01-01")
]

# 1650910
DIGICERT, DIGICERT_ROOT = TOLD.root(
    "EV Root", "DigiCert", "chrome:server_auth chrome:ev_tls", audits(EV_KINDS)
)
EV_CA = ca("EV CA", DIGICERT)
EV_INHERITS, EV_OWN = (
    TOLD.sub(DIGICERT.issue(EV_CA, not_before=day, policies=[EV_POLICY]), DIGICERT_ROOT, SAME | cells)
    for day, cells in (("2020-01-01", NO_AUDIT), ("2021-01-01", letter("ev", "TLS EVG")))
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """All of them, with the report of a week before the day; each is drawn where it is asked about."""
    with TOLD.open(tmp_path_factory.mktemp("incidents")) as opened:
        yield opened


def test_1815355_cross_signed_below_an_ev_root_without_an_ev_audit(lab: Lab) -> None:
    """Certum and SSL.com: anyPolicy, so EV capable; the gap is the issuing owner's.

    Certum EV Root (EV in chrome) ─┬─ SSL.com Root (SSL_COM_CROSS: anyPolicy)
                                   └─ SSL.com Root (SSL_COM_DV: policy of domain validation)
    SSL.com Root (self-signed; TLS in chrome, no EV)
    """
    assert witness(lab, SSL_COM_CROSS, "ev_tls", "chrome") == [EV_ROOT.sha256, SSL_COM_CROSS.sha256]
    assert said(lab, SSL_COM_CROSS) == {gap("wrong_kind", "ev_tls", "TLS EVG", "Asseco", "chrome")}
    assert lab.state(SSL_COM_DV, "chrome", "ev_tls") == "not_capable"
    assert said(lab, SSL_COM_DV) == set()


def test_1952639_capable_of_email_through_another_root_alone(lab: Lab) -> None:
    """TWCA: a root that no store trusts for e-mail, cross-certified by one that is; no S/MIME audit.

    Mail Root (e-mail) ─┬─ TLS Root (CYBER_CROSS: no EKU)
                        └─ TLS Root by EKU (BOUND_CROSS: EKU serverAuth)
    TLS Root, TLS Root by EKU (both self-signed; TLS alone)
    """
    path = [MAIL_ROOT.sha256, CYBER_CROSS.sha256, CYBER_ROOT.sha256]
    assert witness(lab, CYBER_ROOT, "secure_email") == path
    assert said(lab, CYBER_ROOT) == {gap("wrong_kind", "secure_email", "S/MIME BR", "TWCA")}
    assert lab.verdict(CYBER_CROSS, "S/MIME BR", purpose="secure_email") == "claimed inherited"
    assert lab.state(BOUND_ROOT, purpose="secure_email") == "not_capable"
    assert said(lab, BOUND_ROOT) == said(lab, BOUND_CROSS) == set()


def test_1952635_still_trusted_for_email_though_nothing_issues_it(lab: Lab) -> None:
    """Entrust: distrusted for TLS after a day, still trusted for e-mail; no S/MIME audit.

    Still e-mail (TLS for leaves until 2024-03-31, e-mail)
    No e-mail any more (TLS for leaves until 2024-03-31)
    """
    assert said(lab, OLD_ROOT) == {gap("wrong_kind", "secure_email", "S/MIME BR", "Entrust")}
    # What is distrusted for new leaves alone is audited as before.
    for certificate in (OLD_ROOT, TLS_ONLY_ROOT):
        assert verdicts(lab, certificate, "server_auth", *TLS_KINDS) == dict.fromkeys(
            TLS_KINDS, "claimed own"
        )
    assert said(lab, TLS_ONLY_ROOT) == set()


def test_1952519_a_doppelganger_under_a_record_without_the_smime_audit(lab: Lab) -> None:
    """Microsec: self-signed again; a Root record without the S/MIME audit, and an Intermediate record.

    e-Szigno Root (trusted for both, audited for both)
    e-Szigno Root (DOUBLE: a Root record without S/MIME, and an Intermediate record that inherits)
    e-Szigno Root (BARE_DOUBLE: a Root record without S/MIME alone)
    """
    assert said(lab, DOUBLE) == {warning("records_disagree", "secure_email", "S/MIME BR", "Microsec")}
    assert lab.verdict(DOUBLE, "S/MIME BR", purpose="secure_email") == "claimed inherited"
    assert said(lab, BARE_DOUBLE) == {gap("wrong_kind", "secure_email", "S/MIME BR", "Microsec")}
    assert said(lab, MICROSEC_ROOT) == set()


def test_1586115_technically_capable_of_tls_without_a_br_audit(lab: Lab) -> None:
    """Firmaprofesional and SIGNE. Also 1605126, 1609706, 1586125, 1599503.

    Plain Root ─┬─ Mail without EKU (audited for e-mail alone)
                └─ Mail by EKU (EKU emailProtection and clientAuth; the same audits)
    """
    assert witness(lab, NO_EKU, "server_auth") == [PLAIN_ROOT.sha256, NO_EKU.sha256]
    assert said(lab, NO_EKU) == {
        gap("wrong_kind", "server_auth", "TLS BR", "Plain", program) for program in ("mozilla", "chrome")
    }
    assert lab.state(ONLY_MAIL) == "not_capable"
    assert said(lab, ONLY_MAIL) == set()


def test_1581597_unconstrained_and_not_audited(lab: Lab) -> None:
    """QuoVadis. Also 1455150, 1455147, 1464286, 1368171, 1368176, 1368178, 1579284.

    Plain Root ─┬─ Unaudited (EKU serverAuth)
                └─ Customer (EKU serverAuth, constrained; not audited either)

    Chrome exempts no constrained CA.
    """
    assert said(lab, UNAUDITED) == {
        gap("no_audit_record", "server_auth", kind, "Plain", program)
        for kind in TLS_KINDS
        for program in ("mozilla", "chrome")
    }
    assert lab.state(CUSTOMER) == "technically_constrained"
    assert said(lab, CUSTOMER) == {
        gap("no_audit_record", "server_auth", kind, "Plain", "chrome") for kind in TLS_KINDS
    }


def test_1563573_a_constraint_that_a_twin_defeats(lab: Lab) -> None:
    """DigiCert: one certificate of a key constrained, another not.

    Plain Root ─┬─ Partner (PARTNER_BOUND: constrained, no audits)
                └─ Partner (PARTNER_OPEN: not constrained, the same key, Audits Same as Parent)
    """
    assert lab.state(PARTNER_BOUND) == "in scope"
    assert gap("no_audit_record", "server_auth", "TLS BR", "Plain") in said(lab, PARTNER_BOUND)
    assert said(lab, PARTNER_OPEN) == set()


def test_1567062_one_key_disclosed_under_two_owners(lab: Lab) -> None:
    """Certum; 1567060 Sectigo and Web.com, 1567061 GoDaddy: an externally operated CA.

    Sectigo Root ─┬─ Externally operated (BY_SECTIGO: Sectigo's own, says its record)
                  └─ Agreed, twice, one owner and one letter
    GoDaddy Root ── Externally operated (BY_GODADDY: subordinate owner Web.com)
    """
    for certificate, owner in ((BY_SECTIGO, "Sectigo"), (BY_GODADDY, "GoDaddy")):
        assert said(lab, certificate) == {
            warning("inconsistent_sibling", "server_auth", kind, owner) for kind in TLS_KINDS
        }
        assert {each.detail for each in lab.findings(certificate)} == {
            f"certificates of this CA differ in {kind}; owners named: 2, audits: 1" for kind in TLS_KINDS
        }
    for certificate in AGREED_TWICE:
        assert said(lab, certificate) == set()


def test_1650910_one_key_with_two_ev_audits(lab: Lab) -> None:
    """DigiCert: the certificates of one CA point to different EV audits.

    EV Root ─┬─ EV CA (EV_INHERITS)
             └─ EV CA (EV_OWN: a TLS EVG audit of its own, the rest inherited)
    """
    for certificate in (EV_INHERITS, EV_OWN):
        assert said(lab, certificate) == {
            warning("inconsistent_sibling", "ev_tls", "TLS EVG", "DigiCert", "chrome")
        }
