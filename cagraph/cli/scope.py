"""`cagraph scope`: the list of which certificate belongs in which audit statement."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import click

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
from cagraph.cli.own import certs_option, own_certificates, question_of
from cagraph.cli.scoping import period_of
from cagraph.errors import UsageProblem
from cagraph.model import AuditKind, RootProgram
from cagraph.report.files import atomic
from cagraph.report.scope import (
    by_certificate,
    counts_by_kind,
    in_brief,
    left_out_note,
    scope_rows,
    trust_note,
)
from cagraph.report.sheet import sheet
from cagraph.report.words import counted


@click.command()
@click.option("--owner", metavar="NAME", help="The CA owner, as CCADB names it, or a part of that.")
@click.option(
    "--issuer-key",
    "issuer_keys",
    multiple=True,
    metavar="KEY|FILE",
    help="Instead: the SHA-256 of an issuing key (SubjectPublicKeyInfo), or a file with one a line.",
)
@certs_option
@click.option(
    "--period",
    metavar="FROM..TO",
    help="The audit period, as 2025-04-01..2026-03-31. [default: the 365 days up to the day asked]",
)
@click.option("--kind", type=words_of(AuditKind), help="Only this audit kind.")
@click.option("--program", type=words_of(RootProgram), help="Only what this root program trusts counts.")
@click.option(
    "--intend",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Roots that are meant to be trusted: a line each, SHA-256 of certificate or key, then purposes.",
)
@click.option("--left-out", is_flag=True, help="List what is left out, and why, instead.")
@click.option(
    "--sheet",
    "sheet_path",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.html",
    help="Write a page to print for the auditor as well: what to list and what is left out.",
)
@database_option
@as_of_option
@output_options
@verbosity_options
def scope(
    owner: str | None,
    issuer_keys: tuple[str, ...],
    certs: tuple[Path, ...],
    period: str | None,
    kind: str | None,
    program: str | None,
    intend: Path | None,
    left_out: bool,
    sheet_path: Path | None,
    db: Path,
    as_of: date | None,
    output: Output,
    messages: Messages,
) -> None:
    """List which certificates belong in which audit statement of a period, and why.

    The list goes down from the owner's keys through every level, to the next owner's. Standard and NetSec
    take every CA certificate that the keys issued and that lived in the period; the others those that were
    capable at any instant of it. What expired, was revoked or is constrained stays, marked.

    A table has a row a certificate; every other format one a certificate and statement, with the reason, the
    programs, a witness path and the rule.

    \b
    Examples:
      cagraph scope --owner 'Birch' --period 2023-04-01..2024-03-31
      cagraph scope --owner 'Birch' --kind 'S/MIME BR' --csv -o smime.csv
      cagraph scope --issuer-key keys.txt --period 2025-04-01..2026-03-31 --sheet auditor.html
      cagraph scope --owner 'Birch' --left-out
      cagraph scope --certs our-cas.pem
    """  # noqa: D301 - click reads the backspace itself
    if (owner is not None and issuer_keys) or (owner is None and not issuer_keys and not certs):
        raise UsageProblem("give either --owner or --issuer-key, or --certs")
    with (
        own_certificates(db, certs, as_of, messages) as own,
        reading(own.db, as_of, messages) as connection,
    ):
        first, last = period_of(period, connection)
        asked = question_of(connection, own, (first, last), (owner, issuer_keys, intend), messages)
        question = replace(asked, kind=kind, program=program)
        listed, rest = scope_rows(connection, question), scope_rows(connection, question, "left_out")
        shown = rest if left_out else listed
        brief = output.form in ("table", "markdown")
        output.write(in_brief(shown) if brief else shown, messages)
        counts = counts_by_kind(listed)
        said = ", ".join(f"{name} {count}" for name, count in counts.items()) or "nothing"
        notes = [f"{first} to {last}: {said}", trust_note(connection, question)]
        for note in [*notes, *filter(None, [None if left_out else left_out_note(rest)])]:
            messages.note(note)
        if sheet_path:
            title = question.owner or counted(len(question.keys), "issuing key")
            page = sheet(question, by_certificate(listed), by_certificate(rest), notes, title)
            with atomic(sheet_path) as stream:
                stream.write(page.encode())
            messages.note(f"{sheet_path}: written")
