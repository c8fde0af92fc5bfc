"""Asks a PostgreSQL server one query at a time, again where that helps, and never takes half an answer.

Knows PostgreSQL behind a PgBouncer in statement pooling, and nothing of what is asked. psycopg is needed only
when the first query is sent.
"""

import asyncio
import random
import re
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import TYPE_CHECKING, Self

from aiolimiter import AsyncLimiter

from cagraph.crawl.archive import Archive, Receiving
from cagraph.crawl.outcome import Allowance, Check, Outcome, State, Validators
from cagraph.model import utc_now
from cagraph.sources.asking import MEBIBYTE, Answer, Refused, Request
from cagraph.sources.sql_body import end_line, head_line, row_line

if TYPE_CHECKING:
    from cagraph.crawl.postgres_session import Server, Session, Trouble

TRIES = 5
NEEDS_PSYCOPG = "asking a database needs psycopg: pip install 'cagraph[crtsh]'"


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how long, in seconds. Pauses before another try are drawn between two bounds."""

    every: float = 1.0
    """Between two queries."""
    timeout: float = 130.0
    """For a whole answer: longer than the server's own limit on a statement."""
    reconnect: tuple[float, float] = (0.25, 2.0)
    """After a lost connection."""
    again: tuple[float, float] = (5.0, 60.0)
    """After a conflict on the server, or where it is too busy."""


ON_LOOPBACK = Pace(every=0.0, reconnect=(0.01, 0.05), again=(0.01, 0.05))


class _Cure(Enum):
    """What helps against a trouble."""

    RECONNECT = "reconnect"
    WAIT = "wait"
    NONE = "none"


# Cancelled by a conflict with recovery, by a deadlock, by a limit on time; shut down; starting; too busy.
_WAIT_STATES = frozenset({"40001", "40P01", "57014", "57P01", "57P02", "57P03", "08006", "53300"})
_WAIT_TEXTS = re.compile(
    "query_wait_timeout|server conn crashed|no more connections|too many (connections|clients)"
    "|conflict with recovery|xlog flush request|is starting up|is shutting down"
)
# What goes wrong before there is a session has no SQLSTATE to go by.
_HOPELESS_TEXTS = re.compile(
    "authentication|password|no such (user|database)|does not exist|no pg_hba|bouncer config error"
    "|login rejected|not permitted to log in|certificate verify failed|does not support SSL|SSL required"
    "|unsupported startup parameter|connection string|Name or service not known",
    re.IGNORECASE,
)


def _cure(trouble: "Trouble") -> _Cure:
    """Return what helps; where that is not known, nothing does."""
    state, text = trouble.state or "", trouble.text
    if state in _WAIT_STATES or (state[:2] in ("", "08", "XX") and _WAIT_TEXTS.search(text)):
        return _Cure.WAIT
    if state:
        return _Cure.RECONNECT if state.startswith("08") else _Cure.NONE
    hopeless = not trouble.connected and _HOPELESS_TEXTS.search(text)
    return _Cure.NONE if hopeless else _Cure.RECONNECT


class _Failed(Exception):
    """A try that came to nothing, and what helps."""

    def __init__(self, reason: str, cure: _Cure = _Cure.NONE, *, gone: bool = False) -> None:
        """Say why; `gone`: what was asked for does not exist any more."""
        super().__init__(reason)
        self.cure, self.gone = cure, gone


class SqlFetcher:
    """Asks one database, over one connection that is opened when it is needed. Use it in `async with`."""

    def __init__(self, dsn: str, archive: Archive, allowance: Allowance, pace: Pace | None = None) -> None:
        """Take where the database is, as a libpq connection string. `pace` None: polite, but on loopback."""
        self._dsn = dsn
        self._archive = archive
        self._allowance = allowance
        self._pace = pace
        self._lock = asyncio.Lock()
        self._server: Server | None = None
        self._session: Session | None = None
        self._limiter: AsyncLimiter | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._drop()

    async def fetch(self, request: Request, known: Validators | None, check: Check) -> Outcome:
        """Ask for one page, up to five times; `known` is of no use to a database."""
        async with self._lock:
            tries = 0
            while True:
                try:
                    pace = self._prepare()
                    if self._limiter:
                        await self._limiter.acquire()
                    self._allowance.take()
                    tries += 1
                    return await self._try(request, check, tries, pace)
                except _Failed as failure:
                    await self._drop()
                    if failure.cure is _Cure.NONE or tries == TRIES:
                        return Outcome(State.FAILED, utc_now(), tries, error=str(failure), gone=failure.gone)
                    await asyncio.sleep(_pause(failure.cure, pace, tries))

    def _prepare(self) -> Pace:
        """Read the connection string once, and settle the pace."""
        if self._server is None:
            try:
                from cagraph.crawl.postgres_session import Trouble, server_of
            except ImportError:
                raise _Failed(NEEDS_PSYCOPG) from None
            try:
                self._server = server_of(self._dsn)
            except Trouble as trouble:
                raise _Failed(str(trouble)) from None
            self._pace = self._pace or (ON_LOOPBACK if self._server.is_loopback else Pace())
            self._limiter = AsyncLimiter(1, self._pace.every) if self._pace.every else None
        assert self._pace is not None
        return self._pace

    async def _try(self, request: Request, check: Check, tries: int, pace: Pace) -> Outcome:
        """Ask once, and archive what `check` takes."""
        with self._archive.receive(request.name) as received:
            try:
                async with asyncio.timeout(pace.timeout):
                    await self._receive(request, received)
            except TimeoutError:
                raise _Failed(f"no whole answer within {pace.timeout:g} s", _Cure.WAIT) from None
            sha256 = received.finish()
            answer = Answer(received.path, sha256, received.size, content_type="application/x-ndjson")
            try:
                await asyncio.to_thread(check, request, answer)
            except Refused as refusal:
                cure = _Cure.WAIT if refusal.again else _Cure.NONE
                raise _Failed(str(refusal), cure, gone=refusal.gone) from None
            await asyncio.to_thread(self._archive.keep, received.path, sha256)
        return Outcome(State.DONE, utc_now(), tries, sha256=sha256, size=answer.size)

    async def _receive(self, request: Request, received: Receiving) -> None:
        """Write one answer as it arrives: head, rows, and at last how many there were."""
        from cagraph.crawl.postgres_session import Session, Trouble

        assert request.sql is not None
        assert self._server is not None
        try:
            self._session = self._session or await Session.open(self._server)
            number = 0
            async with aclosing(self._session.rows(request.sql)) as rows:
                async for columns, row in rows:
                    if number == 0:
                        received.write(head_line(request.sql.query, columns))
                    received.write(row_line(row))
                    number += 1
                    if received.size > request.limit:
                        # Closed at once: otherwise the rest would be read to no purpose.
                        await self._drop()
                        raise _Failed(f"more than {request.limit / MEBIBYTE:g} MiB")
            if number == 0:
                received.write(head_line(request.sql.query, ()))
            received.write(end_line(number))
        except Trouble as trouble:
            raise _Failed(str(trouble), _cure(trouble)) from None
        except ValueError as problem:
            raise _Failed(str(problem)) from None

    async def _drop(self) -> None:
        """Close the connection: the next query opens another."""
        session, self._session = self._session, None
        if session:
            await session.close()


def _pause(cure: _Cure, pace: Pace, tries: int) -> float:
    """Return for how long to wait: up to twice as long after every try."""
    least, most = pace.again if cure is _Cure.WAIT else pace.reconnect
    return random.uniform(least, min(most, least * 2**tries))  # noqa: S311 (no secret)
