"""`cagraph paths`: every path to one certificate, what it is worth and what breaks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

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
from cagraph.model import Purpose, RootProgram
from cagraph.report.lookup import one_certificate
from cagraph.report.paths import counted_paths, path_lines, path_sentences, paths_were_cut, tree_lines
from cagraph.report.rows import Table
from cagraph.report.words import by_program
from cagraph.warehouse.catalogue import run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DEFAULT_MOST = 100
FOUND_AT_MOST = 2_000
"""Paths that are looked for of a certificate in a file."""


@click.command()
@click.argument("certificate", metavar="[SHA256|NAME]", required=False)
@click.option(
    "--cert",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The first certificate of this file, a subscriber's too; the others may stand above it.",
)
@click.option(
    "--to-program", "program", type=words_of(RootProgram), help="What counts for this root program."
)
@click.option("--purpose", type=words_of(Purpose), help="What counts for this purpose.")
@click.option("--all", "which", flag_value="all", default="all", help="Every path. [default]")
@click.option("--capable", "which", flag_value="capable", help="Only paths that count.")
@click.option("--broken", "which", flag_value="broken", help="Only paths that do not.")
@click.option(
    "--max",
    "most",
    type=click.IntRange(min=1),
    default=DEFAULT_MOST,
    show_default=True,
    metavar="N",
    help="Show no more paths than this.",
)
@click.option(
    "--tree", is_flag=True, help="As a tree: the certificate, below it who issued it, up to the roots."
)
@database_option
@as_of_option
@output_options
@verbosity_options
def paths(
    certificate: str | None,
    file: Path | None,
    program: str | None,
    purpose: str | None,
    which: str,
    most: int,
    tree: bool,
    db: Path,
    as_of: date | None,
    output: Output,
    messages: Messages,
) -> None:
    """Show every path to a certificate, and for which programs and purposes each counts.

    Paths that count on the day come first. What breaks one is told certificate by certificate; with a
    program and a purpose also what stands between the path and that. Paths through the same CAs stand
    together. The certificate is given by its SHA-256, its first eight digits or more, by words of its
    subject name that fit no other, or as a file that the database need not know.

    \b
    Examples:
      cagraph paths D911AABE03BF74D9BB0CE2CC37D55BC75602678244BE3A2049905F5D391838BB
      cagraph paths d911aabe --to-program mozilla --purpose server_auth --broken
      cagraph paths d911aabe --as-of 2024-05-08 --json
      cagraph paths 'Fern Rescued' --tree
      cagraph paths --cert leaf.pem --capable
    """  # noqa: D301 - click reads the backspace itself
    if (certificate is None) == (file is None):
        raise UsageProblem("which certificate? Give its SHA-256 or words of its name, or --cert FILE")
    if tree and output.form != "table":
        raise UsageProblem("--tree is for reading: no other format with it")
    with _asked(certificate, file, db, as_of, messages) as (connection, sha256):
        asked = {"sha256": sha256, "program": program, "purpose": purpose, "which": which, "most": most}
        given = {name: str(value) for name, value in asked.items() if value is not None}
        table = Table.from_cursor(run(connection, "paths", given))
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        if output.form != "table":
            output.write(table, messages)
        elif tree:
            output.write_lines(tree_lines(rows))
        else:
            output.write_lines(path_lines(rows, path_sentences(connection)))
        if rows and rows[0]["total"] > len(rows):
            messages.note(f"{len(rows)} of {rows[0]['total']} paths: --max shows more")
        if file is None and paths_were_cut(connection, sha256):
            _tell_what_was_cut(connection, sha256, messages)


@contextmanager
def _asked(
    certificate: str | None, file: Path | None, db: Path, as_of: date | None, messages: Messages
) -> Iterator[tuple["DuckDBPyConnection", str]]:
    """Give a connection whose views know the certificate's paths, and the certificate's SHA-256."""
    if file is None:
        with reading(db, as_of, messages) as connection:
            yield connection, one_certificate(connection, certificate or "")
        return
    from cagraph.analysis.asking import asking_about
    from cagraph.ingest.single import certificates_in

    certificates = certificates_in(file)
    with reading(db, as_of, messages):
        pass  # for what is to be said of the database
    with asking_about(db, certificates, as_of, FOUND_AT_MOST) as asked:
        if asked.found < asked.count.at_most:
            messages.note(f"{asked.found} paths were looked at, of {counted_paths(asked.count)}")
        yield asked.connection, asked.sha256


def _tell_what_was_cut(connection: "DuckDBPyConnection", sha256: str, messages: Messages) -> None:
    """Say how many paths there are, and what the certificate is capable of by all of them."""
    from cagraph.analysis.exact import exactly

    messages.note(
        "the budget cut some of its paths; counting them, and working out its capability without them"
    )
    exact = exactly(connection, sha256)
    messages.note(f"{counted_paths(exact.count)} in all: `cagraph analyze --budget` stores more")
    capable = by_program(f"{program}:{purpose}" for program, purpose in exact.witnesses)
    messages.note(f"by all its paths it is capable of {capable or 'nothing'}")
    if not exact.complete:
        messages.note("and perhaps of more: name constraints make too many cases to tell")
