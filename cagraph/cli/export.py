"""`cagraph export`: tables and views as files."""

from datetime import date
from pathlib import Path

import click

from cagraph.cli.notes import reading, want_analysed
from cagraph.cli.options import Messages, as_of_option, database_option, verbosity_options
from cagraph.errors import UsageProblem
from cagraph.report.words import counted


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

    Each file is written whole or not at all. Views are written as of --as-of, and only where there was
    an analysis. The rows are sorted, so that the same database gives the same files.

    \b
    Examples:
      cagraph export out
      cagraph export tables --format csv --only finding,coverage --as-of 2024-05-08
    """  # noqa: D301 - click reads the backspace itself
    from cagraph.report.export import export_relations, relations, select

    if directory.exists() and not directory.is_dir():
        raise UsageProblem(f"{directory} is a file, not a directory")
    if not force and directory.is_dir() and any(directory.iterdir()):
        raise UsageProblem(f"{directory} is not empty: give another, or --force to write into it")
    with reading(db, as_of, messages, analysed=False, may_write_into=[directory]) as connection:
        known = relations(connection)
        names = select(known, [name for part in only for name in part.split(",") if name])
        if not only or any(known[name] for name in names):
            want_analysed(connection, db)
        with messages.progress() as progress:
            export_relations(connection, names, directory, form, progress)
    messages.detail(f"{counted(len(names), 'file')} in {directory}")
