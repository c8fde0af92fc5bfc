"""The list for an auditor as a person reads it: one row a certificate, one column a statement.

Asks the catalogue's question `scope` and lays its answer out; decides nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from cagraph.errors import UsageProblem
from cagraph.model import AuditKind
from cagraph.report.rows import Table
from cagraph.report.terminal import safe
from cagraph.report.words import counted, day, short_hash, short_name
from cagraph.warehouse.catalogue import run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Cells = dict[str, Any]

IN_BRIEF = ("level", "certificate", "issued by", "valid", "statements", "owner", "marks")


@dataclass(frozen=True, slots=True)
class Question:
    """Whose list, of which period."""

    first: date
    last: date
    owner: str | None = None
    keys: tuple[str, ...] = ()
    kind: str | None = None
    program: str | None = None
    intended: tuple[tuple[str, str], ...] = ()
    """(SHA-256 of a certificate or key, purpose)"""

    def params(self, listing: str) -> dict[str, str]:
        """Return the parameters of the query `scope`."""
        given = {
            "owner": self.owner,
            "issuer_keys": ",".join(self.keys) or None,
            "period_from": self.first.isoformat(),
            "period_to": self.last.isoformat(),
            "kind": self.kind,
            "program": self.program,
            "intended": ",".join(f"{named}:{purpose}" for named, purpose in self.intended) or None,
            "listing": listing,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(slots=True)
class Listed:
    """One certificate with the statements that it belongs in."""

    cells: Cells
    """Of its first row: everything that does not depend on the statement."""
    kinds: dict[str, Cells] = field(default_factory=dict)
    """Audit kind to its row."""


def scope_rows(connection: "DuckDBPyConnection", question: Question, listing: str = "listed") -> Table:
    """Return a row for each certificate and audit kind to be listed, or of those `left_out`, or of `all`."""
    return Table.from_cursor(run(connection, "scope", question.params(listing)))


def one_owner(connection: "DuckDBPyConnection", text: str) -> str:
    """Return the one owner whose name is `text`, or contains it.

    Raises:
        UsageProblem: there is none, or there are several; its notes name them.
    """
    rows = connection.execute("SELECT DISTINCT owner FROM ca_owner ORDER BY owner").fetchall()
    owners = [owner for (owner,) in rows if text.strip() and text.strip().lower() in owner.lower()]
    exact = [owner for owner in owners if owner.lower() == text.strip().lower()]
    if len(exact or owners) == 1:
        return str((exact or owners)[0])
    if not owners:
        raise UsageProblem(f"no CA owner here is called {text!r}: records name them, or give --issuer-key")
    problem = UsageProblem(f"{len(owners)} owners fit {text!r}: give one whole name")
    for owner in owners[:10]:
        problem.add_note(safe(owner))
    raise problem


def known_keys(connection: "DuckDBPyConnection", keys: Iterable[str]) -> set[str]:
    """Return those of the keys (SHA-256) that a CA here has."""
    rows = connection.execute(
        "SELECT DISTINCT spki_sha256 FROM ca WHERE list_contains(?, spki_sha256)", [list(keys)]
    )
    return {key for (key,) in rows.fetchall()}


def roots_named(connection: "DuckDBPyConnection", named: Iterable[str]) -> set[str]:
    """Return those of the fingerprints (of certificates or keys) below which paths begin."""
    rows = connection.execute(
        "SELECT DISTINCT unnest([certificate.sha256, certificate.spki_sha256]) FROM certificate"
        " SEMI JOIN path ON certificate.sha256 = path.anchor_sha256"
    )
    known = {sha256 for (sha256,) in rows.fetchall()}
    return {each for each in named if each in known}


def by_certificate(table: Table) -> list[Listed]:
    """Gather the rows of each certificate, in the order they come."""
    found: dict[str, Listed] = {}
    for row in table.rows:
        cells = dict(zip(table.columns, row, strict=True))
        found.setdefault(cells["sha256"], Listed(cells)).kinds[cells["audit_kind"]] = cells
    return list(found.values())


def in_brief(table: Table) -> Table:
    """Return one short row a certificate and reason, for the eye."""
    rows: list[tuple[Any, ...]] = []
    for listed in by_certificate(table):
        cells = listed.cells
        rows.append(
            (
                cells["level"],
                f"{short_name(cells['subject'])} [{short_hash(cells['sha256'])}]",
                short_name(cells["issuer"]),
                f"{day(cells['not_before'])} to {day(cells['not_after'])}",
                _statements(listed.kinds),
                cells["owner"],
                "; ".join(all_marks(listed)),
            )
        )
    return Table(IN_BRIEF, rows)


def _statements(kinds: Mapping[str, Cells]) -> str:
    """Return `Standard, NetSec, TLS BR`, or the reasons of what is left out, each with its kinds."""
    by_reason: dict[str, list[str]] = {}
    for kind, cells in kinds.items():
        plain = cells["reason"] in ("issued", "capable")
        by_reason.setdefault("" if plain else cells["reason"], []).append(kind)
    parts = []
    for reason, names in by_reason.items():
        said = "every kind" if len(names) == len(AuditKind) else ", ".join(names)
        parts.append(f"{said} ({reason})" if reason else said)
    return "; ".join(parts)


def all_marks(listed: Listed) -> list[str]:
    """Return what an auditor should know of a certificate, each said once; of some kinds alone, with them."""
    kinds_of: dict[str, list[str]] = {}
    for kind, cells in listed.kinds.items():
        for mark in cells["marks"] or []:
            kinds_of.setdefault(mark, []).append(kind)
    whole = len(listed.kinds)
    return [
        mark if len(kinds) == whole else f"{mark} ({', '.join(kinds)})" for mark, kinds in kinds_of.items()
    ]


def counts_by_kind(table: Table) -> dict[str, int]:
    """Return how many certificates each statement lists, in the kinds' order."""
    kind_at = table.columns.index("audit_kind")
    counts = Counter(row[kind_at] for row in table.rows)
    return {kind.value: counts[kind.value] for kind in AuditKind if counts[kind.value]}


def left_out_note(table: Table) -> str | None:
    """Return how many certificates no statement at all lists or some do not, by reason."""
    if not (rows := list(table.rows)):
        return None
    at = table.columns.index
    reasons: dict[str, set[str]] = {}
    for row in rows:
        reasons.setdefault(row[at("reason")], set()).add(row[at("sha256")])
    said = ", ".join(f"{reason} {len(found)}" for reason, found in sorted(reasons.items()))
    whole = counted(len({row[at("sha256")] for row in rows}), "certificate")
    return f"left out of one statement or more: {whole} ({said}); `--left-out` says each with its reason"


def trust_note(connection: "DuckDBPyConnection", question: Question) -> str:
    """Return as of which day each program's trust is used for the period."""
    rows = connection.execute(
        "SELECT root_program, list(DISTINCT trust_date ORDER BY trust_date) FROM period_trust(?, ?)"
        " GROUP BY ALL ORDER BY ALL",
        [question.first, question.last],
    ).fetchall()
    if not rows and question.intended:
        return "no root trust is loaded: only roots that are meant to be trusted count"
    if not rows:
        return "no root trust is loaded, so nothing is capable"
    said = ", ".join(f"{program} of {' and '.join(str(each) for each in dates)}" for program, dates in rows)
    return f"root trust used: {said}"
