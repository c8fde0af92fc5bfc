"""`cagraph statement read`: documents as they come, in every format."""

import csv
import json
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from cagraph.model import sha256_hex
from tests.cli.conftest import HOSTILE, Run

ROOT, SUB = (sha256_hex(name).upper() for name in (b"root", b"sub"))


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text(
        "To the management of Example Trust:\n"
        "We have examined its assertion throughout the period January 1, 2024 to December 31, 2024\n"
        "based on the WebTrust Principles and Criteria for Certification Authorities - Version 2.2.2\n\n"
        f"Root CA     {ROOT}\n"
        f"{HOSTILE}\n"
        f"Sub CA E5   {SUB[:40]}\n"
        f"            {SUB[40:]}\n",
        encoding="utf-8",
    )
    return path


def test_read_table(letter: Path, run: Run, snapshot: SnapshotAssertion) -> None:
    result = run("statement", "read", str(letter))
    assert result.exit_code == 0
    assert result.stdout == snapshot
    assert result.stderr == snapshot


def test_read_csv(letter: Path, run: Run) -> None:
    rows = list(csv.DictReader(run("statement", "read", str(letter), "--csv", "-q").stdout.splitlines()))
    assert [(row["sha256"], row["strict"]) for row in rows] == [
        (ROOT.lower(), "true"),
        (SUB.lower(), "false"),
    ]


def test_read_json_has_everything(letter: Path, run: Run) -> None:
    [found] = json.loads(run("statement", "read", str(letter), "--json", "-q").stdout)
    assert (found["file"], found["state"]) == ("letter.txt", "read")
    assert found["facts"]["period_end"]["value"] == "2024-12-31"
    assert found["fingerprints"][1]["how"] == ["line-broken"]


def test_facts_as_rows(letter: Path, run: Run) -> None:
    rows = json.loads(run("statement", "read", str(letter), "--facts", "--json", "-q").stdout)
    assert {"period_start", "period_end", "kinds", "owner"} <= {row["fact"] for row in rows}


def test_one_that_cannot_be_read_ends_with_4_and_the_rest_is_said(
    letter: Path, run: Run, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7")
    result = run("statement", "read", str(broken), str(letter), "--csv")
    assert result.exit_code == 4
    assert "broken.pdf: unreadable: it is no PDF, or a damaged one" in result.stderr
    assert SUB.lower() in result.stdout


def test_a_file_that_is_not_there(run: Run) -> None:
    assert run("statement", "read", "nowhere.pdf").exit_code == 2


def test_no_letter_is_written_over(sample: Path, letter: Path, run: Run, tmp_path: Path) -> None:
    """Neither what is read nor the other output is what -o or --report may name."""
    page = tmp_path / "draft.md"
    page.write_bytes(letter.read_bytes())
    new = str(tmp_path / "new.md")
    for args in (
        ("read", str(page), "-o", str(page)),
        ("check", str(page), "--csv", "-o", str(page)),
        ("check", str(page), "--report", str(page)),
        ("check", str(letter), "--against", str(page), "--report", str(page)),
        ("check", str(letter), "--report", new, "-o", new),
    ):
        result = run("statement", *args)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "is one of the other files" in result.stderr
    assert page.read_bytes() == letter.read_bytes()


def test_a_file_that_cannot_be_read_is_a_source_that_failed(sample: Path, run: Run) -> None:
    for command in ("read", "check"):
        result = run("statement", command, "/proc/self/mem")
        assert result.exit_code == 4
        assert result.stderr.startswith("cagraph: /proc/self/mem: cannot be read")
