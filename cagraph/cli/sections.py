"""Writes an answer of several tables: one after the other for the eye, or as one JSON object."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import click

from cagraph.cli.options import Messages
from cagraph.report.formats import write
from cagraph.report.rows import Table, plain
from cagraph.report.terminal import safe_json


def write_sections(
    sections: Mapping[str, Table], messages: Messages, *, as_json: bool, also: Mapping[str, Any] | None = None
) -> None:
    """Write the sections to stdout; those without rows only in JSON, where `also` goes first."""
    if as_json:
        whole = {**(also or {}), **{name: objects(table) for name, table in sections.items()}}
        click.echo(safe_json(json.dumps(whole, ensure_ascii=False, indent=2)))
        return
    stdout = sys.stdout.buffer
    filled = [table for table in sections.values() if table.rows]
    for number, table in enumerate(filled):
        if number:
            click.echo()
        sys.stdout.flush()
        for note in write(table, "table", stdout):
            messages.note(note)
        stdout.flush()


def objects(table: Table) -> list[dict[str, Any]]:
    """Return a table's rows as objects of plain values."""
    return [dict(zip(table.columns, map(plain, row), strict=True)) for row in table.rows]
