"""The questions about audit letters, asked of the cases in `tests/policy/listed.py`."""

from collections.abc import Iterator

import pytest

from tests.policy.lab import ROOT_CERT, Lab
from tests.policy.listed import CASES, FORGOTTEN, HEIR, Case, colons, open_listed, slipped, strict, url
from tests.queries.graph_asking import about, ask, of, said


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """All cases at once."""
    with open_listed(tmp_path_factory.mktemp("letters")) as lab:
        yield lab


def case(name: str) -> Case:
    """Return the case of a name."""
    return next(each for each in CASES if each.name == name)


def test_every_audit_address_is_there_with_the_state_of_its_letter(lab: Lab) -> None:
    """One row a URL: the root's, one a case, and the address that nobody had anything from."""
    rows = {row["url"]: row for row in ask(lab, "letters")}
    # Two kinds in one cell name a case's own letter and one that others name as well.
    assert set(rows) == {url("root"), url("nowhere"), *(url(each.name) for each in CASES)}
    assert len(rows) == of(lab, "letters")
    states = {name: rows[url(name)]["state"] for name in ("root", "nowhere", *(each.name for each in CASES))}
    odd = {"nobody had it": "unread", "nowhere": "unread", "no list": "no_list", "no letter": "no_letter"}
    odd |= {"a page with digits": "no_letter", "a digit missing": "no_list", "by SHA-1 alone": "no_list"}
    odd |= {"a scan": "unreadable"}
    assert {name: state for name, state in states.items() if state != "read"} == odd
    assert rows[url("a scan")]["unreadable"] == "it is no PDF, or a damaged one"
    assert {row["url"] for row in ask(lab, "letters", state="unreadable")} == {url("a scan")}


def test_a_letter_says_what_rests_on_it(lab: Lab) -> None:
    """The root's letter: two kinds, three records by inheritance, two listed, one not."""
    [row] = [row for row in ask(lab, "letters", owner="own") if row["url"] == url("root")]
    assert (row["named_for"], row["says_kinds"]) == (["Standard", "TLS BR"], ["Standard", "TLS BR"])
    # The two cases of two documents in a cell rest on this one as well, and are listed in their own.
    assert (row["certificates"], row["listed"], row["not_listed"]) == (5, 4, 1)
    assert (str(row["period_start"]), str(row["period_end"])) == ("2023-04-01", "2024-03-31")
    assert (row["fingerprints"], row["pages"], row["says_owner"]) == (2, 1, "Own")


def test_what_is_not_listed_and_what_stands_instead(lab: Lab) -> None:
    """Left out, misprinted, no list at all; not what is young, unread, or in a letter of another kind."""
    rows = ask(lab, "not-listed", kind="TLS BR")
    gone = {
        "left out": "not_listed",
        **dict.fromkeys(("no list", "by SHA-1 alone"), "letter_lists_nothing"),
        **dict.fromkeys(("a digit off", "a digit missing"), "misprinted"),
    }
    wanted = {(case(name).certificate.sha256, reason) for name, reason in gone.items()}
    assert said(rows, "sha256", "reason") == wanted | {(FORGOTTEN.sha256, "not_listed")}
    [row] = about(rows, FORGOTTEN)
    assert row["siblings_listed"] == []
    assert row["programs"] == ["mozilla:server_auth"]
    assert row["witness"].endswith(f"[{FORGOTTEN.sha256[:8]}]")
    assert of(lab, "not-listed") > len(rows)


def test_records_and_letters_that_disagree(lab: Lab) -> None:
    """Kind, period and date, each once a record and kind."""
    rows = ask(lab, "letter-differences")
    numbers = {each.name: f"R{number}" for number, each in enumerate(CASES)}
    periods = {
        "another period": "2023-04-01 to 2024-04-30",
        **dict.fromkeys(("the letter of last year", "left out last year"), "2022-04-01 to 2023-03-31"),
    }
    assert said(rows, "record_id", "audit_kind", "differs", "record_says", "letter_says") == {
        *(
            (numbers[name], kind, "period", "2023-04-01 to 2024-03-31", period)
            for name, period in periods.items()
            for kind in ("Standard", "TLS BR")
        ),
        *(
            (numbers["another date"], kind, "statement date", "2024-05-01", "2024-04-30")
            for kind in ("Standard", "TLS BR")
        ),
        *(
            (numbers[name], "TLS BR", "kind", "TLS BR", "Standard")
            for name in ("of another kind", "of that kind")
        ),
    }
    assert {row["page"] for row in rows} == {1}


def test_where_a_certificate_is_listed(lab: Lab) -> None:
    """The root stands in its own letter and in those that list nothing but it."""
    rows = ask(lab, "listed-in", sha256=ROOT_CERT.sha256)
    listing = {"root", "left out", "too young", "one of two had", "stale and left out", "left out last year"}
    assert {row["url"] for row in rows} == {url(name) for name in listing}
    both = case("both ways")
    rows = ask(lab, "listed-in", sha256=both.certificate.sha256)
    assert [(row["printed"], row["strict"]) for row in rows] == [
        (colons(both.certificate), False),
        (strict(both.certificate), True),
    ]
    assert ask(lab, "listed-in", sha256="0" * 64) == []


def test_fingerprints_that_no_certificate_has(lab: Lab) -> None:
    """The misprint, with the certificate that it is meant for."""
    slip = case("a digit off")
    [page, row] = sorted(ask(lab, "listed-unknown"), key=lambda row: row["nearly"] is not None)
    assert (page["sha256"], page["nearly"]) == ("5eed" * 16, None)
    assert (row["sha256"], row["nearly"]) == (slipped(slip.certificate).lower(), slip.certificate.sha256)
    assert (row["letters"], row["page"], row["url"]) == (1, 1, url(slip.name))
    assert ask(lab, "listed-unknown", owner="somebody else") == []
    assert HEIR.sha256 not in {row["sha256"] for row in ask(lab, "listed-unknown")}


def test_certificates_printed_under_another_name(lab: Lab) -> None:
    """One fingerprint stands under the name of another certificate, which that letter does not list."""
    wrong, named = case("under another name"), case("left out")
    [row] = ask(lab, "printed-beside")
    assert (row["sha256"], row["problem"]) == (wrong.certificate.sha256, "differs_subject")
    assert (row["printed"], row["url"], row["page"]) == ("CN=left out", url(wrong.name), 1)
    assert row["also_named"] == [f"{named.certificate.sha256[:8]}, not listed"]
    assert of(lab, "printed-beside") == 1
