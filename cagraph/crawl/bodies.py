"""Receives a body: decompressed piece by piece, never more than a limit, and told apart if it breaks off.

A bomb costs one piece of memory. Knows nothing of servers.
"""

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli

ACCEPTED = "gzip, br"
_PIECE = 1 << 18


class BadBody(Exception):
    """A body that cannot be taken; the text says why. `again`: another try may bring a better one."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


class Decoder(Protocol):
    """Takes what comes over the wire, and gives what it means."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what the next bytes mean, in small pieces; `BadBody` if they mean nothing."""

    def finish(self) -> None:
        """Raise `BadBody` if the end is not here yet."""


def decoder(encoding: str | None) -> Decoder:
    """Return the decoder for a Content-Encoding.

    Raises:
        BadBody: it is none that was asked for.
    """
    name = (encoding or "identity").strip().lower()
    if name in ("gzip", "x-gzip"):
        return _Gzip()
    if name == "br":
        return _Brotli()
    if name == "identity":
        return _Plain()
    raise BadBody(f"a Content-Encoding that was not asked for: {name[:40]}", again=False)


class _Plain:
    """What is not compressed."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def finish(self) -> None:
        return None


class _Gzip:
    """One gzip member after the other (RFC 1952 2.2)."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)
        self._begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._member.eof:
                # Some servers pad the last member with zeros, as tar does.
                data = data.lstrip(b"\0")
                if not data:
                    return
                self._member = zlib.decompressobj(wbits=31)
            self._begun = True
            try:
                piece = self._member.decompress(data, _PIECE)
            except zlib.error as error:
                raise BadBody(f"is no gzip: {error}", again=True) from error
            if piece:
                yield piece
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def finish(self) -> None:
        if self._begun and not self._member.eof:
            raise BadBody("the gzip stream breaks off", again=True)


class _Brotli:
    """One brotli stream (RFC 7932)."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self._begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._begun = True
        if self._stream.is_finished() and data:
            raise BadBody("has bytes after the end of its brotli stream", again=True)
        try:
            piece = self._stream.process(data, output_buffer_limit=_PIECE)
            while piece or not self._stream.can_accept_more_data():
                if piece:
                    yield piece
                piece = self._stream.process(b"", output_buffer_limit=_PIECE)
                if not piece and self._stream.is_finished():
                    return
        except brotli.error as error:
            raise BadBody(f"is no brotli: {error}", again=True) from error

    def finish(self) -> None:
        if self._begun and not self._stream.is_finished():
            raise BadBody("the brotli stream breaks off", again=True)
