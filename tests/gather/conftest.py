"""A crawl of the sample ecosystem from the stand-in, as tests and users start it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cagraph.crawl.archive import Archive, folder_of
from cagraph.crawl.hosts import ON_LOOPBACK, Hosts
from cagraph.gather.addresses import Addresses
from cagraph.gather.choice import Options
from cagraph.gather.crawl import crawl, offline
from cagraph.gather.outcome import CrawlReport
from cagraph.warehouse.database import open_warehouse
from tests.standin.content import Content, sample_content
from tests.standin.faults import Faults
from tests.standin.server import StandIn, serve_in_thread

DAY = date(2024, 5, 8)
SOURCES = ("ccadb", "extra", "onecrl", "ct", "aia", "crtsh")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_PORT = _free_port()


def silent(step: str, done: int, total: int | None, detail: str = "") -> None:
    """Say nothing."""


def addresses(url: str, day: str = "2024-05-08") -> Addresses:
    """Return where a stand-in has everything."""
    return Addresses(
        ccadb=f"{url}/{day}",
        crtsh=f"{url}/crtsh",
        onecrl=f"{url}/v1/buckets/security-state/collections/onecrl/records",
        ct_logs=(f"{url}/log_list.json",),
        extra=(f"{url}/{day}/root_trust.csv",),
    )


def impatient() -> Hosts:
    """Return limits under which a server that drips costs a test no minute."""
    return Hosts(on_loopback=replace(ON_LOOPBACK, read=0.3, total=2.0, base=0.01, cap=0.02, failures=1000))


def run(db: Path, standin: StandIn, *, archive: Path | None = None, **choice: Any) -> CrawlReport:
    """Crawl the sample from a stand-in into a database."""
    return run_at(standin.url, db, archive=archive, **choice)


def run_at(url: str, db: Path, *, archive: Path | None = None, **choice: Any) -> CrawlReport:
    """Crawl the sample from the stand-in at an address, which may be another process's."""
    given: dict[str, Any] = {
        "sources": SOURCES,
        "addresses": addresses(url),
        "dated": DAY,
        "allow_private": True,
        "hosts": impatient(),
    }
    with open_warehouse(db, write=True) as connection:
        options = Options(**{**given, **choice})
        return crawl(connection, Archive(archive or folder_of(db)), options, silent)


def replay(db: Path, archive: Path) -> CrawlReport:
    """Take in what an archive holds."""
    with open_warehouse(db, write=True) as connection:
        return offline(connection, Archive(archive), silent)


@pytest.fixture(scope="session")
def content() -> Content:
    """The sample ecosystem as the stand-in serves it."""
    return sample_content()


@contextmanager
def standin_of(content: Content, faults: Faults | None = None) -> Iterator[StandIn]:
    """Run a stand-in in a thread, always on the same port: bodies with its address in them stay the same."""
    with serve_in_thread(content, faults, port=_PORT) as standin:
        yield standin


@pytest.fixture(scope="session")
def whole(content: Content, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a crawl in which nothing went wrong; to be read only."""
    db = tmp_path_factory.mktemp("whole") / "whole.duckdb"
    with standin_of(content) as standin:
        report = run(db, standin)
    assert report.outcome == "whole"
    return db
