"""`cagraph export`: tables and views as files."""

from datetime import date
from pathlib import Path

import click

from cagraph.cli.notes import print_notes
from cagraph.cli.options import Messages, as_of_option, database_option, verbosity_options
from cagraph.errors import UsageProblem


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["parquet", "csv", "ndjson"]), default="parquet", show_default=True
)
@click.option("--only", metavar="NAME,…", multiple=True, help="Only these tables and views.")
@click.option("--force", is_flag=True, help="Write into a directory that is not empty.")
@database_option
@as_of_option
@verbosity_options
def export(
    directory: Path,
    form: str,
    only: tuple[str, ...],
    force: bool,
    db: Path,
    as_of: date | None,
    messages: Messages,
) -> None:
    """Write tables and views to files in DIR, one file each.

    Each file is written whole or not at all. Views are written as of --as-of. The rows are sorted, so
    that the same database gives the same files.

    \b
    Examples:
      cagraph export out
      cagraph export out --format csv --only finding,coverage --as-of 2024-05-08
    """  # noqa: D301 - click reads the backspace itself
    from cagraph.report.export import export_relations, relations, select
    from cagraph.warehouse.database import open_warehouse

    if directory.exists() and not directory.is_dir():
        raise UsageProblem(f"{directory} is a file, not a directory")
    if not force and directory.is_dir() and any(directory.iterdir()):
        raise UsageProblem(f"{directory} is not empty: give another, or --force to write into it")
    with open_warehouse(db, write=False, as_of=as_of, may_write_into=[directory]) as connection:
        print_notes(connection, messages)
        names = select(relations(connection), [name for part in only for name in part.split(",") if name])
        with messages.progress() as progress:
            export_relations(connection, names, directory, form, progress)
    messages.detail(f"{len(names)} files in {directory}")
