"""`cagraph ingest`: files into the warehouse."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cagraph.cli import ExitCode
from cagraph.cli.inputs import spare_inputs
from cagraph.cli.options import (
    Messages,
    Output,
    database_option,
    ingest_options,
    output_options,
    verbosity_options,
)
from cagraph.report.rows import Table
from cagraph.report.words import counted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from cagraph.ingest import FileReport, IngestReport

_COLUMNS = (
    "file",
    "kind",
    "dated",
    "dated_because",
    "complete",
    "complete_because",
    "rows_in",
    "rows_stored",
    "rows_rejected",
    "new_certificates",
    "new_records",
    "outcome",
)
_SHOWN = 10


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@ingest_options
@database_option
@output_options
@verbosity_options
def ingest(
    paths: tuple[Path, ...],
    dated: date | None,
    complete: bool | None,
    db: Path,
    output: Output,
    messages: Messages,
) -> None:
    """Read certificates, CCADB reports and root trust from files, and folders of files.

    Kinds, told by their content: CCADB's all-certificate-records CSV (V2 to V5), its PEM CSVs and its
    AllIncludedRootCertsCSV; root trust as CSV; PEM, DER and PKCS #7 files and bundles. What is already
    there changes nothing; what cannot be used is counted and kept as an issue (`cagraph query
    data-quality`). Interrupted, it leaves the database as it was.

    Ends with 4 where a file broke off or nothing of it could be used; the rest is stored.

    \b
    Examples:
      cagraph ingest reports/2024-05-08
      cagraph ingest AllCertificateRecordsCSVFormatV5.csv --dated 2024-05-08
      cagraph ingest our-cas.pem records-of-one-owner.csv --slice
    """  # noqa: D301 - click reads the backspace itself
    from cagraph.warehouse.database import open_warehouse

    spare_inputs(output.path, "-o", paths)
    with open_warehouse(db, write=True) as connection:
        report = run_ingest(connection, paths, dated, complete, messages)
    output.write(_table(report), messages)
    if not whole(report):
        raise SystemExit(ExitCode.SOURCE)


def run_ingest(
    connection: "DuckDBPyConnection",
    paths: tuple[Path, ...],
    dated: date | None,
    complete: bool | None,
    messages: Messages,
) -> "IngestReport":
    """Ingest, and say in short what came of it."""
    from cagraph.ingest import ingest as ingest_files

    completeness = {None: None, True: "complete", False: "slice"}[complete]
    with messages.progress() as progress:
        report = ingest_files(connection, paths, dated=dated, completeness=completeness, progress=progress)
    known = f", {len(report.already_known)} already known" if report.already_known else ""
    messages.note(
        f"{counted(len(report.stored), 'file')} read{known}: {counted(report.rows_in, 'row')} in, "
        f"{report.rows_stored} stored, {report.rows_rejected} rejected; "
        f"{counted(report.new_certificates, 'new certificate')}, "
        f"{counted(report.new_records, 'new record version')}"
    )
    messages.some(
        [f"passed over: {file.path}: {file.error}" for file in report.passed_over],
        _SHOWN,
        lambda left: f"passed over: {counted(left, 'more file')}",
    )
    for file in report.files:
        if file.ignored:
            messages.note(f"{file.path}: {file.ignored}")
    for file in report.stored:
        if file.truncated:
            messages.note(f"{file.path} breaks off: what it lists is not complete")
        elif _useless(file):
            messages.note(f"{file.path}: nothing of it could be used (`cagraph query data-quality` says why)")
    return report


def whole(report: "IngestReport") -> bool:
    """Say whether every file that was read was read to its end, and some of it could be used."""
    return not any(file.truncated or _useless(file) for file in report.stored)


def _useless(file: "FileReport") -> bool:
    """Say whether nothing of a file could be used; only a year may have no certificates and be well."""
    return not file.rows_stored and (file.rows_in > 0 or file.kind != "ccadb_pem")


def _table(report: "IngestReport") -> Table:
    """Return what became of each file."""
    rows = [
        (
            str(file.path),
            file.kind,
            file.dated,
            file.dated_because,
            file.complete,
            file.complete_because,
            file.rows_in,
            file.rows_stored,
            file.rows_rejected,
            file.new_certificates,
            file.new_records,
            "passed over" if file.error else "already known" if file.already_known else "stored",
        )
        for file in report.files
    ]
    return Table(_COLUMNS, rows)
