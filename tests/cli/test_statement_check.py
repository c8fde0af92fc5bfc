"""`cagraph statement check` with own certificates, a list made by hand, a report, on the sample."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from cagraph.model import sha256_hex
from tests.cli.conftest import Run
from tests.cli.sample import LETTER, birch_of, lay_out, notes, pem_of
from tests.cli.test_examples import help_examples, run_line
from tests.pki import Authority, Issued

OWNER = "Birch Certification Example"
PERIOD = ["--period", "2023-04-01..2024-03-31"]
ASKED = ["--owner", "Birch", "--kind", "S/MIME BR", *PERIOD]
CROSS = "d911aabe03bf74d9bb0ce2cc37d55bc75602678244be3a2049905f5d391838bb"
NETWORK, ROOT = Authority("Birch Network CA", OWNER), Authority("Birch Root CA", OWNER)
# No record knows them, and no letter.
NEW = NETWORK.issue(Authority("Birch Forgotten CA", OWNER), not_before="2022-01-01")
FOR_ALDER = ROOT.issue(Authority("Alder Root CA", "Alder Trust Example"), not_before="2022-06-01")


@pytest.fixture
def letter(sample_db: Path, tmp_path: Path) -> Path:
    """A letter that lists all of Birch's certificates that the database knows."""
    names, _ = birch_of(sample_db)
    return _letter(tmp_path / "letter.txt", names)


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for what vanishes, and nothing in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def _letter(path: Path, names: list[str]) -> Path:
    path.write_text(LETTER + "\n".join(names) + "\n", encoding="utf-8")
    return path


def _pem(path: Path, *certificates: Issued) -> str:
    path.write_text("\n".join(each.pem for each in certificates) + "\n", encoding="utf-8")
    return str(path)


def _rows(run: Run, *args: str) -> tuple[int, list[dict[str, Any]]]:
    result = run("statement", "check", *args, "--json", "-q")
    return result.exit_code, json.loads(result.stdout)


def test_what_is_not_disclosed_counts(
    sample: Path, letter: Path, run: Run, tmp_path: Path, nowhere: Path
) -> None:
    before = sha256_hex(sample.read_bytes())
    assert _rows(run, str(letter)) == (0, [])
    code, rows = _rows(run, str(letter), "--certs", _pem(tmp_path / "new.pem", NEW), "--owner", "Birch")
    assert code == 3
    assert [(row["problem"], row["sha256"]) for row in rows] == [("missing", NEW.sha256)]
    assert rows[0]["witness"].endswith(f"[{NEW.sha256[:8]}]")
    assert sha256_hex(sample.read_bytes()) == before
    assert list(nowhere.iterdir()) == []


def test_the_keys_of_the_list(
    sample: Path, sample_db: Path, letter: Path, run: Run, tmp_path: Path, nowhere: Path
) -> None:
    """A cross-certificate for another owner's CA is ours to list, and nothing below that CA is."""
    own = tmp_path / "own.pem"
    own.write_text(pem_of(sample_db) + NEW.pem + "\n" + FOR_ALDER.pem + "\n")
    result = run("statement", "check", str(letter), "--certs", str(own), "--json")
    found = {(row["problem"], row["sha256"]) for row in json.loads(result.stdout)}
    assert found == {("missing", NEW.sha256), ("missing", FOR_ALDER.sha256)}
    said = notes(result.stderr)
    assert f"note: from the list: 1 key whose owner no record names and 5 keys of {OWNER}" in said
    others = "CN=Alder Root CA (Alder Trust Example)"
    assert f"note: not taken, as records give them to another owner: {others}" in said


