"""What a crawl did, source by source, for the command to show and for tests to check. Holds data only."""

from dataclasses import dataclass, field

from cagraph.crawl.journal import Entry
from cagraph.crawl.outcome import ANSWERED, State
from cagraph.ingest.outcome import FileReport

WHOLE, FAILED, STOPPED, GIVEN_UP = "whole", "failed", "stopped", "given up"


@dataclass(slots=True)
class SourceReport:
    """One source: what was asked of it in this crawl and what came.

    `replaced`: URLs that are gone, and what stands in for them was answered. `unreadable`: bodies that were
    taken and then could not be read, with the reason.
    """

    source: str
    entries: list[Entry] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)
    unreadable: dict[str, str] = field(default_factory=dict)
    queued: int = 0

    def count(self, state: str) -> int:
        """Return how many requests ended in this state."""
        return sum(entry.state == state for entry in self.entries)

    @property
    def received(self) -> int:
        """Bytes of the new bodies, decompressed."""
        return sum(entry.size or 0 for entry in self.entries if entry.state is State.DONE)

    @property
    def failures(self) -> list[tuple[str, str]]:
        """What could not be had: URL and reason."""
        missed = [
            (entry.url, entry.error or entry.state)
            for entry in self.entries
            if entry.state not in ANSWERED and entry.url not in self.replaced
        ]
        return [*missed, *self.unreadable.items()]

    @property
    def failed(self) -> bool:
        """Whether the source failed as a source.

        One of its own addresses did, or all of those that others wrote: a dead link in somebody's
        certificate is a fact about that certificate.
        """
        if self.unreadable:
            return True
        missed = [entry for entry in self.entries if entry.state not in ANSWERED]
        own = [entry for entry in missed if not entry.untrusted and entry.url not in self.replaced]
        links = sum(entry.untrusted for entry in self.entries)
        return bool(own) or (links > 0 and sum(entry.untrusted for entry in missed) == links)


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """One crawl, or the part of it that this run did.

    `taken_in`: what became of each body that has rows; `caught_up`: rounds that the archive held and the
    database lacked. `crawl_id` is None where nothing was asked of anybody (`--offline`).
    """

    crawl_id: int | None
    resumed: bool
    outcome: str
    sources: tuple[SourceReport, ...]
    taken_in: tuple[FileReport, ...]
    caught_up: int = 0
    sent: int = 0

    @property
    def failed_sources(self) -> tuple[str, ...]:
        """The sources that failed."""
        return tuple(report.source for report in self.sources if report.failed)

    @property
    def new_certificates(self) -> int:
        """Certificates that were not stored before."""
        return sum(file.new_certificates for file in self.taken_in)

    @property
    def new_records(self) -> int:
        """CCADB record versions that were not stored before."""
        return sum(file.new_records for file in self.taken_in)
