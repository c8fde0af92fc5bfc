"""Takes in what the archive's journal holds and the warehouse lacks: after a kill, or into a new database.

The rounds come in the order in which they were asked, so the same archive makes the same warehouse.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from duckdb import DuckDBPyConnection

from cagraph.crawl import journal
from cagraph.crawl.archive import Archive
from cagraph.crawl.journal import Entry, Finished, Started
from cagraph.errors import WarehouseError
from cagraph.gather.intake import Taken, take_in_round
from cagraph.model import Progress
from cagraph.warehouse import crawls
from cagraph.warehouse.migrations import transaction

Key = tuple[str, str]


@dataclass(slots=True)
class Logged:
    """One crawl as the journal tells it: of two lines for one request in one round the later one counts."""

    started: Started
    rounds: dict[int, dict[Key, Entry]] = field(default_factory=lambda: defaultdict(dict))
    finished: Finished | None = None

    @property
    def last_round(self) -> int:
        """The highest round that anything was asked in; 0: none."""
        return max(self.rounds, default=0)


def read_crawls(archive: Archive) -> dict[int, Logged]:
    """Return every crawl of the archive's journal by its number.

    Raises:
        WarehouseError: the journal is damaged.
    """
    logged: dict[int, Logged] = {}
    for line in journal.read(archive.journal):
        if isinstance(line, Started):
            logged[line.crawl] = Logged(line)
        elif line.crawl not in logged:
            raise WarehouseError(
                f"{archive.journal} is damaged: it lacks the beginning of crawl {line.crawl}"
            )
        elif isinstance(line, Finished):
            logged[line.crawl].finished = line
        else:
            logged[line.crawl].rounds[line.round][line.key] = line
    return logged


def catch_up(
    connection: DuckDBPyConnection,
    archive: Archive,
    logged: Iterable[Logged],
    progress: Progress,
    *,
    but: int | None = None,
) -> Sequence[Taken]:
    """Take in every round that the warehouse lacks; the last round of the crawl `but` is left to be ended."""
    known = crawls.rounds_of(connection)
    taken = []
    for crawl in sorted(logged, key=lambda crawl: crawl.started.crawl):
        started = crawl.started
        if started.crawl not in known:
            with transaction(connection):
                crawls.store_crawl(connection, as_row(started))
        for number in sorted(crawl.rounds):
            if number <= known.get(started.crawl, 0) or (started.crawl == but and number == crawl.last_round):
                continue
            entries = crawl.rounds[number].values()
            taken.append(take_in_round(connection, archive, entries, started.dated, progress))
        if crawl.finished:
            with transaction(connection):
                crawls.finish_crawl(connection, started.crawl, crawl.finished.at, crawl.finished.outcome)
    return taken


def as_row(started: Started) -> crawls.Crawl:
    """Return the row of `crawl` that a beginning makes."""
    return crawls.Crawl(started.crawl, started.at, started.sources, started.dated)
