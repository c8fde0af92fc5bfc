"""Works a view out once for many questions: what they read twice is kept as a table for the day.

The views build on each other, and each expands into all that stands below it: asked for by name, a finding
takes DuckDB a second. The first question about a day keeps the answers of the views that it needs, and the
next ones read those. They are temporary tables of a connection beside the caller's: the caller's own sees the
views alone, so that no answer of one day is ever read on another.

Knows views by their names, and of none what it says.
"""

import re
from datetime import date
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_WORD = re.compile(r"\w+")
_COMMENT = re.compile(r"--[^\n]*")
_DAYS: "WeakKeyDictionary[DuckDBPyConnection, Day]" = WeakKeyDictionary()


class Day:
    """One day's answers of a warehouse that nobody writes to meanwhile."""

    def __init__(self, connection: "DuckDBPyConnection", day: date) -> None:
        """Open a connection beside `connection`, which must outlive it."""
        self.day = day
        self.connection = connection.cursor()
        self.connection.execute("SET VARIABLE as_of = ?", [day])
        views: dict[str, str] = dict(
            self.connection.execute(
                "SELECT view_name, regexp_replace(sql, '^CREATE VIEW [^ ]+ ', '') FROM duckdb_views()"
                " WHERE database_name = current_database() AND NOT internal ORDER BY view_name"
            ).fetchall()
        )
        macros: dict[str, str] = dict(
            self.connection.execute(
                "SELECT function_name, any_value(macro_definition) FROM duckdb_functions()"
                " WHERE database_name = current_database() AND NOT internal GROUP BY ALL"
            ).fetchall()
        )
        self._views = frozenset(views)
        known = self._views | frozenset(macros)
        self._named_by = {
            name: [word for word in _words(text) if word in known] for name, text in (macros | views).items()
        }
        """The views and macros that each of them names, as often as it does."""
        self._kept: set[str] = set()

    def ready_for(self, question: str, *, again: bool = True) -> "DuckDBPyConnection":
        """Keep every view that is read twice on the way to the answer; `again`: and those that it names.

        Returns the connection to ask it on.
        """
        named = _words(question)
        readings: dict[str, int] = {}
        # Those below a view come before it, so that each finds them kept already.
        for name in self._below(named, readings):
            if name in self._views and ((again and name in named) or readings[name] > 1):
                self.connection.execute(f'CREATE TEMP TABLE "{name}" AS FROM main."{name}"')
                self._kept.add(name)
        return self.connection

    def _below(self, words: list[str], readings: dict[str, int]) -> list[str]:
        """Return the views and macros on the way, the lowest first; count how often each is named."""
        found: list[str] = []
        for word in words:
            if word not in self._named_by or word in self._kept:
                continue
            readings[word] = readings.get(word, 0) + 1
            if readings[word] == 1:
                found += [*self._below(self._named_by[word], readings), word]
        return found


def _words(text: str) -> list[str]:
    return _WORD.findall(_COMMENT.sub("", text))


def beside(connection: "DuckDBPyConnection", question: str, *, again: bool = True) -> "DuckDBPyConnection":
    """Return a connection on which `question` can be asked, the views that it needs worked out for the day.

    `again`: other questions about the same views will follow. A connection that may write is returned as it
    is: what it writes would not be in what was kept.
    """
    today = _day(connection) if _reads_only(connection) else None
    if today is None:
        return connection
    kept = _DAYS.get(connection)
    if kept is None or kept.day != today:
        if kept is not None:
            kept.connection.close()
        kept = _DAYS[connection] = Day(connection, today)
    return kept.ready_for(question, again=again)


def _day(connection: "DuckDBPyConnection") -> date | None:
    """Return the day that the connection speaks of; None: a database that was never analysed has no days."""
    import duckdb

    try:
        row = connection.execute("SELECT as_of()").fetchone()
    except duckdb.CatalogException:
        return None
    return row[0] if row else None


def _reads_only(connection: "DuckDBPyConnection") -> bool:
    row = connection.execute(
        "SELECT readonly FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchone()
    return row == (True,)
