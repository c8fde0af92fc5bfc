"""`cagraph sweep`: the whole road in one command."""

from datetime import date
from pathlib import Path

import click

from cagraph.cli import ExitCode
from cagraph.cli.analyze import run_analysis
from cagraph.cli.gaps import fail_on_option, write_findings
from cagraph.cli.ingest import run_ingest, spare_inputs, whole
from cagraph.cli.notes import print_notes
from cagraph.cli.options import (
    Messages,
    Output,
    as_of_option,
    database_option,
    ingest_options,
    output_options,
    verbosity_options,
)
from cagraph.errors import WarehouseError


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@fail_on_option
@ingest_options
@database_option
@as_of_option
@output_options
@verbosity_options
def sweep(
    paths: tuple[Path, ...],
    fail_on: str | None,
    dated: date | None,
    complete: bool | None,
    db: Path,
    as_of: date | None,
    output: Output,
    messages: Messages,
) -> None:
    """Read files, analyse, and list the gaps: `ingest`, `analyze` and `gaps` in one go.

    Without PATH it starts from what the database holds.

    \b
    Examples:
      cagraph sweep reports/2024-05-08
      cagraph sweep reports/2024-05-08 --as-of 2024-05-08 --csv -o gaps.csv
      cagraph sweep our-cas.pem records-of-one-owner.csv --dated 2024-05-08 --slice --fail-on gap
    """  # noqa: D301 - click reads the backspace itself
    from cagraph.warehouse.database import open_warehouse

    if not paths and not db.exists():
        raise WarehouseError(f"no database at {db}: name files to read, or give --db")
    spare_inputs(output, paths)
    with open_warehouse(db, write=True, as_of=as_of) as connection:
        read_whole = whole(run_ingest(connection, paths, dated, complete, messages)) if paths else True
        run_analysis(connection, messages)
        print_notes(connection, messages)
        failed = write_findings(connection, {}, output, messages, fail_on)
    if not read_whole:
        raise SystemExit(ExitCode.SOURCE)
    if failed:
        raise SystemExit(ExitCode.FINDINGS)
