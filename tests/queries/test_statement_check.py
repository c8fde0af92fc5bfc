"""Each problem that a statement may have, made on purpose, on the sample ecosystem."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha1
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cagraph.warehouse.catalogue import run
from cagraph.warehouse.database import open_warehouse

OWNER = "Birch Certification Example"
PERIOD = {"period_from": "2023-04-01", "period_to": "2024-03-31"}
CROSS = "d911aabe03bf74d9bb0ce2cc37d55bc75602678244be3a2049905f5d391838bb"
ZERO = "00" * 32

Row = dict[str, Any]
Check = Callable[..., list[Row]]


@pytest.fixture(scope="module")
def connection(sample_db: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(sample_db, write=False, as_of=date(2024, 5, 8)) as opened:
        yield opened


@pytest.fixture(scope="module")
def check(connection: duckdb.DuckDBPyConnection) -> Check:
    """Ask about Birch's S/MIME statement; `letter` and `against` as JSON has them."""

    def ask(kinds: str = "S/MIME BR", **given: Any) -> list[Row]:
        params = {"kinds": kinds, "owner": OWNER, **PERIOD}
        for name, value in given.items():
            params[name] = value if isinstance(value, str) else json.dumps(value)
        cursor = run(connection, "statement-check", params)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return ask


@pytest.fixture(scope="module")
def wanted(check: Check) -> list[str]:
    """What the statement must list."""
    found = [row["sha256"] for row in check()]
    assert CROSS in found
    assert len(found) == 6
    return found


def listing(*sha256s: str, **more: Any) -> dict[str, Any]:
    return {"fingerprints": [{"sha256": each} for each in sha256s], **more}


def wrong(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["problem"] != "listed"]


def without(wanted: list[str], sha256: str = CROSS) -> list[str]:
    return [each for each in wanted if each != sha256]


def test_all_that_must_be_listed_is(check: Check, wanted: list[str]) -> None:
    rows = check(letter=listing(*wanted))
    assert {row["problem"] for row in rows} == {"listed"}
    assert {row["missing_from"] for row in rows} == {None}


def test_missing_with_path_siblings_and_duty(check: Check, wanted: list[str]) -> None:
    [row] = wrong(check(letter=listing(*without(wanted))))
    assert (row["problem"], row["severity"], row["sha256"]) == ("missing", "gap", CROSS)
    assert (row["missing_from"], row["reason"], row["owner"]) == ("letter", "capable", OWNER)
    assert row["witness"].startswith("CN=Birch Root CA, ")
    assert row["siblings_listed"]


@pytest.mark.parametrize(
    "digits",
    [f"{CROSS[:-1]}0", CROSS[1:], f"{CROSS[:9]}O{CROSS[10:]}", f"{CROSS}0", f"{CROSS[:30]}{CROSS[32:]}"],
)
def test_what_is_almost_it_is_a_misprint(check: Check, wanted: list[str], digits: str) -> None:
    almost = {"digits": digits, "page": 3, "line": 7, "printed": digits.upper()}
    [row] = wrong(check(letter=listing(*without(wanted), nearly=[almost])))
    assert (row["problem"], row["sha256"], row["page"], row["line"]) == ("misprint", CROSS, 3, 7)
    assert (row["printed"], row["certificate_says"]) == (digits.upper(), CROSS.upper())


def test_three_digits_off_is_no_misprint(check: Check, wanted: list[str]) -> None:
    digits = "000" + CROSS[3:]
    rows = wrong(check(letter=listing(*without(wanted), nearly=[{"digits": digits, "page": 1, "line": 1}])))
    assert [row["problem"] for row in rows] == ["missing", "almost"]


def test_a_misprint_beside_the_right_one_is_told(check: Check, wanted: list[str]) -> None:
    [row] = wrong(check(letter=listing(*wanted, nearly=[{"digits": CROSS[1:], "page": 2, "line": 4}])))
    assert (row["problem"], row["severity"], row["why"]) == ("almost", "warning", "63 characters")


def test_by_hand_what_is_no_fingerprint_is_not_dropped(check: Check, wanted: list[str]) -> None:
    rows = wrong(check(letter=listing(*wanted, "12", None)))  # type: ignore[arg-type]
    assert [row["problem"] for row in rows] == ["almost", "almost"]


def test_only_the_sha1_thumbprint(
    check: Check, wanted: list[str], connection: duckdb.DuckDBPyConnection
) -> None:
    [(der,)] = connection.execute("SELECT der FROM certificate WHERE sha256 = ?", [CROSS]).fetchall()
    thumbprint = {"sha1": sha1(der).hexdigest(), "page": 4, "line": 2, "printed": "AA"}
    unknown = {"sha1": "00" * 20, "page": 5, "line": 1, "printed": "00"}
    [row, note] = wrong(check(letter=listing(*without(wanted), thumbprints=[thumbprint, unknown])))
    assert (row["problem"], row["severity"], row["sha256"], row["page"]) == ("sha1_only", "gap", CROSS, 4)
    assert (note["problem"], note["severity"], note["why"]) == (
        "thumbprint",
        "note",
        "no certificate here has it",
    )
    [note] = wrong(check(letter=listing(*wanted, thumbprints=[thumbprint])))
    assert (note["problem"], note["why"]) == ("thumbprint", "the certificate is listed besides")


