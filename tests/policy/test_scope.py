"""Which certificate belongs in which statement of a period: wider than what is in scope on one day."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from cagraph.model import sha256_hex
from cagraph.report.scope import Question, scope_rows
from tests.pki import CLIENT_AUTH, CODE_SIGNING, SECURE_EMAIL, SERVER_AUTH, TIME_STAMPING, Issued
from tests.policy.lab import REVOKED, SAME, Lab, audits, child, open_lab, record, root

FIRST, LAST = date(2023, 4, 1), date(2024, 3, 31)
BASE = {"Standard", "NetSec"}

OWN, OWN_ROOT = root("Own Root", "Own")
OTHER, OTHER_ROOT = root("Other Root", "Other")
PLANNED, PLANNED_ROOT = root("Planned Root", "Own", not_before="2023-06-01")
TO_PLANNED = OWN.issue(PLANNED, not_before="2023-06-01", eku=[SERVER_AUTH])

TLS, TO_TLS = child("TLS", OWN, "Own", eku=[SERVER_AUTH])
BELOW_TLS, TO_BELOW = child("Below TLS", TLS, "Own")
CLIENT, TO_CLIENT = child("Client", OWN, "Own", eku=[CLIENT_AUTH])
STAMP, TO_STAMP = child("Stamp", OWN, "Own", eku=[TIME_STAMPING])
SIGN, TO_SIGN = child("Sign", OWN, "Own", eku=[CODE_SIGNING])

# What lived in the period, and what did not.
_, EARLY = child("Early", OWN, "Own", not_after="2023-03-31")
_, LAST_DAY = child("Its last day is the first", OWN, "Own", not_after="2023-04-01")
_, FIRST_DAY = child("Its first day is the last", OWN, "Own", not_before="2024-03-31")
_, LATE = child("Late", OWN, "Own", not_before="2024-04-01")
_, BACKDATED = child("Backdated", OWN, "Own", not_before="2021-03-22")
_, GONE = child("Gone", OWN, "Own")

# Another owner's CA, and what it issued; that owner's root is certified too.
PARTNER, TO_PARTNER = child("Partner", OWN, "Partner")
_, BELOW_PARTNER = child("Below Partner", PARTNER, "Partner")
TO_OTHER = OWN.issue(OTHER)
OTHER_TO_OWN = OTHER.issue(OWN)
RUN, TO_RUN = child("Run here", OTHER, "Own", eku=[SECURE_EMAIL])

# Two cross-certificates of one CA: each for what its own extended key usage permits.
TWIN, TWIN_BY_OWN = child("Twin", OWN, "Own", eku=[SERVER_AUTH])
TWIN_ROOT = TWIN.self_signed(not_before="2010-01-01", not_after="2040-01-01")
TWIN_AGAIN = OWN.issue(TWIN)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One owner's keys, and everything around them.

    Own Root (TLS and e-mail in mozilla, code signing in microsoft)
      ├── TLS (serverAuth) ── Below TLS
      ├── Client (clientAuth), Stamp (timeStamping), Sign (codeSigning)
      ├── Early, Late, Its last day is the first, Its first day is the last
      ├── Backdated (of 2021, first seen on 2024-05-01), Gone (revoked)
      ├── Partner (owner Partner) ── Below Partner
      ├── Twin (serverAuth), Twin (no extended key usage); Twin itself is self-signed too
      ├── Planned Root (serverAuth), self-signed, trusted by nobody
      └── Other Root (owner Other)
    Other Root (TLS and e-mail in mozilla)
      ├── Own Root
      └── Run here (emailProtection; operated by Own)
    """
    with open_lab(tmp_path_factory.mktemp("scope")) as opened:
        opened.certificates(
            OWN_ROOT, OTHER_ROOT, PLANNED_ROOT, TO_PLANNED, TO_TLS, TO_BELOW, TO_CLIENT, TO_STAMP, TO_SIGN,
            EARLY, LAST_DAY, FIRST_DAY, LATE, BACKDATED, GONE, TO_PARTNER, BELOW_PARTNER, TO_OTHER,
            OTHER_TO_OWN, TO_RUN, TWIN_BY_OWN, TWIN_ROOT, TWIN_AGAIN,
        )  # fmt: skip
        opened.store(
            "mozilla",
            [(each, what) for each in (OWN_ROOT, OTHER_ROOT) for what in ("server_auth", "secure_email")],
        )
        opened.trust("microsoft", OWN_ROOT, "code_signing", "time_stamping")
        first = [
            record(OWN_ROOT, "R", **audits()),
            record(OTHER_ROOT, "O", owner="Other", **audits()),
            record(TO_TLS, "T", "R", **SAME),
            record(GONE, "G", "R", **SAME | REVOKED),
            record(TO_PARTNER, "P", "R", **SAME | {"Subordinate CA Owner": "Partner"}),
            record(TO_RUN, "N", "O", owner="Other", **{"Subordinate CA Owner": "Own"}),
        ]
        opened.report("2023-05-01", *first)
        opened.report("2024-05-01", *first, record(BACKDATED, "B", "R", **SAME))
        yield opened


