"""`cagraph statement check`: what a document lists against what it must list."""

from datetime import date
from pathlib import Path

import click

from cagraph.audit.facts import LetterFacts
from cagraph.cli import ExitCode
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
from cagraph.cli.scoping import intended_of, keys_of, period_of
from cagraph.errors import SourceError, UsageProblem
from cagraph.model import AuditKind
from cagraph.report import check as report
from cagraph.report.scope import Question, one_owner, trust_note
from cagraph.report.terminal import safe


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
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
@click.option(
    "--intend",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Roots that are meant to be trusted: a line each, SHA-256 of certificate or key, then purposes.",
)
@click.option("--all", "show_all", is_flag=True, help="What is listed as it must be, too.")
@database_option
@as_of_option
@output_options
@verbosity_options
def check(
    file: Path,
    owner: str | None,
    issuer_keys: tuple[str, ...],
    kinds: tuple[str, ...],
    period: str | None,
    intend: Path | None,
    show_all: bool,
    db: Path,
    as_of: date | None,
    output: Output,
    messages: Messages,
) -> None:
    """Check a statement, or a draft or list of one's own, against what it must list.

    What it must list is computed from the certificates (`cagraph scope`), never from the document. Says what
    is missing, with the path that makes it capable and its listed siblings; what is misprinted; what is
    listed without need; and what an ALV would stumble over. Exits with 3 if something is missing.

    \b
    Examples:
      cagraph statement check letter.pdf
      cagraph statement check draft.pdf --owner Birch --kind 'S/MIME BR' --period 2023-04-01..2024-03-31
      cagraph statement check our-list.csv --owner Birch --kind 'TLS BR' --period 2023-04-01..2024-03-31
      cagraph statement check letter.pdf --json -o problems.json
    """  # noqa: D301 - click reads the backspace itself
    from cagraph.audit.statement import read_statement

    if owner is not None and issuer_keys:
        raise UsageProblem("give --owner or --issuer-key, not both")
    statement = read_statement(file.read_bytes())
    if statement.unreadable is not None:
        raise SourceError(f"{file}: unreadable: {statement.unreadable}")
    facts = statement.facts
    asked = [AuditKind(kind) for kind in kinds] or _kinds(facts, file, messages)
    with reading(db, as_of, messages) as connection:
        first, last = period_of(period, connection) if period else _period(facts, file, messages)
        keys = keys_of(connection, issuer_keys, messages)
        question = Question(
            first=first,
            last=last,
            owner=None if keys else one_owner(connection, owner or _owner(facts, file, messages)),
            keys=keys,
            intended=intended_of(connection, intend) if intend else (),
        )
        found = report.check(connection, question, asked, statement.fingerprints)
        shown = found if show_all else report.problems(found)
        brief = output.form in ("table", "markdown")
        output.write(report.in_brief(shown) if brief else shown, messages)
        if statement.state == "no_list":
            messages.note(f"{file.name} has text and prints no fingerprint: it lists nothing")
        messages.note(report.summary(found, question, asked))
        messages.note(trust_note(connection, first, last))
        counts = report.count(found)
    if any(counts[problem] for problem in report.GRAVE):
        raise SystemExit(ExitCode.FINDINGS)


def _kinds(facts: LetterFacts | None, file: Path, messages: Messages) -> list[AuditKind]:
    """Return the kinds that the letter says it reports on."""
    found = [fact.value for fact in facts.kinds] if facts else []
    if not found:
        raise UsageProblem(f"{file.name} does not say what kind of audit it reports on: give --kind")
    messages.note(f"{file.name} says: {', '.join(found)}")
    return found


def _period(facts: LetterFacts | None, file: Path, messages: Messages) -> tuple[date, date]:
    """Return the period that the letter says it is about, or its one day."""
    if facts and facts.period_start and facts.period_end:
        days = facts.period_start.value, facts.period_end.value
    elif facts and facts.point_in_time:
        days = facts.point_in_time.value, facts.point_in_time.value
    else:
        raise UsageProblem(f"{file.name} does not say which period it is about: give --period")
    messages.note(f"{file.name} says: {days[0]} to {days[1]}")
    return days


def _owner(facts: LetterFacts | None, file: Path, messages: Messages) -> str:
    """Return the owner that the letter names."""
    if not facts or not facts.owner:
        raise UsageProblem(f"{file.name} does not name a CA owner that is understood: give --owner")
    messages.note(f"{file.name} says: {safe(facts.owner.value)}")
    return facts.owner.value