def test_listed_without_need_each_with_its_reason(
    check: Check, wanted: list[str], connection: duckdb.DuckDBPyConnection
) -> None:
    others = connection.execute(
        "SELECT sha256 FROM certificate WHERE subject LIKE 'CN=Alder Root%' OR subject LIKE 'CN=Birch%'"
    ).fetchall()
    rows = wrong(check(letter=listing(*wanted, ZERO, *(sha256 for (sha256,) in others))))
    found = {(row["problem"], row["reason"]) for row in rows}
    assert ("unknown", "unknown") in found
    assert ("other_owner", "other_owner") in found
    assert {problem for problem, _ in found} <= {"unknown", "other_owner", "unexpected", "repeated"}
    [alder] = [row for row in rows if (row["subject"] or "").startswith("CN=Alder Root")][:1]
    assert alder["why"] == "the CA is of Alder Trust Example"


def test_of_two_kinds_each_says_its_reason(check: Check, wanted: list[str]) -> None:
    """A CA for e-mail alone is left out of both, for one reason."""
    mail = [each for each in wanted if each != CROSS]
    rows = check(kinds="TLS BR,TLS EVG", letter=listing(*mail))
    reasons = {row["reason"] for row in rows if row["problem"] == "unexpected"}
    assert reasons
    assert reasons <= {"not_capable", "no_trusted_path"}


def test_what_stands_beside_a_fingerprint(check: Check, wanted: list[str]) -> None:
    letter = listing(*wanted)
    at = wanted.index(CROSS)
    letter["fingerprints"][at] |= {
        "page": 2,
        "line": 9,
        "beside": {
            "subject": "Birch Root CA",
            "issuer": "Birch Root CA",
            "serial": "ffffff",
            "serial_decimal": "1",
            "not_before": "1999-01-01",
        },
    }
    rows = wrong(check(letter=letter))
    assert [row["problem"] for row in rows] == ["differs_subject", "differs_serial", "differs_validity"]
    assert {(row["page"], row["line"], row["sha256"]) for row in rows} == {(2, 9, CROSS)}
    assert (rows[0]["printed"], rows[0]["severity"]) == ("Birch Root CA", "warning")
    assert rows[0]["certificate_says"].startswith("CN=Birch Network CA")


def test_repeated_more_often_than_the_others(check: Check, wanted: list[str]) -> None:
    [row] = wrong(check(letter=listing(*wanted, CROSS)))
    assert (row["problem"], row["severity"], row["sha256"]) == ("repeated", "note", CROSS)
    assert wrong(check(letter=listing(*wanted, *wanted))) == []


def fact(value: str, text: str = "", page: int = 1) -> dict[str, Any]:
    return {"value": value, "page": page, "text": text or value}


def facts(**other: Any) -> dict[str, Any]:
    """What a letter without a fault says."""
    period = "period April 1, 2023 to March 31, 2024"
    return {
        "statement_date": fact("2024-05-03", "Toronto, May 3, 2024"),
        "period_start": fact("2023-04-01", period),
        "period_end": fact("2024-03-31", period),
        "point_in_time": None,
        "kinds": [fact("S/MIME BR")],
        "auditor": fact("Example Audit LLP"),
        "owner": fact("Birch Certification Example"),
    } | other


@pytest.mark.parametrize(
    ("letter", "problems"),
    [
        ({"format": "pdf", "facts": facts()}, []),
        ({"format": "docx", "facts": facts()}, ["not_pdf"]),
        ({"format": "pdf", "facts": facts(statement_date=None)}, ["no_statement_date"]),
        ({"format": "pdf", "facts": facts(auditor=None, owner=None)}, ["no_auditor", "no_owner"]),
        ({"format": "pdf", "facts": facts(kinds=[])}, ["no_criteria"]),
        ({"format": "csv", "facts": facts(auditor=None)}, []),
        ({"format": "text", "facts": facts(auditor=None)}, []),
        ({"format": "pdf", "facts": None}, []),
        (
            {"format": "pdf", "facts": facts(statement_date=fact("2024-05-03", "May 3rd, 2024"))},
            ["date_spelling"],
        ),
        ({"format": "pdf", "facts": facts(statement_date=fact("2024-05-03", "03 MAY 2024"))}, []),
        ({"format": "pdf", "facts": facts(statement_date=fact("2024-05-03", "2024-05-03"))}, []),
        (
            {"format": "pdf", "facts": facts(statement_date=fact("2024-05-03", "13 May 2024"))},
            ["date_spelling"],
        ),
    ],
)
def test_the_letter_itself(
    check: Check, wanted: list[str], letter: dict[str, Any], problems: list[str]
) -> None:
    rows = wrong(check(letter=listing(*wanted, **letter)))
    assert [row["problem"] for row in rows] == problems
    assert {row["sha256"] for row in rows} <= {None}


