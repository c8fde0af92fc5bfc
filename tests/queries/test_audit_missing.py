"""Audits that are not there: by kind, by record, by path.

Root ─► one CA a case          Root ─► Forgotten (no record) ─► Below
Other Root ─► Forgotten (audited)          Root ─► New (four days old), Fenced (constrained): no record
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pki import (
    ANY_POLICY,
    CODE_SIGNING,
    DV_POLICY,
    SECURE_EMAIL,
    SERVER_AUTH,
    TIME_STAMPING,
    Issued,
    Options,
)
from tests.policy.lab import (
    ALL_KINDS,
    ROOT_CERT,
    SAME,
    TLS_KINDS,
    Lab,
    audits,
    child,
    open_lab,
    record,
    root,
)
from tests.queries.graph_asking import about, ask, of, said

DAY = "2026-05-08"
LONG: Options = {"not_before": "2015-01-01", "not_after": "2035-01-01", "policies": [ANY_POLICY]}
ETSI = {"TLS BR Audit Type": "ETSI EN 319 411"}
OTHER_CA, OTHER = root("Other Root", "Other")


def year(*kinds: str, url: str = "https://audits.example/2026.pdf") -> dict[str, str]:
    """Return audits of the year to 2026-03-31."""
    return audits(kinds, start="2025-04-01", end="2026-03-31", stated="2026-05-01", url=url)


# Case: how its certificate departs, and its record's audits. `full` inherits all of Root's.
CASES: dict[str, tuple[Options, dict[str, str]]] = {
    "full": ({"policies": [ANY_POLICY]}, SAME),
    "no ev": ({"eku": [SERVER_AUTH], "policies": [ANY_POLICY]}, year(*TLS_KINDS, "NetSec")),
    "dv only": ({"eku": [SERVER_AUTH], "policies": [DV_POLICY]}, year(*TLS_KINDS, "NetSec")),
    "mail": ({"eku": [SECURE_EMAIL]}, year("Standard", "VMC")),
    "code": ({"eku": [CODE_SIGNING, TIME_STAMPING]}, year("Standard", "NetSec")),
    "no netsec": (
        {"eku": [SERVER_AUTH], "policies": [DV_POLICY]},
        year(*TLS_KINDS, url="https://audits.example/apart.pdf"),
    ),
    "etsi": (
        {"eku": [SERVER_AUTH], "policies": [DV_POLICY]},
        year(*TLS_KINDS, url="https://audits.example/etsi.pdf") | ETSI,
    ),
    "combined": (
        {"eku": [SERVER_AUTH], "policies": [DV_POLICY]},
        year(*TLS_KINDS, url="https://audits.example/both.pdf"),
    ),
    "says so": (
        {"eku": [SERVER_AUTH], "policies": [DV_POLICY]},
        year(*TLS_KINDS, "NetSec", url="https://audits.example/both.pdf"),
    ),
    "young": ({"not_before": "2026-04-15", "policies": [ANY_POLICY]}, {}),
}
CERTIFICATES: dict[str, Issued] = {name: child(name, **options)[1] for name, (options, _) in CASES.items()}
FORGOTTEN_CA, FORGOTTEN = child("Forgotten", policies=[ANY_POLICY])
FORGOTTEN_OTHER = OTHER_CA.issue(FORGOTTEN_CA, **LONG)
BELOW = child("Below", FORGOTTEN_CA)[1]
NEW = child("New", not_before="2026-05-04", policies=[ANY_POLICY])[1]
FENCED = child(
    "Fenced",
    eku=[SECURE_EMAIL],
    constraints=["permitted:email:example.com", "permitted:directory:Example"],
)[1]
MISSING = (
    "missing-ev-audit", "missing-smime-audit", "missing-code-signing-audit", "missing-netsec-audit",
    "undisclosed-unconstrained",
)  # fmt: skip


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(tmp_path_factory.mktemp("lab")) as lab:
        lab.certificates(
            ROOT_CERT, OTHER, *CERTIFICATES.values(), FORGOTTEN, FORGOTTEN_OTHER, BELOW, NEW, FENCED
        )
        bits = ("server_auth", "ev_tls", "secure_email")
        lab.store("mozilla", [(each, bit) for each in (ROOT_CERT, OTHER) for bit in bits])
        lab.trust("microsoft", ROOT_CERT, "code_signing", "time_stamping")
        lab.report(
            "2026-05-07",
            record(ROOT_CERT, "R", **year(*ALL_KINDS)),
            record(OTHER, "O", owner="Other", **year(*ALL_KINDS)),
            *(record(CERTIFICATES[name], name, "R", **cells) for name, (_, cells) in CASES.items()),
            record(FORGOTTEN_OTHER, "forgotten", "O", **SAME),
            record(BELOW, "below", "forgotten", **SAME),
        )
        yield lab


def names(rows: list[dict[str, object]]) -> set[str]:
    """Return the common names of the rows' subjects."""
    return {str(row["subject"]).split(",")[0].removeprefix("CN=") for row in rows}


