"""`cagraph query`: the catalogue of named questions."""

from datetime import date
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from cagraph.cli.notes import reading
from cagraph.cli.options import (
    Messages,
    Output,
    as_of_option,
    database_option,
    output_options,
    verbosity_options,
)
from cagraph.errors import UsageProblem
from cagraph.report.rows import Table
from cagraph.warehouse.catalogue import Parameter, Query, find, load_catalogue, out_of, parse_params, run


def complete_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the names of queries."""
    return [
        CompletionItem(query.name, help=query.title)
        for query in load_catalogue().values()
        if query.name.startswith(incomplete)
    ]


@click.command()
@click.argument("name", required=False, shell_complete=complete_names)
@click.option(
    "-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter of the query."
)
@click.option("--sql", "show_sql", is_flag=True, help="Show the query itself instead of asking it.")
@database_option
@as_of_option
@output_options
@verbosity_options
def query(
    name: str | None,
    params: tuple[str, ...],
    show_sql: bool,
    db: Path,
    as_of: date | None,
    output: Output,
    messages: Messages,
) -> None:
    """Ask one of the named questions, or list them.

    Without NAME, lists every question with its parameters.

    \b
    Examples:
      cagraph query
      cagraph query sibling-covered-self-not --as-of 2024-05-08
      cagraph query coverage -p owner=Birch -p program=mozilla -o coverage.csv
      cagraph query siblings -p sha256=d911aabe03bf74d9bb0ce2cc37d55bc75602678244be3a2049905f5d391838bb
      cagraph query gaps --sql | duckdb -readonly cagraph.duckdb
    """  # noqa: D301 - click reads the backspace itself
    catalogue = load_catalogue()
    if name is None:
        if params or show_sql:
            raise UsageProblem("-p and --sql need the NAME of a query; `cagraph query` lists them")
        output.write(_listing(catalogue), messages)
        return
    question = find(catalogue, name)
    if show_sql:
        click.echo(question.sql, nl=not question.sql.endswith("\n"))
        return
    values = _pairs(params)
    day = parse_params(question, values).get("as_of")
    # The day also decides which notes there are, so it is the connection's, however it was given.
    as_of = day if isinstance(day, date) else as_of
    with reading(db, as_of, messages) as connection:
        output.write(Table.from_cursor(run(connection, name, values), stream=True), messages)
        number, things = out_of(connection, name, values)
        messages.note(f"of {number:,} {things}")


def _listing(catalogue: dict[str, Query]) -> Table:
    rows = [
        (query.name, query.title, [_shown(parameter) for parameter in query.parameters])
        for query in catalogue.values()
    ]
    return Table(("name", "title", "parameters"), rows, types=("VARCHAR", "VARCHAR", "VARCHAR[]"))


def _shown(parameter: Parameter) -> str:
    return f"{parameter.name} (required)" if parameter.required else f"{parameter.name}={parameter.default}"


def _pairs(params: tuple[str, ...]) -> dict[str, str]:
    values: dict[str, str] = {}
    for pair in params:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageProblem(f"-p wants NAME=VALUE, not {pair!r}")
        if name in values:
            raise UsageProblem(f"-p {name} is given twice")
        values[name] = value
    return values
