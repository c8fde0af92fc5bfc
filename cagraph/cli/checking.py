"""`cagraph statement check`: what a document lists against what it must list."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cagraph.cli import ExitCode
from cagraph.cli.inputs import body_of, spare_inputs
from cagraph.cli.letter_says import LetterSays
from cagraph.cli.notes import reading
from cagraph.cli.options import (
    Messages,
    Output,
    as_of_option,
    database_option,
    output_options,
    verbosity_options,
    words_of,
)
from cagraph.cli.own import certs_option, own_certificates, question_of, tell_unused
from cagraph.cli.scoping import period_of
from cagraph.errors import SourceError, UsageProblem
from cagraph.model import AuditKind
from cagraph.report import check as report
from cagraph.report.check_page import FORMS, About, known_data
from cagraph.report.check_page import report as written
from cagraph.report.files import atomic
from cagraph.report.scope import Question, trust_note
from cagraph.report.status import knowledge_notes
from cagraph.report.words import counted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from cagraph.audit.statement import Statement
    from cagraph.sources.own_list import OwnList


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--owner", metavar="NAME", help="The CA owner, or a part of the name. [default: the letter's]")
@click.option(
    "--issuer-key",
    "issuer_keys",
    multiple=True,
    metavar="KEY|FILE",
    help="Instead: the SHA-256 of an issuing key, or a file with one a line.",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=words_of(AuditKind),
    help="The statement's audit kind, once or more. [default: the letter's]",
)
@click.option("--period", metavar="FROM..TO", help="The audit period. [default: the letter's]")
@certs_option
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="LIST",
    help="A list made by hand, to compare with what must be listed as well, or instead of a letter.",
)
@click.option(
    "--intend",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Roots that are meant to be trusted: a line each, SHA-256 of certificate or key, then purposes.",
)
@click.option(
    "--report",
    "report_path",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.html|.md",
    help="Write a report to send to the auditor as well.",
)
@click.option("--all", "show_all", is_flag=True, help="What is listed as it must be, too.")
@database_option
@as_of_option
@output_options
@verbosity_options
def check(
    file: Path | None,
    owner: str | None,
    issuer_keys: tuple[str, ...],
    kinds: tuple[str, ...],
    period: str | None,
    certs: tuple[Path, ...],
    against: Path | None,
    intend: Path | None,
    report_path: Path | None,
    show_all: bool,
    db: Path,
    as_of: date | None,
    output: Output,
    messages: Messages,
) -> None:
    """Check a statement, or a draft or list of one's own, against what it must list.

    What it must list is computed from the certificates (`cagraph scope`), never from the document. Says what
    is missing, with the path that makes it capable and its listed siblings; what is misprinted, or printed
    beside another certificate's name; what is listed without need; and what an ALV would stumble over. Exits
    with 3 if something is missing, or if nothing is known that must be listed.

    --against says what a list made by hand forgot. Where the letter was made from that list, both lack the
    same. --certs takes the CA's own certificates in place of CCADB, or besides.

    \b
    Examples:
      cagraph statement check letter.pdf
      cagraph statement check draft.pdf --owner Birch --kind 'S/MIME BR' --period 2023-04-01..2024-03-31
      cagraph statement check draft.pdf --against our-list.csv
      cagraph statement check draft.pdf --certs our-cas.pem --owner Birch
      cagraph statement check --against list.csv --owner Birch --kind NetSec --period 2023-04-01..2024-03-31
      cagraph statement check letter.pdf --report report.html --json -o problems.json
    """  # noqa: D301 - click reads the backspace itself
    if owner is not None and issuer_keys:
        raise UsageProblem("give --owner or --issuer-key, not both")
    if file is None and against is None:
        raise UsageProblem("give the statement's FILE, or --against LIST, or both")
    _refuse_outputs(report_path, output.path, (file, against, intend, *certs))
    statement = _read(file, messages) if file else None
    says = LetterSays(file.name if file else None, statement.facts if statement else None, messages)
    asked = [AuditKind(kind) for kind in kinds] or says.kinds()
    # What the letter must say is asked before what takes long.
    said = None if period else says.period()
    if owner is None and not issuer_keys and not certs:
        owner = says.owner()
    compared = _list(against, asked, messages) if against else None
    with (
        own_certificates(db, certs, as_of, messages) as own,
        reading(own.db, as_of, messages) as connection,
    ):
        days = said or period_of(period, connection)
        question = question_of(connection, own, days, (owner, issuer_keys, intend), messages)
        with messages.progress() as progress:
            progress("checking", 0, None)
            found = report.check(connection, question, asked, statement, compared)
        shown = found if show_all else report.problems(found)
        output.write(report.in_brief(shown) if output.form in ("table", "markdown") else shown, messages)
        if statement and statement.state == "no_list":
            messages.note(f"{says.name} has text and prints no fingerprint: it lists nothing")
        notes = [*filter(None, [report.circle_note(found)]), trust_note(connection, question)]
        for note in (report.summary(found, question, asked), *notes):
            messages.note(note)
        if report_path is not None:
            about = _about(connection, question, asked, (file, statement, compared), notes)
            with atomic(report_path) as stream:
                stream.write(written(found, asked, about, report_path.suffix.lower()).encode())
            messages.note(f"{report_path}: written")
    if report.fails(found):
        raise SystemExit(ExitCode.FINDINGS)


def _refuse_outputs(report_path: Path | None, output: Path | None, inputs: Sequence[Path | None]) -> None:
    """Refuse what cannot be written, or would be written over what is read.

    Raises:
        UsageProblem: it would.
    """
    spare_inputs(output, "-o", inputs)
    spare_inputs(report_path, "--report", (*inputs, output))
    if report_path is None:
        return
    if report_path.suffix.lower() not in FORMS:
        raise UsageProblem(f"--report writes .html or .md, not {report_path.name}")
    if not report_path.parent.is_dir():
        raise UsageProblem(f"--report: there is no folder {report_path.parent}")


def _read(file: Path, messages: Messages) -> "Statement":
    """Read the letter.

    Raises:
        SourceError: it cannot be.
    """
    from cagraph.audit.statement import read_statement

    body = body_of(file)
    with messages.progress() as progress:
        progress("reading the letter", 0, None)
        statement = read_statement(body)
    if statement.unreadable is not None:
        raise SourceError(f"{file}: unreadable: {statement.unreadable}")
    return statement


def _list(path: Path, kinds: Sequence[AuditKind], messages: Messages) -> "OwnList":
    """Read the list made by hand.

    Raises:
        UsageProblem: it has a column for each of some statements, and none for one that is asked about.
    """
    from cagraph.sources.own_list import read_own_list

    found = read_own_list(path)
    tell_unused(found, messages)
    if found.columns is not None and (lost := [kind for kind in kinds if kind not in found.columns]):
        there = ", ".join(found.columns)
        raise UsageProblem(f"{path.name} has no column for {', '.join(lost)}: it has {there}")
    return found


def _about(
    connection: "DuckDBPyConnection",
    question: Question,
    kinds: Sequence[AuditKind],
    read: tuple[Path | None, "Statement | None", "OwnList | None"],
    notes: Sequence[str],
) -> About:
    """Return the head of the report: what was checked, for whom, and by what that is known."""
    file, statement, compared = read
    whose = question.owner or counted(len(question.keys), "issuing key")
    facts = [("CA owner" if question.owner else "Keys", whose), ("Audit kinds", ", ".join(kinds))]
    facts.append(("Period", f"{question.first} to {question.last}"))
    if file and statement:
        pages = counted(statement.pages, "page")
        facts.append(("Document", f"{file.name}, {pages}, SHA-256 {statement.body_sha256}"))
    if compared:
        facts.append(("Compared list", f"{compared.name}, {counted(len(compared.entries), 'certificate')}"))
    day = connection.execute("SELECT as_of()").fetchone()
    facts.append(("As of", str(day[0]) if day else ""))
    facts.append(("Known from", "; ".join(known_data(connection))))
    return About(
        f"Check of the {'audit statement' if statement else 'list for the audit'} of {whose}",
        tuple(facts),
        (*notes, *knowledge_notes(connection)),
        statement is not None,
    )
