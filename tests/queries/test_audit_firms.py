"""Who audits, by which letters and policies, and who operates what under whom.

Root (Own) ─► one CA a case          Root, Other Root ─► Hosted, Hosted Too: of a subordinate CA owner
Mid (policies of its own) ─► Below
"""

from collections.abc import Iterator
from datetime import date

import pytest

from tests.pki import Issued, Options
from tests.policy.lab import REVOKED, ROOT_CERT, SAME, Lab, ago, audits, child, open_lab, record, root
from tests.queries.graph_asking import about, ask, of, said

Cells = dict[str, str]
LONG: Options = {"not_before": "2015-01-01", "not_after": "2035-01-01"}
QUESTIONS = (
    "one-url-many-kinds", "auditor-switch", "auditor-concentration", "stale-cps",
    "subordinate-owner-concentration",
)  # fmt: skip
OTHER_CA, OTHER = root("Other Root", "Other")
HOSTED_CA, HOSTED = child("Hosted")
HOSTED_OTHER = OTHER_CA.issue(HOSTED_CA, **LONG)
HOSTED_TOO, HOSTED_OVER = child("Hosted Too")[1], child("Hosted no more")[1]
GUEST = {"Subordinate CA Owner": "Guest"}


def firm(name: str) -> Cells:
    """Return the cells of an audit firm."""
    return {"Audit Firm": name, "Audit Firm Location": "Nowhere"}


def letter(url: str, *kinds: str, **period: str) -> Cells:
    """Return audits of some kinds in one letter."""
    return audits(kinds, url=f"https://audits.example/{url}.pdf", **period)


# The audits of each CA, in letters of its own.
LETTERS: dict[str, Cells] = {
    "apart": letter("one", "Standard") | letter("two", "TLS BR"),
    "combined": letter("combined", "TLS BR", "NetSec"),
    "etsi": {
        cell: "ETSI EN 319 411" if cell.endswith("Type") else value
        for cell, value in letter("etsi", "Standard", "TLS BR", "S/MIME BR").items()
    },
    "mixed": letter("mixed", "Standard", "S/MIME BR"),
    "slip": letter("slip", "Standard") | letter("slip", "TLS BR", start="2022-04-01", end="2023-03-31"),
}
READ: dict[str, Issued] = {name: child(name)[1] for name in LETTERS}
# The firms that each CA's record named on three days.
FIRMS: dict[str, tuple[str, str, str]] = {
    "stays": ("Alpha LLP", "Alpha LLP", "alpha  llp"),
    "switches": ("Alpha LLP", "Alpha LLP", "Beta Audit"),
    "switches and back": ("Alpha LLP", "Beta Audit", "Alpha LLP"),
    "silent between": ("Alpha LLP", "", "Beta Audit"),
    "late to tell": ("", "", "Beta Audit"),
}
FIRM_DAYS = ("2023-05-01", "2023-11-01", "2024-05-01")
AUDITED: dict[str, Issued] = {name: child(name)[1] for name in FIRMS}

SAME_CP = {f"{each} Same as Parent": "True" for each in ("CP", "CPS", "CP/CPS", "MD/AsciiDoc CP/CPS")}


def both(days: int, spelled: str = "%Y.%m.%d") -> Cells:
    """Return a combined CP/CPS so many days old."""
    return {
        "Certificate Practice & Policy Statement": "https://own.example/cps.pdf",
        "CP/CPS Effective Date": date.fromisoformat(ago(days)).strftime(spelled),
    }


def apart(cp_days: int, cps_days: int) -> Cells:
    """Return a CP and a CPS."""
    return {
        "Certificate Policy (CP) URL": "https://own.example/cp.pdf",
        "CP Effective Date": ago(cp_days),
        "Certificate Practice Statement (CPS) URL": "https://own.example/cps.pdf",
        "CPS Effective Date": ago(cps_days),
    }


