"""`cagraph gaps` on the sample ecosystem: its tables, filters, formats and exit codes."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from syrupy.assertion import SnapshotAssertion

from cagraph.report.formats import FORMATS
from cagraph.warehouse.database import open_warehouse
from tests.cli.conftest import Run
from tests.cli.sample import DAY, notes


def gaps(run: Run, *args: str) -> list[dict[str, Any]]:
    result = run("gaps", "--json", *args)
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def ids(found: list[dict[str, Any]]) -> list[str]:
    return sorted(finding["finding_id"] for finding in found)


@pytest.fixture(scope="module")
def everything(sample_db: Path) -> list[dict[str, Any]]:
    """Every finding of the sample, unfiltered, not by way of the command."""
    with open_warehouse(sample_db, write=False, as_of=date.fromisoformat(DAY)) as connection:
        cursor = connection.execute("FROM finding")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_gaps_table(sample: Path, run: Run, snapshot: SnapshotAssertion) -> None:
    result = run("gaps")
    assert result.exit_code == 0
    assert result.stdout == snapshot
    assert notes(result.stderr) == snapshot


def test_gaps_in_brief_of_one_owner(sample: Path, run: Run, snapshot: SnapshotAssertion) -> None:
    assert run("gaps", "--owner", "Birch", "--format", "markdown", "-q").stdout == snapshot


@pytest.mark.parametrize(
    ("args", "column", "values"),
    [
        (["--owner", "birch"], "owner", {"Birch Certification Example"}),
        (["--program", "Mozilla"], "root_program", {"mozilla"}),
        (["--purpose", "SECURE_EMAIL"], "purpose", {"secure_email"}),
        (["--kind", "s/mime br"], "audit_kind", {"S/MIME BR"}),
        (["--kind", "S/MIME BR"], "audit_kind", {"S/MIME BR"}),
        (["--severity", "Warning"], "severity", {"warning"}),
        (["--severity", "note"], "severity", {"note"}),
    ],
)
def test_each_filter(
    sample: Path, run: Run, everything: list[dict[str, Any]], args: list[str], column: str, values: set[str]
) -> None:
    wanted = [finding for finding in everything if finding[column] in values]
    if "--severity" not in args:
        wanted = [finding for finding in wanted if finding["severity"] != "note"]
    assert wanted
    assert ids(gaps(run, *args)) == ids(wanted)


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--fail-on", "gap"], 3),
        (["--fail-on", "warning", "--severity", "warning"], 3),
        (["--fail-on", "gap", "--severity", "warning"], 0),
        (["--fail-on", "gap", "--owner", "Alder"], 0),
        (["--fail-on", "warning", "--owner", "Birch"], 3),
    ],
)
def test_fail_on(sample: Path, run: Run, args: list[str], code: int) -> None:
    assert run("gaps", "-q", *args).exit_code == code


@pytest.mark.parametrize(
    ("owner", "hint"),
    [
        ("Brich", ": did you mean Birch Certification Example?"),
        ("elm asurance", ": did you mean Elm Assurance Example?"),
        ("Xyzzy", ""),
    ],
)
def test_owner_that_nobody_is(sample: Path, run: Run, owner: str, hint: str) -> None:
    result = run("gaps", "--owner", owner, "--fail-on", "gap", "-o", "gaps.csv", "-q")
    assert result.exit_code == 2
    assert result.stderr == f"cagraph: no owner here contains {owner!r}{hint}\n"
    assert not Path("gaps.csv").exists()


def test_owner_without_findings_is_good_news(sample: Path, run: Run) -> None:
    result = run("gaps", "--owner", "alder", "--fail-on", "gap")
    assert result.exit_code == 0
    assert "note: no findings\n" in result.stderr
    assert "cagraph show" not in result.stderr


def test_counts_are_in_the_number_they_are_in(sample: Path, run: Run) -> None:
    result = run("gaps", "--owner", "Cedar", "--program", "chrome")
    assert "note: 1 gap (one a certificate," in result.stderr


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_gaps_in_every_format(sample: Path, run: Run, form: str) -> None:
    result = run("gaps", "--format", form, "-o", "gaps.out", "-q")
    assert (result.exit_code, result.output) == (0, "")
    assert Path("gaps.out").stat().st_size > 1000


@pytest.mark.parametrize(("name", "dialect"), [("gaps.csv", "excel"), ("gaps.tsv", "excel-tab")])
def test_evidence_is_json_in_a_cell(sample: Path, run: Run, name: str, dialect: str) -> None:
    assert run("gaps", "-o", name, "-q").exit_code == 0
    with Path(name).open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, dialect=dialect, quoting=csv.QUOTE_MINIMAL))
    assert len(rows) == len(gaps(run))
    evidence = [json.loads(row["evidence"]) for row in rows if row["evidence"]]
    assert evidence
    assert {"source", "line", "field", "value"} == {key for each in evidence for one in each for key in one}


def test_parquet_has_the_same_findings(sample: Path, run: Run) -> None:
    assert run("gaps", "-o", "gaps.parquet", "-q").exit_code == 0
    rows = duckdb.connect().execute("SELECT finding_id FROM 'gaps.parquet'").fetchall()
    assert [row[0] for row in rows] == [finding["finding_id"] for finding in gaps(run)]


def test_suffix_of_no_format(sample: Path, run: Run) -> None:
    result = run("gaps", "-o", "gaps.xlsx")
    assert result.exit_code == 2
    assert "what format is .xlsx?" in result.stderr
    assert run("gaps", "-o", "gaps.xlsx", "--csv", "-q").exit_code == 0