@pytest.mark.parametrize(
    ("words", "problems"),
    [
        ("from 1 April 2023 until 31 March 2024", []),
        ("period April 1, 2023, through March 31, 2024", []),
        ("2023-04-01 - 2024-03-31", []),
        ("2023-04-01 \u2013 2024-03-31", ["period_spelling"]),
        ("2023-04-01 up to 2024-03-31", ["period_spelling"]),
        ("April 1 to March 31, 2024", ["date_spelling"]),
        ("1.4.2023 to 31.3.2024", ["date_spelling", "date_spelling"]),
    ],
)
def test_how_the_period_is_written(check: Check, wanted: list[str], words: str, problems: list[str]) -> None:
    said = facts(period_start=fact("2023-04-01", words), period_end=fact("2024-03-31", words))
    rows = wrong(check(letter=listing(*wanted, format="pdf", facts=said)))
    assert [row["problem"] for row in rows] == problems


def test_a_point_in_time_is_no_period(check: Check, wanted: list[str]) -> None:
    said = facts(period_start=None, period_end=None, point_in_time=fact("2024-03-31"))
    rows = wrong(check(letter=listing(*wanted, format="pdf", facts=said)))
    assert [row["problem"] for row in rows] == ["no_period", "says_other_period"]


@pytest.mark.parametrize(("last", "is_short"), [("2023-04-29", True), ("2023-04-30", False)])
def test_under_a_month_is_no_period(check: Check, wanted: list[str], last: str, is_short: bool) -> None:
    said = facts(period_end=fact(last, f"period April 1, 2023 to April {last[-2:]}, 2023"))
    said["period_start"]["text"] = said["period_end"]["text"]
    rows = check(letter=listing(*wanted, format="pdf", facts=said))
    assert ("no_period" in {row["problem"] for row in rows}) is is_short


def test_what_was_asked_otherwise_than_the_letter_says(check: Check, wanted: list[str]) -> None:
    said = facts(
        owner=fact("Alder Trust Example"), kinds=[fact("TLS BR")], period_start=fact("2023-05-01", "x")
    )
    rows = wrong(check(letter=listing(*wanted, format="csv", facts=said)))
    assert [row["problem"] for row in rows] == ["says_other_kind", "says_other_period", "says_other_owner"]
    assert rows[0]["audit_kind"] == "S/MIME BR"


@pytest.mark.parametrize("name", ["Birch", "BIRCH CERTIFICATION EXAMPLE, Inc.", "birch certification"])
def test_an_owner_may_be_called_shorter_or_longer(check: Check, wanted: list[str], name: str) -> None:
    assert wrong(check(letter=listing(*wanted, format="pdf", facts=facts(owner=fact(name))))) == []


def test_what_a_list_forgot(check: Check, wanted: list[str]) -> None:
    rows = wrong(check(against=listing(*without(wanted), ZERO)))
    assert [(row["problem"], row["missing_from"]) for row in rows] == [
        ("forgotten", "list"),
        ("surplus", None),
    ]
    assert rows[0]["sha256"] == CROSS


def test_a_list_may_speak_of_some_statements_alone(check: Check, wanted: list[str]) -> None:
    entries = [{"sha256": each, "kinds": ["TLS BR" if each == CROSS else "S/MIME BR"]} for each in wanted]
    [row] = wrong(check(against={"fingerprints": entries}))
    assert (row["problem"], row["sha256"]) == ("forgotten", CROSS)


@pytest.mark.parametrize(
    ("in_letter", "on_list", "problem", "missing_from"),
    [
        (False, False, "missing", "both"),
        (False, True, "missing", "letter"),
        (True, False, "forgotten", "list"),
    ],
)
def test_letter_and_list(
    check: Check, wanted: list[str], in_letter: bool, on_list: bool, problem: str, missing_from: str
) -> None:
    both = [listing(*(wanted if has else without(wanted))) for has in (in_letter, on_list)]
    [row] = wrong(check(letter=both[0], against=both[1]))
    assert (row["problem"], row["missing_from"], row["sha256"]) == (problem, missing_from, CROSS)


@pytest.mark.parametrize(
    "letter",
    [
        {},
        [],
        {"fingerprints": None},
        {"fingerprints": "x"},
        {"fingerprints": [7, None, {"sha256": 5}, {"page": "x"}]},
        {"facts": {"kinds": "x", "owner": 5, "statement_date": {"value": "not a day"}}, "format": "pdf"},
        {"fingerprints": [{"sha256": ZERO, "beside": {"subject": "\0'); DROP TABLE x; --\u202e"}}]},
    ],
)
def test_json_of_any_shape(check: Check, wanted: list[str], letter: Any) -> None:
    rows = check(letter=letter)
    assert {row["sha256"] for row in rows if row["problem"] == "missing"} == set(wanted)
