"""How a host is treated: its rate, how much at once, its rests, and when it is given up."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from cagraph.crawl.backoff import Failed
from cagraph.crawl.hosts import CRTSH, ON_LOOPBACK, POLITE, Host, HostGivenUp, Hosts, Politeness
from tests.crawl.faulty import Clock

QUICK = Politeness(a_second=0, failures=3, rest=60, probes=3)
DOWN = Failed("HTTP 503", again=True, of_host=True)


def host_with(clock: Clock, manner: Politeness = QUICK) -> Host:
    return Host("pki.example", manner, clock.sleep, clock)


async def ask(host: Host, failed: Failed | None = None) -> None:
    """Take a turn in which something fails, or nothing."""
    try:
        async with host.turn():
            await asyncio.sleep(0)
            if failed:
                raise failed
    except Failed:
        pass


async def test_it_rests_after_failures_in_a_row() -> None:
    clock = Clock()
    host = host_with(clock)
    for _ in range(3):
        await ask(host, DOWN)
    assert clock.now == 0
    await ask(host)
    assert clock.now == 60, "the probe waited for the rest to end"
    for _ in range(2):
        await ask(host, DOWN)
    await ask(host)
    assert clock.now == 60, "it answered: the row begins anew"


async def test_an_answer_in_between_begins_the_row_anew() -> None:
    clock = Clock()
    host = host_with(clock)
    for _ in range(5):
        await ask(host, DOWN)
        await ask(host, DOWN)
        await ask(host, Failed("HTTP 404", gone=True))
    assert clock.slept == []


async def test_it_is_given_up_when_its_probes_fail() -> None:
    clock = Clock()
    host = host_with(clock)
    for _ in range(6):
        await ask(host, DOWN)
    assert clock.slept == [60, 60, 60]
    with pytest.raises(
        HostGivenUp, match=r"pki\.example is left alone: 6 failures in a row, the last: HTTP 503"
    ):
        await ask(host)
    assert clock.now == 180, "at once"


async def test_what_was_under_way_is_no_probe() -> None:
    """Four at once fail together; the host gets its rest and its probes all the same."""
    clock = Clock()
    host = host_with(clock, Politeness(a_second=0, failures=1, rest=60, probes=3))
    await asyncio.gather(*(ask(host, DOWN) for _ in range(4)))
    await ask(host)
    assert clock.now == 60


async def test_one_probe_at_a_time() -> None:
    clock = Clock()
    host = host_with(clock, Politeness(a_second=0, failures=1, rest=60, probes=3))
    await ask(host, DOWN)
    under_way: list[int] = []
    now = 0

    async def probe() -> None:
        nonlocal now
        async with host.turn():
            now += 1
            under_way.append(now)
            await asyncio.sleep(0.01)
            now -= 1

    await asyncio.gather(*(probe() for _ in range(4)))
    assert under_way == [1, 1, 1, 1]


async def test_who_waits_for_a_pause_that_becomes_a_rest_probes_one_by_one() -> None:
    clock, waiting, under_way = Clock(), asyncio.Event(), []
    now = 0

    async def sleep(seconds: float) -> None:
        waiting.set()
        for _ in range(5):
            await asyncio.sleep(0)
        await clock.sleep(seconds)

    host = Host("pki.example", Politeness(a_second=50, at_once=5, failures=2, rest=60), sleep, clock)
    begun = asyncio.Event()

    async def failing(event: asyncio.Event, failed: Failed) -> None:
        with suppress(Failed):
            async with host.turn():
                begun.set()
                await event.wait()
                raise failed

    async def probe() -> None:
        nonlocal now
        async with host.turn():
            now += 1
            under_way.append(now)
            await asyncio.sleep(0.1)
            now -= 1

    queued = asyncio.Event()
    tasks = [asyncio.create_task(failing(waiting, DOWN))]
    await begun.wait()
    begun.clear()
    busy = Failed("HTTP 429", again=True, after=7, of_host=True)
    tasks.append(asyncio.create_task(failing(queued, busy)))
    await begun.wait()
    # These wait for the rate; then for the pause; and then the host goes to rest.
    tasks += [asyncio.create_task(probe()) for _ in range(3)]
    await asyncio.sleep(0)
    queued.set()
    await asyncio.gather(*tasks)
    assert clock.now >= 60
    assert under_way == [1, 1, 1]


async def test_each_probe_has_a_rest_before_it() -> None:
    clock = Clock()
    host = host_with(clock, Politeness(a_second=0, failures=1, rest=60, probes=3))
    await ask(host, DOWN)
    results = await asyncio.gather(*(ask(host, DOWN) for _ in range(4)), return_exceptions=True)
    assert [isinstance(result, HostGivenUp) for result in results] == [False, False, False, True]
    assert clock.now == 180


async def test_everybody_waits_who_asks_a_host_that_wants_a_pause() -> None:
    clock = Clock()
    host = host_with(clock)
    await ask(host, Failed("HTTP 429", again=True, after=7, of_host=True))
    await asyncio.gather(ask(host), ask(host))
    assert clock.now == 7
    assert max(clock.slept) == 7


async def test_who_wants_too_long_a_pause_is_given_up() -> None:
    host = host_with(Clock())
    await ask(host, Failed("HTTP 429, and asks to wait 3,600 s, which is too long", after=3600, of_host=True))
    with pytest.raises(HostGivenUp, match=r"pki\.example is left alone: HTTP 429, and asks to wait 3,600 s"):
        await ask(host)


async def test_those_that_wait_for_a_rest_hear_that_it_is_given_up() -> None:
    clock = Clock()
    host = host_with(clock, Politeness(a_second=0, failures=1, rest=60, probes=1, at_once=4))
    results = await asyncio.gather(*(ask(host, DOWN) for _ in range(12)), return_exceptions=True)
    assert sum(isinstance(result, HostGivenUp) for result in results) >= 7
    assert clock.now == 60


async def peak(host: Host, many: int) -> int:
    now = most = 0

    async def one() -> None:
        nonlocal now, most
        async with host.turn():
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.005)
            now -= 1

    await asyncio.gather(*(one() for _ in range(many)))
    return most


@pytest.mark.parametrize("at_once", [1, 4])
async def test_so_many_at_once(at_once: int) -> None:
    assert await peak(Host("h", Politeness(a_second=0, at_once=at_once)), 20) == at_once


async def elapsed(action: Callable[[], Awaitable[object]]) -> float:
    begin = time.monotonic()
    await action()
    return time.monotonic() - begin


async def test_so_many_a_second() -> None:
    host = Host("h", Politeness(a_second=50, at_once=10))
    assert await elapsed(lambda: peak(host, 11)) >= 0.19


async def test_after_a_pause_they_do_not_come_all_at_once() -> None:
    host = Host("h", Politeness(a_second=50, at_once=4))
    await ask(host, Failed("HTTP 429", again=True, after=0.15, of_host=True))
    assert await elapsed(lambda: peak(host, 4)) >= 0.15 + 3 * 0.02 - 0.01


async def test_as_fast_as_it_answers() -> None:
    host = Host("h", ON_LOOPBACK)
    assert await elapsed(lambda: peak(host, 40)) < 1


async def test_a_failure_gives_the_turn_back() -> None:
    host = host_with(Clock(), Politeness(a_second=0, at_once=1, failures=100))
    for _ in range(3):
        await ask(host, DOWN)
        with pytest.raises(asyncio.CancelledError):
            async with host.turn():
                raise asyncio.CancelledError
    await asyncio.wait_for(ask(host), 1)


def test_who_is_treated_how() -> None:
    hosts = Hosts({"crt.sh": CRTSH})
    assert hosts.of("crt.sh").manner is CRTSH
    assert hosts.of("crt.sh.") is hosts.of("crt.sh")
    assert hosts.of("127.0.0.1").manner is hosts.of("localhost").manner is ON_LOOPBACK
    assert hosts.of("pki.example").manner is POLITE
    assert hosts.of("pki.example") is hosts.of("pki.example")
    assert (CRTSH.at_once, CRTSH.a_second) == (1, 1 / 1.5)
