"""Asks HTTP servers: with conditions, politely, again where that helps, and never takes half an answer.

    fetch: try ─► hop (one request; redirects are followed by hand) ─► body ─► check ─► archive

Knows nothing of what is asked.
"""

import asyncio
import random
import re
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver

from cagraph.crawl.addresses import ForbiddenAddress, PublicOnly, askable, public_socket
from cagraph.crawl.archive import Archive, Receiving
from cagraph.crawl.backoff import Failed, is_trouble, lost, trouble
from cagraph.crawl.bodies import ACCEPTED, WIRE_PIECE, unpacked
from cagraph.crawl.hosts import HostGivenUp, Hosts
from cagraph.crawl.outcome import Allowance, Check, Outcome, State, Validators
from cagraph.crawl.redirects import REDIRECTS, Way
from cagraph.model import utc_now
from cagraph.sources.asking import Answer, Refused, Request
from cagraph.sources.urls import host_of

AT_ONCE = 64
"""Requests under way, whatever the host: each holds a socket and a file."""
_IDLE = 5.0
"""Seconds that an unused connection is kept: a crawl meets hundreds of hosts."""
_GONE = frozenset({404, 410})
_LONGEST_REASON = 300
_LONGEST_VALIDATOR = 500
_NOT_SHOWN = re.compile(r"[^\x20-\x7e]+")


@dataclass(frozen=True, slots=True)
class _Head:
    """What an answer says of itself, and its body. `conditional`: it was asked for with conditions."""

    status: int
    location: str | None
    content_type: str | None
    etag: str | None
    last_modified: str | None
    conditional: bool
    received: Receiving | None


