"""Reads queries/*.sql, the catalogue of named questions, and asks one.

A file is a header of comments, then one SELECT that reads its parameters as DuckDB variables with
defaults, so that the same file also runs bare in the duckdb shell:

    -- title: Gaps by owner
    -- description: How many certificates of each owner lack a required audit.
    --   A longer description goes on like this.
    -- param: owner varchar NULL only this owner
    -- param: sha256 varchar required the certificate's SHA-256
    -- denominator: certificates in scope
    -- of: SELECT count(DISTINCT sha256) FROM coverage
    -- columns: ca_owner, certificates
    SELECT … WHERE coalesce(getvariable('owner'), ca_owner) = ca_owner …

Knows the header and no question. Imports duckdb only to run one: shell completion reads the names.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cagraph.errors import CagraphError, UsageProblem
from cagraph.model import parse_fingerprint
from cagraph.resources import queries_dir
from cagraph.warehouse.day import beside

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Value = str | int | date

_KINDS = ("date", "integer", "varchar")
# A parameter of this name is a fingerprint, whatever the certificates look like where it was copied.
_FINGERPRINT = "sha256"
_WANTED = {
    "date": "a date as 2024-05-08",
    "integer": "a whole number",
    _FINGERPRINT: "a SHA-256 of 64 hex digits",
}
_KEY = re.compile(r"-- (title|description|param|denominator|of|columns): *(.*)")
_CONTINUED = re.compile(r"--   +(.*)")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
REQUIRED = "required"
_QUERY_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query: a DuckDB variable of this name."""

    name: str
    kind: str
    default: str
    """As written in the header, for people to read: the SQL itself holds it. `required`: there is none."""
    description: str

    @property
    def required(self) -> bool:
        """Whether the query cannot be asked without it."""
        return self.default == REQUIRED


@dataclass(frozen=True, slots=True)
class Query:
    """One named question."""

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    denominator: str
    """What the rows are some of, in words: `certificates in scope`."""
    of: str
    """The question that counts those, in one row and column."""
    columns: tuple[str, ...]
    sql: str
    path: Path


@dataclass(slots=True)
class _Header:
    texts: dict[str, str] = field(default_factory=dict)
    parameters: list[str] = field(default_factory=list)


def load_catalogue(directory: Path | None = None) -> dict[str, Query]:
    """Return every query of the catalogue by name, in order of name.

    Raises:
        CagraphError: a header is malformed; the message names the file.
    """
    return {path.stem: read_query(path) for path in sorted((directory or queries_dir()).glob("*.sql"))}


def find(catalogue: Mapping[str, Query], name: str) -> Query:
    """Return the query called `name`.

    Raises:
        UsageProblem: there is none; the message names those that are close.
    """
    if name not in catalogue:
        raise UsageProblem(f"no query {name!r}{nearest(name, catalogue)}; `cagraph query` lists them all")
    return catalogue[name]


def run(
    connection: "DuckDBPyConnection", name: str, params: Mapping[str, str], directory: Path | None = None
) -> "DuckDBPyConnection":
    """Ask the query called `name` and return the cursor with its rows.

    A parameter that is not given takes its default, except `as_of`, which the connection may have. A reader's
    views are worked out once a day for all questions (`cagraph.warehouse.day`).

    Raises:
        UsageProblem: no such query or parameter, a required one is missing, or a value of the wrong kind.
    """
    query = _one(name, directory)
    cursor = _ask(connection, query, parse_params(query, params), query.sql)
    got = tuple(column[0] for column in cursor.description or ())
    if got != query.columns:
        raise CagraphError(f"{query.path}: the header promises {query.columns}, the SELECT gives {got}")
    return cursor


def out_of(
    connection: "DuckDBPyConnection", name: str, params: Mapping[str, str], directory: Path | None = None
) -> tuple[int, str]:
    """Return how many there are of what the query's rows are some of, and in words what these are.

    Raises:
        UsageProblem: as `run` does.
    """
    query = _one(name, directory)
    row = _ask(connection, query, parse_params(query, params), query.of).fetchone()
    if row is None or len(row) != 1:
        raise CagraphError(f"{query.path}: `of` gives one row with one number")
    return int(row[0] or 0), query.denominator


def _one(name: str, directory: Path | None) -> Query:
    """Read one query alone; of all of them only where there is none of this name."""
    path = (directory or queries_dir()) / f"{name}.sql"
    if _QUERY_NAME.fullmatch(name) and path.is_file():
        return read_query(path)
    return find(load_catalogue(directory), name)


