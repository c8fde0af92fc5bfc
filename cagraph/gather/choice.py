"""What a crawl asks for now: what sources want, as the user chose, less what need not be asked again.

Asks nobody and writes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fnmatch import fnmatch

from duckdb import DuckDBPyConnection

from cagraph.crawl.crawler import Key
from cagraph.crawl.hosts import Hosts
from cagraph.crawl.outcome import ANSWERED, State, Validators
from cagraph.gather.addresses import Addresses
from cagraph.gather.plans import Known, Plan, chosen
from cagraph.model import utc_now
from cagraph.sources.asking import Request
from cagraph.warehouse import crawls


@dataclass(frozen=True, slots=True)
class Options:
    """How a crawl is to be done.

    `only`: a URL must contain this text or match this pattern. `since`: what was answered on that day or
    later is not asked again. `dated`: the day that the answers speak for. `contact`: who to write to.
    """

    sources: tuple[str, ...] = ()
    addresses: Addresses = field(default_factory=Addresses)
    max_requests: int | None = None
    since: date | None = None
    only: str | None = None
    dated: date | None = None
    allow_private: bool = False
    contact: str | None = None
    hosts: Hosts | None = None
    """How hosts are treated, if not as usual."""


def preview(connection: DuckDBPyConnection, options: Options) -> list[tuple[Request, bool]]:
    """Return what the first round would ask, and whether with conditions; asks nobody and writes nothing."""
    plans = chosen(options.sources)
    known = crawls.read_frontier(connection, plans)
    crawl_id = max(crawls.rounds_of(connection), default=0) + 1
    first = {name: plan for name, plan in plans.items() if not plan.leans}
    requests = wanted(connection, first or plans, options, crawl_id, known)
    return [(request, conditional(request, known) is not None) for request in requests]


def wanted(
    connection: DuckDBPyConnection,
    plans: Mapping[str, Plan],
    options: Options,
    crawl_id: int,
    known: Mapping[Key, crawls.Known],
) -> list[Request]:
    """Return what the sources want asked now, without what need not be asked again."""
    at = Known(connection, options.addresses, utc_now().date(), crawl_id)
    requests = (request for plan in plans.values() for request in plan.wants(at))
    return [
        request
        for request in requests
        if _matches(request.url, options.only) and not _still_good(request, known, options.since)
    ]


def _matches(url: str, only: str | None) -> bool:
    return only is None or only in url or fnmatch(url, only)


def _still_good(request: Request, known: Mapping[Key, crawls.Known], since: date | None) -> bool:
    """Say whether the last answer to a request will do."""
    last = known.get((request.source, request.url))
    if last is None or last.last_tried is None or last.state not in ANSWERED:
        return False
    if request.immutable and last.state == State.DONE:
        return True
    if request.fresh_days and utc_now() - last.last_tried < timedelta(days=request.fresh_days):
        return True
    return since is not None and last.last_tried.date() >= since


def conditional(request: Request, known: Mapping[Key, crawls.Known]) -> Validators | None:
    """Return what makes a request conditional, if a body was taken before."""
    last = known.get((request.source, request.url))
    if last is None or last.body_sha256 is None or last.body_bytes is None:
        return None
    return Validators(last.body_sha256, last.body_bytes, last.etag, last.last_modified)
