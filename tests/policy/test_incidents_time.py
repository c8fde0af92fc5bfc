"""Incidents of time (steps 6, 7c, 7e, 7f), by bug number: undisclosed, stale, late, gaps between periods."""

from collections.abc import Iterator

import pytest

from tests.pki import SERVER_AUTH
from tests.policy.incidents import Ecosystem, Finding, ca, said, witness
from tests.policy.lab import DAY, TLS_KINDS, Lab, ago, audits, open_lab, record, root

TOLD = Ecosystem()

# 1563573 and 1572234
GODADDY, GODADDY_ROOT = TOLD.root("GoDaddy Root", "GoDaddy", "mozilla:server_auth", audits())
STARTCOM, STARTCOM_ROOT = TOLD.root("StartCom Root", "StartCom", "mozilla:server_auth", audits())
CROSS = TOLD.seen(GODADDY.issue(STARTCOM, not_before="2023-10-01"))
SILENT, YOUNG, PAST = (
    TOLD.seen(GODADDY.issue(ca(name, GODADDY), not_before=since, not_after=until, eku=[SERVER_AUTH]))
    for name, since, until in (
        ("Silent", "2023-10-01", "2030-01-01"),
        ("Young", ago(7), "2030-01-01"),
        ("Past", "2014-01-01", ago(1)),
    )
)

# 1583470: how many days lie between the older report's period and the newer one's
GAPPED, GAPPED_ROOT = TOLD.root("Gapped Root", "Camerfirma", "mozilla:server_auth", audits())
BETWEEN = {
    days: TOLD.sub(
        GAPPED.issue(ca(f"{days} days between", GAPPED), eku=[SERVER_AUTH]),
        GAPPED_ROOT,
        audits(),
        audits(start="2022-01-01", end=ago(days + 1, "2023-04-01"), stated="2023-04-20"),
    )
    for days in (-10, 0, 1, 90)
}

# 1566586: the age of the audit on the day, and how late the statement came
AGED, AGED_ROOT = TOLD.root("Aged Root", "Asseco", "mozilla:server_auth", audits())


def of_age(days: int, stated: int = 30) -> dict[str, str]:
    """Return audit cells of a year that ended so many days ago, stated so many days after."""
    return audits(start=ago(days + 364), end=ago(days), stated=ago(days - stated))


