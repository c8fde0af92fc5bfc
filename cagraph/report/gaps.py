"""Findings as a person reads them, and how complete the answer is.

Asks the catalogue and counts; decides nothing.
"""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cagraph.report.rows import Table
from cagraph.warehouse.catalogue import run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SEVERITIES = ("gap", "warning", "note")

_IN_BRIEF = ("severity", "owner", "certificate", "audit_kind", "reason", "scopes", "detail")


def findings(connection: "DuckDBPyConnection", filters: Mapping[str, str | None]) -> Table:
    """Return the findings that pass the filters, which are the parameters of the query `gaps`."""
    given = {name: value for name, value in filters.items() if value is not None}
    return Table.from_cursor(run(connection, "gaps", given))


def in_brief(table: Table) -> Table:
    """Return findings for the eye: one row a certificate, audit kind and reason, its programs gathered."""
    gathered: dict[tuple[Any, ...], dict[str, list[str]]] = {}
    for row in table.rows:
        finding = dict(zip(table.columns, row, strict=True))
        certificate = f"{finding['sha256'][:8]} {finding['subject'].split(', ')[0]}"
        if finding["is_cross_certificate"]:
            certificate += f" (cross, by {finding['issuer'].split(', ')[0]})"
        key = (
            finding["severity"],
            finding["owner"],
            certificate,
            finding["audit_kind"],
            finding["reason"],
            finding["detail"],
        )
        programs = gathered.setdefault(key, {}).setdefault(finding["purpose"], [])
        programs.append(finding["root_program"])
    rows = [(*key[:5], _scopes(purposes), key[5]) for key, purposes in gathered.items()]
    return Table(_IN_BRIEF, rows)


def _scopes(purposes: Mapping[str, list[str]]) -> str:
    """Return purposes with the programs that ask about each, those with the same programs together."""
    together: dict[tuple[str, ...], list[str]] = {}
    for purpose, programs in purposes.items():
        together.setdefault(tuple(programs), []).append(purpose)
    return "; ".join(f"{', '.join(words)} in {', '.join(programs)}" for programs, words in together.items())


def count_severities(table: Table) -> Counter[str]:
    """Return how many findings there are of each severity; the table's rows must be a list."""
    position = list(table.columns).index("severity")
    return Counter(row[position] for row in table.rows)


def completeness(connection: "DuckDBPyConnection") -> list[str]:
    """Say what the findings cannot speak of: certificates without a loaded record, paths that were cut."""
    notes = []
    row = connection.execute(
        "SELECT count(DISTINCT sha256), any_value(detail) FROM coverage WHERE reason = 'not_in_records'"
    ).fetchone()
    if row and row[0]:
        notes.append(
            f"{row[0]} capable certificates have no record here, and what is not known is not covered: "
            f"{row[1]} (`gaps --severity note` lists them)"
        )
    row = connection.execute("SELECT count(*), any_value(budget) FROM path_truncation, analysis").fetchone()
    if row and row[0]:
        notes.append(
            f"the paths of {row[0]} certificates are not complete: the budget of {row[1]} cut them "
            "(`analyze --budget` raises it)"
        )
    return notes
