"""`cagraph analyze`: from certificates to every path, and the views over them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cagraph.cli.options import Messages, database_option, verbosity_options
from cagraph.errors import WarehouseError
from cagraph.report.words import counted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@click.command()
@click.option(
    "--budget",
    type=click.IntRange(min=1),
    default=None,
    help="Paths kept for one certificate; what this cuts is counted. [default: 2000]",
)
@database_option
@verbosity_options
def analyze(budget: int | None, db: Path, messages: Messages) -> None:
    """Link certificates to their issuers by signature, walk every path, bring rules and views up to date.

    Signatures are tried once ever. Where nothing is new, nothing is walked again.

    \b
    Examples:
      cagraph analyze
      cagraph analyze --budget 20000 --db pki.duckdb
    """  # noqa: D301 - click reads the backspace itself
    from cagraph.warehouse.database import open_warehouse

    if not db.exists():
        raise WarehouseError(f"no database at {db}: run `cagraph ingest` first, or give --db")
    with open_warehouse(db, write=True) as connection:
        run_analysis(connection, messages, budget)


def run_analysis(connection: "DuckDBPyConnection", messages: Messages, budget: int | None = None) -> None:
    """Analyse and say what came of it."""
    from cagraph.analysis import analyze as analyze_warehouse
    from cagraph.graph.walk import DEFAULT_BUDGET

    with messages.progress() as progress:
        report = analyze_warehouse(connection, budget=budget or DEFAULT_BUDGET, progress=progress)
    state = "nothing new since the last analysis" if report.unchanged else "analysed"
    messages.note(
        f"{state}: {counted(report.certificates, 'certificate')}, {counted(report.cas, 'CA')}, "
        f"{counted(report.issuances, 'issuance')}, {counted(report.paths, 'path')}"
    )
    if report.truncated:
        messages.note(
            f"the paths of {counted(report.truncated, 'certificate')} are not complete: "
            f"the budget of {report.budget} cut them"
        )
