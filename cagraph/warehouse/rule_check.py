"""Says what is wrong with rule tables before a verdict can rest on them.

A word mistyped would match nothing, and a rule that matches nothing is a gap that nobody is told of. Knows
which words a column may hold, what makes two rows the same, and which dates bind; of no rule what it says.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cagraph.errors import WarehouseError
from cagraph.model import AuditKind, Purpose, RootProgram
from cagraph.warehouse.catalogue import nearest

Cell = str | int | date | None
Words = frozenset[str]

_PROGRAMS: Words = frozenset(RootProgram)
_PURPOSES: Words = frozenset(Purpose)
_SEVERITIES: Words = frozenset({"gap", "warning", "note"})
_YES_NO: Words = frozenset({"yes", "no"})

WORDS: Mapping[str, Words] = {
    "root_program": _PROGRAMS,
    "purpose": _PURPOSES,
    "purposes.purpose": _PURPOSES | {"any"},
    "crtsh_usages.purpose": _PURPOSES | {"any"},
    "audit_kind": frozenset(AuditKind),
    "severity": _SEVERITIES,
    "audit_requirements.severity": _SEVERITIES,
    "verdict": frozenset({"out", "gap", "pending", "unknown", "claimed", "listed", "warning", "note"}),
    "period_basis": frozenset({"always", "ends_after", "starts_after"}),
    "ground": frozenset({"technically_constrained", "no_names"}),
    "certainty": frozenset({"stated", "inferred"}),
    "listing": frozenset({"listed", "left_out", "unknown"}),
    "constrained_usages.usage": frozenset({"required", "forbidden"}),
    "crtsh_usages.usage": frozenset({"permits", "needs_audit", "constrained_if", "unconstrained_if"}),
    "amounts_to": frozenset({"problem", "out", "fine", "unknown"}),
    "section": frozenset({"lacking", "beside", "document", "written", "needless"}),
    "counted": _YES_NO,
    "made": _YES_NO,
}
"""The words that a column may hold, in every file; `file.column`: in that one."""

MAY_BE_BLANK = frozenset({"severity", "section", "statement_kinds.purpose"})
"""Every other cell of such a column holds a word; `file.column` goes before `column` here too."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "accepted_criteria": ("root_program", "audit_kind", "audit_type"),
    "constrained_usages": ("purpose", "eku_oid"),
    "crtsh_differences": ("about", "class"),
    "crtsh_statuses": ("status",),
    "crtsh_usages": ("purpose", "usage", "eku_oid"),
    "ev_policies": ("policy_oid",),
    "exemptions": ("root_program", "purpose", "ground"),
    "listing_reasons": ("reason",),
    "path_reasons": ("reason",),
    "purposes": ("eku_oid",),
    "revocation_reach": ("source", "root_program", "purpose"),
    "root_programs": ("root_program",),
    "statement_kinds": ("audit_kind", "purpose"),
    "statement_problems": ("problem",),
    "thresholds": ("name",),
    "verdicts": ("step", "reason"),
}
"""What no two rows of a file share. A file that is not here: a whole row."""

RANGES: Mapping[str, tuple[str, ...]] = {
    "audit_requirements": ("root_program", "purpose", "audit_kind"),
}
"""Rows that share this must not hold at the same time: from `effective` on, until before `until`."""

_THRESHOLD = re.compile(r"\bthreshold\s*\(\s*'([^']*)'")


