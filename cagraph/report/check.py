"""A statement against what it must list, as tables. Asks the question `statement-check`; decides nothing."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cagraph.audit.statement import Statement, to_json
from cagraph.report.rows import Table
from cagraph.report.scope import Question
from cagraph.report.words import counted, short_hash, short_name
from cagraph.sources.own_list import OwnList
from cagraph.warehouse.catalogue import run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_IN_BRIEF = ("problem", "certificate", "issued by", "kinds", "where", "why")
_WANTED = ("owner", "issuer_keys", "period_from", "period_to", "intended")


def check(
    connection: "DuckDBPyConnection",
    question: Question,
    kinds: Iterable[str],
    statement: Statement | None,
    against: OwnList | None = None,
) -> Table:
    """Return a row for each certificate that must be listed, or is, and for each problem with it.

    `against` is compared besides, or alone where there is no statement.
    """
    known = question.params("all")
    params = {name: known[name] for name in _WANTED if name in known} | {"kinds": ",".join(kinds)}
    if statement is not None:
        params["letter"] = json.dumps(to_json(statement))
    if against is not None:
        params["against"] = json.dumps(against.as_json())
    return Table.from_cursor(run(connection, "statement-check", params))


def records(table: Table) -> list[dict[str, Any]]:
    """Return the rows by column."""
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def problems(table: Table) -> Table:
    """Return what is wrong: everything but what must be listed and is."""
    at = table.columns.index("problem")
    return Table(table.columns, [row for row in table.rows if row[at] != "listed"], types=table.types)


def fails(table: Table) -> bool:
    """Say whether something makes the statement fail: what data/statement_problems.csv calls a gap."""
    at = table.columns.index("severity")
    return any(row[at] == "gap" for row in table.rows)


def count(table: Table) -> Counter[str]:
    """Return how many there are of each problem, each certificate once, whatever the number of statements."""
    found = dict.fromkeys(
        (cells["problem"], cells["sha256"] or (cells["audit_kind"], cells["printed"], cells["why"]))
        for cells in records(table)
    )
    return Counter(problem for problem, _ in found)


def in_brief(table: Table) -> Table:
    """Return one short row a certificate and problem, for the eye."""
    gathered: dict[tuple[Any, ...], tuple[dict[str, Any], list[str]]] = {}
    for cells in records(table):
        # What is of the document or of one place in it stands alone.
        apart = (
            None if cells["audit_kind"] and cells["sha256"] else (cells["page"], cells["line"], cells["why"])
        )
        key = cells["problem"], cells["sha256"], cells["certificate_says"], cells["missing_from"], apart
        _, kinds = gathered.setdefault(key, (cells, []))
        if cells["audit_kind"]:
            kinds.append(cells["audit_kind"])
    return Table(_IN_BRIEF, [_brief_row(cells, kinds) for cells, kinds in gathered.values()])


def _brief_row(cells: dict[str, Any], kinds: Iterable[str]) -> tuple[str, ...]:
    digits = f"[{short_hash(cells['sha256'])}]" if cells["sha256"] else ""
    return (
        cells["problem"],
        f"{short_name(cells['subject'] or '')} {digits}".strip(),
        short_name(cells["issuer"] or ""),
        ", ".join(kinds),
        place(cells),
        "; ".join(reasons(cells)),
    )


def place(cells: dict[str, Any]) -> str:
    """Return where the letter prints it, or what lacks it: `page 5, line 3; letter and list`."""
    missing = {"both": "in neither letter nor list", "list": "not on the list"}.get(
        cells["missing_from"] or ""
    )
    return "; ".join(filter(None, [page_and_line(cells), missing]))


def page_and_line(cells: dict[str, Any]) -> str:
    """Return where the letter prints it: `page 5, line 3`; of a list, which has no pages, the line."""
    named = {"page": cells["page"], "line": cells["line"]}
    return ", ".join(f"{name} {number}" for name, number in named.items() if number)


def reasons(cells: dict[str, Any]) -> list[str]:
    """Return why a row is there, in parts: the reason, the path, the siblings, what is printed instead."""
    # A reason of the scope says all; what else is found out is a detail of the rule's sentence.
    why = [cells["why"] or cells["sentence"]] if cells["reason"] else [cells["sentence"], cells["why"]]
    parts = [": ".join(filter(None, why))]
    if cells["witness"]:
        parts.append(f"by {cells['witness']}")
    if cells["siblings_listed"]:
        parts.append("listed of the same CA: " + ", ".join(map(short_hash, cells["siblings_listed"])))
    if cells["missing_from"] and cells["printed"]:
        parts.append(f"printed instead: {cells['printed']}")
    elif cells["problem"].startswith("differs_"):
        parts.append(f"printed: {cells['printed']}")
        parts.append(f"the certificate says: {cells['certificate_says']}")
    elif cells["printed"] and not cells["subject"] and cells["problem"] not in ("unknown", "surplus"):
        parts.append(f"printed: {cells['printed']}")
    return parts


def summary(table: Table, question: Question, kinds: Iterable[str]) -> str:
    """Return one line: what was checked, and how it came out."""
    counts = count(table)
    said = ", ".join(f"{problem} {counts[problem]}" for problem in counts if problem != "listed")
    return (
        f"{', '.join(kinds)}, {question.first} to {question.last}: "
        f"{counted(counts['listed'], 'certificate')} listed as it must be; {said or 'nothing is wrong'}"
    )


def circle_note(table: Table) -> str | None:
    """Return what letter and list lack alike: then the list was the letter's source, and finds nothing."""
    both = {cells["sha256"] for cells in records(table) if cells["missing_from"] == "both"}
    if not both:
        return None
    return (
        f"the list lacks {counted(len(both), 'certificate')} that the letter lacks too: "
        "to compare the two with each other would have found nothing"
    )
