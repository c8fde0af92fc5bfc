"""How an answer goes wrong: what a client sees of each fault.

Knows no paths and no contents: it is given the answer that would have been right.
"""

import asyncio
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from tests.standin.content import File
from tests.standin.faults import Fault

ELSEWHERE = "/elsewhere"
"""What stands before a path on the second stop of a loop of two; from there it always goes back."""
_MISSING = {Fault.WRONG_LENGTH: 10, Fault.DRIP: 1000}
"""Bytes that are announced beyond the body: a drip must not come to its end."""
_PIECE = b"\0" * (1 << 16)
_ZEROS = b"\0" * (1 << 20)
_GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_LAST_BLOCK = b"\x03\0"
_NGINX = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>nginx</body></html>"
_STATUS = {
    Fault.BAD_GATEWAY: (502, "Bad Gateway"),
    Fault.UNAVAILABLE: (503, "Service Unavailable"),
    Fault.GATEWAY_TIMEOUT: (504, "Gateway Time-out"),
    Fault.BUSY: (429, "Too Many Requests"),
    Fault.BUSY_WAIT: (429, "Too Many Requests"),
    Fault.GONE: (404, "Not Found"),
}
_SORRY = "<!DOCTYPE html><HTML><BODY>Sorry, something went wrong...{0}</BODY></HTML>"
_CONFLICT = "<TEXTAREA>canceling statement due to conflict with recovery</TEXTAREA>"
_GLUE = b"[BEGIN_HEADERS]\nContent-Type: application/json\n[END_HEADERS]\n"


@dataclass(frozen=True)
class Manner:
    """How faults are carried out: seconds between the bytes of a drip, Retry-After, bytes of a huge body."""

    drip: float = 0.05
    retry_after: str = "0"
    huge: int = 2 << 30


@dataclass(frozen=True)
class Failing:
    """One answer that goes wrong. `other` makes another certificate; `stopping` ends what has no end."""

    request: web.Request
    file: File
    manner: Manner
    stopping: asyncio.Event
    other: Callable[[], File]

    async def answer(self, fault: Fault) -> web.StreamResponse:
        """Answer as the fault says."""
        if fault in _STATUS:
            return self._status(fault)
        match fault:
            case Fault.LOOP | Fault.LOOP_OF_TWO:
                return _redirect((ELSEWHERE if fault is Fault.LOOP_OF_TWO else "") + self.request.path_qs)
            case Fault.BOMB:
                return await self._bomb()
            case Fault.ENDLESS | Fault.LARGE:
                return await self._large(self.manner.huge if fault is Fault.LARGE else None)
            case Fault.RESET | Fault.DRIP | Fault.WRONG_LENGTH:
                return await self._break_off(fault)
        return self._instead(fault)

    def _status(self, fault: Fault) -> web.Response:
        status, reason = _STATUS[fault]
        headers = {"Retry-After": self.manner.retry_after} if fault is Fault.BUSY_WAIT else {}
        return _html(status, _NGINX.format(f"{status} {reason}"), headers)

    def _instead(self, fault: Fault) -> web.Response:
        """Return a whole answer that is another than the right one."""
        half = self.file.body[: max(1, len(self.file.body) // 2)]
        match fault:
            case Fault.DATABASE:
                return _html(503, _SORRY.format(_CONFLICT))
            case Fault.PAGE:
                return _html(200, _SORRY.format(""))
            case Fault.EMPTY:
                return _html(200, "")
            case Fault.GLUED:
                return web.Response(body=_GLUE + half + b"<BR>ERROR", content_type="text/html")
            case Fault.WRONG_CERTIFICATE:
                other = self.other()
                return web.Response(body=other.body, content_type=other.content_type)
            case Fault.HALF:
                return web.Response(body=half.rstrip(b"\r\n"), content_type=self.file.content_type)
        raise AssertionError(f"nobody says how this goes wrong: {fault}")

    async def _break_off(self, fault: Fault) -> web.StreamResponse:
        """Announce a body and do not send all of it: reset, stop, or send hardly anything more."""
        body = self.file.body
        response = web.StreamResponse(headers={"Content-Type": self.file.content_type})
        response.content_length = len(body) + _MISSING.get(fault, 0)
        await response.prepare(self.request)
        await response.write(body if fault is Fault.WRONG_LENGTH else body[: max(1, len(body) // 2)])
        transport = self.request.transport
        if fault is Fault.DRIP:
            await self._drip(response)
        elif transport is not None:
            transport.abort() if fault is Fault.RESET else transport.close()
        return response

    async def _drip(self, response: web.StreamResponse) -> None:
        with suppress(ConnectionError):
            while not self.stopping.is_set():
                await response.write(b"x")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.stopping.wait(), self.manner.drip)

    async def _large(self, size: int | None) -> web.StreamResponse:
        """Send zeros, as many as are announced or until the client goes."""
        response = web.StreamResponse()
        response.content_length = size
        await response.prepare(self.request)
        sent = 0
        with suppress(ConnectionError):
            while (size is None or sent < size) and not self.stopping.is_set():
                await response.write(_PIECE)
                sent += len(_PIECE)
        return response

    async def _bomb(self) -> web.StreamResponse:
        """Send a huge body of zeros as gzip (RFC 1952): a thousandth of it on the wire."""
        packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
        # A full flush ends a block on a byte and forgets what was before: the same block may come again.
        block = packer.compress(_ZEROS) + packer.flush(zlib.Z_FULL_FLUSH)
        response = web.StreamResponse(headers={"Content-Encoding": "gzip"})
        await response.prepare(self.request)
        check = 0
        with suppress(ConnectionError):
            await response.write(_GZIP_HEAD)
            for _ in range(self.manner.huge // len(_ZEROS)):
                await response.write(block)
                check = zlib.crc32(_ZEROS, check)
            await response.write(_LAST_BLOCK + struct.pack("<II", check, self.manner.huge))
        return response


def back(request: web.Request) -> web.Response:
    """Return the redirect from the second stop of a loop."""
    return _redirect(request.path_qs.removeprefix(ELSEWHERE))


def _redirect(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location})


def _html(status: int, text: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)
