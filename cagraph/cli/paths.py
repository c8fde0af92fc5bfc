"""`cagraph paths`: every path to one certificate."""

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
)
from cagraph.report.lookup import one_certificate
from cagraph.report.paths import path_lines, paths_were_cut
from cagraph.report.rows import Table
from cagraph.warehouse.catalogue import run


@click.command()
@click.argument("certificate", metavar="SHA256|NAME")
@database_option
@as_of_option
@output_options
@verbosity_options
def paths(certificate: str, db: Path, as_of: date | None, output: Output, messages: Messages) -> None:
    """Show every path to a certificate, and for which programs and purposes each counts.

    Paths that count on the day come first; one that permits nothing names the first certificate that
    broke it, and why. The certificate is given by its SHA-256, its first eight digits or more, or by words of
    its subject name that fit no other.

    \b
    Examples:
      cagraph paths D911AABE03BF74D9BB0CE2CC37D55BC75602678244BE3A2049905F5D391838BB
      cagraph paths d911aabe --as-of 2024-05-08 --json
      cagraph paths 'Fern Rescued'
    """  # noqa: D301 - click reads the backspace itself
    with reading(db, as_of, messages) as connection:
        sha256 = one_certificate(connection, certificate)
        cut = paths_were_cut(connection, sha256)
        table = Table.from_cursor(run(connection, "paths", {"sha256": sha256}))
    if output.form == "table":
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        output.write_lines(path_lines(rows))
    else:
        output.write(table, messages)
    if cut:
        messages.note("these are not all paths: the budget cut some (`cagraph analyze --budget` raises it)")
