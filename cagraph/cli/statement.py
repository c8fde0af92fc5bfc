"""`cagraph statement`: audit statements, read from the documents themselves."""

import json
from pathlib import Path

import click

from cagraph.cli import ExitCode
from cagraph.cli.inputs import body_of, spare_inputs
from cagraph.cli.lazy import Entry, LazyGroup
from cagraph.cli.options import Messages, Output, database_option, output_options, verbosity_options
from cagraph.cli.sections import write_sections
from cagraph.errors import UsageProblem

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
      cagraph statement read --all
      cagraph statement check letter.pdf --owner Birch
    """  # noqa: D301 - click reads the backspace itself


@click.command()
@click.argument(
    "files",
    nargs=-1,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="[FILE]...",
)
@click.option(
    "--facts", "facts_only", is_flag=True, help="What they say about themselves instead of the list."
)
@click.option("--all", "read_archive", is_flag=True, help="Instead: every archived letter not read yet.")
@click.option("--again", is_flag=True, help="With --all: those that were read, too.")
@click.option(
    "--url",
    "urls",
    multiple=True,
    metavar="URL",
    help="Store the one FILE as what stands at this address of a CCADB record, once or more.",
)
@click.option(
    "--archive",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where bodies are kept. [default: beside the database; env: CAGRAPH_ARCHIVE]",
)
@database_option
@output_options
@verbosity_options
def read(
    files: tuple[Path, ...],
    facts_only: bool,
    read_archive: bool,
    again: bool,
    urls: tuple[str, ...],
    archive: Path | None,
    db: Path,
    output: Output,
    messages: Messages,
) -> None:
    """Read audit statements: every SHA-256 fingerprint, and what they say about themselves.

    PDF, Word, HTML, CSV and text are read, in a process of their own. A fingerprint broken over the lines of
    a cell, with colons or blanks, or in lower case is found and marked. JSON has everything, each fact with
    its page and words. Exits with 4 if one of the files could not be read.

    --all reads what `cagraph crawl audits` brought, and keeps it in the database: coverage is then listed or
    not_listed, no longer claimed (`cagraph query letters`). --url does so with a letter had by hand.

    \b
    Examples:
      cagraph statement read letter.pdf
      cagraph statement read letter.pdf draft.pdf --csv -o listed.csv
      cagraph statement read letter.pdf --facts
      cagraph statement read --all
      cagraph statement read letter.pdf --url https://ca.example/audits/letter.pdf
    """  # noqa: D301 - click reads the backspace itself
    from cagraph.audit.statement import read_statements, to_json
    from cagraph.cli import letters
    from cagraph.report import statement as report

    _refuse_mixtures(files, read_archive, again, urls)
    spare_inputs(output.path, "-o", files)
    if read_archive:
        letters.read_all(db, archive, again, output, messages)
        return
    bodies = [body_of(file) for file in files]
    found = []
    with messages.progress() as progress:
        for number, each in enumerate(read_statements(bodies)):
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
    if urls and found[0][1].unreadable is not None:
        messages.note(f"{files[0].name}: not stored: what cannot be read tells nothing of what stands there")
    elif urls:
        letters.store(db, archive, urls, bodies[0], found[0][1], messages)
    if any(each.unreadable for _, each in found):
        raise SystemExit(ExitCode.SOURCE)


def _refuse_mixtures(files: tuple[Path, ...], read_archive: bool, again: bool, urls: tuple[str, ...]) -> None:
    """Refuse what makes no sense together.

    Raises:
        UsageProblem: it does.
    """
    if read_archive == bool(files):
        raise UsageProblem("give files to read, or --all for those in the archive")
    if again and not read_archive:
        raise UsageProblem("--again goes with --all: files are read every time")
    if urls and len(files) != 1:
        raise UsageProblem("--url says where one document stands: give one FILE with it")