def test_cross_certificates_do_not_make_a_list_anothers(sample: Path, run: Run, tmp_path: Path) -> None:
    """A CA that no record names, cross-certified by Birch, and with a certificate for Alder's root."""
    root = Authority("Fir Root CA", "Fir Example")
    own = _pem(
        tmp_path / "own.pem",
        root.self_signed(not_before="2020-01-01"),
        root.issue(Authority("Fir CA", "Fir Example"), not_before="2021-01-01"),
        ROOT.issue(root, not_before="2021-02-01"),
        root.issue(Authority("Alder Root CA", "Alder Trust Example"), not_before="2021-03-01"),
    )
    result = run("scope", "--certs", own, *PERIOD, "--kind", "Standard", "--json")
    said = notes(result.stderr)
    assert "note: from the list: 2 keys whose owner no record names" in said
    assert "CN=Alder Root CA (Alder Trust Example)" in "".join(said)
    found = {row["subject"].partition(",")[0] for row in json.loads(result.stdout)}
    assert found == {"CN=Fir Root CA", "CN=Fir CA", "CN=Alder Root CA"}


def test_without_a_database(
    sample_db: Path, letter: Path, run: Run, tmp_path: Path, nowhere: Path, snapshot: SnapshotAssertion
) -> None:
    own = tmp_path / "own.pem"
    own.write_text(pem_of(sample_db) + NEW.pem + "\n")
    result = run("statement", "check", str(letter), "--certs", str(own))
    assert result.exit_code == 3
    assert result.stdout == snapshot
    assert notes(result.stderr) == snapshot
    assert list(nowhere.iterdir()) == []
    assert not Path("cagraph.duckdb").exists()


def test_roots_meant_otherwise(sample_db: Path, letter: Path, run: Run, tmp_path: Path) -> None:
    own, meant = tmp_path / "own.pem", tmp_path / "meant.txt"
    own.write_text(pem_of(sample_db) + NEW.pem + "\n")
    [root] = {each.lower() for each in birch_of(sample_db)[0] if each.lower().startswith("f4519abc")}
    meant.write_text(f"{root} server_auth\n")
    page = tmp_path / "page.md"
    asked = (str(letter), "--certs", str(own), "--intend", str(meant), "--report", str(page))
    code, rows = _rows(run, *asked)
    # Nothing belongs in the statement then: that it lacks nothing proves nothing.
    assert code == 3
    assert [row["audit_kind"] for row in rows if row["problem"] == "nothing_asked"] == ["S/MIME BR"]
    assert {row["problem"] for row in rows} == {"nothing_asked", "unexpected"}
    told = page.read_text(encoding="utf-8")
    assert "is known that must be listed: nothing was checked" in told
    assert "Nothing is missing" not in told
    assert "is listed." not in told


def test_a_list_of_fingerprints_that_the_database_knows(
    sample: Path, letter: Path, run: Run, tmp_path: Path, sample_db: Path
) -> None:
    own = tmp_path / "own.txt"
    own.write_text("\n".join([*birch_of(sample_db)[0], "AB" * 32]) + "\n")
    result = run("statement", "check", str(letter), "--certs", str(own))
    assert result.exit_code == 0
    assert f"1 fingerprint of the list that no certificate here has: {'AB' * 32}" in result.stderr


