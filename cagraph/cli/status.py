"""`cagraph status`: what is in the database."""

import json
from pathlib import Path
from typing import Any

import click

from cagraph.cli.options import Messages, database_option, verbosity_options
from cagraph.cli.sections import objects, write_sections
from cagraph.report.status import Status, read_status
from cagraph.report.terminal import safe, safe_json


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@database_option
@verbosity_options
def status(as_json: bool, db: Path, messages: Messages) -> None:
    """Say what is in the database, and how complete it is.

    Every snapshot with its date and whether it is complete, rows in = stored + rejected, what could not
    be used and why, how the last crawl went, and whether the paths were made from what is there now.

    \b
    Examples:
      cagraph status
      cagraph status --json | jq '.counts'
    """  # noqa: D301 - click reads the backspace itself
    from cagraph.warehouse.database import open_warehouse
    from cagraph.warehouse.policy import policy_state

    with open_warehouse(db, write=False) as connection:
        state = read_status(connection)
        policy = policy_state(connection)
    if as_json:
        click.echo(safe_json(json.dumps(_object(db, state, policy), ensure_ascii=False, indent=2)))
        return
    click.echo(f"{safe(str(db))}: {state.verdict}")
    if policy != "current":
        click.echo("Its rules and views are not this version's: run `cagraph analyze`.")
    click.echo()
    write_sections(state.in_brief(), messages, as_json=False)


def _object(db: Path, state: Status, policy: str) -> dict[str, Any]:
    sections: dict[str, Any] = {name: objects(table) for name, table in state.sections().items()}
    for name in ("analysis", "last_crawl"):
        sections[name] = next(iter(sections[name]), None)
    sections["counts"] = {row["what"]: row["number"] for row in sections["counts"]}
    return {
        "database": str(db),
        "analysed_since_newest_ingest": state.analysed,
        "verdict": state.verdict,
        "policy": policy,
        **sections,
    }
