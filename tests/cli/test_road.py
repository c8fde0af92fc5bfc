"""The commands on the sample ecosystem, from files to findings, as somebody would use them."""

import json
import shutil
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.conftest import Run
from tests.cli.sample import DAY, REPORTS, SAMPLE, notes

BIRCH_CROSS = "d911aabe03bf74d9bb0ce2cc37d55bc75602678244be3a2049905f5d391838bb"
NEWER = SAMPLE / DAY


# ----------------------------------------------------------------------------- ingest and analyze


def ingest_all_but_records(run: Run) -> None:
    for path in sorted(NEWER.glob("*PEM*")):
        shutil.copy(path, ".")
    shutil.copy(NEWER / "root_trust.csv", ".")
    files = [str(path) for path in sorted(Path().glob("*.csv"))]
    assert run("ingest", *files, "--dated", DAY).exit_code == 0


def test_analysis_of_an_unchanged_graph_clears_the_warning(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAGRAPH_AS_OF", "2024-05-08")
    ingest_all_but_records(run)
    assert run("analyze").exit_code == 0
    assert "Analysed after the newest ingest." in run("status").stdout
    # Records alone: no certificate, no root, no path is new.
    assert run("ingest", str(NEWER / REPORTS), "--dated", DAY).exit_code == 0
    assert "Nothing was analysed since the newest ingest" in run("gaps").stderr
    assert "Nothing was analysed since" in run("status").stdout
    told = run("doctor", "--json")
    assert told.exit_code == 5
    wrong = {check["name"]: check["detail"] for check in json.loads(told.stdout)["checks"] if not check["ok"]}
    assert "Nothing was analysed since the newest ingest" in wrong["database analysis"]
    again = run("analyze")
    assert "nothing new since the last analysis" in again.stderr
    assert "Analysed after the newest ingest." in run("status").stdout
    assert "Nothing was analysed" not in run("gaps").stderr
    assert run("doctor").exit_code == 0


def test_ingest_says_what_became_of_each_file(run: Run) -> None:
    result = run("ingest", str(NEWER / REPORTS), str(NEWER / "root_trust.csv"), "--json")
    assert result.exit_code == 0
    assert [(row["kind"], row["dated"], row["outcome"]) for row in json.loads(result.stdout)] == [
        ("ccadb_records", DAY, "stored"),
        ("root_trust", DAY, "stored"),
    ]
    again = run("ingest", str(NEWER / "root_trust.csv"))
    assert "1 already known" in again.stderr


def test_file_of_which_nothing_can_be_used_ends_with_4(run: Run) -> None:
    header = "root_program,sha256,purpose,ev_policy_oid,disabled_from,notbefore_until,as_of\n"
    Path("root_trust.csv").write_text(header + "mozilla,zz,server_auth,,,,2024-05-08\n")
    for command in ("ingest", "sweep"):
        Path("cagraph.duckdb").unlink(missing_ok=True)
        result = run(command, "root_trust.csv")
        assert result.exit_code == 4, result.output
        assert "nothing of it could be used" in result.stderr
        assert "1 file read: 1 row in, 0 stored, 1 rejected; 0 new certificates" in result.stderr


@pytest.mark.parametrize(
    ("args", "code", "reason"),
    [
        (["ingest", "nowhere"], 4, "nowhere"),
        (["ingest", "x.csv", "--dated", "8.5.2024"], 2, "not a day as 2024-05-08: '8.5.2024'"),
        (["gaps", "--as-of", "8.5.2024"], 2, "not a day as 2024-05-08: '8.5.2024'"),
        (["analyze"], 5, "no database at cagraph.duckdb"),
        (["gaps"], 5, "no database at cagraph.duckdb"),
        (["sweep", "--offline"], 2, "no archive at cagraph.archive"),
    ],
)
def test_failures(run: Run, args: list[str], code: int, reason: str) -> None:
    result = run(*args)
    assert result.exit_code == code
    assert reason in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "args", [["gaps"], ["paths", "x"], ["show", "x"], ["query", "gaps"], ["export", "out"]]
)
def test_what_was_never_analysed_answers_nothing(db: Path, run: Run, args: list[str]) -> None:
    result = run(*args)
    assert (result.exit_code, result.stdout) == (5, "")
    assert (
        result.stderr
        == "cagraph: cagraph.duckdb was never analysed, so it has no paths: run `cagraph analyze`\n"
    )


