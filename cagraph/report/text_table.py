"""Lays a table out for the eye: aligned columns, or GitHub's Markdown.

One row is one line, never wrapped and never cut to the window's width: the same on a terminal and in a
pipe, so that what was seen can be grepped. Plain text without colour. Knows no stream.
"""

import re
from collections.abc import Iterator
from typing import Any

from cagraph.report.rows import Table, text
from cagraph.report.terminal import safe

_WIDEST = 240
_GAP = "  "
_MARKDOWN_SPECIAL = re.compile(r"[\\`*\[\]<>|~&]|(?<![^\W_])_|_(?![^\W_])")


def table_lines(table: Table, notes: list[str]) -> Iterator[str]:
    """Yield the lines of `table`, columns aligned; what it had to shorten is said in `notes`."""
    shortened = 0
    rows: list[list[str]] = []
    numeric = [True] * len(table.columns)
    for row in table.rows:
        cells = [safe(text(value) or "") for value in row]
        shortened += sum(len(cell) > _WIDEST for cell in cells)
        rows.append([cell if len(cell) <= _WIDEST else cell[: _WIDEST - 1] + "…" for cell in cells])
        numeric = [so_far and _is_number(value) for so_far, value in zip(numeric, row, strict=True)]
    header = [safe(name) for name in table.columns]
    widths = [max(map(_width, column)) for column in zip(header, *rows, strict=True)]
    right = [is_number and bool(rows) for is_number in numeric]
    if table.title:
        yield safe(table.title)
    yield _line(header, widths, right)
    yield _GAP.join("─" * width for width in widths)
    for cells in rows:
        yield _line(cells, widths, right)
    if shortened:
        were = "cell was" if shortened == 1 else "cells were"
        notes.append(
            f"{shortened} {were} shortened to {_WIDEST} characters; every other format has them whole"
        )


def markdown_lines(table: Table) -> Iterator[str]:
    """Yield the lines of `table` as GitHub's Markdown; markup in the data is shown, not obeyed."""
    if table.title:
        yield f"### {_markdown_text(table.title)}"
        yield ""
    yield _markdown_row(table.columns)
    yield "|" + " --- |" * len(table.columns)
    for row in table.rows:
        yield _markdown_row([text(value) or "" for value in row])


def _line(cells: list[str], widths: list[int], right: list[bool]) -> str:
    parts = []
    for cell, width, to_right in zip(cells, widths, right, strict=True):
        padding = " " * (width - _width(cell))
        parts.append(padding + cell if to_right else cell + padding)
    return _GAP.join(parts).rstrip()


def _width(cell: str) -> int:
    if cell.isascii():
        return len(cell)
    from rich.cells import cell_len  # East Asian letters are two columns wide; few tables have any

    return cell_len(cell)


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _markdown_row(cells: Any) -> str:
    return "| " + " | ".join(_markdown_text(cell) for cell in cells) + " |"


def _markdown_text(cell: str) -> str:
    return _MARKDOWN_SPECIAL.sub(lambda match: "\\" + match[0], safe(cell))
