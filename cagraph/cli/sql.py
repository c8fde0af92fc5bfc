"""`cagraph sql`: one statement of the user's own, on a connection that cannot write."""

import sys
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
from cagraph.errors import UsageProblem
from cagraph.report.rows import Table


@click.command()
@click.argument("statement")
@database_option
@as_of_option
@output_options
@verbosity_options
def sql(statement: str, db: Path, as_of: date | None, output: Output, messages: Messages) -> None:
    """Ask anything, in SQL, read-only.

    STATEMENT is one SQL statement, or - to read it from standard input. It can change nothing and read no
    other file. Views answer as of --as-of.

    \b
    Examples:
      cagraph sql 'SELECT subject, not_after FROM certificate ORDER BY not_after LIMIT 10'
      cagraph sql 'SHOW TABLES'
      cagraph sql - --json < question.sql
    """  # noqa: D301 - click reads the backspace itself
    import duckdb

    from cagraph.warehouse.day import beside

    text = sys.stdin.read() if statement == "-" else statement
    parts = duckdb.extract_statements(text)
    # Of several only the last one's rows would be seen, and the rest would look as if it had been asked.
    if len(parts) != 1:
        raise UsageProblem(f"one SQL statement at a time, not {len(parts)}")
    with reading(db, as_of, messages, analysed=False) as connection:
        ready = beside(connection, text, again=False)
        output.write(Table.from_cursor(ready.execute(text), stream=True), messages)