OF_AGE = {
    name: TOLD.sub(
        AGED.issue(ca(name, AGED), not_before="2019-01-01", eku=[SERVER_AUTH]), AGED_ROOT, cells, cells
    )
    for name, cells in {
        "365 days": of_age(365),
        "366 days": of_age(366),
        "458 days": of_age(458),
        "459 days": of_age(459),
        "stated on day 92": of_age(200, 92),
        "stated on day 93": of_age(200, 93),
    }.items()
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """All of them, with a report of a week before the day and one of a year before that."""
    with TOLD.open(tmp_path_factory.mktemp("incidents"), with_older=True) as opened:
        yield opened


def of_kinds(reason: str, owner: str, severity: str) -> set[Finding]:
    return {Finding(reason, "mozilla", "server_auth", kind, owner, severity) for kind in TLS_KINDS}


def test_1563573_undisclosed_for_more_than_seven_days(lab: Lab) -> None:
    """DigiCert. Also 1563574, 1563575, 1542082, 1700809, 1904041, 1921596 (disclosed to somebody else),
    1982646, 1455119, 1455128, 1455132, 1455137, 1451949, 1451950, 1451953, 1497700, 1497703, 1667844,
    1667846, 1848240.

    GoDaddy Root ─┬─ Silent (of 2023-10-01; no record)
                  ├─ Young (seven days old; no record)
                  └─ Past (expired yesterday; no record)
    """
    assert witness(lab, SILENT, "server_auth") == [GODADDY_ROOT.sha256, SILENT.sha256]
    assert said(lab, SILENT) == {Finding("undisclosed", "mozilla", "server_auth", None, "GoDaddy", "gap")}
    assert said(lab, YOUNG) == {Finding("newly_issued", "mozilla", "server_auth", None, "GoDaddy", "note")}
    assert lab.state(PAST) == "expired"
    assert not [each for each in said(lab, PAST) if each.severity == "gap"]


def test_1572234_an_undisclosed_cross_certificate_is_its_issuers_to_disclose(lab: Lab) -> None:
    """GoDaddy; 1386891 Certinomis and StartCom: the root has its record, the cross-certificate has none.

    GoDaddy Root ── StartCom Root (CROSS)
    StartCom Root (self-signed, disclosed)
    """
    assert witness(lab, CROSS, "server_auth") == [GODADDY_ROOT.sha256, CROSS.sha256]
    assert said(lab, CROSS) == {Finding("undisclosed", "mozilla", "server_auth", None, "GoDaddy", "gap")}
    assert said(lab, STARTCOM_ROOT) == set()


@pytest.mark.parametrize("days", BETWEEN)
def test_1583470_days_between_two_periods(lab: Lab, days: int) -> None:
    """Camerfirma. Also 1623472, 1412950, 1923279, 2016267.

    Gapped Root ── one CA each, whose period of the older report ended so many days before 2023-04-01

    A gap between the key's birth and its first period (1923279) is in no report, and not seen here.
    """
    found = of_kinds("period_gap", "Camerfirma", "gap") if days > 0 else set()
    assert said(lab, BETWEEN[days]) == found
    for finding in lab.findings(BETWEEN[days]):
        assert f"days between: {days}" in finding.detail


@pytest.mark.parametrize(
    ("name", "reason", "severity"),
    [
        ("365 days", None, None),
        ("366 days", "audit_due", "warning"),
        ("458 days", "audit_due", "warning"),
        ("459 days", "stale", "gap"),
        ("stated on day 92", None, None),
        ("stated on day 93", "late_statement", "warning"),
    ],
)
def test_1566586_outdated_or_late(lab: Lab, name: str, reason: str | None, severity: str | None) -> None:
    """Certum. Also 1549861, 1549862, 1578505, 1669518, 1757615 and, late alone, 1724530.

    Aged Root ── one CA each, with an audit period that ended so long ago, or a statement as late as that
    """
    assert said(lab, OF_AGE[name]) == (of_kinds(reason, "Asseco", severity or "") if reason else set())


def test_2011430_the_statement_was_on_time_and_the_upload_was_not(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """D-Trust: the period ended on 2025-10-07; day 92 is 2026-01-07; CCADB had it on 2026-01-19.

    D-Trust Root (the report of 2026-01-05 has the period before, that of 2026-01-19 the new one)
    """
    kinds = (*TLS_KINDS, "NetSec")
    _, anchor = root("D-Trust Root", "D-Trust")
    with open_lab(tmp_path_factory.mktemp("d-trust")) as lab:
        lab.certificates(anchor)
        lab.trust("mozilla", anchor)
        before = audits(kinds, "2023-10-08", "2024-10-07", "2024-12-20")
        after = audits(kinds, "2024-10-08", "2025-10-07", "2026-01-07")
        lab.report("2026-01-05", record(anchor, "R", owner="D-Trust", **before))
        lab.report("2026-01-19", record(anchor, "R", owner="D-Trust", **after))
        assert {each.reason for each in said(lab, anchor, "2026-01-08")} == {"audit_due"}
        assert said(lab, anchor, "2026-01-12") == of_kinds("stale", "D-Trust", "gap")
        assert said(lab, anchor, "2026-01-19") == set()


def test_every_incident_here_is_of_a_certificate_in_scope(lab: Lab) -> None:
    """What is silent is silent because it is in order, not because nobody asked."""
    for certificate in (*BETWEEN.values(), *OF_AGE.values()):
        assert lab.state(certificate) == "in scope"
    assert lab.state(STARTCOM_ROOT, day=DAY) == "in scope"
    assert lab.verdict(BETWEEN[0], "TLS BR") == "claimed own"
