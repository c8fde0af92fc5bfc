"""Small servers on this machine that answer as they are told, byte by byte, and note what they were asked.

    async with serving(cut(b"half", of=8), whole(b"all of it")) as server:

gives the first answer to the first request, and the last one to all that follow.
"""

import asyncio
import socket
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import repeat

from aiohttp.abc import AbstractResolver, ResolveResult

Answering = Callable[[asyncio.StreamWriter], Awaitable[None]]
GIB = 1 << 30


@dataclass
class Asked:
    """One request as it came; names of headers in lower case."""

    path: str
    headers: dict[str, str]


@dataclass
class Server:
    """Where it listens, what it was asked, and how many were under way at once."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    at_once: int = 0
    _now: int = 0

    @property
    def url(self) -> str:
        """The address of a document."""
        return f"http://127.0.0.1:{self.port}/document"

    def at(self, host: str, path: str = "/document") -> str:
        """Return the address of a document under another name of this machine."""
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [asked.path for asked in self.asked]


@asynccontextmanager
async def serving(
    *answers: Answering, by_path: Mapping[str, Answering] | None = None
) -> AsyncIterator[Server]:
    """Serve answers in their order, the last one for ever; `by_path` comes before them."""
    server = Server()
    told = list(answers)
    open_now: set[asyncio.StreamWriter] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        open_now.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                asked = _read(await reader.readuntil(b"\r\n\r\n"))
                server.asked.append(asked)
                answer = (by_path or {}).get(asked.path) or (told.pop(0) if len(told) > 1 else told[0])
                server._now += 1
                server.at_once = max(server.at_once, server._now)
                try:
                    await answer(writer)
                    await writer.drain()
                finally:
                    server._now -= 1
        writer.close()

    listening = await asyncio.start_server(converse, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for writer in open_now:
            writer.transport.abort()
        await listening.wait_closed()
        await asyncio.sleep(0)


def _read(head: bytes) -> Asked:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return Asked(first.split(" ")[1], {name.lower(): value.strip() for name, _, value in pairs})


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Return the first lines of an answer."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Status\r\n{lines}\r\n".encode(errors="surrogateescape")


def raw(data: bytes) -> Answering:
    """Send bytes and close."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return answer


def whole(body: bytes = b"", status: int = 200, **headers: str) -> Answering:
    """Send a proper answer; an underscore in a header's name is a hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head(status, {**named, "Content-Length": str(len(body))}) + body)

    return answer


def cut(body: bytes, *, of: int, reset: bool = False) -> Answering:
    """Send less than what was announced, and close or reset the connection."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"Content-Length": str(of)}) + body)
        await writer.drain()
        if reset:
            # The client must have read it all, or the reset overtakes the bytes.
            await asyncio.sleep(0.05)
            _reset(writer)
        writer.close()

    return answer


def refused() -> Answering:
    """Reset the connection without a word."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        _reset(writer)

    return answer


def _reset(writer: asyncio.StreamWriter) -> None:
    under = writer.get_extra_info("socket")
    under.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def slow(body: bytes, every: float, **headers: str) -> Answering:
    """Send a byte now and then."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {**named, "Content-Length": str(len(body))}))
        for byte in body:
            await asyncio.sleep(every)
            writer.write(bytes([byte]))
            await writer.drain()

    return answer


def late(seconds: float, then: Answering) -> Answering:
    """Answer after a while."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        await then(writer)

    return answer


def redirect(location: str, status: int = 302) -> Answering:
    """Send somewhere else."""
    return whole(b"elsewhere", status, Location=location)


def large(size: int = 2 * GIB, *, announced: bool = False) -> Answering:
    """Send so many zeros: in chunks without an end in sight, or announced."""
    piece = bytes(1 << 20)

    async def answer(writer: asyncio.StreamWriter) -> None:
        if announced:
            writer.write(head(200, {"Content-Length": str(size)}))
        else:
            writer.write(head(200, {"Transfer-Encoding": "chunked"}))
        for _ in range(size >> 20):
            writer.write(piece if announced else b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
        if not announced:
            writer.write(b"0\r\n\r\n")

    return answer


def gzip_bomb(size: int) -> bytes:
    """Return so many zeros, a thousandth of the size."""
    packer = zlib.compressobj(9, wbits=31)
    piece = bytes(1 << 20)
    return b"".join(packer.compress(data) for data in repeat(piece, size >> 20)) + packer.flush()


class Names(AbstractResolver):
    """A DNS of our own. A name with several answers gives one after the other, the last for ever."""

    def __init__(self, **names: list[list[str]]) -> None:
        self._names = {name.replace("_", "."): answers for name, answers in names.items()}
        self.lookups: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the next answer for a name."""
        self.lookups.append(host)
        if host not in self._names:
            raise OSError(f"no such name: {host}")
        answers = self._names[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Return what time it is."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let time pass, and others run."""
        self.slept.append(seconds)
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)
