"""A crawl from beginning to end: catches up with the archive, then asks round after round until nothing new.

    what the warehouse knows ─► plans ─► one round asked ─► taken in ─► plans again …

It can be killed at any moment: the next crawl of the same sources goes on with it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

from duckdb import DuckDBPyConnection

from cagraph.crawl.archive import Archive
from cagraph.crawl.crawler import Key, Round
from cagraph.crawl.journal import Entry, Finished, Journal, Started
from cagraph.crawl.outcome import Allowance, Fetcher
from cagraph.gather import choice
from cagraph.gather.choice import Options
from cagraph.gather.fetchers import HTTP, SQL, open_fetchers
from cagraph.gather.intake import Taken, take_in_round
from cagraph.gather.outcome import FAILED, GIVEN_UP, STOPPED, WHOLE, CrawlReport, SourceReport
from cagraph.gather.plans import Plan, chosen
from cagraph.gather.replay import Logged, as_row, catch_up, read_crawls
from cagraph.model import Progress, utc_now
from cagraph.sources.asking import Request
from cagraph.warehouse import crawls
from cagraph.warehouse.migrations import transaction

MAX_ROUNDS = 20
"""In one run. Each round asks for what the one before led to; chains of issuers are shorter than this."""
GOES_ON_WITHIN = timedelta(days=1)
"""An interrupted crawl that began longer ago is left: its answers are of another day."""


def crawl(
    connection: DuckDBPyConnection, archive: Archive, options: Options, progress: Progress
) -> CrawlReport:
    """Ask the sources what they hold now, and take it in.

    Raises:
        WarehouseError: another crawl holds the archive, or its journal is damaged.
        UsageProblem: there is no such source.
        SourceError: the archive lacks a body.
    """
    plans = chosen(options.sources)
    with archive.held():
        logged = read_crawls(archive)
        with Journal(archive.journal) as log:
            job, resumed = _begin(connection, logged, log, plans, options)
            caught = catch_up(
                connection, archive, logged.values(), progress, but=job.crawl if resumed else None
            )
            _note_beginning(connection, job)
            run = _Run(connection, archive, log, job, plans, options, progress)
            run.before = _asked_before(logged.get(job.crawl))
            asyncio.run(run.rounds())
            return run.report(resumed, caught)


def offline(connection: DuckDBPyConnection, archive: Archive, progress: Progress) -> CrawlReport:
    """Take in what the archive holds and the warehouse lacks, and ask nobody.

    Raises:
        WarehouseError: a crawl holds the archive, or its journal is damaged.
        SourceError: the archive lacks a body.
    """
    with archive.held():
        caught = catch_up(connection, archive, read_crawls(archive).values(), progress)
    files = tuple(file for taken in caught for file in taken.files)
    return CrawlReport(None, False, WHOLE, (), files, caught_up=len(caught))


def _begin(
    connection: DuckDBPyConnection,
    logged: Mapping[int, Logged],
    log: Journal,
    plans: Mapping[str, Plan],
    options: Options,
) -> tuple[Started, bool]:
    """Return the crawl to do, and whether it goes on with one that was interrupted."""
    now = utc_now()
    last = max(logged.values(), key=lambda crawl: crawl.started.crawl, default=None)
    if last and not last.finished:
        started = last.started
        same = started.sources == tuple(plans) and started.dated == options.dated
        if same and now - started.at < GOES_ON_WITHIN:
            return started, True
        last.finished = Finished(started.crawl, now, GIVEN_UP)
        log.add(last.finished)
    newest = max([*logged, *crawls.rounds_of(connection)], default=0)
    begun = Started(newest + 1, now, tuple(plans), options.dated)
    log.add(begun)
    return begun, False


def _note_beginning(connection: DuckDBPyConnection, job: Started) -> None:
    if job.crawl not in crawls.rounds_of(connection):
        with transaction(connection):
            crawls.store_crawl(connection, as_row(job))


def _asked_before(logged: Logged | None) -> dict[Key, Entry]:
    """Return what an interrupted crawl asked, the last answer to each request."""
    rounds = logged.rounds if logged else {}
    return {key: entry for number in sorted(rounds) for key, entry in rounds[number].items()}


class _Run:
    """The rounds of one crawl."""

    def __init__(
        self,
        connection: DuckDBPyConnection,
        archive: Archive,
        log: Journal,
        job: Started,
        plans: Mapping[str, Plan],
        options: Options,
        progress: Progress,
    ) -> None:
        self._connection = connection
        self._archive = archive
        self._log = log
        self._job = job
        self._plans = plans
        self._options = options
        self._progress = progress
        self._allowance = Allowance(options.max_requests)
        self._reports = {name: SourceReport(name) for name in plans}
        self._taken: list[Taken] = []
        self._stopped = False
        self.before: dict[Key, Entry] = {}
        """What this crawl asked already."""

    async def rounds(self) -> None:
        """Ask until nothing new is wanted, or the limit of requests is reached."""
        async with AsyncExitStack() as stack:
            fetchers = await open_fetchers(
                stack,
                self._archive,
                self._allowance,
                self._options.addresses,
                allow_private=self._options.allow_private,
                contact=self._options.contact,
                hosts=self._options.hosts,
            )
            asked = max((entry.round for entry in self.before.values()), default=1)
            first = max(asked, self._rounds_taken() + 1)
            for number in range(first, first + MAX_ROUNDS):
                if not await self._round(number, fetchers):
                    return
            # Something is wanted still: the next crawl goes on.
            self._stopped = True

    def _rounds_taken(self) -> int:
        return crawls.rounds_of(self._connection)[self._job.crawl]

    async def _round(self, number: int, fetchers: Mapping[str, Fetcher]) -> bool:
        """Plan, ask and take in one round; say whether there may be another."""
        known = crawls.read_frontier(self._connection, self._plans)
        wanted = self._wanted_now(number, known)
        todo = [_queued(request) for request in wanted if (request.source, request.url) not in self.before]
        if todo:
            with transaction(self._connection):
                crawls.queue(self._connection, self._job.crawl, todo)
        manners = {name: plan.manner for name, plan in self._plans.items()}
        asking = Round((self._job.crawl, number), manners, self._archive, self._log, self._progress)
        # What was asked in an earlier round is not asked again, but it may lead on: the next page.
        await asking.run(
            wanted,
            self.before,
            lambda request: _fetcher(request, fetchers),
            lambda request: choice.conditional(request, known),
        )
        self._take_in(asking)
        self._stopped = bool(asking.unasked)
        return bool(asking.entries) and not self._stopped

    def _wanted_now(self, number: int, known: Mapping[Key, crawls.Known]) -> list[Request]:
        """Return what to ask in this round: what leans on other sources only once those are taken in."""
        first = {name: plan for name, plan in self._plans.items() if not plan.leans}
        for plans in (first, self._plans):
            wanted = choice.wanted(self._connection, plans, self._options, self._job.crawl, known)
            if not all(self._asked_in_an_earlier_round(request, number) for request in wanted):
                break
        return wanted

    def _asked_in_an_earlier_round(self, request: Request, number: int) -> bool:
        earlier = self.before.get((request.source, request.url))
        return earlier is not None and earlier.round < number

    def _take_in(self, asking: Round) -> None:
        """Store a round's answers and count them."""
        self.before.update(asking.entries)
        for request in asking.unasked:
            self._reports[request.source].queued += 1
        for source, url in asking.replaced:
            self._reports[source].replaced.add(url)
        if not asking.entries:
            return
        entries = asking.entries.values()
        taken = take_in_round(self._connection, self._archive, entries, self._job.dated, self._progress)
        self._taken.append(taken)
        for (source, url), reason in taken.unreadable.items():
            self._reports[source].unreadable[url] = reason

    def report(self, resumed: bool, caught: Sequence[Taken]) -> CrawlReport:
        """End the crawl and say what it did."""
        for entry in self.before.values():
            self._reports[entry.source].entries.append(entry)
        failed = any(report.failed for report in self._reports.values())
        outcome = STOPPED if self._stopped else FAILED if failed else WHOLE
        if not self._stopped:
            end = Finished(self._job.crawl, utc_now(), outcome)
            self._log.add(end)
            with transaction(self._connection):
                crawls.finish_crawl(self._connection, end.crawl, end.at, end.outcome)
        return CrawlReport(
            self._job.crawl,
            resumed,
            outcome,
            tuple(self._reports.values()),
            tuple(file for taken in (*caught, *self._taken) for file in taken.files),
            caught_up=len(caught),
            sent=self._allowance.sent,
        )


def _queued(request: Request) -> dict[str, object]:
    return {name: getattr(request, name) for name in ("source", "url", "kind", "immutable", "untrusted")}


def _fetcher(request: Request, fetchers: Mapping[str, Fetcher]) -> Fetcher:
    return fetchers[SQL if request.sql else HTTP]
