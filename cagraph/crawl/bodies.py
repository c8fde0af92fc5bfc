"""Receives a body: decompressed piece by piece, never more than a limit, and told apart if it breaks off.

A bomb costs one piece of memory. Knows nothing of what the body is.
"""

import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from typing import Protocol

import aiohttp
import brotli

from cagraph.crawl.backoff import Failed, interrupted

ACCEPTED = "gzip, br"
WIRE_PIECE = 1 << 16
_PIECE = 1 << 18
_GZIP = 31
"""zlib's number for a gzip member."""


class Decoder(Protocol):
    """Takes what comes over the wire, and gives what it means."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what the next bytes mean, in small pieces; `Failed` if they mean nothing."""

    def finish(self) -> None:
        """Raise `Failed` if the end is not here yet."""


async def unpacked(
    chunks: AsyncIterator[bytes], encodings: Sequence[str], length: int | None, limit: int
) -> AsyncGenerator[bytes, None]:
    """Yield a body's pieces, decompressed; `length` is what the server says comes over the wire.

    Raises:
        Failed: it breaks off, cannot be decompressed, or is larger than the limit, packed or not.
    """
    too_large = Failed(f"larger than {limit:,} bytes: not read further")
    if (length or 0) > limit:
        raise too_large
    decode, wire, size = decoder(encodings), 0, 0
    try:
        async for data in chunks:
            wire += len(data)
            for piece in decode.feed(data):
                size += len(piece)
                if size > limit:
                    raise too_large
                yield piece
            if wire > limit:
                raise too_large
    except (aiohttp.ClientError, OSError) as error:
        of = "" if length is None else f" of {length:,}"
        reason = f"{interrupted(error)} in the body after {wire:,}{of} bytes"
        raise Failed(reason, again=True, of_host=True) from error
    decode.finish()


def decoder(encodings: Sequence[str]) -> Decoder:
    """Return the decoder for the values of Content-Encoding, one a header line.

    Raises:
        Failed: it is none that was asked for, or one inside another.
    """
    name = ", ".join(encodings).strip().lower()
    if name in ("gzip", "x-gzip"):
        return _Gzip()
    if name == "br":
        return _Brotli()
    if name in ("", "identity"):
        return _Plain()
    raise Failed(f"a Content-Encoding that was not asked for: {name[:40]}")


class _Plain:
    """What is not compressed."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def finish(self) -> None:
        return None


class _Gzip:
    """One gzip member after the other (RFC 1952 2.2)."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._member.eof:
                # Some servers pad the last member with zeros, as tar does.
                data = data.lstrip(b"\0")
                if not data:
                    return
                self._member = zlib.decompressobj(_GZIP)
            try:
                piece = self._member.decompress(data, _PIECE)
            except zlib.error as error:
                raise Failed(f"the body is no gzip: {error}", again=True) from error
            if piece:
                yield piece
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def finish(self) -> None:
        if not self._member.eof:
            raise Failed("the body's gzip stream breaks off", again=True)


class _Brotli:
    """One brotli stream (RFC 7932)."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            piece = self._stream.process(data, output_buffer_limit=_PIECE)
            # What exceeds the limit of one call stays inside, for calls without input.
            while piece:
                yield piece
                piece = self._stream.process(b"", output_buffer_limit=_PIECE)
        except brotli.error as error:
            raise Failed(f"the body is no brotli: {error}", again=True) from error

    def finish(self) -> None:
        if not self._stream.is_finished():
            raise Failed("the body's brotli stream breaks off", again=True)
