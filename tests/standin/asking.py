"""Asks a database everything that a source wants, page after page, as a crawl would."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cagraph.crawl.archive import Archive
from cagraph.crawl.outcome import Allowance, Outcome
from cagraph.crawl.postgres import SqlFetcher
from cagraph.sources import crtsh_sql
from cagraph.sources.asking import Request


@dataclass(frozen=True)
class Asked:
    """One request, what came of it, and the body if one was taken."""

    request: Request
    outcome: Outcome
    body: Path | None

    @property
    def query(self) -> str:
        """The name of the question."""
        assert self.request.sql is not None
        return self.request.sql.query


async def ask_all(dsn: str, folder: Path, requests: Iterable[Request]) -> list[Asked]:
    """Ask, and ask what follows, in order; bodies are put into `folder`."""
    archive = Archive(folder / "archive")
    waiting = list(requests)
    asked: list[Asked] = []
    with archive.held():
        async with SqlFetcher(dsn, archive, Allowance()) as fetcher:
            while waiting:
                request = waiting.pop(0)
                outcome = await fetcher.fetch(request, None, crtsh_sql.check)
                body = None
                if outcome.sha256:
                    body = folder / f"{len(asked)}.ndjson"
                    archive.unpack(outcome.sha256, body)
                    waiting.extend(crtsh_sql.follow(request, body))
                asked.append(Asked(request, outcome, body))
    return asked
