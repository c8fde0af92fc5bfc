"""Writes the catalogue's documentation: one Markdown page for each query, and a list of them all.

    python -m cagraph.report.catalogue_pages docs/queries

The same queries make the same pages, byte for byte. Knows headers and no database.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from cagraph.report.terminal import safe
from cagraph.warehouse.catalogue import Parameter, Query, load_catalogue

INDEX = "README.md"
MARK = "<!-- Made from queries/ by `make docs`: change the query, not this page. -->"
_CODE_SPAN = re.compile(r"(`[^`]+`)")
_SPECIAL = re.compile(r"[\\`*\[\]<>|~&#]|(?<![^\W_])_|_(?![^\W_])")
_BACKTICKS = re.compile(r"`+")
_DAY = "2024-05-08"
_SHOWN = {"sha256": "d911aabe03bf74d9bb0ce2cc37d55bc75602678244be3a2049905f5d391838bb"}
"""What an example gives where a parameter has no default: a certificate of the sample."""


def pages(catalogue: Mapping[str, Query]) -> dict[str, str]:
    """Return every page by its file name, the list of them included."""
    written = {f"{name}.md": page(query) for name, query in catalogue.items()}
    return written | {INDEX: index(catalogue.values())}


def index(queries: Iterable[Query]) -> str:
    """Return the list of all queries, in order of name."""
    rows = [[f"[{query.name}]({query.name}.md)", _words(query.title)] for query in _sorted(queries)]
    return "\n".join(
        [
            MARK,
            "# The catalogue of questions",
            "",
            "Each is a file of `queries/`. `cagraph query NAME` asks it, `--sql` shows it.",
            "",
            *_table(["Query", "What it lists"], rows),
            "",
        ]
    )


def page(query: Query) -> str:
    """Return the page of one query."""
    return "\n".join(
        [
            MARK,
            f"# {_words(query.title)}",
            "",
            f"`{query.name}`",
            "",
            _words(query.description),
            "",
            *_parameters(query.parameters),
            "## Columns",
            "",
            ", ".join(f"`{column}`" for column in query.columns),
            "",
            f"The rows are some of: {_words(query.denominator)}.",
            "",
            "## Example",
            "",
            *_fenced("sh", example(query)),
            "",
            "## SQL",
            "",
            *_fenced("sql", _body(query.sql)),
            "",
            "How many there are to be some of:",
            "",
            *_fenced("sql", query.of),
            "",
            f"[All queries]({INDEX})",
            "",
        ]
    )


def example(query: Query) -> str:
    """Return a command that asks the query."""
    given = "".join(
        f" -p {parameter.name}={_SHOWN.get(parameter.name, parameter.name.upper())}"
        for parameter in query.parameters
        if parameter.required
    )
    return f"cagraph query {query.name}{given} --as-of {_DAY}"


def write_pages(directory: Path, catalogue: Mapping[str, Query]) -> None:
    """Write every page into a directory, and take away those of queries that are gone."""
    directory.mkdir(parents=True, exist_ok=True)
    written = pages(catalogue)
    for path in directory.glob("*.md"):
        # What somebody wrote by hand has no mark, and stays.
        if path.name not in written and path.read_text(encoding="utf-8").startswith(MARK):
            path.unlink()
    for name, text in written.items():
        (directory / name).write_text(text, encoding="utf-8", newline="\n")


def _sorted(queries: Iterable[Query]) -> list[Query]:
    return sorted(queries, key=lambda query: query.name)


def _parameters(parameters: Iterable[Parameter]) -> list[str]:
    """Return the parameters' table under its heading, or nothing where there are none."""
    rows = [
        [
            f"`{parameter.name}`",
            parameter.kind,
            _default(parameter),
            _words(parameter.description),
        ]
        for parameter in parameters
    ]
    if not rows:
        return []
    return ["## Parameters", "", *_table(["Name", "Kind", "Default", "Meaning"], rows), ""]


def _default(parameter: Parameter) -> str:
    if parameter.required:
        return "required"
    return "none" if parameter.default == "NULL" else f"`{parameter.default}`"


def _table(header: list[str], rows: Iterable[list[str]]) -> list[str]:
    """Return a table of cells that are Markdown already."""
    return [f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows)]


def _words(text: str) -> str:
    """Return a text so that Markdown shows it as it is, but for `words` that are meant as code."""
    return "".join(
        part.replace("|", "\\|") if _CODE_SPAN.fullmatch(part) else _SPECIAL.sub(r"\\\g<0>", part)
        for part in _CODE_SPAN.split(safe(text))
    )


def _fenced(language: str, code: str) -> list[str]:
    """Return code in a fence that is longer than any in it."""
    fence = "`" * max(3, 1 + max((len(run) for run in _BACKTICKS.findall(code)), default=0))
    return [f"{fence}{language}", code, fence]


def _body(sql: str) -> str:
    """Return the query without its header, which the page has said."""
    lines = sql.splitlines()
    start = next(at for at, line in enumerate(lines) if line.strip() and not line.startswith("--"))
    # A comment right above the first line is the query's own where a blank line parts it from the header.
    while start > 0 and lines[start - 1].startswith("--") and "" in lines[:start]:
        start -= 1
    return "\n".join(lines[start:]).strip()


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]), load_catalogue())
