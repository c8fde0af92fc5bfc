"""Asks HTTP servers: with conditions, politely, again where that helps, and never takes half an answer.

    fetch: try ─► hop (one request; redirects are followed by hand) ─► body ─► check ─► archive

Knows nothing of what is asked.
"""

import asyncio
import errno
import random
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from cagraph.crawl.addresses import ForbiddenAddress, PublicOnly, public_socket, refusal
from cagraph.crawl.archive import Archive
from cagraph.crawl.bodies import ACCEPTED, BadBody, decoder
from cagraph.crawl.hosts import Host, HostGivenUp, Hosts, Politeness
from cagraph.crawl.outcome import Allowance, Check, Outcome, State, Validators
from cagraph.errors import WarehouseError
from cagraph.sources.asking import Answer, Refused, Request
from cagraph.sources.urls import found_url

HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_IN_TROUBLE = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
_WIRE_PIECE = 1 << 16
_LONGEST_REASON = 300
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})
_NOT_SHOWN = re.compile(r"[^\x20-\x7e]+")


class _Failed(Exception):
    """A try that came to nothing. `again`: another may do; `after`: seconds that the server asks for."""

    def __init__(
        self,
        reason: str,
        *,
        again: bool = False,
        gone: bool = False,
        status: int | None = None,
        after: float = 0.0,
    ) -> None:
        super().__init__(reason)
        self.again, self.gone, self.status, self.after = again, gone, status, after


class _Forbidden(Exception):
    """What may not be asked; the text says why."""


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

    async def __aenter__(self) -> Self:
        resolver = self._resolver or aiohttp.ThreadedResolver()
        self._open = self._session(aiohttp.TCPConnector(resolver=resolver, limit=0))
        guarded = aiohttp.TCPConnector(
            resolver=PublicOnly(resolver), socket_factory=public_socket, use_dns_cache=False, limit=0
        )
        self._guarded = self._open if self._allow_private else self._session(guarded)
        if self._allow_private:
            await guarded.close()
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
        )

    async def fetch(self, request: Request, known: Validators | None, check: Check) -> Outcome:
        """Ask for one thing, as often as it makes sense, and say what came of it."""
        if known is not None and known.sha256 not in self._archive:
            known = None
        manner = self._hosts.of(urlsplit(request.url).hostname or "").manner
        limit = manner.tries_of_links if request.untrusted else manner.tries
        for tries in range(1, limit + 1):
            try:
                outcome = await self._try(request, known, check)
            except _Forbidden as forbidden:
                return Outcome(State.REFUSED, _now(), tries, error=_line(forbidden))
            except _Failed as failed:
                if failed.again and tries < limit:
                    await self._hosts.sleep(max(failed.after, manner.pause(tries, self._rng)))
                    continue
                return _failure(failed, tries)
            return replace(outcome, tries=tries)
        raise AssertionError("every last try returns")

    async def _try(self, request: Request, known: Validators | None, check: Check) -> Outcome:
        """Ask once, along redirects."""
        url, untrusted = request.url, request.untrusted
        seen: set[str] = set()
        for _ in range(HOPS + 1):
            seen.add(url)
            went = await self._hop(request, url, untrusted, known, check)
            if isinstance(went, Outcome):
                return went
            if went in seen:
                raise _Failed(f"redirects in a circle: {went}")
            if not request.untrusted and url.startswith("https:") and not went.startswith("https:"):
                raise _Failed(f"redirected from https to {went}")
            untrusted = untrusted or urlsplit(went).hostname != urlsplit(request.url).hostname
            url = went
        raise _Failed(f"more than {HOPS} redirects")

    async def _hop(
        self, request: Request, url: str, untrusted: bool, known: Validators | None, check: Check
    ) -> Outcome | str:
        """Send one request; return what came, or where it is redirected to."""
        host = self._hosts.of(urlsplit(url).hostname or "")
        guarded = untrusted and not self._allow_private
        target = _target(url, guarded)
        session = self._guarded if guarded else self._open
        try:
            async with host.turn():
                self._allowance.take()
                async with (
                    asyncio.timeout(host.manner.total),
                    session.get(
                        target,
                        allow_redirects=False,
                        headers=_conditions(known),
                        timeout=_timeout(host.manner),
                    ) as response,
                ):
                    went = await self._answer(request, response, known, check, host)
        except HostGivenUp as given_up:
            raise _Failed(str(given_up)) from given_up
        except (aiohttp.ClientError, OSError, asyncio.IncompleteReadError) as error:
            raise _network_failure(error, host) from error
        return went

    async def _answer(
        self,
        request: Request,
        response: aiohttp.ClientResponse,
        known: Validators | None,
        check: Check,
        host: Host,
    ) -> Outcome | str:
        """Read the answer to one request."""
        status = response.status
        if status in _IN_TROUBLE:
            raise _trouble(response, host)
        host.worked()
        if status in _REDIRECTS:
            return _location(response)
        if status == 304:
            return _unchanged(response, known)
        if status in _GONE:
            if request.may_be_absent:
                return Outcome(State.ABSENT, _now(), 1, status)
            raise _Failed(f"HTTP {status}", gone=True, status=status)
        if status != 200:
            raise _Failed(f"HTTP {status}", status=status)
        return await self._receive(request, response, check)

    async def _receive(self, request: Request, response: aiohttp.ClientResponse, check: Check) -> Outcome:
        """Take a body into the archive, if it is whole, not too large, and `check` takes it."""
        if (response.content_length or 0) > request.limit:
            raise _too_large(request)
        with self._archive.receive(request.name) as received:
            try:
                decode = decoder(response.headers.get("Content-Encoding"))
                wire = 0
                async for data in response.content.iter_chunked(_WIRE_PIECE):
                    wire += len(data)
                    for piece in decode.feed(data):
                        received.write(piece)
                        if max(wire, received.size) > request.limit:
                            raise _too_large(request)
                decode.finish()
            except BadBody as bad:
                raise _Failed(f"the body {bad}", again=bad.again, status=200) from bad
            sha256 = received.finish()
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower() or None
            try:
                check(request, Answer(received.path, sha256, received.size, 200, kind))
            except Refused as refused:
                raise _Failed(str(refused), again=refused.again, gone=refused.gone, status=200) from refused
            await asyncio.to_thread(self._archive.keep, received.path, sha256)
            etag, modified = _validators(response)
            return Outcome(State.DONE, _now(), 1, 200, sha256, received.size, etag, modified)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _line(reason: object) -> str:
    """Return a reason as one short line that is safe to show."""
    return _NOT_SHOWN.sub(" ", str(reason)).strip()[:_LONGEST_REASON]