@pytest.mark.parametrize(
    ("question", "gaps", "pending"),
    [
        ("missing-ev-audit", {"no ev", "Forgotten"}, {"young", "New"}),
        ("missing-smime-audit", {"mail", "Forgotten"}, {"young", "New"}),
        ("missing-code-signing-audit", {"code", "Forgotten"}, {"young", "New"}),
    ],
)
def test_missing_of_a_kind(lab: Lab, question: str, gaps: set[str], pending: set[str]) -> None:
    rows = ask(lab, question, DAY)
    assert names([row for row in rows if row["verdict"] == "gap"]) == gaps
    assert names([row for row in rows if row["verdict"] == "pending"]) == pending
    assert len(rows) == len(gaps) + len(pending) <= of(lab, question, DAY)
    assert names(ask(lab, question, DAY, owner="other", program="mozilla")) == set()


def test_missing_says_why_and_by_which_path(lab: Lab) -> None:
    [row] = about(ask(lab, "missing-smime-audit", DAY), CERTIFICATES["mail"])
    assert (row["root_program"], row["purposes"], row["reason"], row["severity"]) == (
        "mozilla", ["secure_email"], "wrong_kind", "gap",
    )  # fmt: skip
    assert "CN=Lab Root" in row["witness"]
    assert row["witness"].endswith(f"[{CERTIFICATES['mail'].sha256[:8]}]")
    [row] = about(ask(lab, "missing-code-signing-audit", DAY), CERTIFICATES["code"])
    assert (row["root_program"], row["purposes"]) == ("microsoft", ["code_signing", "time_stamping"])


def test_missing_smime_before_there_was_such_an_audit(lab: Lab) -> None:
    """The rule reads the audit period, and the day where there is none: on 2023-10-01 nobody asks."""
    assert about(ask(lab, "missing-smime-audit", "2023-10-01"), FORGOTTEN) == []
    [row] = about(ask(lab, "missing-ev-audit", "2023-10-01"), FORGOTTEN)
    assert row["reason"] == "undisclosed"


def test_missing_netsec_audit(lab: Lab) -> None:
    rows = [row for row in ask(lab, "missing-netsec-audit", DAY) if row["reason"] == "wrong_kind"]
    assert {row["severity"] for row in rows} == {"warning"}
    combined = {
        "mail": "no: no TLS BR statement on record",
        "no netsec": "perhaps: only the TLS BR letter can tell",
        "etsi": "perhaps: ETSI letters often fold NetSec in",
        "combined": "yes: other records name the same statement for NetSec",
    }
    assert said(rows, "sha256", "combined") == {
        (CERTIFICATES[name].sha256, text) for name, text in combined.items()
    }
    [row] = about(rows, CERTIFICATES["combined"])
    assert (row["named_as_netsec_by"], row["tls_br_url"]) == (["says so"], "https://audits.example/both.pdf")
    assert ask(lab, "missing-netsec-audit", DAY, owner="nobody") == []
    assert ask(lab, "missing-netsec-audit", DAY, program="chrome") == []


