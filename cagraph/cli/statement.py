"""`cagraph statement`: audit statements, read from the documents themselves."""

import json
from pathlib import Path

import click

from cagraph.cli import ExitCode
from cagraph.cli.lazy import Entry, LazyGroup
from cagraph.cli.options import Messages, Output, output_options, verbosity_options
from cagraph.cli.sections import write_sections
from cagraph.errors import SourceError

COMMANDS = {
    "check": Entry("cagraph.cli.checking:check", "Check what a document lists against what it must list."),
    "read": Entry("cagraph.cli.statement:read", "Read what documents list and say."),
}


@click.group(cls=LazyGroup, entries=COMMANDS)
def statement() -> None:
    """Audit statements: what a letter lists, read from the letter itself.

    \b
    Examples:
      cagraph statement read letter.pdf
      cagraph statement check letter.pdf --owner Birch
    """  # noqa: D301 - click reads the backspace itself


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE…",
)
@click.option(
    "--facts", "facts_only", is_flag=True, help="What they say about themselves instead of the list."
)
@output_options
@verbosity_options
def read(files: tuple[Path, ...], facts_only: bool, output: Output, messages: Messages) -> None:
    """Read audit statements: every SHA-256 fingerprint, and what they say about themselves.

    PDF, HTML, CSV and text are read, in a process of their own. A fingerprint broken over the lines of a
    cell, with colons or blanks, or in lower case is found and marked. JSON has everything, each fact with
    its page and words. Exits with 4 if one of the files could not be read.

    \b
    Examples:
      cagraph statement read letter.pdf
      cagraph statement read letter.pdf draft.pdf --csv -o listed.csv
      cagraph statement read letter.pdf --facts
      cagraph statement read letter.pdf --json
    """  # noqa: D301 - click reads the backspace itself
    from cagraph.audit.statement import read_statements, to_json
    from cagraph.report import statement as report

    found = []
    with messages.progress() as progress:
        for number, each in enumerate(read_statements(_bodies(files))):
            found.append((files[number].name, each))
            progress("read", number + 1, len(files))
    if output.form == "json" and not facts_only:
        whole = [{"file": name} | to_json(each) for name, each in found]
        output.write_lines(json.dumps(whole, indent=2, ensure_ascii=True).splitlines())
    elif output.form == "table" and output.path is None and not facts_only:
        sections = {"facts": report.facts(found), "fingerprints": report.in_brief(report.fingerprints(found))}
        write_sections(sections, messages, as_json=False)
    else:
        output.write(report.facts(found) if facts_only else report.fingerprints(found), messages)
    for note in report.notes(found):
        messages.note(note)
    if any(each.unreadable for _, each in found):
        raise SystemExit(ExitCode.SOURCE)


def _bodies(files: tuple[Path, ...]) -> list[bytes]:
    try:
        return [file.read_bytes() for file in files]
    except OSError as error:
        raise SourceError(f"{error.filename}: {error.strerror}") from error
