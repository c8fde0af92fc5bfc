"""Asks a server through the crawler's client, with an archive of its own and without waiting for long."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiohttp.abc import AbstractResolver

from cagraph.crawl.archive import Archive
from cagraph.crawl.hosts import ON_LOOPBACK, Hosts
from cagraph.crawl.http import HttpFetcher
from cagraph.crawl.outcome import Allowance, Outcome, Validators
from cagraph.sources.asking import Answer, Request
from tests.crawl.faulty import Clock

QUICK = replace(ON_LOOPBACK, base=1.0, cap=8.0, failures=1000)


@dataclass
class Asking:
    """A client, what it waited, and what it archived."""

    fetcher: HttpFetcher
    archive: Archive
    clock: Clock
    allowance: Allowance
    checked: list[bytes] = field(default_factory=list)

    async def ask(self, url: str, known: Validators | None = None, **choice: Any) -> Outcome:
        """Ask for a URL; every body is taken."""
        return await self.fetcher.fetch(wanted(url, **choice), known, self.take)

    def take(self, request: Request, answer: Answer) -> None:
        """Take every body."""
        self.checked.append(answer.path.read_bytes())

    def body(self, outcome: Outcome) -> bytes:
        """Return the archived body of an outcome."""
        assert outcome.sha256
        target = self.archive.folder / "out"
        self.archive.unpack(outcome.sha256, target)
        return target.read_bytes()

    def is_clean(self) -> bool:
        """Whether nothing half received is left."""
        return not list(self.archive.incoming.iterdir())


def wanted(url: str, **choice: Any) -> Request:
    """Return a request as a source would make it."""
    return replace(Request("test", url, None, "body"), **choice)


@asynccontextmanager
async def asking(
    folder: Path,
    *,
    allowed: int | None = None,
    resolver: AbstractResolver | None = None,
    allow_private: bool = False,
    **manner: Any,
) -> AsyncIterator[Asking]:
    """Open a client; `manner` is how every host is treated, where that differs from the usual haste."""
    clock = Clock()
    usual = replace(QUICK, **manner)
    hosts = Hosts(usual=usual, on_loopback=usual, sleep=clock.sleep, clock=clock)
    archive, allowance = Archive(folder / "archive"), Allowance(allowed)
    with archive.held():
        async with HttpFetcher(
            archive,
            allowance,
            user_agent="cagraph/0 (a test)",
            hosts=hosts,
            resolver=resolver,
            allow_private=allow_private,
            rng=random.Random(7),
        ) as fetcher:
            yield Asking(fetcher, archive, clock, allowance)
