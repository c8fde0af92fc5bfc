"""Incidents of certificates that a letter left out, with the letters read: step 7g, by Mozilla bug number.

One letter a kind lists all that rest on it but what the incident forgot. `test_incidents.py` has the same
without any letter.
"""

from collections.abc import Iterator

import pytest

from tests.pki import EV_POLICY, SECURE_EMAIL, SERVER_AUTH, Issued
from tests.policy.incidents import NEWER, Ecosystem, ca, said
from tests.policy.lab import SAME, Lab, audits
from tests.policy.listed import CRITERIA, colons, report, strict
from tests.queries.graph_asking import ask

KINDS = ("Standard", "TLS BR", "TLS EVG", "S/MIME BR")
WEBTRUST = CRITERIA["Standard"].removesuffix(" v2.2.2")
CRITERIA_OF = CRITERIA | {
    "TLS EVG": f"{WEBTRUST} - Extended Validation SSL v1.8",
    "S/MIME BR": f"{WEBTRUST} - S/MIME Certificates v1.0.3",
}
BOTH = "mozilla:server_auth mozilla:secure_email"
TOLD = Ecosystem()


def apart(*kinds: str) -> dict[str, str]:
    """Return audit cells with a letter for each kind."""
    cells: dict[str, str] = {}
    for kind in kinds:
        cells |= audits((kind,), url=address(kind))
    return cells


def address(kind: str) -> str:
    """Return where the letter of a kind stands."""
    return f"https://audits.example/{kind.replace(' ', '-').replace('/', '')}.pdf"


# 1904494
CERTUM, CERTUM_ROOT = TOLD.root("Certum CA", "Asseco", BOTH, apart("Standard", "TLS BR", "S/MIME BR"))
NETWORK, NETWORK_ROOT = TOLD.root("Network CA", "Asseco", BOTH, apart("Standard", "TLS BR", "S/MIME BR"))
CROSS = TOLD.sub(CERTUM.issue(NETWORK, not_before="2008-10-22", aki="issuer"), CERTUM_ROOT, SAME)
# 1716874 and all where an intermediate is missing
BELOW = TOLD.sub(NETWORK.issue(ca("Mail CA", NETWORK), eku=[SECURE_EMAIL]), NETWORK_ROOT, SAME)

# 1713668, 1717044
AMAZON, AMAZON_ROOT = TOLD.root("Services Root", "Amazon", "mozilla:server_auth", apart("Standard", "TLS BR"))
AMAZON_CA = ca("Amazon ICA", AMAZON)
MAY, OCTOBER = (
    TOLD.sub(AMAZON.issue(AMAZON_CA, not_before=day), AMAZON_ROOT, SAME)
    for day in ("2015-05-25", "2015-10-21")
)
UNUSED = TOLD.sub(AMAZON.issue(ca("Never used", AMAZON), eku=[SERVER_AUTH]), AMAZON_ROOT, SAME)

# 1724528
APPLE, APPLE_ROOT = TOLD.root(
    "EV Root", "Apple", "chrome:server_auth chrome:ev_tls", apart("Standard", "TLS BR", "TLS EVG")
)
EV_SUB = TOLD.sub(APPLE.issue(ca("EV ICA", APPLE), policies=[EV_POLICY]), APPLE_ROOT, SAME)

# 1598277
FORMAT_ONLY = TOLD.sub(CERTUM.issue(ca("Colons", CERTUM), eku=[SERVER_AUTH]), CERTUM_ROOT, SAME)
AFTER = TOLD.sub(
    CERTUM.issue(ca("After the period", CERTUM), not_before="2024-04-10", eku=[SERVER_AUTH]),
    CERTUM_ROOT,
    SAME,
)

