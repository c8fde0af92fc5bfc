"""Asks everything a round wants, many hosts at once, and writes what came to the journal as it comes.

    requests ─► one queue a host ─► fetcher ─► journal ─► what follows from the answer goes to the queues

Knows neither what the sources are nor how an answer is fetched.
"""

import asyncio
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cagraph.crawl import journal
from cagraph.crawl.archive import Archive
from cagraph.crawl.journal import Entry, Journal
from cagraph.crawl.outcome import ANSWERED, Check, Fetcher, Outcome, OutOfRequests, State, Validators
from cagraph.model import Progress
from cagraph.sources.asking import Request
from cagraph.sources.urls import host_of

WORKERS_A_HOST = 4
Key = tuple[str, str]
Fetchers = Callable[[Request], Fetcher]
Known = Callable[[Request], Validators | None]
Follow = Callable[[Request, Path], Sequence[Request]]


@dataclass(frozen=True, slots=True)
class Manner:
    """How one source's answers are taken, and what they lead to; `follow` None: to nothing."""

    check: Check
    follow: Follow | None = None


class Round:
    """One round of a crawl: a set of requests, and those that follow from their answers."""

    def __init__(
        self,
        ids: tuple[int, int],
        manners: Mapping[str, Manner],
        archive: Archive,
        log: Journal,
        progress: Progress,
    ) -> None:
        """Take the numbers of the crawl and the round, and the manner of each source."""
        self._crawl, self._number = ids
        self._manners = manners
        self._archive = archive
        self._journal = log
        self._tally = _Tally(progress)
        self._queues: dict[str, deque[Request]] = {}
        self._workers: Counter[str] = Counter()
        self._seen: set[Key] = set()
        self.entries: dict[Key, Entry] = {}
        self._instead: dict[Key, tuple[Request, ...]] = {}
        self.unasked: list[Request] = []
        """What the limit on requests left queued."""

    async def run(
        self,
        requests: Iterable[Request],
        before: Mapping[Key, Entry],
        fetcher: Fetchers,
        known: Known,
    ) -> None:
        """Ask. `before`: what this crawl asked already; an answer of it is taken as it is, with what follows.

        What failed in this same round, before an interruption, is asked again.

        Raises:
            CagraphError: the archive cannot be written or read; what came before is in the journal.
        """
        self._before, self._fetcher, self._known = before, fetcher, known
        try:
            async with asyncio.TaskGroup() as self._group:
                for request in requests:
                    self._want(request)
        except ExceptionGroup as group:
            # The first trouble ended the round; the others are its echoes.
            raise group.exceptions[0] from None
        self.unasked.sort(key=lambda request: (request.source, request.url))

    @property
    def replaced(self) -> set[Key]:
        """What is gone, and everything that stands in for it was answered."""
        return {
            key
            for key, substitutes in self._instead.items()
            if substitutes and all(self._is_answered(substitute) for substitute in substitutes)
        }

    def _is_answered(self, request: Request) -> bool:
        key = (request.source, request.url)
        line = self.entries.get(key) or self._before.get(key)
        return line is not None and line.state in ANSWERED

    def _want(self, request: Request) -> None:
        """Queue a request, unless it was asked before."""
        key = (request.source, request.url)
        if key in self._seen:
            return
        self._seen.add(key)
        earlier = self._before.get(key)
        if earlier and (earlier.state in ANSWERED or earlier.round != self._number):
            if earlier.round == self._number:
                self.entries[key] = earlier
            if earlier.state not in ANSWERED:
                self._instead[key] = request.instead
            self._follow(request, earlier)
            return
        self._tally.wanted(request.source)
        host = host_of(request.url) or request.source
        self._queues.setdefault(host, deque()).append(request)
        if self._workers[host] < min(WORKERS_A_HOST, len(self._queues[host])):
            self._workers[host] += 1
            self._group.create_task(self._work(host))

    async def _work(self, host: str) -> None:
        """Ask one request of a host after the other."""
        queue = self._queues[host]
        while queue:
            request = queue.popleft()
            try:
                outcome = await self._fetcher(request).fetch(
                    request, self._known(request), self._manners[request.source].check
                )
            except OutOfRequests:
                self.unasked.append(request)
                continue
            self._came(request, outcome)
        self._workers[host] -= 1

    def _came(self, request: Request, outcome: Outcome) -> None:
        """Note what came, and queue what follows from it."""
        line = journal.entry(self._crawl, self._number, request, outcome)
        self._journal.add(line)
        self.entries[line.key] = line
        self._tally.came(request.source, outcome.state)
        if outcome.gone and request.instead:
            self._instead[line.key] = request.instead
            for substitute in request.instead:
                self._want(substitute)
        self._follow(request, line)

    def _follow(self, request: Request, line: Entry) -> None:
        """Queue what the answer leads to."""
        follow = self._manners[request.source].follow
        if line.state not in (State.DONE, State.UNCHANGED) or line.sha256 is None or follow is None:
            return
        with tempfile.TemporaryDirectory(dir=self._archive.incoming) as folder:
            body = Path(folder) / "body"
            self._archive.unpack(line.sha256, body)
            for successor in follow(request, body):
                self._want(successor)


class _Tally:
    """Tells how far each source is."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._wanted: Counter[str] = Counter()
        self._done: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()

    def wanted(self, source: str) -> None:
        """One more is queued."""
        self._wanted[source] += 1
        self._tell(source)

    def came(self, source: str, state: State) -> None:
        """One more is done, one way or the other."""
        self._done[source] += 1
        self._failed[source] += state not in ANSWERED
        self._tell(source)

    def _tell(self, source: str) -> None:
        detail = f"{self._failed[source]} failed" if self._failed[source] else ""
        self._progress(source, self._done[source], self._wanted[source], detail)
