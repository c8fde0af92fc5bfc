"""Who asks: one HTTP client for everything, one connection to crt.sh's database, and how fast each may be."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from importlib.metadata import version

from cagraph.crawl.archive import Archive
from cagraph.crawl.hosts import CRTSH, Hosts
from cagraph.crawl.http import HttpFetcher
from cagraph.crawl.outcome import Allowance, Fetcher
from cagraph.crawl.postgres import SqlFetcher
from cagraph.gather.addresses import Addresses
from cagraph.sources.urls import host_of

HTTP, SQL = "http", "sql"


async def open_fetchers(
    stack: AsyncExitStack,
    archive: Archive,
    allowance: Allowance,
    addresses: Addresses,
    *,
    allow_private: bool,
    contact: str | None,
    hosts: Hosts | None = None,
) -> Mapping[str, Fetcher]:
    """Return the fetchers by what they ask; they are closed with the stack."""
    http = HttpFetcher(
        archive,
        allowance,
        user_agent=user_agent(contact),
        hosts=hosts or Hosts({host_of(addresses.crtsh): CRTSH}),
        allow_private=allow_private,
    )
    sql = SqlFetcher(addresses.crtsh_dsn, archive, allowance)
    return {
        HTTP: await stack.enter_async_context(http),
        SQL: await stack.enter_async_context(sql),
    }


def user_agent(contact: str | None) -> str:
    """Return who we say we are, and who can be written to."""
    plain = "".join(c for c in contact or "" if c.isprintable() and c not in "()\\")
    return f"cagraph/{version('cagraph')} ({plain or 'Web PKI audit coverage; no contact given'})"
