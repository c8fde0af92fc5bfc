"""The report on a statement, to send to an auditor as it is: a page of HTML, self-contained, or Markdown.

Lays out what the question `statement-check` answered; decides nothing. Every name in it is a stranger's, so
that everything is escaped, by the engine and not by hand.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cagraph.model import AuditKind
from cagraph.report.check import count, fails, page_and_line, records
from cagraph.report.rows import Table
from cagraph.report.terminal import safe
from cagraph.report.words import counted, day, short_hash

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from jinja2 import Environment

FORMS = (".html", ".md")
_MARKDOWN = re.compile(r"[\\`*_\[\]<>#|~&]")
_UNCHECKED = "nothing_asked"

Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class About:
    """What was checked: the report's head, in the order it is told."""

    title: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    with_letter: bool


def known_data(connection: "DuckDBPyConnection") -> Iterator[str]:
    """Yield a line for each source of what is known: of which days, and whether it is complete."""
    rows = connection.execute(
        "SELECT kind, count(*), min(dated), max(dated), count(*) FILTER (WHERE complete)"
        " FROM snapshot GROUP BY kind ORDER BY kind"
    ).fetchall()
    for kind, number, first, last, complete in rows:
        days = f"of {first}" if first == last else f"of {first} to {last}"
        yield f"{kind.replace('_', ' ')}: {counted(number, 'file')} {days}, {complete} of them complete"


def report(found: Table, kinds: Iterable[AuditKind], about: About, form: str) -> str:
    """Return the report in a form of `FORMS`."""
    rows = records(found)
    values = {
        "about": about,
        "verdict": verdict(found, about),
        "kinds": [_kind(rows, kind) for kind in kinds],
        **{section: _of(rows, section) for section in ("beside", "document", "written", "needless")},
        "rightly": _rightly(rows),
    }
    return _environment(form).get_template(f"statement{form}.j2").render(values)


def verdict(found: Table, about: About) -> str:
    """Return the whole of it in one or two sentences."""
    rows = records(found)
    lacks = _certificates(rows, "gap", ("letter", "both"))
    forgot = _certificates(rows, "gap", ("list", "both"))
    perhaps = count(found)["perhaps_missing"]
    others = sum(number for problem, number in count(found).items() if problem in _warned(rows))
    said = []
    if about.with_letter and lacks:
        said.append(f"The statement lacks {counted(lacks, 'certificate')} that it must list.")
    if forgot:
        said.append(f"The list that was compared lacks {counted(forgot, 'certificate')} that must be listed.")
    if unchecked := [cells["audit_kind"] for cells in rows if cells["problem"] == _UNCHECKED]:
        said.append(f"For {', '.join(unchecked)} nothing is known that must be listed: nothing was checked.")
    if not fails(found):
        said.append("Every certificate that is known to have to be listed is listed.")
    if perhaps:
        said.append(f"Of {counted(perhaps, 'more certificate')} it is not known whether they must be listed.")
    if others:
        said.append(f"{counted(others, 'other thing')} should be looked at.")
    return " ".join(said)


def _certificates(rows: Iterable[Cells], severity: str, missing_from: tuple[str, ...]) -> int:
    return len({c["sha256"] for c in rows if c["severity"] == severity and c["missing_from"] in missing_from})


def _warned(rows: Iterable[Cells]) -> set[str]:
    return {cells["problem"] for cells in rows if cells["severity"] == "warning"}


def _of(rows: Iterable[Cells], section: str) -> list[Cells]:
    """Return the rows that data/statement_problems.csv puts into a section of the report."""
    return [cells for cells in rows if cells["section"] == section]


def _kind(rows: Iterable[Cells], kind: AuditKind) -> dict[str, Any]:
    """Return what one statement is about: how many it lists rightly, and what it lacks."""
    mine = [cells for cells in rows if cells["audit_kind"] == kind]
    lacking = _of(mine, "lacking")
    listed = sum(cells["problem"] in ("listed", "forgotten") for cells in mine)
    is_checked = all(cells["problem"] != _UNCHECKED for cells in mine)
    return {"name": kind.value, "lacking": lacking, "listed": listed, "is_checked": is_checked}


def _rightly(rows: Iterable[Cells]) -> list[tuple[Cells, str]]:
    """Return each certificate that is listed rightly, with its statements."""
    kinds: dict[str, tuple[Cells, list[str]]] = {}
    for cells in rows:
        if cells["problem"] == "listed":
            kinds.setdefault(cells["sha256"], (cells, []))[1].append(cells["audit_kind"])
    return [(cells, ", ".join(names)) for cells, names in kinds.values()]


def _environment(form: str) -> "Environment":
    """Return the engine: whatever a template puts in is made safe for its form on the way."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    is_html = form == ".html"
    environment = Environment(
        loader=PackageLoader("cagraph.report"),
        autoescape=is_html,  # noqa: S701 - Markdown has an escaping of its own: `finalize`
        finalize=_shown if is_html else _markdown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "fingerprint": lambda sha256: str(sha256 or "").upper(),
        "short": short_hash,
        "day": day,
        "valid": lambda cells: f"{day(cells['not_before'])} to {day(cells['not_after'])}",
        "place": page_and_line,
        "counted": counted,
    }
    return environment


def _shown(value: Any) -> Any:
    """Return what a stranger wrote without what would steer the eye; the engine escapes the markup."""
    return value if hasattr(value, "__html__") else _one_line(value)


def _markdown(value: Any) -> str:
    """Return text as Markdown shows it: no markup, no link that makes itself."""
    text = _MARKDOWN.sub(lambda match: f"\\{match[0]}", _one_line(value))
    return text.replace("\\<", "&lt;").replace("://", ":&#47;/")


def _one_line(value: Any) -> str:
    return "" if value is None else safe(" ".join(str(value).split()))