Rows = dict[tuple[str, str], dict[str, Any]]


def ask(lab: Lab, **options: Any) -> Rows:
    """Return every row of the list and of what is left out, by certificate and kind."""
    lab.query("SELECT 1")
    lab.connection.execute("SET VARIABLE as_of = DATE '2024-05-08'")
    if "keys" not in options:
        options.setdefault("owner", "Own")
    table = scope_rows(lab.connection, Question(FIRST, LAST, **options), "all")
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return {(row["sha256"], row["audit_kind"]): row for row in rows}


@pytest.fixture(scope="module")
def rows(lab: Lab) -> Rows:
    return ask(lab)


def listed(rows: Rows, certificate: Issued) -> set[str]:
    """Return the kinds of statement that list a certificate."""
    return {
        kind
        for (sha256, kind), row in rows.items()
        if sha256 == certificate.sha256 and row["listing"] == "listed"
    }


def reasons(rows: Rows, certificate: Issued) -> set[str]:
    """Return the reasons of all its rows."""
    return {row["reason"] for (sha256, _), row in rows.items() if sha256 == certificate.sha256}


def test_standard_and_netsec_take_everything_the_others_what_is_capable(rows: Rows) -> None:
    assert listed(rows, OWN_ROOT) == BASE | {"TLS BR", "S/MIME BR", "Code Signing"}
    assert listed(rows, TO_TLS) == BASE | {"TLS BR"}
    assert listed(rows, TO_SIGN) == listed(rows, TO_STAMP) == BASE | {"Code Signing"}
    # Client authentication alone is not listed as TLS.
    assert listed(rows, TO_CLIENT) == BASE
    assert rows[(TO_CLIENT.sha256, "TLS BR")]["reason"] == "not_capable"


def test_every_level_down_to_the_next_owner(rows: Rows) -> None:
    assert listed(rows, TO_BELOW) == BASE | {"TLS BR"}
    assert [rows[(each.sha256, "TLS BR")]["level"] for each in (OWN_ROOT, TO_TLS, TO_BELOW)] == [1, 1, 2]
    assert listed(rows, TO_PARTNER) >= BASE | {"TLS BR", "S/MIME BR"}
    partner = rows[(TO_PARTNER.sha256, "TLS BR")]
    assert partner["next_owner"]
    assert "capable through these keys alone" in partner["marks"]
    # Whoever operates it lists what is below.
    assert listed(rows, BELOW_PARTNER) == set() == reasons(rows, BELOW_PARTNER)


def test_a_cross_certificate_is_the_issuers_to_list(rows: Rows) -> None:
    assert listed(rows, TO_OTHER) >= BASE | {"TLS BR", "S/MIME BR"}
    other = rows[(TO_OTHER.sha256, "TLS BR")]
    assert other["next_owner"]
    # Other Root has trust of its own for this; for code signing it has none but by this certificate.
    assert "capable through these keys alone" not in other["marks"]
    assert "capable through these keys alone" in rows[(TO_OTHER.sha256, "Code Signing")]["marks"]
    assert reasons(rows, OTHER_TO_OWN) == {"issued_elsewhere"}