@dataclass(frozen=True, slots=True)
class RuleTable:
    """One rule file as it goes into the database."""

    path: Path
    columns: dict[str, str]
    """Column name to DuckDB type, in the file's order."""
    rows: list[list[Cell]]
    lines: list[int]
    """The line that each row starts on."""

    @property
    def name(self) -> str:
        """The table's name in the database."""
        return f"rule_{self.path.stem}"

    def records(self) -> Iterator["Record"]:
        """Yield each row with its place and its cells by column."""
        for line, row in zip(self.lines, self.rows, strict=True):
            yield Record(f"{self.path}:{line}", self.path.stem, dict(zip(self.columns, row, strict=True)))


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a rule file."""

    where: str
    """File and line."""
    file: str
    cells: dict[str, Cell]

    def values(self, columns: Iterable[str]) -> tuple[Cell, ...]:
        """Return the cells of these columns; one that is not there is blank."""
        return tuple(self.cells.get(column) for column in columns)


def check_rules(tables: Iterable[RuleTable]) -> None:
    """Check every row of the rule tables alone, then against the others.

    Raises:
        WarehouseError: the first thing that is wrong, with its file and line.
    """
    tables = list(tables)
    for table in tables:
        records = list(table.records())
        for check in (_check_words, _check_dates):
            for record in records:
                check(record)
        _check_apart(records, KEYS.get(table.path.stem, tuple(table.columns)), _same)
        if table.path.stem in RANGES:
            _check_apart(records, RANGES[table.path.stem], _overlap)
    _check_programs(tables)


def check_thresholds(path: Path, sql: str, known: Iterable[str]) -> None:
    """Check that every threshold that a file of views asks for is there: without one nothing is ever overdue.

    Raises:
        WarehouseError: one is not, with file and line.
    """
    known = list(known)
    for number, line in enumerate(sql.splitlines(), 1):
        for name in _THRESHOLD.findall(line):
            if name not in known:
                raise WarehouseError(
                    f"{path}:{number}: no threshold {name!r} in data/thresholds.csv{nearest(name, known)}"
                )


def _check_words(record: Record) -> None:
    """Check the cells that hold one word of several."""
    for column, cell in record.cells.items():
        place = f"{record.file}.{column}"
        known = WORDS.get(place, WORDS.get(column))
        may_be_blank = place in MAY_BE_BLANK or (column in MAY_BE_BLANK and place not in WORDS)
        if known is None or (cell is None and may_be_blank):
            continue
        title = column.replace("_", " ")
        if cell is None:
            raise WarehouseError(f"{record.where}: no {title}: one of {', '.join(sorted(known))}")
        if cell not in known:
            hint = nearest(str(cell), sorted(known)) or f": there are {', '.join(sorted(known))}"
            raise WarehouseError(f"{record.where}: unknown {title} {cell!r}{hint}")


def _check_dates(record: Record) -> None:
    """Check that a rule which waits for a day names it, and does not end before it begins."""
    basis, effective, until = record.values(("period_basis", "effective", "until"))
    if basis not in (None, "always") and effective is None:
        raise WarehouseError(f"{record.where}: no effective date: {basis} which day?")
    if isinstance(effective, date) and isinstance(until, date) and until <= effective:
        raise WarehouseError(
            f"{record.where}: never holds: effective {effective}, until {until}, which is no later"
        )


def _check_apart(
    records: Iterable[Record], key: tuple[str, ...], clash: Callable[[Record, Record], str | None]
) -> None:
    """Check that no two rows of one key clash."""
    seen: dict[tuple[Cell, ...], list[Record]] = {}
    for record in records:
        values = record.values(key)
        for earlier in seen.setdefault(values, []):
            if how := clash(earlier, record):
                what = ", ".join(str(value) for value in values if value is not None)
                raise WarehouseError(f"{record.where}: {how} {earlier.where}: {what}")
        seen[values].append(record)


def _same(earlier: Record, later: Record) -> str | None:
    return "the same rule as in"


def _overlap(earlier: Record, later: Record) -> str | None:
    """Say so if both rows hold on some day, whatever their period basis: then neither says which counts."""
    begins = [record.cells.get("effective") or date.min for record in (earlier, later)]
    ends = [record.cells.get("until") or date.max for record in (earlier, later)]
    return "holds at the same time as" if max(map(str, begins)) < min(map(str, ends)) else None


def _check_programs(tables: Iterable[RuleTable]) -> None:
    """Check that every program with a rule is in root_programs.csv: nothing is asked of one that is not."""
    by_name = {table.path.stem: table for table in tables}
    if "root_programs" not in by_name:
        return
    known = {str(record.cells["root_program"]) for record in by_name["root_programs"].records()}
    for table in by_name.values():
        for record in table.records():
            program = record.cells.get("root_program")
            if program is not None and program not in known:
                raise WarehouseError(f"{record.where}: root program {program!r} is not in root_programs.csv")
