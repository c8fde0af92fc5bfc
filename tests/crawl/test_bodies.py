"""Bodies: whole or refused, whatever the packing, the pieces and the size."""

import gzip
import random
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cagraph.crawl.backoff import Failed
from cagraph.crawl.bodies import unpacked
from tests.crawl.faulty import gzip_bomb

MIB = 1 << 20
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.compress,
    "br": partial(brotli.compress, quality=5),
}


async def stream(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def split(data: bytes, size: int) -> list[bytes]:
    return [data[begin : begin + size] for begin in range(0, len(data), size)]


async def unpack(
    data: bytes, *encodings: str, size: int = 1 << 16, limit: int = 64 * MIB, length: int | None = None
) -> bytes:
    return b"".join([p async for p in unpacked(stream(split(data, size)), encodings, length, limit)])


@pytest.mark.parametrize("encoding", PACKED)
@given(body=st.binary(max_size=5000), size=st.integers(1, 600))
async def test_what_was_packed_comes_out(encoding: str, body: bytes, size: int) -> None:
    assert await unpack(PACKED[encoding](body), encoding, size=size) == body


@pytest.mark.parametrize("encoding", ["gzip", "br"])
@pytest.mark.parametrize("body", [random.Random(1).randbytes(3 * MIB), bytes(9 * MIB), b"ab" * MIB])
async def test_what_is_large_comes_out_in_small_pieces(encoding: str, body: bytes) -> None:
    source = stream(split(PACKED[encoding](body), 1 << 16))
    pieces = [piece async for piece in unpacked(source, [encoding], None, 64 * MIB)]
    assert b"".join(pieces) == body
    assert max(map(len, pieces)) <= MIB


@pytest.mark.parametrize("encoding", ["gzip", "br"])
async def test_a_stream_cut_anywhere_is_never_whole(encoding: str) -> None:
    data = PACKED[encoding](b"This sentence is long enough to be packed in more than one way." * 9)
    for end in range(len(data)):
        with pytest.raises(Failed, match="breaks off") as caught:
            await unpack(data[:end], encoding)
        assert caught.value.again


@pytest.mark.parametrize("encoding", ["gzip", "br"])
async def test_what_is_not_packed(encoding: str) -> None:
    with pytest.raises(Failed, match=r"is no (gzip|brotli)") as caught:
        await unpack(b"<html>Service unavailable</html>" * 9, encoding)
    assert caught.value.again


async def test_a_damaged_gzip() -> None:
    data = bytearray(gzip.compress(b"something" * 100))
    data[-6] ^= 1
    with pytest.raises(Failed, match="is no gzip"):
        await unpack(bytes(data), "gzip")


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
async def test_gzip_in_several_members(size: int) -> None:
    data = gzip.compress(b"one, ") + gzip.compress(b"") + gzip.compress(b"two")
    assert await unpack(data, "gzip", size=size) == b"one, two"
    assert await unpack(data + bytes(512), "gzip", size=size) == b"one, two"
    with pytest.raises(Failed, match="breaks off"):
        await unpack(data + data[:9], "gzip", size=size)


@pytest.mark.parametrize("size", [1, 1 << 16])
@pytest.mark.parametrize("encoding", ["gzip", "br"])
async def test_rubbish_after_the_end(encoding: str, size: int) -> None:
    with pytest.raises(Failed):
        await unpack(PACKED[encoding](b"whole") + b"and <b>more</b>", encoding, size=size)


@pytest.mark.parametrize("encoding", ["gzip", "br"])
async def test_a_bomb_is_refused_on_its_way(encoding: str) -> None:
    bomb = gzip_bomb(128 * MIB) if encoding == "gzip" else brotli.compress(bytes(128 * MIB), quality=1)
    assert len(bomb) < MIB
    pieces: list[int] = []

    async def take_all() -> None:
        async for piece in unpacked(stream([bomb]), [encoding], None, MIB):
            pieces.append(len(piece))

    with pytest.raises(Failed, match="larger than 1,048,576 bytes") as caught:
        await take_all()
    assert sum(pieces) <= MIB
    assert not caught.value.again


@pytest.mark.parametrize("encoding", PACKED)
async def test_the_limit_is_exact(encoding: str) -> None:
    body = bytes(10_000)
    assert await unpack(PACKED[encoding](body), encoding, limit=10_000) == body
    with pytest.raises(Failed, match="larger than 9,999 bytes"):
        await unpack(PACKED[encoding](body), encoding, limit=9_999)


async def test_the_limit_counts_what_comes_over_the_wire_too() -> None:
    """Empty gzip members without an end: nothing ever comes out of them."""
    members = stream(gzip.compress(b"") for _ in range(1_000_000))
    with pytest.raises(Failed, match="larger than 10,000 bytes"):
        await anext(unpacked(members, ["gzip"], None, 10_000))


async def test_an_announced_length_over_the_limit_is_not_read() -> None:
    async def untouched() -> AsyncIterator[bytes]:
        raise AssertionError("read")
        yield b""

    with pytest.raises(Failed, match="larger than 100 bytes"):
        await anext(unpacked(untouched(), [], 101, 100))


@pytest.mark.parametrize(
    "encodings", [["gzip, gzip"], ["gzip", "gzip"], ["br, gzip"], ["deflate"], ["zstd"], ["\x1b[31m"], [","]]
)
async def test_a_packing_that_was_not_asked_for(encodings: list[str]) -> None:
    with pytest.raises(Failed, match="not asked for") as caught:
        await unpack(b"whatever", *encodings)
    assert not caught.value.again


@pytest.mark.parametrize("encodings", [["GZIP"], ["x-gzip"], [" gzip "]])
async def test_other_spellings_of_gzip(encodings: list[str]) -> None:
    assert await unpack(gzip.compress(b"whole"), *encodings) == b"whole"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionResetError(), "connection reset in the body after 1,234 of 5,678 bytes"),
        (TimeoutError(), "nothing more came in the body after 1,234 of 5,678 bytes"),
    ],
)
async def test_how_far_it_came(error: OSError, reason: str) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield bytes(1234)
        raise error

    pieces = unpacked(breaking(), [], 5678, MIB)
    assert len(await anext(pieces)) == 1234
    with pytest.raises(Failed) as caught:
        await anext(pieces)
    assert (str(caught.value), caught.value.again, caught.value.of_host) == (reason, True, True)