def test_undisclosed_unconstrained(lab: Lab) -> None:
    """A constrained one is exempt, whatever the records say of it."""
    rows = ask(lab, "undisclosed-unconstrained", DAY)
    assert [(row["sha256"], row["verdict"], row["reason"]) for row in rows] == [
        (FORGOTTEN.sha256, "gap", "undisclosed"),
        (NEW.sha256, "pending", "newly_issued"),
    ]
    assert (str(rows[1]["disclose_by"]), rows[1]["days_over"]) == ("2026-05-11", None)
    assert str(rows[0]["issued_on"]) == "2015-01-01"
    assert rows[0]["days_over"] == 4138
    assert (rows[0]["programs"], rows[0]["purposes"][:2]) == (
        ["microsoft", "mozilla"],
        ["code_signing", "ev_tls"],
    )
    assert names(ask(lab, "undisclosed-unconstrained", DAY, reason="newly_issued")) == {"New"}
    assert ask(lab, "undisclosed-unconstrained", DAY, owner="nobody") == []


def test_without_any_report_nothing_is_known(tmp_path: Path) -> None:
    with open_lab(tmp_path) as lab:
        lab.certificates(ROOT_CERT, FORGOTTEN)
        lab.trust("mozilla", ROOT_CERT, "server_auth", "secure_email")
        rows = ask(lab, "undisclosed-unconstrained", DAY)
        assert said(rows, "verdict", "reason", "days_over") == {("unknown", "not_in_records", None)}
        assert ask(lab, "missing-smime-audit", DAY) == []
        assert (len(rows), of(lab, "undisclosed-unconstrained", DAY)) == (2, 2)


def test_sibling_covered_self_not(lab: Lab) -> None:
    rows = ask(lab, "sibling-covered-self-not", DAY, program="mozilla", purpose="server_auth")
    assert said(rows, "sha256", "covered_sibling", "audit_kind", "is_cross_certificate") == {
        (FORGOTTEN.sha256, FORGOTTEN_OTHER.sha256, kind, True) for kind in (*TLS_KINDS, "NetSec")
    }
    assert ask(lab, "sibling-covered-self-not", DAY, owner="other") == []


def test_uncovered_capable_paths(lab: Lab) -> None:
    """Below has audits, and one of its two paths leads through Forgotten's certificate by Root."""
    rows = ask(lab, "uncovered-capable-paths", DAY, program="mozilla", purpose="server_auth")
    assert [row["sha256"] for row in rows] == [BELOW.sha256, FORGOTTEN.sha256]
    below = rows[0]
    assert (below["length"], below["owners"], below["gap_is_cross_certificate"]) == (3, ["Own"], True)
    assert below["gaps"] == [f"{FORGOTTEN.sha256[:8]}: undisclosed"]
    assert below["path"].split(" > ")[1].endswith(f"[{FORGOTTEN.sha256[:8]}]")
    assert len(rows) < of(lab, "uncovered-capable-paths", DAY, program="mozilla", purpose="server_auth")
    assert ask(lab, "uncovered-capable-paths", DAY, owner="other") == []


def test_gaps_and_coverage_of_one_purpose(lab: Lab) -> None:
    gaps = ask(lab, "gaps", DAY, purpose="secure_email", kind="s/mime br", severity="gap")
    assert said(gaps, "sha256", "reason") == {(CERTIFICATES["mail"].sha256, "wrong_kind")}
    rows = ask(lab, "coverage", DAY, sha256=CERTIFICATES["full"].sha256, purpose="ev_tls")
    assert said(rows, "verdict", "owner") == {("claimed", "Own")}
    assert ask(lab, "coverage", DAY, owner="nobody") == []


def test_the_root_is_never_missing(lab: Lab) -> None:
    for question in MISSING:
        assert about(ask(lab, question, DAY), ROOT_CERT) == []
