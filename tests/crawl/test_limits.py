"""What the client waits for, and how much it asks of a host, seen from the server."""

import asyncio
import random
from pathlib import Path
from typing import Any

from cagraph.crawl.hosts import Politeness
from cagraph.crawl.http import AT_ONCE
from cagraph.crawl.outcome import State
from tests.crawl.asking import asking
from tests.crawl.faulty import Names, cut, late, serving, whole


async def test_pauses_grow_with_full_jitter(tmp_path: Path) -> None:
    async with serving(whole(b"", 503)) as server, asking(tmp_path, base=5.0, cap=30.0) as client:
        await client.ask(server.url)
        expected = random.Random(7)
        assert client.clock.slept == [expected.uniform(0, most) for most in (5, 10, 20, 30)]


async def test_retry_after_of_one_makes_the_others_wait(tmp_path: Path) -> None:
    by_path = {"/busy": whole(b"", 429, Retry_After="100")}
    async with serving(whole(b"x"), by_path=by_path) as server, asking(tmp_path, tries=1) as client:
        assert (await client.ask(server.at("127.0.0.1", "/busy"))).state is State.FAILED
        assert client.clock.now == 0
        assert (await client.ask(server.url)).state is State.DONE
        assert client.clock.slept == [100]


async def test_a_host_that_is_down_rests_and_is_given_up(tmp_path: Path) -> None:
    manner: dict[str, Any] = {"failures": 10, "rest": 60.0, "probes": 3, "base": 0.1, "cap": 0.1}
    async with serving(whole(b"", 502)) as server, asking(tmp_path, **manner) as client:
        outcomes = [await client.ask(f"{server.url}{n}") for n in range(4)]
        assert [outcome.tries for outcome in outcomes] == [5, 5, 3, 0]
        assert outcomes[-1].error == ("127.0.0.1 is left alone: 13 failures in a row, the last: HTTP 502")
        assert len(server.asked) == 13
        assert 180 <= client.clock.now < 182


async def test_resets_in_the_body_count_against_a_host(tmp_path: Path) -> None:
    manner: dict[str, Any] = {"failures": 2, "rest": 60.0, "base": 0.1, "cap": 0.1}
    async with (
        serving(cut(b"ha", of=4), cut(b"ha", of=4), whole(b"half")) as server,
        asking(tmp_path, **manner) as client,
    ):
        assert (await client.ask(server.url)).state is State.DONE
        assert 60 <= client.clock.now < 61


async def test_what_does_not_exist_does_not_count_against_a_host(tmp_path: Path) -> None:
    async with serving(whole(b"", 404)) as server, asking(tmp_path, failures=2) as client:
        for number in range(5):
            await client.ask(f"{server.url}{number}")
        assert client.clock.slept == []
        assert len(server.asked) == 5


async def test_so_many_at_once(tmp_path: Path) -> None:
    async with serving(late(0.02, whole(b"x"))) as server, asking(tmp_path, at_once=3) as client:
        outcomes = await asyncio.gather(*(client.ask(f"{server.url}{n}") for n in range(12)))
        assert {outcome.state for outcome in outcomes} == {State.DONE}
        assert server.at_once == 3


async def test_so_many_a_second(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with serving(whole(b"x")) as server, asking(tmp_path, a_second=50.0) as client:
        begin = loop.time()
        await asyncio.gather(*(client.ask(f"{server.url}{n}") for n in range(11)))
        assert loop.time() - begin >= 0.19


async def test_so_many_at_once_of_all_hosts(tmp_path: Path) -> None:
    """A process may open only so many files and sockets."""
    many = [f"host{number}.example" for number in range(AT_ONCE + 16)]
    names = Names(**{name: [["127.0.0.1"]] for name in many})
    async with serving(late(0.1, whole(b"x"))) as server, asking(tmp_path, resolver=names) as client:
        outcomes = await asyncio.gather(*(client.ask(server.at(name)) for name in many))
        assert {outcome.state for outcome in outcomes} == {State.DONE}
        assert server.at_once == AT_ONCE


def test_the_usual_limits() -> None:
    usual = Politeness()
    assert (usual.a_second, usual.at_once, usual.tries, usual.base, usual.cap) == (5, 4, 5, 5, 120)
    assert (usual.read, usual.total, usual.longest_wait, usual.failures) == (60, 600, 900, 10)
