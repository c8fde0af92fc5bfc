"""The stand-in itself: a real HTTP server on loopback that serves a content, and fails as it is told to."""

import asyncio
import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.standin.content import Content, CrtSh, File
from tests.standin.faults import Fault, Faults

CRTSH = "/crtsh/"
LOG_LIST = "/log_list.json"
MODIFIED = "Wed, 08 May 2024 00:00:00 GMT"
_NGINX = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>nginx</body></html>"
_PAGE = "<!DOCTYPE html><HTML><BODY>Sorry, something went wrong...</BODY></HTML>"
_DATABASE = (
    "<HTML><BODY>Sorry, something went wrong... <TEXTAREA>canceling statement due to conflict with recovery"
    "</TEXTAREA></BODY></HTML>"
)
_GIGABYTES = 2 << 30
_PIECE = b"\0" * (1 << 16)


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    path: str
    conditional: bool
    user_agent: str
    answered: str


class StandIn:
    """The server. Use it in `async with`; `log` has every request in the order of its coming."""

    def __init__(self, content: Content, faults: Faults | None = None, *, port: int = 0) -> None:
        self.content = content
        self.faults = faults or Faults()
        self.log: list[Asked] = []
        self.delay = 0.0
        """Seconds before each answer."""
        self.port = port
        self._crtsh = CrtSh(content.listed)
        self._stopping = asyncio.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def conditional(self) -> int:
        """How many requests asked for what changed only."""
        return sum(asked.conditional for asked in self.log)

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path_qs
        fault = self.faults.next(path)
        conditional = "If-None-Match" in request.headers or "If-Modified-Since" in request.headers
        file = self._find(request)
        answered = fault or ("404" if file is None else "304" if _unchanged(request, file) else "200")
        agent = request.headers.get("User-Agent", "")
        self.log.append(Asked(path, conditional, agent, str(answered)))
        if self.delay:
            await asyncio.sleep(self.delay)
        if request.method not in ("GET", "POST"):
            raise web.HTTPMethodNotAllowed(request.method, ["GET", "POST"])
        if fault is not None:
            return await self._fail(fault, request, file or File(b"x" * 100, "text/plain"))
        if file is None:
            raise web.HTTPNotFound(text="<html>not found</html>", content_type="text/html")
        headers = {"ETag": file.etag, "Last-Modified": MODIFIED}
        if answered == "304":
            return web.Response(status=304, headers=headers)
        response = web.Response(body=file.body, content_type=file.content_type, headers=headers)
        response.enable_compression()
        return response

    def _find(self, request: web.Request) -> File | None:
        """Return what is served at a request's path."""
        if request.path == CRTSH:
            return self._crtsh.answer(request.query)
        if request.path == LOG_LIST:
            logs = [{"description": "a log", "url": f"{self.url}/log/", "state": {"usable": {}}}]
            return File(json.dumps({"operators": [{"logs": logs}]}).encode(), "application/json")
        return self.content.find(request.path_qs)

    async def _fail(self, fault: Fault, request: web.Request, file: File) -> web.StreamResponse:
        """Answer as the fault says."""
        pages = {
            Fault.BAD_GATEWAY: (502, _NGINX.format("502 Bad Gateway"), {}),
            Fault.UNAVAILABLE: (503, _NGINX.format("503 Service Unavailable"), {}),
            Fault.DATABASE: (503, _DATABASE, {}),
            Fault.GATEWAY_TIMEOUT: (504, _NGINX.format("504 Gateway Time-out"), {}),
            Fault.BUSY: (429, _NGINX.format("429 Too Many Requests"), {}),
            Fault.BUSY_WAIT: (429, _NGINX.format("429 Too Many Requests"), {"Retry-After": "0"}),
            Fault.PAGE: (200, _PAGE, {}),
            Fault.GLUED: (200, '[{"id":1},[BEGIN_HEADERS]\nContent-Type: text/html\n[END_HEADERS]', {}),
            Fault.GONE: (404, _NGINX.format("404 Not Found"), {}),
            Fault.LOOP: (302, "", {"Location": request.path_qs}),
            Fault.EMPTY: (200, "", {}),
        }
        if fault in pages:
            status, text, headers = pages[fault]
            return web.Response(status=status, text=text, content_type="text/html", headers=headers)
        if fault is Fault.HALF:
            half = file.body[: max(1, len(file.body) // 2)].rstrip(b"\n\r")
            return web.Response(body=half, content_type=file.content_type)
        if fault is Fault.WRONG_CERTIFICATE:
            other = self._crtsh.answer({"d": str(CrtSh.FIRST)})
            assert other is not None
            return web.Response(body=other.body, content_type=other.content_type)
        if fault is Fault.BOMB:
            return await self._bomb(request)
        if fault in (Fault.ENDLESS, Fault.LARGE):
            return await self._large(request, _GIGABYTES if fault is Fault.LARGE else None)
        return await self._break_off(fault, request, file)

    async def _break_off(self, fault: Fault, request: web.Request, file: File) -> web.StreamResponse:
        """Send half of a body and then reset, stop, or end too early."""
        response = web.StreamResponse(headers={"Content-Type": file.content_type})
        response.content_length = len(file.body) + 10
        await response.prepare(request)
        await response.write(file.body if fault is Fault.WRONG_LENGTH else file.body[: len(file.body) // 2])
        transport = request.transport
        if fault is Fault.RESET and transport is not None:
            transport.abort()
        elif fault is Fault.WRONG_LENGTH and transport is not None:
            transport.close()
        else:
            with suppress(ConnectionError):
                while not self._stopping.is_set() and request.transport is not None:
                    await response.write(b"x")
                    await asyncio.sleep(0.05)
        return response

    async def _large(self, request: web.Request, size: int | None) -> web.StreamResponse:
        response = web.StreamResponse()
        if size:
            response.content_length = size
        await response.prepare(request)
        sent = 0
        with suppress(ConnectionError):
            while size is None or sent < size:
                await response.write(_PIECE)
                sent += len(_PIECE)
        return response

    async def _bomb(self, request: web.Request) -> web.StreamResponse:
        """Send two gigabytes of zeros as gzip: two megabytes on the wire."""
        response = web.StreamResponse(headers={"Content-Encoding": "gzip"})
        await response.prepare(request)
        packer = zlib.compressobj(9, wbits=31)
        with suppress(ConnectionError):
            for _ in range(_GIGABYTES >> 20):
                if piece := packer.compress(b"\0" * (1 << 20)):
                    await response.write(piece)
            await response.write(packer.flush())
        return response


def _unchanged(request: web.Request, file: File) -> bool:
    if tags := request.headers.get("If-None-Match"):
        return file.etag in tags
    return request.headers.get("If-Modified-Since") == MODIFIED


@contextmanager
def serve_in_thread(content: Content, faults: Faults | None = None, *, port: int = 0) -> Iterator[StandIn]:
    """Run a stand-in beside the caller, in a thread with a loop of its own."""
    ready, done = threading.Event(), threading.Event()
    found: list[StandIn] = []

    async def serve() -> None:
        async with StandIn(content, faults, port=port) as standin:
            found.append(standin)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(30), "the stand-in did not start"
    try:
        yield found[0]
    finally:
        done.set()
        thread.join(30)
