"""A statement against what it must list, as tables. Asks the question `statement-check`; decides nothing."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cagraph.audit.fingerprints import Printed
from cagraph.model import AuditKind
from cagraph.report.rows import Table
from cagraph.report.scope import Question
from cagraph.report.words import counted, short_hash, short_name
from cagraph.warehouse.catalogue import run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GRAVE = ("missing", "misprint")
"""What makes a statement fail."""
_IN_BRIEF = ("problem", "certificate", "issued by", "kinds", "where", "why")


def check(
    connection: "DuckDBPyConnection",
    question: Question,
    kinds: Iterable[AuditKind],
    printed: Iterable[Printed],
) -> Table:
    """Return a row for each certificate that must be listed, or is, and for each problem with it."""
    listed = ",".join(
        f"{each.sha256}/{each.page}/{each.line}/{'strict' if each.strict else 'loose'}" for each in printed
    )
    params = question.params("all") | {"listed": listed or "none", "kinds": ",".join(kinds)}
    wanted = ("listed", "kinds", "owner", "issuer_keys", "period_from", "period_to", "intended")
    return Table.from_cursor(
        run(connection, "statement-check", {name: params[name] for name in wanted if name in params})
    )


def problems(table: Table) -> Table:
    """Return what is wrong: everything but what must be listed and is."""
    at = table.columns.index("problem")
    return Table(table.columns, [row for row in table.rows if row[at] != "listed"], types=table.types)


def count(table: Table) -> Counter[str]:
    """Return how many certificates there are of each problem, whatever the number of statements."""
    problem, sha256 = table.columns.index("problem"), table.columns.index("sha256")
    return Counter(problem for problem, _ in {(row[problem], row[sha256]) for row in table.rows})


def in_brief(table: Table) -> Table:
    """Return one short row a certificate and problem, for the eye."""
    gathered: dict[tuple[str, str], tuple[dict[str, object], list[str]]] = {}
    for row in table.rows:
        cells = dict(zip(table.columns, row, strict=True))
        _, kinds = gathered.setdefault((cells["problem"], cells["sha256"]), (cells, []))
        if cells["audit_kind"]:
            kinds.append(cells["audit_kind"])
    rows = [
        (
            cells["problem"],
            f"{short_name(str(cells['subject'] or ''))} [{short_hash(str(cells['sha256']))}]".strip(),
            short_name(str(cells["issuer"] or "")),
            ", ".join(kinds),
            f"page {cells['page']}, line {cells['line']}" if cells["page"] else "",
            _why(cells),
        )
        for cells, kinds in gathered.values()
    ]
    return Table(_IN_BRIEF, rows)


def _why(cells: dict[str, object]) -> str:
    parts = [str(cells["why"] or cells["sentence"])]
    if cells["witness"]:
        parts.append(f"by {cells['witness']}")
    siblings = cells["siblings_listed"]
    if isinstance(siblings, list) and siblings:
        parts.append("listed of the same CA: " + ", ".join(short_hash(each) for each in siblings))
    if cells["printed_instead"]:
        parts.append(f"printed instead: {cells['printed_instead']}")
    return "; ".join(parts)


def summary(table: Table, question: Question, kinds: Iterable[AuditKind]) -> str:
    """Return one line: what was checked, and how it came out."""
    counts = count(table)
    said = ", ".join(f"{problem} {counts[problem]}" for problem in counts if problem != "listed")
    return (
        f"{', '.join(kinds)}, {question.first} to {question.last}: "
        f"{counted(counts['listed'], 'certificate')} listed as it must be; {said or 'nothing is wrong'}"
    )
