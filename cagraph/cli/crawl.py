"""`cagraph crawl`: from the live sources into the archive and the warehouse."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cagraph.cli import ExitCode
from cagraph.cli.crawling import CrawlChoice, crawl_options, run_crawl
from cagraph.cli.options import (
    Messages,
    Output,
    database_option,
    day_option,
    output_options,
    verbosity_options,
)
from cagraph.report.rows import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cagraph.gather.outcome import CrawlReport
    from cagraph.sources.asking import Request

_STATES = ("done", "unchanged", "absent", "failed", "refused")
_SOURCES = ("source", "asked", "new", "unchanged", "absent", "failed", "refused", "left", "bytes", "outcome")


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--dry-run", is_flag=True, help="Show what would be asked first; ask nobody, write nothing.")
@crawl_options
@day_option("--dated", "The day that the answers speak for. [default: the day they are fetched]")
@database_option
@output_options
@verbosity_options
def crawl(
    sources: tuple[str, ...],
    dry_run: bool,
    choice: CrawlChoice,
    dated: date | None,
    db: Path,
    output: Output,
    messages: Messages,
) -> None:
    """Gather certificates, records, trust and revocations from the live sources.

    Sources asked by default: ccadb, extra (files at the setting extra_urls), onecrl, ct, aia, crl. By name
    only: audits, crtsh-sql, and crtsh, whose robots.txt asks robots to stay away. Bodies are kept in the
    archive beside the database before they are read. A crawl that was interrupted goes on where it was;
    what has not changed is not sent again.

    Ends with 4 where a source failed; what came from the others is stored.

    \b
    Examples:
      cagraph crawl
      cagraph crawl ccadb --only NotBeforeYear=2026
      cagraph crawl crtsh-sql --max-requests 100
      cagraph crawl --offline --db rebuilt.duckdb --archive cagraph.archive
    """  # noqa: D301 - click reads the backspace itself
    from cagraph.warehouse.database import open_warehouse

    if dry_run:
        output.write(_preview_table(choice.preview(db, sources, dated)), messages)
        return
    with open_warehouse(db, write=True) as connection:
        report = run_crawl(connection, db, sources, dated, choice, messages)
    output.write(_sources_table(report), messages)
    if report.failed_sources:
        raise SystemExit(ExitCode.SOURCE)


def _sources_table(report: "CrawlReport") -> Table:
    """Return one row a source."""
    rows = []
    for source in report.sources:
        counts = [source.count(state) for state in _STATES]
        outcome = "failed" if source.failed else "left unfinished" if source.queued else "whole"
        rows.append((source.source, len(source.entries), *counts, source.queued, source.received, outcome))
    return Table(_SOURCES, rows)


def _preview_table(requests: "Iterable[tuple[Request, bool]]") -> Table:
    """Return one row a request; `conditional`: sent again only if it changed."""
    rows = [
        (request.source, request.url, "if changed" if conditional else "whole")
        for request, conditional in requests
    ]
    return Table(("source", "url", "asked_for"), rows)
