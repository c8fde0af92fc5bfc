"""The options that commands share, as decorators, and what they give the command.

    @database_option    → db: Path
    @day_option(…)      → a date | None of the option's name
    @as_of_option       → as_of: date | None
    @ingest_options     → dated: date | None, complete: bool | None
    @output_options     → output: Output        output.write(table, messages)
    @verbosity_options  → messages: Messages    messages.note(…), .detail(…), .progress()

Knows no command.
"""

import functools
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import click

from cagraph.cli.settings import SETTINGS, resolve
from cagraph.errors import UsageProblem
from cagraph.report.files import atomic
from cagraph.report.formats import FORMATS, SUFFIXES, write
from cagraph.report.progress import Bars, Lines, Silent, open_progress
from cagraph.report.rows import Table
from cagraph.report.terminal import safe

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Messages:
    """What is said beside the data, on stderr."""

    quiet: bool = False
    verbose: bool = False

    def note(self, text: str) -> None:
        """Say what the reader of the data should know."""
        if not self.quiet:
            click.echo(f"note: {safe(text)}", err=True)

    def some(self, texts: Sequence[str], shown: int, more: Callable[[int], str]) -> None:
        """Say the first of many, and in one line more how many are left: `more` says it of their number."""
        for text in texts[:shown]:
            self.note(text)
        if len(texts) > shown:
            self.note(more(len(texts) - shown))

    def detail(self, text: str) -> None:
        """Say it with `-v` only."""
        if self.verbose:
            click.echo(safe(text), err=True)

    def progress(self) -> Silent | Lines | Bars:
        """Return a progress reporter for a `with` block."""
        return open_progress(quiet=self.quiet, stream=sys.stderr)


@dataclass(frozen=True, slots=True)
class Output:
    """Where the data goes, and in which format."""

    form: str = "table"
    path: Path | None = None

    def write(self, table: Table, messages: Messages) -> None:
        """Write `table`; its notes, and what is to be said of the writing, go to stderr."""
        if self.path is not None:
            with atomic(self.path) as stream:
                notes = write(table, self.form, stream)
        else:
            stdout = sys.stdout.buffer
            notes = write(table, self.form, stdout, terminal=stdout.isatty())
            stdout.flush()
        for note in [*table.notes, *notes]:
            messages.note(note)

    def write_lines(self, lines: Iterable[str]) -> None:
        """Write text that is no table; it must be safe to show already."""
        body = "".join(f"{line}\n" for line in lines).encode()
        if self.path is not None:
            with atomic(self.path) as stream:
                stream.write(body)
        else:
            sys.stdout.buffer.write(body)
            sys.stdout.buffer.flush()


def _day(value: str) -> date:
    """Return the day that an option names."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"not a day as 2024-05-08: {value!r}") from None


def words_of(words: type[StrEnum]) -> click.Choice[str]:
    """Return a choice among an enumeration's values, in any case; click would take its names."""
    return click.Choice([word.value for word in words], case_sensitive=False)


def database_option(command: Command) -> Command:
    """Add `--db`."""
    return click.option(
        "--db",
        type=click.Path(path_type=Path),
        default=lambda: resolve("db").value,
        metavar="FILE",
        help=f"The database file. [default: ./{SETTINGS['db'].default}; env: CAGRAPH_DB]",
    )(command)


def as_of_option(command: Command) -> Command:
    """Add `--as-of`."""
    return click.option(
        "--as-of",
        default=lambda: resolve("as_of").value,
        type=_day,
        metavar="YYYY-MM-DD",
        help="Answer as of this day. [default: today; env: CAGRAPH_AS_OF]",
    )(command)


def day_option(name: str, text: str) -> Callable[[Command], Command]:
    """Return a decorator that adds an option which takes a day."""
    return click.option(name, type=_day, metavar="YYYY-MM-DD", help=text)


def ingest_options(command: Command) -> Command:
    """Add `--dated` and `--complete/--slice`."""
    for option in (
        click.option(
            "--complete/--slice",
            "complete",
            default=None,
            help="Whether a CCADB report holds every record. [default: by CCADB's own file names]",
        ),
        day_option(
            "--dated",
            "The day that the files speak for. "
            "[default: a date in the file's or folder's name, else its time]",
        ),
    ):
        command = option(command)
    return command


def output_options(command: Command) -> Command:
    """Add `--format`, `--json`, `--csv` and `-o`; the command gets one `output`."""

    @functools.wraps(command)
    def with_output(
        *args: Any, form: str | None, as_json: bool, as_csv: bool, output: Path | None, **extra: Any
    ) -> Any:
        path = None if output == Path("-") else output
        return command(*args, output=Output(_format(form, as_json, as_csv, path), path), **extra)

    for option in (
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Write to this file, whole or not at all.",
        ),
        click.option("--csv", "as_csv", is_flag=True, help="The same as --format csv."),
        click.option("--json", "as_json", is_flag=True, help="The same as --format json."),
        click.option(
            "--format",
            "form",
            type=click.Choice(list(FORMATS)),
            help="[default: what -o's suffix says, else table; env: CAGRAPH_FORMAT]",
        ),
    ):
        with_output = option(with_output)
    return with_output  # type: ignore[return-value]


def verbosity_options(command: Command) -> Command:
    """Add `-q` and `-v`; the command gets one `messages`."""

    @functools.wraps(command)
    def with_messages(*args: Any, quiet: bool, verbose: bool, **extra: Any) -> Any:
        if quiet and verbose:
            raise UsageProblem("-q and -v exclude each other")
        return command(*args, messages=Messages(quiet, verbose), **extra)

    with_messages = click.option("-v", "--verbose", is_flag=True, help="Say more on stderr.")(with_messages)
    with_messages = click.option(
        "-q", "--quiet", is_flag=True, help="Data and errors only: no notes, no progress."
    )(with_messages)
    return with_messages  # type: ignore[return-value]


def _format(form: str | None, as_json: bool, as_csv: bool, path: Path | None) -> str:
    asked = {name for name, flag in ((form, form), ("json", as_json), ("csv", as_csv)) if flag and name}
    if len(asked) > 1:
        raise UsageProblem(f"one output format, not {' and '.join(sorted(asked))}")
    if asked:
        return asked.pop()
    if path is not None and path.suffix:
        if path.suffix.lower() not in SUFFIXES:
            raise UsageProblem(
                f"what format is {path.suffix}? Give --format, or a name that ends in {', '.join(SUFFIXES)}"
            )
        return SUFFIXES[path.suffix.lower()]
    configured = resolve("format")
    if configured.value not in FORMATS:
        raise UsageProblem(
            f"{configured.source}: no format {configured.value!r}; there are {', '.join(FORMATS)}"
        )
    return configured.value
