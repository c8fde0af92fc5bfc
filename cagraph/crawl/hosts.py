"""How each host is treated: how often, how much at once, and when it is left alone.

After many failures in a row a host rests, then one request probes it; if the probes fail too it is given up
for this crawl. Knows nothing of what is asked.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from aiolimiter import AsyncLimiter

from cagraph.crawl.addresses import is_loopback
from cagraph.crawl.backoff import Failed, jittered

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Politeness:
    """How a host is treated; times in seconds. `a_second` 0: as fast as it answers."""

    a_second: float = 5.0
    at_once: int = 4
    tries: int = 5
    tries_of_links: int = 3
    """For URLs that somebody else wrote: a dead one is no reason to wait for long."""
    base: float = 5.0
    cap: float = 120.0
    connect: float = 30.0
    read: float = 60.0
    """For the next bytes."""
    total: float = 600.0
    """For one request and its answer, however steadily it drips."""
    longest_wait: float = 900.0
    """Who asks for a longer pause by Retry-After is not asked again in this crawl."""
    failures: int = 10
    """So many in a row, of whatever request, and the host rests."""
    rest: float = 60.0
    probes: int = 3
    """So many rests without an answer after them, and the host is given up."""

    def pause(self, tries: int, rng: random.Random) -> float:
        """Return how long to wait after so many tries."""
        return jittered(tries, self.base, self.cap, rng)


POLITE = Politeness()
CRTSH = Politeness(a_second=1 / 1.5, at_once=1)
ON_LOOPBACK = Politeness(a_second=0.0, base=0.05, cap=1.0, rest=1.0)
"""Nobody is to be polite to on this machine."""


class HostGivenUp(Exception):
    """A host is not asked any more; the text names it and says why."""


@dataclass(slots=True)
class Host:
    """One host during one crawl."""

    name: str
    manner: Politeness
    sleep: Sleep = asyncio.sleep
    clock: Clock = time.monotonic
    _slots: asyncio.Semaphore = field(init=False)
    _limiter: AsyncLimiter | None = field(init=False)
    _probe: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)
    _not_before: float = field(init=False, default=0.0)
    _in_a_row: int = field(init=False, default=0)
    _rests: int = field(init=False, default=0)
    """Since it last answered."""
    _given_up: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Set up the limits."""
        self._slots = asyncio.Semaphore(self.manner.at_once)
        self._limiter = AsyncLimiter(1, 1 / self.manner.a_second) if self.manner.a_second else None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for the host's turn to be asked; a `Failed` that leaves the block may be held against it.

        Raises:
            HostGivenUp: it is not asked any more.
        """
        async with AsyncExitStack() as held:
            await held.enter_async_context(self._slots)
            await self._wait()
            if self._limiter:
                await self._limiter.acquire()
            # Others may have been told to wait, or the host went to rest, while this one waited for its turn.
            await self._wait()
            if self._rests:
                await held.enter_async_context(self._probe)
                await self._wait()
            if self._given_up:
                raise HostGivenUp(f"{self.name} is left alone: {self._given_up}")
            rests = self._rests
            try:
                yield
            except Failed as failed:
                self._failed(failed, rests)
                raise
            self._worked()

    async def _wait(self) -> None:
        while (left := self._not_before - self.clock()) > 0 and not self._given_up:
            await self.sleep(left)

    def _wait_for(self, seconds: float) -> None:
        self._not_before = max(self._not_before, self.clock() + seconds)

    def _worked(self) -> None:
        self._in_a_row = self._rests = 0

    def _failed(self, failed: Failed, rests: int) -> None:
        """Note a failure of a request that began after so many rests."""
        if not failed.of_host:
            self._worked()
            return
        if failed.after > self.manner.longest_wait:
            self._given_up = str(failed)
            return
        if failed.after:
            self._wait_for(failed.after)
        # What was under way already when the host went to rest says nothing about how it is after it.
        if rests == self._rests:
            self._in_a_row += 1
            if self._rests or self._in_a_row >= self.manner.failures:
                self._rest(failed)

    def _rest(self, failed: Failed) -> None:
        self._rests += 1
        if self._rests > self.manner.probes:
            self._given_up = f"{self._in_a_row} failures in a row, the last: {failed}"
        else:
            self._wait_for(self.manner.rest)


class Hosts:
    """Every host of a crawl; `special` are treated in a way of their own."""

    def __init__(
        self,
        special: Mapping[str, Politeness] | None = None,
        usual: Politeness = POLITE,
        on_loopback: Politeness = ON_LOOPBACK,
        sleep: Sleep = asyncio.sleep,
        clock: Clock = time.monotonic,
    ) -> None:
        self._special = dict(special or {})
        self._usual = usual
        self._on_loopback = on_loopback
        self.sleep = sleep
        self._clock = clock
        self._hosts: dict[str, Host] = {}

    def of(self, name: str) -> Host:
        """Return the host of this name, with or without a dot at its end."""
        name = name.removesuffix(".")
        if name not in self._hosts:
            manner = self._on_loopback if is_loopback(name) else self._special.get(name, self._usual)
            self._hosts[name] = Host(name, manner, self.sleep, self._clock)
        return self._hosts[name]