def _ask(
    connection: "DuckDBPyConnection", query: Query, values: Mapping[str, Value], sql: str
) -> "DuckDBPyConnection":
    """Ask with the parameters set, those that are not given reset."""
    if "as_of" in values:
        connection.execute("SET VARIABLE as_of = ?", [values["as_of"]])
    settled = beside(connection, sql)
    for parameter in query.parameters:
        if parameter.name in values:
            settled.execute(f"SET VARIABLE {parameter.name} = ?", [values[parameter.name]])
        elif parameter.name != "as_of":
            settled.execute(f"RESET VARIABLE {parameter.name}")
    return settled.execute(sql)


def parse_params(query: Query, params: Mapping[str, str]) -> dict[str, Value]:
    """Return the values in their types.

    Raises:
        UsageProblem: no such parameter, a required one is missing, or a value of the wrong kind.
    """
    kinds = {parameter.name: parameter.kind for parameter in query.parameters}
    values: dict[str, Value] = {}
    for name, text in params.items():
        if name not in kinds:
            known = f"; it has {', '.join(kinds)}" if kinds else "; it has none"
            raise UsageProblem(f"query {query.name} has no parameter {name!r}{nearest(name, kinds) or known}")
        kind = _FINGERPRINT if name == _FINGERPRINT else kinds[name]
        try:
            values[name] = _parse(kind, text)
        except ValueError:
            raise UsageProblem(
                f"parameter {name} of query {query.name} is {_WANTED[kind]}, not {text[:80]!r}"
            ) from None
    for parameter in query.parameters:
        if parameter.required and parameter.name not in values:
            raise UsageProblem(
                f"query {query.name} needs {parameter.name}: {parameter.description} (-p {parameter.name}=…)"
            )
    return values


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `: did you mean a or b?` for what is close to `name`, or nothing."""
    return did_you_mean(close_names(name, known))


def close_names(name: str, known: Iterable[str]) -> list[str]:
    """Return what is close to `name`, the closest first, three at most."""
    return difflib.get_close_matches(name, list(known), n=3)


def did_you_mean(names: Iterable[str]) -> str:
    """Return `: did you mean a or b?` for the names, or nothing where there is none."""
    listed = " or ".join(names)
    return f": did you mean {listed}?" if listed else ""


def read_query(path: Path) -> Query:
    """Read one file of the catalogue.

    Raises:
        CagraphError: its header is malformed.
    """
    if not _QUERY_NAME.fullmatch(path.stem):
        raise CagraphError(f"{path}: a query's name is made of lower-case letters, digits and -")
    text = path.read_text(encoding="utf-8")
    header, body_at = _read_header(path, text.splitlines())
    for key in ("title", "description", "denominator", "of", "columns"):
        if not header.texts.get(key):
            raise CagraphError(f"{path}: no `-- {key}: …` in its header")
    # What follows the header is what runs: the shell skips comments, so both run the same.
    if not any(line.strip() and not line.startswith("--") for line in text.splitlines()[body_at:]):
        raise CagraphError(f"{path}: no SELECT after the header")
    parameters = tuple(_parameter(path, line) for line in header.parameters)
    names = [parameter.name for parameter in parameters]
    if len(set(names)) < len(names):
        raise CagraphError(f"{path}: a parameter is declared twice")
    return Query(
        name=path.stem,
        title=header.texts["title"],
        description=header.texts["description"],
        parameters=parameters,
        denominator=header.texts["denominator"],
        of=header.texts["of"],
        columns=tuple(name.strip() for name in header.texts["columns"].split(",")),
        sql=text,
        path=path,
    )


def _read_header(path: Path, lines: list[str]) -> tuple[_Header, int]:
    """Return the header and the index of the line after it."""
    header, last = _Header(), ""
    for index, line in enumerate(lines):
        if match := _KEY.fullmatch(line.rstrip()):
            last = match[1]
            if last == "param":
                header.parameters.append(match[2])
            elif last in header.texts:
                raise CagraphError(f"{path}:{index + 1}: a second `{last}`")
            else:
                header.texts[last] = match[2]
        elif (match := _CONTINUED.fullmatch(line.rstrip())) and last:
            if last == "param":
                header.parameters[-1] += f" {match[1]}"
            else:
                header.texts[last] += f" {match[1]}"
        elif line.startswith("--") and line.rstrip() != "--":
            raise CagraphError(f"{path}:{index + 1}: not a header line: {line[:60]!r}")
        elif line.rstrip() != "--":
            return header, index
    return header, len(lines)


def _parameter(path: Path, text: str) -> Parameter:
    words = text.split(None, 3)
    if len(words) < 4 or not _NAME.fullmatch(words[0]) or words[1].lower() not in _KINDS:
        raise CagraphError(f"{path}: not `name date|integer|varchar default description`: {text!r}")
    return Parameter(words[0], words[1].lower(), words[2], words[3])


def _parse(kind: str, text: str) -> Value:
    if kind == "date":
        return date.fromisoformat(text)
    if kind == _FINGERPRINT:
        return parse_fingerprint(text)
    return int(text) if kind == "integer" else text