def test_fingerprints_alone_need_a_database(letter: Path, run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    own.write_text("AB" * 32 + "\n")
    result = run("statement", "check", str(letter), "--certs", str(own))
    assert result.exit_code == 4
    assert "own.txt has fingerprints alone, and there is no database that knows them" in result.stderr
    assert not Path("cagraph.duckdb").exists()


def test_a_database_that_was_named_must_be_there(letter: Path, run: Run, tmp_path: Path) -> None:
    new = _pem(tmp_path / "new.pem", NEW)
    result = run("statement", "check", str(letter), "--certs", new, "--db", "nowhere.duckdb")
    assert result.exit_code == 5
    assert "no database at nowhere.duckdb" in result.stderr


def test_the_list_of_an_own_bundle(sample: Path, run: Run, tmp_path: Path, sample_db: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_text(pem_of(sample_db) + NEW.pem + "\n")
    args = ["--kind", "S/MIME BR", *PERIOD, "--csv", "-q"]
    by_list = run("scope", "--certs", str(own), *args).stdout
    assert NEW.sha256 in by_list
    by_owner = run("scope", "--owner", "Birch", *args).stdout
    assert len(by_list.splitlines()) == len(by_owner.splitlines()) + 1


def test_letter_and_list_that_lack_the_same(
    sample: Path, sample_db: Path, run: Run, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    names = [each for each in birch_of(sample_db)[0] if each.lower() != CROSS]
    own = tmp_path / "list.csv"
    own.write_text("Name,SHA-256 Fingerprint\n" + "".join(f"x,{each}\n" for each in names))
    draft = _letter(tmp_path / "draft.txt", names)
    result = run("statement", "check", str(draft), "--against", str(own))
    assert result.exit_code == 3
    assert result.stdout == snapshot
    assert notes(result.stderr) == snapshot


def test_a_list_alone(sample: Path, sample_db: Path, run: Run, tmp_path: Path) -> None:
    own = tmp_path / "list.txt"
    own.write_text("\n".join(each for each in birch_of(sample_db)[0] if each.lower() != CROSS))
    code, rows = _rows(run, "--against", str(own), *ASKED)
    assert (code, [(row["problem"], row["sha256"]) for row in rows]) == (3, [("forgotten", CROSS)])


@pytest.mark.parametrize("name", ["report.html", "report.md"])
def test_report(
    sample: Path, sample_db: Path, run: Run, tmp_path: Path, name: str, snapshot: SnapshotAssertion
) -> None:
    names = [each for each in birch_of(sample_db)[0] if each.lower() != CROSS]
    draft = _letter(tmp_path / "draft.txt", [*names[:-1], names[-1].lower()])
    path = tmp_path / name
    result = run("statement", "check", str(draft), "--report", str(path))
    assert result.exit_code == 3
    assert f"{path}: written" in result.stderr
    page = path.read_text(encoding="utf-8")
    assert CROSS.upper() in page
    assert "<script" not in page
    assert "http" not in page
    if name.endswith(".md"):
        assert page == snapshot


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ([], "give the statement's FILE, or --against LIST, or both"),
        (["--against", "list.csv", "--owner", "Birch", *PERIOD], "give --kind"),
        (["--against", "list.csv", "--owner", "Birch", "--kind", "VMC", *PERIOD], "has no column for VMC"),
        (["--against", "list.csv", "--owner", "Birch", "--kind", "NetSec"], "give --period"),
        (["--against", "list.csv", "--kind", "NetSec", *PERIOD], "give --owner"),
        (["--against", "list.csv", *ASKED, "--report", "x.pdf"], "--report writes .html or .md, not x.pdf"),
    ],
)
def test_what_it_refuses(sample: Path, run: Run, args: list[str], reason: str) -> None:
    Path("list.csv").write_text(f"SHA-256,NetSec,S/MIME\n{CROSS},yes,yes\n")
    result = run("statement", "check", *args, "-q")
    assert result.exit_code == 2
    assert reason in result.stderr
    assert not result.stdout


def test_examples_of_the_help(
    run: Run, sample_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, sample_db)
    monkeypatch.setenv("CAGRAPH_AS_OF", "2024-05-08")
    lines = help_examples(run("statement", "check", "--help").stdout)
    assert len(lines) > 4
    for line in lines:
        run_line(line, run, monkeypatch)
    assert Path("report.html").exists()


def test_a_statement_that_no_program_asked_for_yet(sample: Path, run: Run) -> None:
    """S/MIME statements of periods that ended by 2023-10-30: nothing can be missing, and that is known."""
    draft = str(Path(__file__).parents[2] / "data" / "sample" / "drafts" / "birch-smime.pdf")
    code, rows = _rows(run, draft, "--period", "2022-04-01..2023-03-31")
    assert code == 0
    assert {row["problem"] for row in rows} == {"unexpected", "says_other_period"}


def test_a_folder_that_is_not_there_is_told_at_once(sample: Path, letter: Path, run: Run) -> None:
    result = run("statement", "check", str(letter), "--report", "nowhere/at/all.html")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no folder nowhere/at" in result.stderr
