"""Everything that goes wrong on demand: as a plain client sees it, and when it does."""

import asyncio
import json
import random
import time
import zlib
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.pki import Authority
from tests.standin.content import Content, File
from tests.standin.crtsh import FIRST
from tests.standin.failing import Manner
from tests.standin.faults import LASTING, MOST_IN_A_ROW, PASSING, Fault, Faults
from tests.standin.reports import pem
from tests.standin.server import StandIn

PATH = "/report"
BODY = b"".join(b"line %d\n" % number for number in range(1000))
ONE, OTHER = (Authority(name).self_signed().der for name in ("One", "Other"))
PEM = f"/crtsh/?d={FIRST}"
BY_FINGERPRINT = f"/crtsh/?d={'ab' * 32}"
BY_KEY = f"/crtsh/?spkisha256={'ab' * 32}&output=json"


@pytest.fixture
async def standin() -> AsyncIterator[StandIn]:
    async with StandIn(Content({PATH: File(BODY)}, [ONE, OTHER])) as server:
        yield server


@pytest.fixture
async def client(standin: StandIn) -> AsyncIterator[aiohttp.ClientSession]:
    timeout = aiohttp.ClientTimeout(total=20, sock_read=0.2)
    async with aiohttp.ClientSession(standin.url, timeout=timeout) as session:
        yield session


def always(standin: StandIn, fault: Fault) -> None:
    standin.faults = Faults(always={"*": fault})


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (Fault.BUSY, 429, "nginx"),
        (Fault.BUSY_WAIT, 429, "nginx"),
        (Fault.BAD_GATEWAY, 502, "502 Bad Gateway"),
        (Fault.UNAVAILABLE, 503, "503 Service Unavailable"),
        (Fault.GATEWAY_TIMEOUT, 504, "504 Gateway Time-out"),
        (Fault.DATABASE, 503, "canceling statement due to conflict with recovery"),
        (Fault.PAGE, 200, "Sorry, something went wrong"),
        (Fault.EMPTY, 200, ""),
        (Fault.GONE, 404, "404 Not Found"),
    ],
)
async def test_a_page_in_place_of_the_answer(
    fault: Fault, status: int, said: str, client: aiohttp.ClientSession, standin: StandIn
) -> None:
    always(standin, fault)
    async with client.get(PATH) as response:
        assert (response.status, response.content_type) == (status, "text/html")
        text = await response.text()
    assert said in text
    assert bool(text) == (fault is not Fault.EMPTY)
    assert [asked.answered for asked in standin.log] == [str(fault)]


@pytest.mark.parametrize("after", ["0", "1", "Wed, 08 May 2024 00:00:00 GMT"])
async def test_only_one_of_the_busy_ones_says_for_how_long(
    after: str, client: aiohttp.ClientSession, standin: StandIn
) -> None:
    standin.manner = Manner(retry_after=after)
    standin.faults = Faults(script={PATH: [Fault.BUSY, Fault.BUSY_WAIT]})
    told = []
    for _ in range(2):
        async with client.get(PATH) as response:
            told.append(response.headers.get("Retry-After"))
    assert told == [None, after]


async def test_half_a_body_as_if_it_were_all(client: aiohttp.ClientSession, standin: StandIn) -> None:
    always(standin, Fault.HALF)
    async with client.get(PATH) as response:
        half = await response.read()
        assert response.content_length == len(half)
    assert BODY.startswith(half)
    assert 0 < len(half) < len(BODY)


async def test_half_a_list_is_no_json(client: aiohttp.ClientSession, standin: StandIn) -> None:
    always(standin, Fault.HALF)
    async with client.get(BY_KEY) as response:
        assert response.content_type == "application/json"
        with pytest.raises(json.JSONDecodeError):
            await response.json()


async def test_headers_as_text_in_front_of_half_a_list(
    client: aiohttp.ClientSession, standin: StandIn
) -> None:
    always(standin, Fault.GLUED)
    async with client.get(BY_KEY) as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert (await response.text()).startswith("[BEGIN_HEADERS]\nContent-Type: application/json")


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.WRONG_LENGTH])
async def test_a_body_that_breaks_off(fault: Fault, client: aiohttp.ClientSession, standin: StandIn) -> None:
    async def take_all() -> None:
        async with client.get(PATH) as response:
            assert response.status == 200
            assert (response.content_length or 0) >= len(BODY)
            await response.read()

    always(standin, fault)
    with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ClientOSError)):
        await take_all()


async def test_a_drip_is_slower_than_a_client_waits(client: aiohttp.ClientSession, standin: StandIn) -> None:
    always(standin, Fault.DRIP)
    standin.manner = Manner(drip=60)
    async with client.get(PATH) as response:
        assert response.status == 200
        with pytest.raises(aiohttp.SocketTimeoutError):
            await response.read()


async def test_a_drip_that_never_lets_a_client_wait_for_long(
    client: aiohttp.ClientSession, standin: StandIn
) -> None:
    """Only a limit on the whole ends it."""
    always(standin, Fault.DRIP)
    standin.manner = Manner(drip=0.02)
    async with client.get(PATH) as response:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await response.read()


@pytest.mark.parametrize("number", [FIRST, FIRST + 1])
async def test_another_certificate(number: int, client: aiohttp.ClientSession, standin: StandIn) -> None:
    always(standin, Fault.WRONG_CERTIFICATE)
    async with client.get(f"/crtsh/?d={number}") as response:
        assert response.content_type == "application/pkix-cert"
        assert await response.text() == pem(OTHER if number == FIRST else ONE)