def test_a_ca_operated_under_anothers_root_is_the_operators_to_list(rows: Rows) -> None:
    assert listed(rows, TO_RUN) == BASE | {"S/MIME BR"}
    assert rows[(TO_RUN.sha256, "S/MIME BR")]["level"] == 0


def test_the_period_is_a_window(rows: Rows) -> None:
    assert reasons(rows, EARLY) == {"ended_before"}
    assert reasons(rows, LATE) == {"issued_after"}
    assert listed(rows, LAST_DAY) == listed(rows, FIRST_DAY) == BASE | {"TLS BR", "S/MIME BR", "Code Signing"}
    assert rows[(LAST_DAY.sha256, "TLS BR")]["marks"] == ["expired on 2023-04-01"]


def test_what_was_revoked_stays_marked(rows: Rows) -> None:
    assert listed(rows, GONE) >= BASE | {"TLS BR"}
    assert rows[(GONE.sha256, "TLS BR")]["marks"] == ["revoked (ccadb)"]


def test_a_not_before_is_not_the_day_of_issuance(rows: Rows) -> None:
    """Its notBefore is of 2021; the report of 2023 lacks it, that of 2024 has it."""
    assert reasons(rows, BACKDATED) == {"issued_after"}
    row = rows[(BACKDATED.sha256, "TLS BR")]
    assert (row["issued_on"], row["issued_because"]) == (date(2024, 5, 1), "first seen in CCADB")


def test_each_certificate_of_a_ca_by_its_own_paths(rows: Rows) -> None:
    assert listed(rows, TWIN_BY_OWN) == BASE | {"TLS BR"}
    assert listed(rows, TWIN_AGAIN) == BASE | {"TLS BR", "S/MIME BR", "Code Signing"}
    # Self-signed, and reached by the one hop that takes it there from either.
    assert listed(rows, TWIN_ROOT) == BASE | {"TLS BR", "S/MIME BR", "Code Signing"}


def test_a_root_meant_to_be_trusted_counts_and_says_so(lab: Lab, rows: Rows) -> None:
    assert listed(rows, PLANNED_ROOT) == BASE | {"TLS BR"}
    intended = ask(
        lab, intended=((PLANNED_ROOT.sha256, "secure_email"), (PLANNED_ROOT.sha256, "server_auth"))
    )
    assert listed(intended, PLANNED_ROOT) == BASE | {"TLS BR", "S/MIME BR"}
    assert intended[(PLANNED_ROOT.sha256, "S/MIME BR")]["reason"] == "capable_if_intended"
    assert intended[(PLANNED_ROOT.sha256, "TLS BR")]["reason"] == "capable"
    assert intended[(TO_PLANNED.sha256, "S/MIME BR")]["reason"] == "not_capable"


def test_by_keys_instead_of_an_owner(lab: Lab, rows: Rows) -> None:
    by_key = ask(lab, keys=(sha256_hex(OWN.spki),))
    for certificate in (OWN_ROOT, TO_TLS, TO_BELOW, TO_PARTNER, TO_CLIENT):
        assert listed(by_key, certificate) == listed(rows, certificate)
    assert by_key[(TO_TLS.sha256, "TLS BR")]["level"] == 1
    # What another's key issued is not this key's.
    assert reasons(by_key, TO_RUN) == set()


def test_one_program_alone(lab: Lab) -> None:
    chrome = ask(lab, program="microsoft")
    assert listed(chrome, OWN_ROOT) == BASE | {"Code Signing"}
    assert chrome[(TO_TLS.sha256, "TLS BR")]["reason"] == "not_capable"


def test_every_certificate_and_kind_once_with_its_reason(rows: Rows) -> None:
    assert {row["listing"] for row in rows.values()} == {"listed", "left_out"}
    assert all(row["sentence"] and row["citation"] for row in rows.values())
    assert all(row["witness"] for row in rows.values() if row["reason"] in ("capable", "capable_if_intended"))
