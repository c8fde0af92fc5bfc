"""What the commands that crawl share: their options, and the crawl itself with what is said of it."""

import functools
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cagraph.cli.options import Command, Messages, day_option
from cagraph.cli.settings import resolve
from cagraph.errors import UsageProblem
from cagraph.report.words import counted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from cagraph.crawl.archive import Archive
    from cagraph.gather.choice import Options
    from cagraph.gather.outcome import CrawlReport
    from cagraph.sources.asking import Request

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class CrawlChoice:
    """How the user wants a crawl done."""

    offline: bool = False
    max_requests: int | None = None
    since: date | None = None
    only: str | None = None
    allow_private: bool = False
    archive: Path | None = None

    def options(self, sources: tuple[str, ...], dated: date | None) -> "Options":
        """Return it with the settings, as the crawl takes it."""
        from cagraph.gather.addresses import Addresses
        from cagraph.gather.choice import Options

        named = {"ccadb": "ccadb_url", "crtsh": "crtsh_url", "crtsh_dsn": "crtsh_dsn", "onecrl": "onecrl_url"}
        given: dict[str, Any] = {name: resolve(setting).value for name, setting in named.items()}
        for name, setting in (("ct_logs", "ct_logs"), ("extra", "extra_urls")):
            given[name] = tuple((resolve(setting).value or "").split())
        return Options(
            sources=sources,
            addresses=Addresses(**{name: value for name, value in given.items() if value}),
            max_requests=self.max_requests,
            since=self.since,
            only=self.only,
            dated=dated,
            allow_private=self.allow_private,
            contact=resolve("contact").value,
        )

    def folder(self, db: Path) -> "Archive":
        """Return the archive: as given, as set, or beside the database."""
        from cagraph.crawl.archive import Archive, folder_of

        set_elsewhere = resolve("archive").value
        return Archive(self.archive or (Path(set_elsewhere) if set_elsewhere else folder_of(db)))

    def preview(self, db: Path, sources: tuple[str, ...], dated: date | None) -> "list[tuple[Request, bool]]":
        """Return what would be asked first, by what the database holds now, if there is one."""
        from cagraph.gather.choice import preview
        from cagraph.warehouse.database import open_warehouse

        with ExitStack() as stack:
            there = db.exists()
            connection = stack.enter_context(open_warehouse(db if there else ":memory:", write=not there))
            return preview(connection, self.options(sources, dated))


def crawl_options(command: Command) -> Command:
    """Add the options of a crawl; the command gets one `choice`."""

    @functools.wraps(command)
    def with_choice(
        *args: Any,
        offline: bool,
        max_requests: int | None,
        since: date | None,
        only: str | None,
        allow_private: bool,
        archive: Path | None,
        **extra: Any,
    ) -> Any:
        choice = CrawlChoice(offline, max_requests, since, only, allow_private, archive)
        return command(*args, choice=choice, **extra)

    for option in (
        click.option(
            "--archive",
            type=click.Path(path_type=Path, file_okay=False),
            metavar="FOLDER",
            help="Where bodies are kept. [default: beside the database; env: CAGRAPH_ARCHIVE]",
        ),
        click.option(
            "--allow-private",
            is_flag=True,
            help="Follow addresses in certificates and records into private networks too.",
        ),
        click.option(
            "--only", metavar="TEXT", help="Ask only what has this in its URL, or matches it (* and ?)."
        ),
        day_option("--since", "Do not ask again what was answered on this day or later."),
        click.option(
            "--max-requests",
            type=click.IntRange(min=1),
            metavar="N",
            help="Send at most so many requests, tries counted; the next crawl goes on.",
        ),
        click.option("--offline", is_flag=True, help="Ask nobody: take in what the archive holds."),
    ):
        with_choice = option(with_choice)
    return with_choice  # type: ignore[return-value]


def run_crawl(
    connection: "DuckDBPyConnection",
    db: Path,
    sources: tuple[str, ...],
    dated: date | None,
    choice: CrawlChoice,
    messages: Messages,
) -> "CrawlReport":
    """Crawl, and say in short what came of it.

    Raises:
        UsageProblem: options exclude each other.
    """
    from cagraph.gather.crawl import crawl, offline

    archive = choice.folder(db)
    if choice.offline:
        if sources or choice.max_requests or choice.since or choice.only or dated:
            raise UsageProblem(
                "--offline takes in all that the archive holds: no source or other choice with it"
            )
        if not archive.journal.exists():
            raise UsageProblem(f"no archive at {archive.folder}: crawl first, or give --archive")
        with messages.progress() as progress:
            report = offline(connection, archive, progress)
    else:
        options = choice.options(sources, dated)
        if options.contact is None:
            messages.detail("no contact in the User-Agent: set CAGRAPH_CONTACT to an address of yours")
        with messages.progress() as progress:
            report = crawl(connection, archive, options, progress)
    _say(report, messages)
    return report


def _more_failures(source: str, left: int) -> str:
    return f"{source}: {counted(left, 'more failure')}"


def _say(report: "CrawlReport", messages: Messages) -> None:
    """Say how the crawl went, and what could not be had."""
    if report.resumed:
        messages.note(f"went on with crawl {report.crawl_id}, which was interrupted")
    if report.caught_up:
        messages.note(f"took in {counted(report.caught_up, 'round')} that the archive held")
    messages.note(
        f"{counted(report.sent, 'request')} sent; {counted(report.new_certificates, 'new certificate')}, "
        f"{counted(report.new_records, 'new record version')}"
    )
    for source in report.sources:
        name = source.source
        messages.some(
            [f"{name}: {url}: {reason}" for url, reason in source.failures],
            _SHOWN,
            functools.partial(_more_failures, name),
        )
        for url in sorted(source.replaced):
            messages.note(f"{source.source}: {url} is gone: asked for what stands in for it")
        if source.queued:
            messages.note(f"{source.source}: {source.queued} left to ask: crawl again to go on")
    for name in report.failed_sources:
        messages.note(f"{name} failed: what it holds now is not known")
    for file in report.taken_in:
        if file.truncated:
            messages.note(f"{file.path.name} breaks off: what it lists is not complete")