@pytest.mark.parametrize("fault", [Fault.LOOP, Fault.LOOP_OF_TWO])
async def test_a_redirect_loop(fault: Fault, client: aiohttp.ClientSession, standin: StandIn) -> None:
    always(standin, fault)
    with pytest.raises(aiohttp.TooManyRedirects) as raised:
        await client.get(PATH)
    visited = {response.url.path for response in raised.value.history}
    assert visited == ({PATH} if fault is Fault.LOOP else {PATH, f"/elsewhere{PATH}"})


@pytest.mark.parametrize(
    ("fault", "length", "encoding"),
    [(Fault.ENDLESS, None, None), (Fault.LARGE, 2 << 30, None), (Fault.BOMB, None, "gzip")],
)
async def test_a_body_that_nobody_can_take(
    fault: Fault, length: int | None, encoding: str | None, standin: StandIn
) -> None:
    """The client goes after a megabyte, and the server goes on with others."""
    always(standin, fault)
    async with aiohttp.ClientSession(standin.url, auto_decompress=False) as client:
        async with client.get(PATH) as response:
            assert response.content_length == length
            assert response.headers.get("Content-Encoding") == encoding
            head = await response.content.readexactly(1 << 20)
            response.close()
        assert head.startswith(b"\x1f\x8b" if fault is Fault.BOMB else b"\0\0")
        standin.faults = Faults()
        async with client.get(PATH) as response:
            assert response.status == 200


@pytest.mark.parametrize("fault", [Fault.DRIP, Fault.ENDLESS])
async def test_the_server_ends_though_an_answer_does_not(fault: Fault) -> None:
    began = time.monotonic()
    async with aiohttp.ClientSession() as client:
        async with StandIn(Content({PATH: File(BODY)}), Faults(always={"*": fault})) as standin:
            response = await client.get(f"{standin.url}{PATH}")
        response.close()
    assert time.monotonic() - began < 5


async def test_the_bomb_is_whole(client: aiohttp.ClientSession, standin: StandIn) -> None:
    """Who unpacks it all gets every byte, and a checksum that fits."""
    always(standin, Fault.BOMB)
    standin.manner = Manner(huge=64 << 20)
    decoder, size, wire = zlib.decompressobj(wbits=31), 0, 0
    async with client.get(PATH, auto_decompress=False) as response:
        async for data in response.content.iter_chunked(1 << 16):
            wire += len(data)
            size += len(decoder.decompress(data))
    assert decoder.eof
    assert (size, wire < 1 << 17) == (64 << 20, True)


async def test_every_fault_can_be_had(standin: StandIn) -> None:
    """No fault is in the list that the server cannot carry out."""
    timeout = aiohttp.ClientTimeout(total=20, sock_read=0.1)
    standin.manner = Manner(drip=60)
    async with aiohttp.ClientSession(standin.url, timeout=timeout) as client:
        for fault in Fault:
            standin.faults = Faults(script={"*": [fault]})
            response = await client.get(PEM, allow_redirects=False)
            assert response.status < 500 or str(response.status) in fault
            response.close()
    assert [asked.answered for asked in standin.log] == list(Fault)


def answers(faults: Faults, paths: list[str]) -> dict[str, list[Fault | None]]:
    found: dict[str, list[Fault | None]] = {}
    for path in paths:
        found.setdefault(path, []).append(faults.next(path))
    return found


def test_a_seed_decides_whatever_comes_first() -> None:
    paths = [f"/report?NotBeforeYear={year}" for year in range(1990, 2030)] * 5
    shuffled = random.Random(1).sample(paths, len(paths))
    first = answers(Faults(seed=3, share=0.3), paths)
    assert first == answers(Faults(seed=3, share=0.3), shuffled)
    assert first != answers(Faults(seed=4, share=0.3), paths)


def test_a_share_of_the_answers_goes_wrong_and_never_many_in_a_row() -> None:
    faults = Faults(seed=0, share=0.5)
    got = [faults.next(PATH) for _ in range(4000)]
    wrong = sum(fault is not None for fault in got)
    # Half of them but for those that a row of two keeps back: (1/2 + 1/4) / (1 + 1/2 + 1/4).
    assert wrong / len(got) == pytest.approx(0.43, abs=0.03)
    runs = "".join("x" if fault else " " for fault in got).split()
    assert max(map(len, runs)) == MOST_IN_A_ROW


def test_a_mix_has_what_passes_where_it_makes_sense() -> None:
    def kinds(path: str) -> set[Fault | None]:
        faults = Faults(share=1.0)
        return {faults.next(path) for _ in range(1000)} - {None}

    everywhere = set(PASSING) - {Fault.DATABASE, Fault.GLUED, Fault.WRONG_CERTIFICATE}
    assert kinds(PATH) == everywhere
    assert kinds(PEM) == everywhere | {Fault.DATABASE}
    assert kinds(BY_FINGERPRINT) == everywhere | {Fault.DATABASE, Fault.WRONG_CERTIFICATE}
    assert kinds(BY_KEY) == everywhere | {Fault.DATABASE, Fault.GLUED}
    assert set(PASSING).isdisjoint(LASTING)


def test_nothing_goes_wrong_unasked() -> None:
    faults = Faults()
    assert [faults.next(PATH) for _ in range(100)] == [None] * 100


def test_a_script_is_followed_to_its_end() -> None:
    faults = Faults(script={"*report": [Fault.RESET, None, Fault.EMPTY]}, always={"/other": Fault.GONE})
    assert [faults.next(PATH) for _ in range(4)] == [Fault.RESET, None, Fault.EMPTY, None]
    assert [faults.next("/other") for _ in range(3)] == [Fault.GONE] * 3
