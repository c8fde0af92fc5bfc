r"""Writes a `Table` in each output format: one function a format, all of them UTF-8 and `\n`.

What may be read by an eye is escaped (`terminal.safe`); what is read by a program is exact:

- `table`, `markdown`: control and direction-changing characters are shown as visible escapes.
- `json`, `ndjson`: the same characters as JSON escapes, so a reader gets them back unchanged. Keys are
  the column names.
- `csv`: every character as it is, quoted as RFC 4180 says; NULL is an empty cell, empty text is `""`.
  A cell that begins with `=`, `+`, `-` or `@` is *not* altered, though a spreadsheet may run it as a
  formula: a prefix would change the data of everybody who reads CSV with a program, and a name that no
  longer matches its certificate is worse here than a warning, which is what is given instead. Only when
  written straight to a terminal is it escaped: a terminal obeys what it is shown.
- `tsv`: one line a row, always: tab, line break and backslash as `\t`, `\n`, `\\`; others as in `table`.
- `parquet`: DuckDB's own types.

Knows nothing of commands, files or where a table came from.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from cagraph.errors import UsageProblem
from cagraph.report.rows import Table, plain, text
from cagraph.report.terminal import safe, safe_json
from cagraph.report.text_table import markdown_lines, table_lines

Notes = list[str]
Writer = Callable[[Table, BinaryIO, bool], Notes]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(table: Table, form: str, stream: BinaryIO, *, terminal: bool = False) -> Notes:
    """Write `table` as `form` to `stream`; return what the reader should know about the writing itself.

    `terminal` says that `stream` is shown to somebody as it is.

    Raises:
        UsageProblem: no such format, or one that cannot hold two columns of one name.
    """
    if form not in FORMATS:
        raise UsageProblem(f"no format {form!r}; there are {', '.join(FORMATS)}")
    return FORMATS[form](table, stream, terminal)


def _put(stream: BinaryIO, line: str) -> None:
    stream.write(line.encode("utf-8", "backslashreplace") + b"\n")


def _table(table: Table, stream: BinaryIO, terminal: bool) -> Notes:
    notes: Notes = []
    for line in table_lines(table, notes):
        _put(stream, line)
    return notes


def _markdown(table: Table, stream: BinaryIO, terminal: bool) -> Notes:
    for line in markdown_lines(table):
        _put(stream, line)
    return []


def _objects(table: Table) -> Iterator[str]:
    _check_names(table)
    keys = [json.dumps(name, ensure_ascii=False) for name in table.columns]
    types = table.types or [""] * len(keys)
    for row in table.rows:
        cells = zip(keys, types, row, strict=True)
        yield safe_json(
            "{" + ", ".join(f"{key}: {_json_value(kind, value)}" for key, kind, value in cells) + "}"
        )


def _json_value(kind: str, value: Any) -> str:
    if kind == "JSON" and value is not None:
        # Already JSON: an object in the object, not text in quotes. A line break in it is only layout.
        return str(value).replace("\n", " ").replace("\r", " ")
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False)


def _json(table: Table, stream: BinaryIO, terminal: bool) -> Notes:
    # One row a line: readable, and two outputs can be compared line by line.
    opened = False
    for line in _objects(table):
        stream.write(b",\n" if opened else b"[\n")
        stream.write(line.encode("utf-8", "backslashreplace"))
        opened = True
    stream.write(b"\n]\n" if opened else b"[]\n")
    return []


def _ndjson(table: Table, stream: BinaryIO, terminal: bool) -> Notes:
    for line in _objects(table):
        _put(stream, line)
    return []


def _csv(table: Table, stream: BinaryIO, terminal: bool) -> Notes:
    formulas = 0
    _put(stream, ",".join(_csv_cell(name, terminal) for name in table.columns))
    for row in table.rows:
        formulas += sum(isinstance(value, str) and value.startswith(_FORMULA) for value in row)
        cells = [_csv_cell(text(value), terminal) for value in row]
        # A lone NULL would be a blank line, which readers skip.
        _put(stream, '""' if cells == [""] else ",".join(cells))
    if formulas:
        begin = "cell begins" if formulas == 1 else "cells begin"
        return [f"{formulas} {begin} with = + - or @: in a spreadsheet, import the columns as text"]
    return []


def _csv_cell(value: str | None, terminal: bool) -> str:
    if value is None:
        return ""
    if terminal:
        value = safe(value)
    quote = value == "" or value != value.strip() or any(char in value for char in ',"\n\r')
    return '"' + value.replace('"', '""') + '"' if quote else value


def _tsv(table: Table, stream: BinaryIO, terminal: bool) -> Notes:
    _put(stream, "\t".join(_tsv_cell(name) for name in table.columns))
    for row in table.rows:
        _put(stream, "\t".join(_tsv_cell(text(value)) for value in row))
    return []


def _tsv_cell(value: str | None) -> str:
    return "" if value is None else safe(value.replace("\\", "\\\\"))


def _parquet(table: Table, stream: BinaryIO, terminal: bool) -> Notes:
    if terminal:
        raise UsageProblem("parquet is not for a terminal: give -o FILE")
    _check_names(table)
    from cagraph.report.parquet import write_parquet

    write_parquet(table, stream)
    return []


def _check_names(table: Table) -> None:
    seen: set[str] = set()
    for name in table.columns:
        if name in seen:
            raise UsageProblem(f"two columns are called {safe(name)!r}: name them apart with AS, or take csv")
        seen.add(name)


FORMATS: dict[str, Writer] = {
    "table": _table,
    "json": _json,
    "ndjson": _ndjson,
    "csv": _csv,
    "tsv": _tsv,
    "markdown": _markdown,
    "parquet": _parquet,
}

SUFFIXES = {
    ".txt": "table",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".csv": "csv",
    ".tsv": "tsv",
    ".md": "markdown",
    ".parquet": "parquet",
}
"""The format that a file name asks for."""