class HttpFetcher:
    """One client for a whole crawl. Use it in `async with`."""

    def __init__(
        self,
        archive: Archive,
        allowance: Allowance,
        *,
        user_agent: str,
        hosts: Hosts | None = None,
        allow_private: bool = False,
        resolver: AbstractResolver | None = None,
        rng: random.Random | None = None,
    ) -> None:
        """Take where bodies go and how much may be asked; `allow_private`: links may lead anywhere."""
        self._archive = archive
        self._allowance = allowance
        self._hosts = hosts or Hosts()
        self._allow_private = allow_private
        self._resolver = resolver
        self._rng = rng or random.Random()  # noqa: S311 - only to spread the load
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": ACCEPTED, "Accept": "*/*"}
        self._anywhere = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self) -> Self:
        resolver = self._resolver or aiohttp.ThreadedResolver()
        self._open = self._session(
            aiohttp.TCPConnector(resolver=resolver, limit=0, keepalive_timeout=_IDLE),
        )
        self._guarded = self._session(
            aiohttp.TCPConnector(
                resolver=PublicOnly(resolver),
                socket_factory=public_socket,
                use_dns_cache=False,
                limit=0,
                keepalive_timeout=_IDLE,
            )
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._guarded.close()
        await self._open.close()

    def _session(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            headers=self._headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            middlewares=(_once,),
        )

    async def fetch(self, request: Request, known: Validators | None, check: Check) -> Outcome:
        """Ask for one thing, as often as it makes sense, and say what came of it.

        Raises:
            OutOfRequests: no more may be sent.
            WarehouseError: the archive cannot be written.
        """
        if known is not None and known.sha256 not in self._archive:
            known = None
        manner = self._hosts.of(host_of(request.url)).manner
        limit = manner.tries_of_links if request.untrusted else manner.tries
        for tries in range(1, limit + 1):
            try:
                return replace(await self._try(request, known, check), tries=tries)
            except ForbiddenAddress as forbidden:
                return Outcome(State.REFUSED, utc_now(), tries, error=_line(forbidden))
            except HostGivenUp as given_up:
                return Outcome(State.FAILED, utc_now(), tries - 1, error=_line(given_up))
            except Failed as failed:
                if not failed.again or tries == limit:
                    return _failure(failed, tries)
                await self._hosts.sleep(max(failed.after, manner.pause(tries, self._rng)))
        raise AssertionError("the last try returns")

    async def _try(self, request: Request, known: Validators | None, check: Check) -> Outcome:
        """Ask once, along redirects, and take what comes."""
        way = Way(request)
        with ExitStack() as held:
            while (head := await self._hop(request, way, known, held)).status in REDIRECTS:
                way.follow(head.status, head.location)
            if head.received:
                return await self._take(request, head, way, head.received, check)
        return _without_body(request, head, known)

    async def _hop(self, request: Request, way: Way, known: Validators | None, held: ExitStack) -> _Head:
        """Send one request, and receive the body if there is one to take; its file is closed with `held`."""
        host = self._hosts.of(host_of(way.url))
        guarded = way.untrusted and not self._allow_private
        target = askable(way.url, guarded=guarded)
        session = self._guarded if guarded else self._open
        # A date or a tag says something of the URL that gave it, and a redirect may lead to another document
        # than last time: conditions are kept of, and set to, the first URL alone.
        conditions = _conditions(known) if way.is_first else {}
        own = request.headers if host_of(way.url) == host_of(request.url) else {}
        timeout = aiohttp.ClientTimeout(None, sock_connect=host.manner.connect, sock_read=host.manner.read)
        async with host.turn(), self._anywhere:
            self._allowance.take()
            try:
                async with (
                    asyncio.timeout(host.manner.total),
                    session.get(
                        target, allow_redirects=False, headers={**own, **conditions}, timeout=timeout
                    ) as response,
                ):
                    if is_trouble(response.status):
                        after = response.headers.get("Retry-After")
                        raise trouble(response.status, after, host.manner.longest_wait)
                    received = None
                    if response.status == 200:
                        # Not before: many requests wait for their hosts, and a process may open few files.
                        received = held.enter_context(self._archive.receive(request.name))
                        await _receive(response, request.limit, received)
                    return _head(response, received, conditional=bool(conditions))
            except (aiohttp.ClientError, OSError) as error:
                forbidden = getattr(error, "os_error", error)
                if isinstance(forbidden, ForbiddenAddress):
                    raise forbidden from None
                raise lost(error, host.manner.total) from error

    async def _take(
        self, request: Request, head: _Head, way: Way, received: Receiving, check: Check
    ) -> Outcome:
        """Take a whole body into the archive, if `check` takes it."""
        sha256 = received.finish()
        try:
            check(request, Answer(received.path, sha256, received.size, head.status, head.content_type))
        except Refused as refused:
            raise Failed(
                str(refused), again=refused.again, gone=refused.gone, status=head.status
            ) from refused
        await asyncio.to_thread(self._archive.keep, received.path, sha256)
        outcome = Outcome(State.DONE, utc_now(), 1, head.status, sha256, received.size)
        if way.is_first:
            return replace(outcome, etag=head.etag, last_modified=head.last_modified)
        return outcome


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send a request; where its connection is lost, the client would send it again by itself, uncounted."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(str(error)) from error.__cause__ or error


async def _receive(response: aiohttp.ClientResponse, limit: int, received: Receiving) -> None:
    """Write a body as it arrives."""
    encodings = response.headers.getall("Content-Encoding", [])
    chunks = response.content.iter_chunked(WIRE_PIECE)
    async with aclosing(unpacked(chunks, encodings, response.content_length, limit)) as pieces:
        try:
            async for piece in pieces:
                received.write(piece)
        except Failed as failed:
            failed.status = response.status
            raise


def _without_body(request: Request, head: _Head, known: Validators | None) -> Outcome:
    """Return what an answer means whose body is not wanted."""
    if head.status == 304:
        if known is None or not head.conditional:
            raise Failed("HTTP 304, and no condition was set", status=304)
        etag, modified = head.etag or known.etag, head.last_modified or known.last_modified
        return Outcome(State.UNCHANGED, utc_now(), 1, 304, known.sha256, known.size, etag, modified)
    is_gone = head.status in _GONE
    if is_gone and request.may_be_absent:
        return Outcome(State.ABSENT, utc_now(), 1, head.status)
    raise Failed(f"HTTP {head.status}", gone=is_gone, status=head.status)


def _conditions(known: Validators | None) -> dict[str, str]:
    """Return the headers that ask for a body only if it changed."""
    if known is None:
        return {}
    found = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, text in found.items() if (value := _validator(text))}


def _head(response: aiohttp.ClientResponse, received: Receiving | None, *, conditional: bool) -> _Head:
    headers = response.headers
    return _Head(
        response.status,
        headers.get("Location"),
        headers.get("Content-Type", "").partition(";")[0].strip().lower() or None,
        _validator(headers.get("ETag")),
        _validator(headers.get("Last-Modified")),
        conditional,
        received,
    )


def _validator(text: str | None) -> str | None:
    """Return an ETag or a date, unless it is none that could be sent back as it is."""
    return text if text and len(text) <= _LONGEST_VALIDATOR and not _NOT_SHOWN.search(text) else None


def _line(reason: object) -> str:
    """Return a reason as one short line that is safe to show."""
    return " ".join(_NOT_SHOWN.sub(" ", str(reason)).split())[:_LONGEST_REASON]


def _failure(failed: Failed, tries: int) -> Outcome:
    reason = _line(failed)
    if failed.again and tries > 1:
        reason += f" ({tries} tries)"
    return Outcome(State.FAILED, utc_now(), tries, failed.status, error=reason, gone=failed.gone)