def _failure(failed: _Failed, tries: int) -> Outcome:
    reason = _line(failed)
    if failed.again and tries > 1:
        reason += f" ({tries} tries)"
    return Outcome(State.FAILED, _now(), tries, failed.status, error=reason, gone=failed.gone)


def _target(url: str, guarded: bool) -> URL:
    """Return a URL as it is asked, or raise `_Forbidden`."""
    try:
        target = URL(found_url(url), encoded=True)
        # A name is looked at when DNS says what it stands for.
        reason = refusal(target.host or "") if guarded and _is_literal(target.host or "") else None
    except ValueError as problem:
        raise _Forbidden(f"{url[:100]} {problem}") from None
    if reason:
        raise _Forbidden(reason)
    return target


def _is_literal(host: str) -> bool:
    return ":" in host or (host.replace(".", "").isdigit() and host.count(".") == 3)


def _conditions(known: Validators | None) -> dict[str, str]:
    """Return the headers that ask for a body only if it changed."""
    if known is None:
        return {}
    found = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in found.items() if value}


def _timeout(manner: Politeness) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=manner.connect, sock_read=manner.read)


def _location(response: aiohttp.ClientResponse) -> str:
    """Return where a redirect leads; relative to what was asked."""
    location = response.headers.get("Location")
    if not location:
        raise _Failed(f"HTTP {response.status} without a Location", status=response.status)
    return urljoin(str(response.url), location)


def _unchanged(response: aiohttp.ClientResponse, known: Validators | None) -> Outcome:
    if known is None or not (known.etag or known.last_modified):
        raise _Failed("HTTP 304, and no condition was set", status=304)
    etag, modified = _validators(response)
    return Outcome(
        State.UNCHANGED,
        _now(),
        1,
        304,
        known.sha256,
        known.size,
        etag or known.etag,
        modified or known.last_modified,
    )


def _validators(response: aiohttp.ClientResponse) -> tuple[str | None, str | None]:
    """Return what makes the next request conditional; what is no plain header value is not kept."""
    found = (response.headers.get(name) for name in ("ETag", "Last-Modified"))
    etag, modified = (None if value is None or _NOT_SHOWN.search(value) else value[:500] for value in found)
    return etag, modified


def _too_large(request: Request) -> _Failed:
    return _Failed(f"larger than {request.limit:,} bytes: not read further", status=200)


def _trouble(response: aiohttp.ClientResponse, host: Host) -> _Failed:
    """Return the failure of a server in trouble, after noting it of its host."""
    reason = f"HTTP {response.status}"
    after = _retry_after(response)
    host.failed(reason)
    if after > host.manner.longest_wait:
        return _Failed(f"{reason}, asks to wait {after:,.0f} s: too long", status=response.status)
    if after:
        host.wait_for(after)
    return _Failed(reason, again=True, status=response.status, after=after)


def _retry_after(response: aiohttp.ClientResponse) -> float:
    """Return the seconds of Retry-After (RFC 9110 10.2.3), 0 where there is none to be read."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal() and text.isascii():
        return float(text[:12])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _network_failure(error: Exception, host: Host) -> Exception:
    """Return what a broken connection means, after noting it of its host."""
    if getattr(error, "errno", None) in _DISK:
        assert isinstance(error, OSError)
        return WarehouseError(f"cannot write to the archive: {error.strerror}")
    forbidden = error if isinstance(error, ForbiddenAddress) else getattr(error, "os_error", None)
    if isinstance(forbidden, ForbiddenAddress):
        return _Forbidden(str(forbidden))
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return _Failed(f"its TLS certificate is not good: {error.certificate_error}")
    if isinstance(error, TimeoutError):
        reason = f"no answer in time: {error}" if str(error) else "took too long as a whole"
    elif isinstance(error, aiohttp.ClientPayloadError):
        reason = f"the body breaks off: {error}"
    else:
        reason = f"connection lost or refused: {type(error).__name__}: {error}"
    host.failed(_line(reason))
    return _Failed(reason, again=True)
