"""Asks a lab a question of the catalogue, and names certificates in the answer."""

from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from cagraph.warehouse.catalogue import find, load_catalogue, parse_params
from cagraph.warehouse.day import Day
from tests.pki import Issued
from tests.policy.lab import DAY, Lab

Row = dict[str, Any]

_CATALOGUE = load_catalogue()
_DAYS: WeakKeyDictionary[Lab, dict[str, Day]] = WeakKeyDictionary()
"""A lab that is asked here does not change any more, so what its views say is worked out once a day."""


def ask(lab: Lab, question: str, day: str = DAY, **params: str) -> list[Row]:
    """Return the rows of a question as of a day."""
    query = find(_CATALOGUE, question)
    values = parse_params(query, params)
    settled = _day(lab, day).ready_for(query.sql)
    for parameter in query.parameters:
        if parameter.name in values:
            settled.execute(f"SET VARIABLE {parameter.name} = ?", [values[parameter.name]])
        else:
            settled.execute(f"RESET VARIABLE {parameter.name}")
    cursor = settled.execute(query.sql)
    names = tuple(column[0] for column in cursor.description or ())
    assert names == query.columns
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def of(lab: Lab, question: str, day: str = DAY, **params: str) -> int:
    """Return how many there are that a question's rows are some of."""
    ask(lab, question, day, **params)
    counting = find(_CATALOGUE, question).of
    [[count]] = _day(lab, day).ready_for(counting).execute(counting).fetchall()
    return int(count)


def _day(lab: Lab, day: str) -> Day:
    days = _DAYS.setdefault(lab, {})
    if day not in days:
        lab.query("SELECT 1", day)
        days[day] = Day(lab.connection, date.fromisoformat(day))
    return days[day]


def about(rows: list[Row], certificate: Issued, column: str = "sha256") -> list[Row]:
    """Return the rows about one certificate."""
    return [row for row in rows if row[column] == certificate.sha256]


def said(rows: list[Row], *columns: str) -> set[tuple[Any, ...]]:
    """Return what the rows say in some columns."""
    return {tuple(row[column] for column in columns) for row in rows}
