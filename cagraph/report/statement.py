"""What was read of audit statements, as tables. Knows no verdict."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cagraph.audit.facts import Fact
from cagraph.audit.statement import Statement, fact_names
from cagraph.report.rows import Table
from cagraph.report.words import counted
from cagraph.sources.ask_audits import urls_in
from cagraph.sources.urls import links

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Read = tuple[str, Statement]
"""(the file's name, what it says)"""

FINGERPRINTS = ("file", "page", "line", "sha256", "strict", "how", "printed")
FACTS = ("file", "fact", "value", "page", "text")


def fingerprints(read: Iterable[Read]) -> Table:
    """Return every fingerprint printed, repetitions included, with its page and line."""
    rows = [
        (name, each.page, each.line, each.sha256, each.strict, list(each.how), each.printed)
        for name, statement in read
        for each in statement.fingerprints
    ]
    types = ("VARCHAR", "INTEGER", "INTEGER", "VARCHAR", "BOOLEAN", "VARCHAR[]", "VARCHAR")
    return Table(FINGERPRINTS, rows, "Fingerprints", types=types)


def facts(read: Iterable[Read]) -> Table:
    """Return what each statement says about itself, with the words it was read from."""
    rows: list[tuple[Any, ...]] = []
    for name, statement in read:
        if statement.facts is None:
            continue
        for fact in fact_names():
            found = getattr(statement.facts, fact)
            each: Fact[Any]
            for each in found if isinstance(found, tuple) else [found] if found else []:
                rows.append((name, fact, str(each.value), each.page, " ".join(each.text.split())))
    return Table(FACTS, rows, "What it says")


def in_brief(table: Table) -> Table:
    """Return the fingerprints for the eye: as read, with how they are written if not as an ALV wants them."""
    rows = [
        (file, page, line, sha256.upper(), "" if strict else ", ".join(how) or "reformatted")
        for file, page, line, sha256, strict, how, _ in table.rows
    ]
    return Table(("file", "page", "line", "sha256", "written"), rows, table.title)


def notes(read: Sequence[Read]) -> list[str]:
    """Return one line a statement: how much of it there is, or why nothing could be read."""
    return [f"{name}: {_note(statement)}" for name, statement in read]


def _note(statement: Statement) -> str:
    if statement.unreadable is not None:
        return f"unreadable: {statement.unreadable}"
    if not statement.fingerprints:
        return f"{counted(statement.pages, 'page')} with text, and no fingerprint: it lists nothing"
    different = len({each.sha256 for each in statement.fingerprints})
    loose = sum(not each.strict for each in statement.fingerprints)
    return (
        f"{counted(statement.pages, 'page')}, {counted(len(statement.fingerprints), 'fingerprint')}, "
        f"{different} different, {loose} not written as an ALV wants them"
    )


_DOCUMENTS = """
SELECT
    fetched.body_sha256,
    statement.state,
    statement.format,
    statement.pages,
    (SELECT count(*) FROM statement_fingerprint AS each WHERE each.body_sha256 = fetched.body_sha256)
        AS printings,
    (SELECT list(DISTINCT value ORDER BY value) FROM statement_fact AS each
        WHERE each.body_sha256 = fetched.body_sha256 AND fact = 'kinds') AS audit_kinds,
    (SELECT min(value) FROM statement_fact AS each
        WHERE each.body_sha256 = fetched.body_sha256 AND fact IN ('period_end', 'point_in_time'))
        AS period_end,
    statement.unreadable,
    list(DISTINCT fetched.url ORDER BY fetched.url) AS urls
FROM fetched LEFT JOIN statement ON fetched.body_sha256 = statement.body_sha256
WHERE fetched.source = 'audits' AND fetched.body_sha256 IS NOT NULL
GROUP BY fetched.body_sha256, statement.state, statement.format, statement.pages, statement.unreadable
ORDER BY urls[1], fetched.body_sha256
"""


def documents(connection: "DuckDBPyConnection") -> Table:
    """Return a row for each document had from an audit cell's address, with what was read of it."""
    return Table.from_cursor(connection.execute(_DOCUMENTS), "Documents")


def states(connection: "DuckDBPyConnection") -> str:
    """Return how many documents there are of each state, in words."""
    rows = connection.execute(
        f"SELECT coalesce(state, 'unread') AS state, count(*) FROM ({_DOCUMENTS}) GROUP BY 1 ORDER BY 1"  # noqa: S608
    ).fetchall()
    return ", ".join(f"{state} {number}" for state, number in rows)


def pointing(connection: "DuckDBPyConnection", urls: Sequence[str]) -> list[tuple[str, int]]:
    """Return how many CCADB records, in whichever version, name each of these addresses."""
    rows = connection.execute(
        """
        SELECT given.url, count(DISTINCT version.salesforce_id)
        FROM (SELECT unnest($urls::VARCHAR[]) AS url) AS given
        LEFT JOIN audit_link AS link ON given.url = link.url
        LEFT JOIN audit ON link.cell = audit.url
        LEFT JOIN ccadb_record_version AS version ON audit.record_key = version.record_key
        GROUP BY given.url ORDER BY given.url
        """,
        {"urls": links(urls_in(urls))},
    ).fetchall()
    return rows
