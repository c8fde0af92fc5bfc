"""The frame: fast help, every failure one line on stderr with its exit code."""

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import duckdb
import pytest
from click.testing import Result

from cagraph.cli import ExitCode
from cagraph.cli.main import COMMANDS, cli
from cagraph.errors import CagraphError, SourceError, UsageProblem, WarehouseError
from tests.cli.conftest import Run

HEAVY = {"duckdb", "networkx", "aiohttp", "cryptography", "rich", "pyasn1", "hypothesis"}


def python(*args: str) -> "subprocess.Popen[str]":
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(
        [sys.executable, *args],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom cagraph.cli.main import cli\n"
        "try: cli(['--help'], prog_name='cagraph')\nexcept SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    with python("-c", code) as process:
        out, err = process.communicate()
    assert "Commands:" in out
    assert not HEAVY & set(err.split())


def test_completing_a_query_name_imports_no_duckdb() -> None:
    code = (
        "import sys\nfrom cagraph.cli.query import complete_names, query\nimport click\n"
        "complete_names(click.Context(query), query.params[0], '')\nassert 'duckdb' not in sys.modules"
    )
    with python("-c", code) as process:
        _, err = process.communicate()
    assert (process.returncode, err) == (0, "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_line_and_examples(name: str, run: Run) -> None:
    entry = COMMANDS[name]
    module, _, function = entry.target.partition(":")
    command = getattr(importlib.import_module(module), function)
    assert entry.help.endswith(".")
    assert len(entry.help) <= 70
    assert command.name == name
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"Examples:\n    cagraph {name}" in result.stdout


def test_group_help_has_examples(run: Run) -> None:
    assert "Examples:\n    cagraph" in run("--help").stdout


def fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch, run: Run, *args: str) -> Result:
    @click.command()
    def fails() -> None:
        raise error

    monkeypatch.setattr("cagraph.cli.status.status", fails)
    return run(*args, "status")


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (CagraphError("a query failed"), 1, "cagraph: a query failed"),
        (UsageProblem("no such thing"), 2, "cagraph: no such thing"),
        (SourceError("cannot read it"), 4, "cagraph: cannot read it"),
        (WarehouseError("damaged"), 5, "cagraph: damaged"),
        (
            duckdb.BinderException("Binder Error: no x\n\nLINE 1: x\n        ^"),
            1,
            "cagraph: Binder Error: no x",
        ),
        (duckdb.InterruptException("INTERRUPT Error: Interrupted!"), 130, "cagraph: interrupted"),
        (click.FileError("f", "gone"), 1, "cagraph: Could not open file 'f': gone"),
        (
            ZeroDivisionError("by\x1b zero"),
            1,
            r"cagraph: unexpected error: ZeroDivisionError: by\x1b zero (run with --debug for the traceback)",
        ),
        (KeyboardInterrupt(), 130, "cagraph: interrupted"),
        (click.exceptions.Exit(3), 3, ""),
        (BrokenPipeError(), 1, ""),
    ],
)
def test_every_failure_is_one_line_and_a_code(
    error: BaseException, code: int, line: str, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    result = fail_with(error, monkeypatch, run)
    assert result.exit_code == code
    assert result.stdout == ""
    # click closes the ^C of a terminal with a blank line of its own.
    assert result.stderr.strip() == line
    assert code in list(ExitCode)


def test_notes_of_an_error_are_lines_of_their_own(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    error = UsageProblem("several fit:")
    error.add_note("one\x1b")
    error.add_note("two")
    result = fail_with(error, monkeypatch, run)
    assert (result.exit_code, result.stderr) == (2, "cagraph: several fit:\n  one\\x1b\n  two\n")


def test_defaults_stand_bare_in_the_help(run: Run) -> None:
    for name in COMMANDS:
        shown = " ".join(run(name, "--help").stdout.split())
        assert "[default: (" not in shown
        assert "--db" not in shown or "[default: ./cagraph.duckdb; env: CAGRAPH_DB]" in shown


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    result = fail_with(ZeroDivisionError("x"), monkeypatch, run, "--debug")
    assert result.exit_code == 1
    assert "Traceback (most recent call last)" in result.stderr
    assert result.stderr.splitlines()[-1] == "cagraph: unexpected error: ZeroDivisionError: x"


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["statsu"], "cagraph: no command 'statsu': did you mean status? (see `cagraph --help`)"),
        (["--nope"], "cagraph: No such option '--nope'. (see `cagraph --help`)"),
        (["export"], "cagraph: Missing argument 'DIR'. (see `cagraph export --help`)"),
        (["sql", "x", "--as-of", "8.5.2024"], None),
    ],
)
def test_usage(args: list[str], line: str | None, run: Run) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert line is None or result.stderr == line + "\n"


def test_no_command_shows_the_help(run: Run) -> None:
    result = run()
    assert "Commands:" in result.output


def test_unexpected_errors_are_not_swallowed_for_library_users() -> None:
    with pytest.raises(click.UsageError):
        cli.main(["statsu"], standalone_mode=False)


def test_pipe_that_closes_early_is_no_complaint(db: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    command = f"{sys.executable} -m cagraph sql 'SELECT range FROM range(1000000)' --csv | head -n 2"
    result = subprocess.run(
        command,
        shell=True,
        cwd=db.parent,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.stdout, result.stderr) == ("range\n0\n", "")


def test_interrupt_in_a_real_process(db: Path) -> None:
    slow = "SELECT count(*) FROM range(100000000000) a, range(100000) b WHERE hash(a.range, b.range) = 1"
    with python("-m", "cagraph", "sql", slow, "--db", str(db)) as process:
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err.strip()) == (130, "", "cagraph: interrupted")
