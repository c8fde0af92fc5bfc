"""Findings as a person reads them, and how complete the answer is.

Asks the catalogue and counts; decides nothing.
"""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cagraph.errors import UsageProblem
from cagraph.report.rows import Table
from cagraph.report.words import by_purpose, counted, short_hash, short_name
from cagraph.warehouse.catalogue import close_names, did_you_mean, run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SEVERITIES = ("gap", "warning", "note")

_IN_BRIEF = ("severity", "owner", "certificate", "audit_kind", "reason", "since", "scopes", "detail")
_SHOWN = 3


def findings(connection: "DuckDBPyConnection", filters: Mapping[str, str | None]) -> Table:
    """Return the findings that pass the filters, which are the parameters of the query `gaps`.

    Raises:
        UsageProblem: nobody here is called as the filter `owner` says.
    """
    given = {name: value for name, value in filters.items() if value is not None}
    table = Table.from_cursor(run(connection, "gaps", given))
    # Nothing found is good news for an owner, so it must not be for a name mistyped.
    if not table.rows and "owner" in given:
        _check_owner(connection, given["owner"])
    return table


def _check_owner(connection: "DuckDBPyConnection", text: str) -> None:
    rows = connection.execute("SELECT DISTINCT owner FROM duty WHERE owner IS NOT NULL ORDER BY owner")
    owners = [owner for (owner,) in rows.fetchall()]
    if not any(text.lower() in owner.lower() for owner in owners):
        raise UsageProblem(f"no owner here contains {text!r}{did_you_mean(_close_owners(text, owners))}")


def _close_owners(text: str, owners: list[str]) -> list[str]:
    """Return the owners with words that are close to `text`: an owner's name is longer than what is typed."""
    length = max(len(text.split()), 1)
    phrases: dict[str, dict[str, None]] = {}
    for owner in owners:
        words = owner.lower().split()
        for start in range(max(len(words) - length, 0) + 1):
            phrases.setdefault(" ".join(words[start : start + length]), {})[owner] = None
    close = close_names(text.lower(), phrases)
    return list(dict.fromkeys(owner for phrase in close for owner in phrases[phrase]))[:_SHOWN]


def in_brief(table: Table) -> Table:
    """Return findings for the eye: one row a certificate, audit kind and reason, its programs gathered."""
    gathered: dict[tuple[Any, ...], dict[str, list[str]]] = {}
    for row in table.rows:
        finding = dict(zip(table.columns, row, strict=True))
        certificate = f"{short_hash(finding['sha256'])} {short_name(finding['subject'])}"
        if finding["is_cross_certificate"]:
            certificate += f" (cross, by {short_name(finding['issuer'])})"
        key = (
            finding["severity"],
            finding["owner"],
            certificate,
            finding["audit_kind"],
            finding["reason"],
            finding["since"],
            finding["detail"],
        )
        programs = gathered.setdefault(key, {}).setdefault(finding["purpose"], [])
        programs.append(finding["root_program"])
    rows = [(*key[:-1], by_purpose(purposes), key[-1]) for key, purposes in gathered.items()]
    return Table(_IN_BRIEF, rows)


def first_certificate(table: Table) -> str | None:
    """Return the digits by which the first finding's certificate can be shown; None without findings."""
    position = list(table.columns).index("sha256")
    return next((short_hash(row[position]) for row in table.rows), None)


def count_severities(table: Table) -> Counter[str]:
    """Return how many findings there are of each severity; the table's rows must be a list."""
    position = list(table.columns).index("severity")
    return Counter(row[position] for row in table.rows)


def completeness(connection: "DuckDBPyConnection") -> list[str]:
    """Say what the findings cannot speak of: certificates without a loaded record, paths that were cut."""
    notes = []
    rows = connection.execute(
        "SELECT count(DISTINCT missing.sha256), rule.sentence FROM without_record AS missing"
        " JOIN rule_verdicts AS rule ON rule.reason = missing.reason AND rule.verdict = 'unknown'"
        " WHERE missing.reason <> 'paths_truncated' GROUP BY rule.sentence ORDER BY rule.sentence"
    ).fetchall()
    for count, sentence in rows:
        notes.append(
            f"{counted(count, 'capable certificate')} without a record, and what is not known is not "
            f"covered: {sentence} (`gaps --severity note` lists them)"
        )
    row = connection.execute("SELECT count(*), any_value(budget) FROM path_truncation, analysis").fetchone()
    if row and row[0]:
        notes.append(
            f"the paths of {counted(row[0], 'certificate')} are not complete: the budget of {row[1]} cut "
            "them (`analyze --budget` raises it)"
        )
    return notes
