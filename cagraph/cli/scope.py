"""`cagraph scope`: the list of which certificate belongs in which audit statement."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

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
from cagraph.errors import UsageProblem
from cagraph.model import AuditKind, Purpose, RootProgram, parse_fingerprint
from cagraph.report.files import atomic
from cagraph.report.scope import (
    Question,
    by_certificate,
    counts_by_kind,
    in_brief,
    known_keys,
    left_out_note,
    one_owner,
    roots_named,
    scope_rows,
    trust_note,
)
from cagraph.report.sheet import sheet
from cagraph.report.words import counted, short_hash

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Value = TypeVar("Value")


@click.command()
@click.option("--owner", metavar="NAME", help="The CA owner, as CCADB names it, or a part of that.")
@click.option(
    "--issuer-key",
    "issuer_keys",
    multiple=True,
    metavar="KEY|FILE",
    help="Instead: the SHA-256 of an issuing key (SubjectPublicKeyInfo), or a file with one a line.",
)
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
    """  # noqa: D301 - click reads the backspace itself
    if (owner is None) == (not issuer_keys):
        raise UsageProblem("give either --owner or --issuer-key")
    with reading(db, as_of, messages) as connection:
        first, last = _period(period, connection)
        keys = _keys(connection, issuer_keys, messages)
        question = Question(
            first=first,
            last=last,
            owner=one_owner(connection, owner) if owner is not None else None,
            keys=keys,
            kind=kind,
            program=program,
            intended=_intended(connection, intend) if intend else (),
        )
        listed, rest = scope_rows(connection, question), scope_rows(connection, question, "left_out")
        shown = rest if left_out else listed
        brief = output.form in ("table", "markdown")
        output.write(in_brief(shown) if brief else shown, messages)
        counts = counts_by_kind(listed)
        said = ", ".join(f"{name} {count}" for name, count in counts.items()) or "nothing"
        notes = [f"{first} to {last}: {said}", trust_note(connection, first, last)]
        for note in [*notes, *filter(None, [None if left_out else left_out_note(rest)])]:
            messages.note(note)
        if sheet_path:
            title = question.owner or counted(len(keys), "issuing key")
            page = sheet(question, by_certificate(listed), by_certificate(rest), notes, title)
            with atomic(sheet_path) as stream:
                stream.write(page.encode())
            messages.note(f"{sheet_path}: written")


def _period(text: str | None, connection: "DuckDBPyConnection") -> tuple[date, date]:
    """Return the period's first and last day; without `text`, of the year up to the day asked."""
    if text is None:
        row = connection.execute("SELECT as_of()").fetchone()
        assert row is not None
        return row[0] - timedelta(days=364), row[0]
    first, dots, last = text.partition("..")
    try:
        days = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError:
        raise UsageProblem(f"--period wants FROM..TO, as 2025-04-01..2026-03-31, not {text!r}") from None
    if not dots or days[0] > days[1]:
        raise UsageProblem(f"--period {text}: it ends before it begins")
    return days


def _keys(connection: "DuckDBPyConnection", given: Sequence[str], messages: Messages) -> tuple[str, ...]:
    """Return the keys that arguments and files name, each once; those that no CA here has are named."""
    keys = list(dict.fromkeys(key for text in given for key in _one_or_file(text)))
    unknown = [key for key in keys if key not in known_keys(connection, keys)]
    if given and len(unknown) == len(keys):
        raise UsageProblem("no CA here has any of these keys: give the SHA-256 of SubjectPublicKeyInfos")
    if unknown:
        some = ", ".join(short_hash(key) for key in unknown[:5])
        messages.note(f"{counted(len(unknown), 'key')} of {len(keys)} that no CA here has: {some}")
    return tuple(keys)


def _one_or_file(text: str) -> list[str]:
    try:
        return [parse_fingerprint(text)]
    except ValueError:
        path = Path(text)
    if not path.is_file():
        raise UsageProblem(f"--issuer-key: neither a SHA-256 of 64 hex digits nor a file: {text[:80]!r}")
    return _lines(path, lambda words: parse_fingerprint(words[0]))


def _intended(connection: "DuckDBPyConnection", path: Path) -> tuple[tuple[str, str], ...]:
    """Return (fingerprint, purpose) for every root of the file.

    Raises:
        UsageProblem: a line cannot be read, or no root here is so named.
    """
    pairs = [pair for line in _lines(path, _wish) for pair in line]
    named = {fingerprint for fingerprint, _ in pairs}
    if missing := sorted(named - roots_named(connection, named)):
        raise UsageProblem(
            f"{path}: no self-signed certificate here has or is {missing[0]}: ingest the root, and analyse"
        )
    return tuple(pairs)


def _wish(words: list[str]) -> list[tuple[str, str]]:
    """Read `SHA-256 purpose, purpose`."""
    fingerprint = parse_fingerprint(words[0])
    purposes = [Purpose(word) for word in " ".join(words[1:]).replace(",", " ").split()]
    if not purposes:
        raise ValueError("no purpose after the fingerprint")
    return [(fingerprint, purpose.value) for purpose in purposes]


def _lines(path: Path, read: Callable[[list[str]], Value]) -> list[Value]:
    """Return what `read` makes of the words of each line; blank lines and those with # are left out.

    Raises:
        UsageProblem: a line cannot be read, or none says anything.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig", errors="replace").splitlines(), 1):
        words = line.partition("#")[0].split()
        if words:
            try:
                found.append(read(words))
            except ValueError as error:
                raise UsageProblem(f"{path}:{number}: {error}") from None
    if not found:
        raise UsageProblem(f"{path}: no line says anything")
    return found
