"""The stand-in itself: a real HTTP server on loopback that serves a content, and fails as it is told to."""

import asyncio
import gzip
import json
import logging
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from types import TracebackType
from typing import Self

import brotli
from aiohttp import web

from tests.standin.content import Content, File
from tests.standin.crtsh import CrtSh
from tests.standin.failing import ELSEWHERE, Failing, Manner, back
from tests.standin.faults import Fault, Faults

CRTSH = "/crtsh/"
LOG_LIST = "/log_list.json"
MODIFIED = datetime(2024, 5, 8, tzinfo=UTC)
METHODS = ("GET", "POST")
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it. `answered` is the status, or the fault in its place."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By their names in lower case."""
    answered: str

    @property
    def conditional(self) -> bool:
        """Whether it asked for what changed only."""
        return "if-none-match" in self.headers or "if-modified-since" in self.headers

    @property
    def user_agent(self) -> str:
        """Who asked."""
        return self.headers.get("user-agent", "")


class StandIn:
    """The server. Use it in `async with`; `log` has every request in the order of its coming."""

    def __init__(self, content: Content, faults: Faults | None = None, *, port: int = 0) -> None:
        self.content = content
        self.faults = faults or Faults()
        self.manner = Manner()
        self.log: list[Asked] = []
        self.delay = 0.0
        """Seconds before each answer."""
        self.chunked = False
        """Whether bodies come in chunks, without a length."""
        self.encodings: tuple[str, ...] = ("gzip",)
        """How bodies are packed, the first that the client takes: `gzip` and `br`."""
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

    def asked_for(self, pattern: str) -> list[Asked]:
        """Return the requests for paths, queries included, that match, as `*onecrl*` would."""
        return [asked for asked in self.log if fnmatchcase(asked.path, pattern)]

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
        if request.method not in METHODS:
            self._note(request, "405")
            raise web.HTTPMethodNotAllowed(request.method, METHODS)
        if request.path.startswith(ELSEWHERE):
            self._note(request, "302")
            return back(request)
        fault = self.faults.next(request.path_qs)
        file = self._find(request)
        status = 404 if file is None else 304 if _unchanged(request, file) else 200
        self._note(request, str(fault or status))
        if self.delay:
            await asyncio.sleep(self.delay)
        if fault is not None:
            return await self._fail(fault, request, file or File(b"x" * 100, "text/plain"))
        if file is None:
            raise web.HTTPNotFound(text="<html>not found</html>", content_type="text/html")
        return self._serve(request, file, status)

    def _note(self, request: web.Request, answered: str) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.log.append(Asked(request.method, request.path_qs, headers, answered))
        _LOGGER.info("%s %s: %s", request.method, request.path_qs, answered)

    def _find(self, request: web.Request) -> File | None:
        """Return what is served at a request's path."""
        if request.path == CRTSH:
            return self._crtsh.answer(request.query)
        if request.path == LOG_LIST:
            logs = [{"description": "a log", "url": f"{self.url}/log/", "state": {"usable": {}}}]
            return File(json.dumps({"operators": [{"logs": logs}]}).encode(), "application/json")
        return self.content.find(request.path_qs)

    def _serve(self, request: web.Request, file: File, status: int) -> web.Response:
        """Return a file, packed as the client takes it, or that it has not changed."""
        headers = {"ETag": file.etag, "Last-Modified": f"{MODIFIED:%a, %d %b %Y %H:%M:%S} GMT"}
        if status == 304:
            return web.Response(status=304, headers=headers)
        body = file.body
        taken = {
            part.partition(";")[0].strip() for part in request.headers.get("Accept-Encoding", "").split(",")
        }
        if encoding := next((encoding for encoding in self.encodings if encoding in taken), None):
            headers["Content-Encoding"] = encoding
            body = brotli.compress(body, quality=4) if encoding == "br" else gzip.compress(body, 6, mtime=0)
        response = web.Response(body=body, content_type=file.content_type, headers=headers)
        if self.chunked:
            response.enable_chunked_encoding()
        return response

    async def _fail(self, fault: Fault, request: web.Request, file: File) -> web.StreamResponse:
        def other() -> File:
            return self._crtsh.other(request.query)

        return await Failing(request, file, self.manner, self._stopping, other).answer(fault)


def _unchanged(request: web.Request, file: File) -> bool:
    """Whether the client has it: the date counts only where there is no tag (RFC 9110 13.2.2)."""
    if tags := request.headers.get("If-None-Match"):
        return file.etag in tags
    since = request.if_modified_since
    return since is not None and since >= MODIFIED


@contextmanager
def serve_in_thread(content: Content, faults: Faults | None = None, *, port: int = 0) -> Iterator[StandIn]:
    """Run a stand-in beside the caller, in a thread with a loop of its own."""
    started: Future[StandIn] = Future()
    done = threading.Event()

    async def serve() -> None:
        async with StandIn(content, faults, port=port) as standin:
            started.set_result(standin)
            await asyncio.to_thread(done.wait)

    def run() -> None:
        try:
            asyncio.run(serve())
        except Exception as problem:
            if started.done():
                raise
            started.set_exception(problem)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield started.result(30)
    finally:
        done.set()
        thread.join(30)
