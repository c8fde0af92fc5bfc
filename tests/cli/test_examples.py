"""Every example in a command's help and in README runs, as it stands, on the sample ecosystem."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

import cagraph
from cagraph.cli import ExitCode
from cagraph.cli.main import COMMANDS
from tests.cli.conftest import Run
from tests.cli.sample import lay_out
from tests.standin.__main__ import environment
from tests.standin.content import sample_content
from tests.standin.server import StandIn, serve_in_thread

README = Path(__file__).resolve().parents[2] / "README.md"

NOT_RUN = {
    "make demo": "sets up the environment",
    "make test": "runs these tests",
    ". .venv/bin/activate": "is the shell's own",
}
ENDS_WITH = {
    "cagraph statement check data/sample/drafts/birch-smime.pdf": ExitCode.FINDINGS,
    # The sample's CRLs are at addresses that nobody has.
    "cagraph crawl": ExitCode.SOURCE,
    "cagraph sweep": ExitCode.SOURCE,
    "cagraph sweep --db webpki.duckdb": ExitCode.SOURCE,
    # No database listens where the settings of these tests say.
    "cagraph crawl crtsh-sql --max-requests 100": ExitCode.SOURCE,
    "cagraph sweep --source ccadb --source crtsh-sql --csv -o gaps.csv": ExitCode.SOURCE,
    "cagraph gaps --severity gap --fail-on gap -q -o gaps.csv": ExitCode.FINDINGS,
    "cagraph sweep our-cas.pem records-of-one-owner.csv --dated 2024-05-08 --slice --fail-on gap": (
        ExitCode.FINDINGS
    ),
}


def help_examples(text: str) -> list[str]:
    _, _, after = text.partition("Examples:\n")
    return [line.strip() for line in after.partition("\n\n")[0].splitlines()]


def shell_lines() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def run_line(line: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run our part of a line, up to the first pipe into another program."""
    words = shlex.split(line, comments=True)
    if " ".join(words) in NOT_RUN:
        return
    if words[0] == "export":
        for setting in words[1:]:
            monkeypatch.setenv(*setting.split("=", 1))
        return
    assert words.pop(0) == "cagraph", line
    if "|" in words:
        words = words[: words.index("|")]
    given = {}
    if "<" in words:
        *words, _, name = words
        given["input"] = Path(name).read_text()
    result = run(*words, **given)
    expected = ENDS_WITH.get(line.partition("#")[0].strip(), ExitCode.OK)
    assert result.exit_code == expected, f"{line}\n{result.output}"
    assert result.stdout or {"-o", "analyze", "export"} & set(words), f"{line} says nothing"


@pytest.fixture(autouse=True, scope="module")
def standin() -> Iterator[StandIn]:
    """A CCADB and a crt.sh on this machine, for the examples that crawl."""
    with serve_in_thread(sample_content()) as server:
        yield server


@pytest.fixture(autouse=True)
def sources(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(standin.url, "2024-05-08").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CAGRAPH_CRTSH_DSN", "postgresql://guest@127.0.0.1:1/certwatch")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_examples_of_the_help(
    command: str, run: Run, sample_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, sample_db)
    monkeypatch.setenv("CAGRAPH_AS_OF", "2024-05-08")
    lines = help_examples(run(*command.split(), "--help").stdout)
    assert lines
    for line in lines:
        if "--db" in line:  # each such database starts as the sample, too
            name = line.split("--db ")[1].split()[0]
            Path(name).write_bytes(sample_db.read_bytes())
        run_line(line, run, monkeypatch)


def test_shell_lines_of_readme(
    run: Run, sample_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, sample_db)
    lines = shell_lines()
    assert len(lines) > 8
    for line in lines:
        run_line(line, run, monkeypatch)
    assert Path("real.duckdb").exists()


def test_python_of_readme(sample_db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay_out(tmp_path, sample_db)
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    exec(compile(code, str(README), "exec"), {})
    *paths, counted = capsys.readouterr().out.splitlines()
    assert len(paths) == 107 + 4
    assert counted == "Count(at_least=4, at_most=4)"


def test_dir_shows_what_readme_speaks_of() -> None:
    assert {"load_graph", "walk", "anchors_of"} <= set(dir(cagraph))


def test_completion_line_of_readme(run: Run) -> None:
    assert "_CAGRAPH_COMPLETE=bash_source cagraph" in README.read_text(encoding="utf-8")
    assert (
        "complete -o nosort -F _cagraph_completion cagraph"
        in run(env={"_CAGRAPH_COMPLETE": "bash_source"}).output
    )