def test_sweep(run: Run, snapshot: SnapshotAssertion) -> None:
    result = run("sweep", str(SAMPLE / "2023-05-08"), str(NEWER), "--as-of", DAY)
    assert result.exit_code == 0
    assert notes(result.stderr) == snapshot
    assert result.stdout == run("gaps", "--as-of", DAY).stdout
    again = run("sweep", str(NEWER), "--as-of", DAY, "--fail-on", "gap", "-q")
    assert (again.exit_code, again.stdout) == (3, result.stdout)


def test_sweep_declares_day_and_completeness_as_ingest_does(run: Run) -> None:
    files = [str(path) for path in NEWER.glob("*")]
    result = run("sweep", *files, "--dated", "2024-05-08", "--slice", "--as-of", DAY, "--json")
    assert result.exit_code == 0
    assert "undisclosed" not in {finding["reason"] for finding in json.loads(result.stdout)}
    snapshots = json.loads(run("status", "--json").stdout)["snapshots"]
    assert {(each["dated_because"], each["complete"]) for each in snapshots} == {("given", False)}


# --------------------------------------------------------------------------------- paths and show


@pytest.mark.parametrize("certificate", ["d911aabe", "Fern Rescued", "Alder TLS EV"])
def test_paths(sample: Path, run: Run, snapshot: SnapshotAssertion, certificate: str) -> None:
    result = run("paths", certificate, "-q")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == snapshot


@pytest.mark.parametrize("certificate", ["d911aabe", "Elm Twice", "fern silent"])
def test_show(sample: Path, run: Run, snapshot: SnapshotAssertion, certificate: str) -> None:
    result = run("show", certificate, "-q")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == snapshot


def test_show_as_json_has_all(sample: Path, run: Run) -> None:
    found = json.loads(run("show", "d911aabe", "--json").stdout)
    assert list(found) == ["certificate", "verdicts", "out_of_scope", "same_ca", "records", "neighbours"]
    assert found["same_ca"][1]["sha256"] == BIRCH_CROSS
    assert found["same_ca"][1]["issuer"] == "CN=Birch Root CA, O=Birch Certification Example, C=ZZ"
    assert found["out_of_scope"][0]["subject"].startswith("CN=Birch Network CA")
    assert found["records"][0]["source"].startswith("file://")


def test_several_certificates_are_listed_one_a_line(sample: Path, run: Run) -> None:
    result = run("paths", "Birch", "-q")
    assert result.exit_code == 2
    first, *names = result.stderr.splitlines()
    assert first == "cagraph: 6 certificates fit 'Birch'; give the SHA-256 of one, or its digits:"
    assert names[2] == "  d911aabe03bf74d9  CN=Birch Network CA, by CN=Birch Root CA"
    assert names[5:] == ["  and 1 more"]


def test_status_has_no_paths_of_files(sample: Path, run: Run, snapshot: SnapshotAssertion) -> None:
    shown = run("status").stdout
    assert "file:" not in shown
    assert shown[shown.index("Snapshots") : shown.index("Last analysis")] == snapshot
    assert len(json.loads(run("status", "--json").stdout)["snapshots"]) == 24


# ------------------------------------------------------------------------------------------ query


def test_query_reads_a_fingerprint_as_it_was_copied(sample: Path, run: Run) -> None:
    wanted = run("query", "paths", "-p", f"sha256={BIRCH_CROSS}", "--json", "-q").stdout
    assert len(json.loads(wanted)) == 1
    upper = BIRCH_CROSS.upper()
    colons = ":".join(upper[i : i + 2] for i in range(0, 64, 2))
    for spelled in (upper, colons):
        assert run("query", "paths", "-p", f"sha256={spelled}", "--json", "-q").stdout == wanted


@pytest.mark.parametrize("name", ["paths", "siblings"])
def test_query_without_what_it_needs(run: Run, name: str) -> None:
    result = run("query", name)
    assert result.exit_code == 2
    assert f"query {name} needs sha256: " in result.stderr