# Case: the cells of its policies, and what is amiss.
POLICIES: dict[str, tuple[Cells, list[str]]] = {
    "365 days old": (both(365), []),
    "366 days old": (both(366), ["CP 366 days old", "CPS 366 days old"]),
    "in another spelling": (both(400, "%Y-%m-%d"), ["CP 400 days old", "CPS 400 days old"]),
    "the old one beside a new one": (apart(500, 500) | both(10), []),
    "an old CP": (apart(500, 10), ["CP 500 days old"]),
    "no CPS": ({cell: text for cell, text in apart(5, 5).items() if "CPS" not in cell}, ["no CPS"]),
    "none": ({}, ["no CP", "no CPS"]),
    "no date": (
        {"MD/AsciiDoc CP/CPS URL": "https://own.example/cps.md"},
        ["CP without a date", "CPS without a date"],
    ),
    "the parent's": (SAME_CP, []),
    "the parent's, of nobody": (
        SAME_CP | {"Parent Salesforce Record ID": "nowhere"},
        [f"not told: the way to the {each} leaves the records" for each in ("CP", "CPS")],
    ),
    "the parent's CP alone": ({"CP Same as Parent": "True"}, ["no CP", "no CPS"]),
}
STATED: dict[str, Issued] = {name: child(name)[1] for name in POLICIES}
GONE, EXPIRED = child("Gone")[1], child("Expired", not_after="2020-01-01")[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(tmp_path_factory.mktemp("lab")) as lab:
        lab.certificates(
            ROOT_CERT, OTHER, HOSTED, HOSTED_OTHER, HOSTED_TOO, HOSTED_OVER, GONE, EXPIRED,
            *READ.values(), *AUDITED.values(), *STATED.values(),
        )  # fmt: skip
        lab.store("mozilla", [(each, "server_auth") for each in (ROOT_CERT, OTHER)])
        for at, day in enumerate(FIRM_DAYS):
            named = {name: firm(firms[at]) if firms[at] else {} for name, firms in FIRMS.items()}
            lab.report(
                day,
                *(
                    record(AUDITED[name], name, "R", **letter(f"of {name}", "TLS BR"), **cells, **both(1))
                    for name, cells in named.items()
                ),
                complete=False,
            )
        lab.report(
            "2024-05-07",
            record(ROOT_CERT, "R", **letter("root", "Standard"), **firm("Gamma"), **both(1)),
            record(OTHER, "O", owner="Other", **letter("other", "Standard"), **firm("Gamma"), **both(1)),
            *(
                record(READ[name], name, "R", **cells, **firm("Alpha LLP"), **both(1))
                for name, cells in LETTERS.items()
            ),
            *(record(STATED[name], name, "R", **(SAME | cells)) for name, (cells, _) in POLICIES.items()),
            record(GONE, "gone", "R", **REVOKED),
            record(EXPIRED, "expired", "R"),
            record(
                HOSTED, "hosted", "R", **GUEST, **letter("guest", "Standard"), **firm("Beta Audit"), **both(1)
            ),
            record(HOSTED_OTHER, "hosted by other", "O", "Other", **GUEST, **SAME, **both(1)),
            record(HOSTED_TOO, "hosted too", "R", **GUEST, **SAME, **both(1)),
            record(HOSTED_OVER, "hosted over", "R", **GUEST, **REVOKED),
            complete=False,
        )
        yield lab


def test_one_url_many_kinds(lab: Lab) -> None:
    rows = ask(lab, "one-url-many-kinds")
    assert {row["url"].rsplit("/", 1)[1]: row["note"].split(":")[0] for row in rows} == {
        "combined.pdf": "usual",
        "etsi.pdf": "usual",
        "mixed.pdf": "to be read",
        "slip.pdf": "a slip",
    }
    [slip] = [row for row in rows if row["dated"] > 1]
    assert (slip["records"], slip["certificates"], slip["owners"]) == (["slip"], 1, ["Own"])
    [etsi] = [row for row in rows if row["url"].endswith("/etsi.pdf")]
    assert etsi["audit_kinds"] == ["S/MIME BR", "Standard", "TLS BR"]


def test_auditor_switch(lab: Lab) -> None:
    """In other letters or blanks it is the same firm; one that is not named in between is still known."""
    rows = ask(lab, "auditor-switch")
    assert [(row["record_id"], row["from_firm"], row["to_firm"], str(row["first_seen"])) for row in rows] == [
        ("silent between", "Alpha LLP", "Beta Audit", "2024-05-01"),
        ("switches and back", "Beta Audit", "Alpha LLP", "2024-05-01"),
        ("switches", "Alpha LLP", "Beta Audit", "2024-05-01"),
        ("switches and back", "Alpha LLP", "Beta Audit", "2023-11-01"),
    ]
    assert [str(row["last_seen"]) for row in rows[:2]] == ["2023-05-01", "2023-11-01"]
    assert (rows[0]["sha256"], rows[0]["owner"]) == (AUDITED["silent between"].sha256, "Own")
    assert said(ask(lab, "auditor-switch", "2024-01-01"), "record_id") == {("switches and back",)}
    assert of(lab, "auditor-switch", "2024-01-01") == 4


def test_auditor_concentration(lab: Lab) -> None:
    rows = {row["audit_firm"]: row for row in ask(lab, "auditor-concentration")}
    assert (rows["Gamma"]["owners"], rows["Gamma"]["owner_names"]) == (2, ["Other", "Own"])
    # The roots, those of the policies but the one whose parent is nobody, and two of Guest's.
    assert rows["Gamma"]["certificates"] == 2 + 10 + 2
    assert (rows["Beta Audit"]["owner_names"], rows["Beta Audit"]["records"]) == (["Guest", "Own"], 4)
    assert rows["Alpha LLP"]["audit_kinds"] == ["Standard", "TLS BR"]
    assert len({row["certificates"] for row in rows.values()}) > 1
    assert of(lab, "auditor-concentration") >= rows["Gamma"]["certificates"]
    assert {row["audit_firm"] for row in ask(lab, "auditor-concentration", owner="guest")} == {"Beta Audit"}


@pytest.mark.parametrize("name", POLICIES)
def test_stale_cps(lab: Lab, name: str) -> None:
    rows = about(ask(lab, "stale-cps"), STATED[name])
    assert [row["why"] for row in rows] == [wanted for wanted in [POLICIES[name][1]] if wanted]


def test_stale_cps_of_what_lives(lab: Lab) -> None:
    rows = ask(lab, "stale-cps", days="5")
    assert not any(about(rows, each) for each in (GONE, EXPIRED, HOSTED_OVER))
    [row] = about(rows, STATED["an old CP"])
    assert row["why"] == ["CP 500 days old", "CPS 10 days old"]
    assert (str(row["cp_dated"]), row["cp_from"], row["programs"]) == (ago(500), "an old CP", ["mozilla"])
    assert len(rows) < of(lab, "stale-cps")


def test_subordinate_owner_concentration(lab: Lab) -> None:
    [row] = ask(lab, "subordinate-owner-concentration")
    assert (row["subordinate_owner"], row["ca_owners"], row["under"]) == ("Guest", 2, ["Other", "Own"])
    assert (row["cas"], row["certificates"], row["in_scope"], row["own_audits"]) == (2, 3, 3, 1)
    assert not row["has_roots"]
    assert ask(lab, "subordinate-owner-concentration", owner="other")[0]["certificates"] == 3
    assert of(lab, "subordinate-owner-concentration") > 3


@pytest.mark.parametrize("question", QUESTIONS)
def test_of_an_owner_who_is_not_there(lab: Lab, question: str) -> None:
    assert ask(lab, question, owner="nobody") == []
    assert of(lab, question) > 0