LISTED: dict[str, list[Issued]] = {
    "Standard": [CERTUM_ROOT, NETWORK_ROOT, CROSS, BELOW, AMAZON_ROOT, MAY, APPLE_ROOT, EV_SUB],
    "TLS BR": [CERTUM_ROOT, NETWORK_ROOT, CROSS, AMAZON_ROOT, MAY, APPLE_ROOT],
    "TLS EVG": [APPLE_ROOT, EV_SUB],
    "S/MIME BR": [CERTUM_ROOT, NETWORK_ROOT],
}
FORGOTTEN: dict[str, list[tuple[str, Issued]]] = {
    "Standard": [("server_auth", OCTOBER), ("server_auth", UNUSED)],
    "TLS BR": [("server_auth", OCTOBER), ("server_auth", UNUSED), ("server_auth", EV_SUB)],
    "S/MIME BR": [("secure_email", CROSS), ("secure_email", BELOW)],
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """All of them, the letters read in the week before the day."""
    with TOLD.open(tmp_path_factory.mktemp("letters")) as opened:
        for kind, listed in LISTED.items():
            lines = [strict(each) for each in listed]
            if kind in ("Standard", "TLS BR"):
                lines.append(colons(FORMAT_ONLY))
            opened.letter(address(kind), report(*lines, criteria=CRITERIA_OF[kind]), NEWER)
        yield opened


def _program(certificate: Issued) -> str:
    return "chrome" if certificate is EV_SUB else "mozilla"


@pytest.mark.parametrize("kind", FORGOTTEN)
def test_what_a_letter_forgot_is_a_gap(lab: Lab, kind: str) -> None:
    """Certum CA ─► Network CA (cross) and its Mail CA: not in the S/MIME letter, the first in the TLS letter.
    Services Root ─► Amazon ICA, twice: a letter lists one of the two. ─► Never used: in none.
    EV Root ─► EV ICA: in the letters WTCA and WTEV, not in WTBR.
    """  # fmt: skip
    for purpose, certificate in FORGOTTEN[kind]:
        assert lab.verdict(certificate, kind, _program(certificate), purpose) == "gap not_listed"
        found = {(each.reason, each.kind, each.severity) for each in said(lab, certificate)}
        assert ("not_listed", kind, "gap") in found


def test_what_the_same_letters_list_is_listed(lab: Lab) -> None:
    """The forgotten cross-certificate stands in the TLS letter, its twin in both."""
    assert lab.verdict(CROSS, "TLS BR") == "listed listed_inherited"
    for kind in ("Standard", "S/MIME BR"):
        assert lab.verdict(NETWORK_ROOT, kind, purpose="secure_email") == "listed listed_own"
    assert lab.verdict(EV_SUB, "TLS EVG", "chrome", "ev_tls") == "listed listed_inherited"
    assert lab.verdict(MAY, "TLS BR") == "listed listed_inherited"


def test_1904494_with_its_sibling_and_its_path(lab: Lab) -> None:
    """The question that Certum had nobody to ask: the certificate, whose duty, by which path, which twin."""
    rows = {row["sha256"]: row for row in ask(lab, "not-listed", owner="Asseco", kind="S/MIME BR")}
    assert set(rows) == {CROSS.sha256, BELOW.sha256}
    row = rows[CROSS.sha256]
    assert row["siblings_listed"] == [NETWORK_ROOT.sha256]
    assert row["programs"] == ["mozilla:secure_email"]
    assert row["is_cross_certificate"]
    assert row["witness"].startswith("CN=Certum CA")
    assert row["witness"].endswith(f"[{CROSS.sha256[:8]}]")


def test_1598277_a_failure_of_format_is_listed(lab: Lab) -> None:
    """Fingerprints with colons are found all the same, and told; what is younger than the period waits."""
    assert lab.verdict(FORMAT_ONLY, "TLS BR") == "listed listed_inherited"
    assert {each.reason for each in said(lab, FORMAT_ONLY)} == {"bad_format"}
    assert lab.verdict(AFTER, "TLS BR") == "pending issued_after_period"
