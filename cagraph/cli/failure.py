"""The one place where an exception becomes one line on stderr and an exit code.

An exception's own notes (`add_note`) are lists for the reader, such as the names to choose from: each is one
more line.
"""

import contextlib
import os
import sys
import traceback

import click

from cagraph.cli import ExitCode
from cagraph.errors import CagraphError
from cagraph.report.terminal import one_line, safe


def exit_code_of(error: BaseException, *, debug: bool = False) -> int:
    """Say on stderr what went wrong, and return what to exit with."""
    if isinstance(error, BrokenPipeError):
        _leave_broken_pipe()
        return ExitCode.ERROR
    if isinstance(error, KeyboardInterrupt) or _is_interrupt(error):
        _say("interrupted")
        return ExitCode.INTERRUPTED
    if debug:
        traceback.print_exception(error)
    if isinstance(error, CagraphError):
        _say(one_line(error), *getattr(error, "__notes__", ()))
        return error.exit_code
    if isinstance(error, click.UsageError):
        where = f" (see `{error.ctx.command_path} --help`)" if error.ctx else ""
        _say(safe(" ".join(error.format_message().split())) + where)
        return ExitCode.USAGE
    if isinstance(error, click.ClickException):
        _say(safe(" ".join(error.format_message().split())))
        return error.exit_code
    if is_duckdb(error):
        _say(one_line(error))
        return ExitCode.ERROR
    hint = "" if debug else " (run with --debug for the traceback)"
    _say(f"unexpected error: {type(error).__name__}: {one_line(error)}{hint}")
    return ExitCode.ERROR


def is_duckdb(error: BaseException) -> bool:
    """Tell whether DuckDB raised it, without importing DuckDB to find out."""
    duckdb = sys.modules.get("duckdb")
    return duckdb is not None and isinstance(error, duckdb.Error)


def _say(line: str, *notes: str) -> None:
    with contextlib.suppress(OSError):  # stderr may be gone too: nobody is left to tell
        click.echo(f"cagraph: {line}", err=True)
        for note in notes:
            click.echo(f"  {safe(note)}", err=True)


def _is_interrupt(error: BaseException) -> bool:
    # click turns both Ctrl-C and the end of input at a prompt into Abort; DuckDB has two ways of its own.
    if isinstance(error, RuntimeError) and str(error) == "Query interrupted":
        return True
    return isinstance(error, click.Abort) or (
        is_duckdb(error) and type(error).__name__ == "InterruptException"
    )


def _leave_broken_pipe() -> None:
    # Whoever read us has enough. Python would complain again when it flushes stdout at exit.
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
