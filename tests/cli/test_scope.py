"""`cagraph scope` on the sample ecosystem: its table, formats, page to print, and what it refuses."""

import csv
import json
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from cagraph.model import sha256_hex
from cagraph.report.scope import Listed, Question
from cagraph.report.sheet import sheet
from tests.cli.conftest import HOSTILE, Run
from tests.cli.sample import notes

PERIOD = ["--period", "2023-04-01..2024-03-31"]
BIRCH_CROSS = "d911aabe03bf74d9bb0ce2cc37d55bc75602678244be3a2049905f5d391838bb"


def test_scope_table(sample: Path, run: Run, snapshot: SnapshotAssertion) -> None:
    result = run("scope", "--owner", "birch", *PERIOD)
    assert result.exit_code == 0
    assert result.stdout == snapshot
    assert notes(result.stderr) == snapshot


def test_what_is_left_out_and_why(sample: Path, run: Run, snapshot: SnapshotAssertion) -> None:
    result = run("scope", "--owner", "Fern Identity Example", *PERIOD, "--left-out", "-q")
    assert result.stdout == snapshot


def test_a_row_a_certificate_and_statement(sample: Path, run: Run) -> None:
    """The forgotten cross-certificate stands on the list of the S/MIME statement, with its path."""
    result = run("scope", "--owner", "birch", *PERIOD, "--kind", "s/mime br", "--json", "-q")
    rows = {row["sha256"]: row for row in json.loads(result.stdout)}
    cross = rows[BIRCH_CROSS]
    assert {row["audit_kind"] for row in rows.values()} == {"S/MIME BR"}
    assert (cross["listing"], cross["reason"], cross["level"]) == ("listed", "capable", 1)
    assert cross["witness"].startswith("CN=Birch Root CA, ")
    assert cross["citation"]


def test_keys_from_a_file(sample: Path, run: Run, tmp_path: Path) -> None:
    by_owner = run("scope", "--owner", "birch", *PERIOD, "--csv", "-q")
    sql = "SELECT DISTINCT spki_sha256 FROM ca WHERE name SIMILAR TO 'CN=Birch (Network|Root) CA,.*'"
    found = json.loads(run("sql", sql, "--json", "-q").stdout)
    file = tmp_path / "keys.txt"
    text = "".join(f"{row['spki_sha256'].upper()}  # a key\n" for row in found)
    file.write_text(f"# our keys\n\n{text}{'0' * 64}\n")
    by_key = run("scope", "--issuer-key", str(file), *PERIOD, "--csv")
    assert "1 key of 3 that no CA here has: 00000000" in by_key.stderr
    listed = [(row["sha256"], row["audit_kind"]) for row in csv.DictReader(by_key.stdout.splitlines())]
    expected = [(row["sha256"], row["audit_kind"]) for row in csv.DictReader(by_owner.stdout.splitlines())]
    assert sorted(listed) == sorted(expected)


def test_roots_that_are_meant_to_be_trusted(sample: Path, run: Run, tmp_path: Path) -> None:
    """Damson Root X is in no store; its owner means it for e-mail."""
    asked = ("scope", "--owner", "Damson Digital Example", *PERIOD, "--kind", "S/MIME BR", "--json", "-q")
    assert json.loads(run(*asked).stdout) == []
    sql = "SELECT sha256 FROM certificate WHERE subject LIKE 'CN=Damson Root X,%' AND subject = issuer"
    [row] = json.loads(run("sql", sql, "--json", "-q").stdout)
    file = tmp_path / "intended.txt"
    file.write_text(f"{row['sha256']} secure_email, client_auth\n")
    found = json.loads(run(*asked, "--intend", str(file)).stdout)
    assert row["sha256"] in {each["sha256"] for each in found}
    assert {each["reason"] for each in found} == {"capable_if_intended"}


def test_sheet(sample: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sheet.html"
    result = run("scope", "--owner", "birch", *PERIOD, "--sheet", str(path))
    page = path.read_text(encoding="utf-8")
    assert result.exit_code == 0
    assert f"{path}: written" in result.stderr
    assert BIRCH_CROSS.upper() in page
    assert "CA certificates for the audit of Birch Certification Example, 2023-04-01 to 2024-03-31" in page
    assert "<script" not in page
    assert "http" not in page


def test_names_of_strangers_stay_text() -> None:
    """A name with markup, escapes and a change of direction."""
    from datetime import UTC, date, datetime

    name = f"CN=<script>alert(1)</script>{HOSTILE}"
    cells = {
        "sha256": sha256_hex(b"x"),
        "subject": name,
        "issuer": name,
        "serial": "<b>",
        "not_before": datetime(2020, 1, 1, tzinfo=UTC),
        "not_after": datetime(2030, 1, 1, tzinfo=UTC),
        "level": 1,
        "owner": "<i>",
        "reason": "capable_if_intended",
        "listing": "listed",
        "sentence": "meant <u>",
        "marks": ["<em>"],
    }
    question = Question(date(2023, 4, 1), date(2024, 3, 31), owner="<h1>")
    listed = [Listed(cells, {"TLS BR": cells})]
    page = sheet(question, listed, listed, ["<s>"], "<h1>")
    for tag in ("<script>", "<b>", "<i>", "<u>", "<em>", "<s>", "of <h1>"):
        assert tag not in page
    assert "\x1b" not in page
    assert "\u202e" not in page


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ([], "give either --owner or --issuer-key"),
        (["--owner", "Birch", "--issuer-key", "0" * 64], "give either --owner or --issuer-key"),
        (["--owner", "nobody"], "no CA owner here is called 'nobody'"),
        (["--owner", "example"], "owners fit 'example': give one whole name"),
        (["--owner", "birch", "--period", "2024"], "--period wants FROM..TO"),
        (["--owner", "birch", "--period", "2024-05-08..2023-05-08"], "it ends before it begins"),
        (["--issuer-key", "0" * 64], "no CA here has any of these keys"),
        (["--issuer-key", "nowhere.txt"], "neither a SHA-256 of 64 hex digits nor a file"),
    ],
)
def test_what_it_refuses(sample: Path, run: Run, args: list[str], reason: str) -> None:
    result = run("scope", *args, "-q")
    assert result.exit_code == 2
    assert reason in result.stderr
    assert not result.stdout


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12 server_auth\n", ":1: not a SHA-256 fingerprint"),
        (f"# one\n{'0' * 64} tls\n", ":2: 'tls' is not a valid Purpose"),
        (f"{'0' * 64}\n", ":1: no purpose after the fingerprint"),
        ("# nothing\n", ": no line says anything"),
        (f"{'0' * 64} server_auth\n", ": no self-signed certificate here has or is 0000"),
    ],
)
def test_what_is_meant_must_be_readable(
    sample: Path, run: Run, tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "intended.txt"
    file.write_text(text)
    result = run("scope", "--owner", "birch", "--intend", str(file), "-q")
    assert result.exit_code == 2
    assert f"{file}{reason}" in result.stderr
