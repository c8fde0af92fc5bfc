"""`cagraph explain` on the sample ecosystem: the text as a person reads it, its filters and formats."""

import json
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from cagraph.cli import ExitCode
from tests.cli.conftest import Run

CERTIFICATES = {
    "alder-cross: all audits inherited": "98de3530",
    "birch-cross: its parent has no S/MIME BR audit": "d911aabe",
    "fern-past: expired the day before": "e8983716",
    "cedar-customer: technically constrained, and Chrome does not exempt that": "82fa85ff",
}


@pytest.mark.parametrize("certificate", CERTIFICATES)
def test_text(certificate: str, sample: Path, run: Run, snapshot: SnapshotAssertion) -> None:
    result = run("explain", CERTIFICATES[certificate], "-q")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == snapshot
    assert len(result.stdout.splitlines()) < 90


def trace(run: Run, *args: str) -> dict[str, Any]:
    result = run("explain", *args, "-q", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_program_and_purpose_narrow_the_answer(sample: Path, run: Run) -> None:
    whole = trace(run, "d911aabe")
    part = trace(run, "d911aabe", "--program", "mozilla", "--purpose", "secure_email")
    for section in ("scopes", "requirements", "audits", "findings"):
        wanted = [
            row
            for row in whole[section]
            if (row["root_program"], row["purpose"]) == ("mozilla", "secure_email")
        ]
        assert part[section] == wanted
    assert whole["broken_paths"] == []


def test_one_scope_out_says_what_breaks_its_paths(sample: Path, run: Run) -> None:
    """Chrome trusts no root for e-mail; Cedar Deep CA stands below a pathLen of 0."""
    asked = ("--program", "chrome", "--purpose", "secure_email", "-q")
    text = run("explain", "d911aabe", *asked).stdout
    assert "out       for secure_email in chrome" in text
    assert "f4519abc: the program does not trust the root for the purpose" in text
    text = run("explain", "Cedar Deep", "--program", "mozilla", "--purpose", "server_auth", "-q").stdout
    assert "f3a99b15: a pathLenConstraint above allows no further CA" in text


def test_notes_say_how_complete_the_answer_is(sample: Path, run: Run) -> None:
    assert "note: root trust of microsoft: as of" in run("explain", "d911aabe").stderr


def test_written_to_a_file(sample: Path, run: Run, tmp_path: Path) -> None:
    assert run("explain", "d911aabe", "-q", "-o", str(tmp_path / "why.txt")).stdout == ""
    assert "In short, on 2024-05-08:" in (tmp_path / "why.txt").read_text(encoding="utf-8")
    run("explain", "d911aabe", "-q", "-o", str(tmp_path / "why.json"))
    assert json.loads((tmp_path / "why.json").read_text(encoding="utf-8"))["as_of"] == "2024-05-08"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("d911aabe", "--csv"), "an explanation is text (--format table) or --json, not csv"),
        (("Cedar Customer",), "2 certificates fit 'Cedar Customer'"),
        (("ffffffff",), "ffffffff"),
        (("d911aabe", "--program", "mozila"), "mozila"),
    ],
)
def test_what_cannot_be_answered_is_a_usage_problem(
    args: tuple[str, ...], message: str, sample: Path, run: Run
) -> None:
    result = run("explain", *args)
    assert result.exit_code == ExitCode.USAGE
    assert result.stdout == ""
    assert message in result.stderr
