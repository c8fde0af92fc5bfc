"""Audit statements in the warehouse: which documents are to be read, and what was read of them.

Writes inside the transaction of its caller. Knows the archive by the names of bodies alone, and no verdict.
"""

import json
from collections.abc import Sequence
from typing import Any

from duckdb import DuckDBPyConnection

from cagraph.audit.statement import READER, Statement, to_json
from cagraph.model import utc_now
from cagraph.sources.ask_audits import urls_in
from cagraph.sources.urls import is_url
from cagraph.warehouse.bulk import insert

TABLES = ("statement", "statement_fingerprint", "statement_misfit", "statement_fact")
_DOCUMENTS = """
SELECT DISTINCT fetched.body_sha256
FROM fetched
WHERE fetched.source = 'audits' AND fetched.body_sha256 IS NOT NULL
"""


def documents(connection: DuckDBPyConnection) -> list[str]:
    """Return the SHA-256 of every document that was had from an audit cell's address, in order."""
    rows = connection.execute(f"{_DOCUMENTS} ORDER BY 1").fetchall()
    return [body for (body,) in rows]


def unread(connection: DuckDBPyConnection) -> list[str]:
    """Return those of them that this version of the reader has not read."""
    rows = connection.execute(
        f"SELECT body_sha256 FROM ({_DOCUMENTS})"  # noqa: S608 (our own text)
        " ANTI JOIN (SELECT body_sha256 FROM statement WHERE reader = ?) USING (body_sha256) ORDER BY 1",
        [READER],
    ).fetchall()
    return [body for (body,) in rows]


def no_addresses(connection: DuckDBPyConnection, urls: Sequence[str]) -> list[str]:
    """Return those that are not one URL, nor what an audit cell has in place of one."""
    rows = connection.execute("SELECT DISTINCT url FROM audit_link").fetchall()
    known = {url for (url,) in rows}
    parts = {url: urls_in([url]) for url in urls}
    return [
        url
        for url in urls
        if not (len(parts[url]) == 1 and (is_url(parts[url][0]) or parts[url][0] in known))
    ]


def store_statements(connection: DuckDBPyConnection, statements: Sequence[Statement]) -> None:
    """Store what was read of documents, in place of what was read of the same ones before."""
    bodies = [statement.body_sha256 for statement in statements]
    for table in TABLES:
        connection.execute(
            f"DELETE FROM {table} WHERE list_contains($bodies::VARCHAR[], body_sha256)",  # noqa: S608
            {"bodies": bodies},
        )
    plain = [to_json(statement) for statement in statements]
    now = utc_now()
    _insert(
        connection,
        "statement",
        [
            {name: each[name] for name in ("body_sha256", "format", "pages", "state", "unreadable")}
            | {"reader": READER, "read_at": now}
            for each in plain
        ],
    )
    for table, rows in (
        ("statement_fingerprint", _fingerprints),
        ("statement_misfit", _misfits),
        ("statement_fact", _facts),
    ):
        _insert(
            connection,
            table,
            [{"body_sha256": each["body_sha256"]} | row for each in plain for row in rows(each)],
        )


def _fingerprints(statement: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        each | {"position": position, "beside": json.dumps(each["beside"])}
        for position, each in enumerate(statement["fingerprints"])
    ]


def _misfits(statement: dict[str, Any]) -> list[dict[str, Any]]:
    kinds = (("sha1", "thumbprints", "sha1"), ("nearly", "nearly", "digits"))
    return [
        {"kind": kind, "digits": each[digits]} | {name: each[name] for name in ("page", "line", "printed")}
        for kind, key, digits in kinds
        for each in statement[key]
    ]


def _facts(statement: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for fact, found in (statement["facts"] or {}).items():
        for each in found if isinstance(found, list) else [found] if found else []:
            rows.append({"fact": fact, **{name: each[name] for name in ("value", "page", "text")}})
    return rows


def _insert(connection: DuckDBPyConnection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns."""
    if rows:
        insert(connection, table, {name: [row[name] for row in rows] for name in rows[0]})
