"""The tables of crawls: `crawl`, `frontier`, and the rows of `fetched` that crawls make.

Writes inside the transaction of its caller. Knows nothing of how things are fetched or what bodies say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from duckdb import DuckDBPyConnection

from cagraph.warehouse.bulk import insert
from cagraph.warehouse.load import next_id

QUEUED = "queued"


@dataclass(frozen=True, slots=True)
class Crawl:
    """One row of `crawl`."""

    crawl_id: int
    started_at: datetime
    sources: tuple[str, ...]
    dated: date | None = None
    rounds: int = 0
    finished_at: datetime | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the frontier remembers of one URL: its last try, and the last body taken."""

    state: str
    immutable: bool
    last_tried: datetime | None
    body_sha256: str | None
    body_bytes: int | None
    etag: str | None
    last_modified: str | None


_CRAWL = ("crawl_id", "started_at", "sources", "dated", "rounds", "finished_at", "outcome")


def last_crawl(connection: DuckDBPyConnection) -> Crawl | None:
    """Return the newest crawl."""
    row = connection.execute(
        f"SELECT {', '.join(_CRAWL)} FROM crawl ORDER BY crawl_id DESC LIMIT 1"  # noqa: S608 (our own names)
    ).fetchone()
    if row is None:
        return None
    values: dict[str, Any] = dict(zip(_CRAWL, row, strict=True))
    values["sources"] = tuple(values["sources"])
    return Crawl(**values)


def rounds_of(connection: DuckDBPyConnection) -> dict[int, int]:
    """Return how many rounds of each crawl are in the warehouse."""
    return dict(connection.execute("SELECT crawl_id, rounds FROM crawl").fetchall())


def store_crawl(connection: DuckDBPyConnection, crawl: Crawl) -> None:
    """Note a crawl that began."""
    insert(connection, "crawl", {name: [getattr(crawl, name)] for name in _CRAWL})


def finish_crawl(connection: DuckDBPyConnection, crawl_id: int, at: datetime, outcome: str) -> None:
    """Note that a crawl came to its end, and how."""
    connection.execute(
        "UPDATE crawl SET finished_at = $at, outcome = $outcome WHERE crawl_id = $crawl_id",
        {"at": at, "outcome": outcome, "crawl_id": crawl_id},
    )


def count_round(connection: DuckDBPyConnection, crawl_id: int, number: int) -> None:
    """Note that the answers of a crawl are taken in up to this round."""
    connection.execute(
        "UPDATE crawl SET rounds = $number WHERE crawl_id = $crawl_id",
        {"number": number, "crawl_id": crawl_id},
    )


def read_frontier(connection: DuckDBPyConnection, sources: Iterable[str]) -> dict[tuple[str, str], Known]:
    """Return what the frontier remembers of everything that these sources ever wanted."""
    rows = connection.execute(
        "SELECT source, url, state, immutable, last_tried, body_sha256, body_bytes, etag, last_modified"
        " FROM frontier SEMI JOIN (SELECT unnest($sources::VARCHAR[]) AS source) USING (source)",
        {"sources": list(sources)},
    ).fetchall()
    return {(row[0], row[1]): Known(*row[2:]) for row in rows}


def queue(connection: DuckDBPyConnection, crawl_id: int, wanted: Sequence[dict[str, Any]]) -> None:
    """Note what a crawl wants: `wanted` has source, url, kind, immutable and untrusted of each."""
    connection.execute(
        "UPDATE frontier SET wanted_by = $crawl_id FROM"
        " (SELECT unnest($sources::VARCHAR[]) AS source, unnest($urls::VARCHAR[]) AS url) AS wanted"
        " WHERE frontier.source = wanted.source AND frontier.url = wanted.url",
        {
            "crawl_id": crawl_id,
            "sources": [row["source"] for row in wanted],
            "urls": [row["url"] for row in wanted],
        },
    )
    known = read_frontier(connection, {row["source"] for row in wanted})
    new = [row for row in wanted if (row["source"], row["url"]) not in known]
    names = ("source", "url", "kind", "immutable", "untrusted")
    columns: dict[str, Sequence[Any]] = {name: [row[name] for row in new] for name in names}
    columns |= {"state": [QUEUED] * len(new), "wanted_by": [crawl_id] * len(new), "tries": [0] * len(new)}
    insert(connection, "frontier", columns)


def store_answers(
    connection: DuckDBPyConnection, crawl_id: int, answers: Sequence[dict[str, Any]]
) -> list[int]:
    """Note what came of requests, in `frontier` and `fetched`; return the number of each in `fetched`.

    `answers` have source, url, kind, immutable, untrusted, state, tries, last_tried, status, error, and of
    the body etag, last_modified, body_sha256, body_bytes; a failure leaves the last body in the frontier.
    """
    first = next_id(connection, "fetched")
    numbers = list(range(first, first + len(answers)))
    same = ("url", "status", "etag", "last_modified", "body_sha256", "body_bytes", "error", "source")
    columns: dict[str, Sequence[Any]] = {name: [row[name] for row in answers] for name in same}
    columns |= {
        "fetch_id": numbers,
        "fetched_at": [row["last_tried"] for row in answers],
        "crawl_id": [crawl_id] * len(answers),
    }
    insert(connection, "fetched", columns)
    _update_frontier(connection, crawl_id, answers)
    return numbers


_BODY = ("etag", "last_modified", "body_sha256", "body_bytes")
_ASKED = ("source", "url", "kind", "immutable", "untrusted")
_TRY = ("state", "tries", "last_tried", "status", "error")


def _update_frontier(
    connection: DuckDBPyConnection, crawl_id: int, answers: Sequence[dict[str, Any]]
) -> None:
    known = read_frontier(connection, {row["source"] for row in answers})
    merged = []
    for row in answers:
        before = known.get((row["source"], row["url"]))
        keep = before if before and row["body_sha256"] is None else None
        body = {name: getattr(keep, name) if keep else row[name] for name in _BODY}
        merged.append({**row, **body, "wanted_by": crawl_id, "crawl_id": crawl_id})
    connection.execute(
        "DELETE FROM frontier USING"
        " (SELECT unnest($sources::VARCHAR[]) AS source, unnest($urls::VARCHAR[]) AS url) AS came"
        " WHERE frontier.source = came.source AND frontier.url = came.url",
        {"sources": [row["source"] for row in merged], "urls": [row["url"] for row in merged]},
    )
    names = (*_ASKED, *_TRY, *_BODY, "wanted_by", "crawl_id")
    insert(connection, "frontier", {name: [row[name] for row in merged] for name in names})


def note_unreadable(connection: DuckDBPyConnection, fetch_id: int, error: str) -> None:
    """Note that a body that was taken could not be read after all."""
    connection.execute(
        "UPDATE fetched SET error = $error WHERE fetch_id = $fetch_id",
        {"error": error, "fetch_id": fetch_id},
    )
