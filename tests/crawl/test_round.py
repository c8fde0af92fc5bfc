"""A round: everything wanted is asked once, what follows too, and nothing that was asked before."""

import gzip
import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from cagraph.crawl.archive import Archive
from cagraph.crawl.crawler import Manner, Round
from cagraph.crawl.journal import Entry, Journal, read
from cagraph.crawl.outcome import Check, Outcome, OutOfRequests, State, Validators
from cagraph.errors import WarehouseError
from cagraph.sources.asking import Answer, Request

AT = datetime(2026, 11, 25, 5, 0, 0)


def request(name: str, *, host: str = "a", instead: Sequence[Request] = ()) -> Request:
    return Request("s", f"http://{host}.example/{name}", None, name, instead=tuple(instead))


def taken(_request: Request, _answer: Answer) -> None:
    """Take every answer."""


def next_page(asked: Request, path: Path) -> list[Request]:
    """A body that holds a name leads to the request of that name."""
    name = path.read_text()
    return [request(name)] if name else []


class Scripted:
    """Answers each request as told, and keeps count. What is not told is done with an empty body."""

    def __init__(self, archive: Archive, told: dict[str, Outcome | str], limit: int | None = None) -> None:
        self._archive, self._told, self._limit = archive, told, limit
        self.asked: list[str] = []

    async def fetch(self, request: Request, known: Validators | None, check: Check) -> Outcome:
        if self._limit is not None and len(self.asked) >= self._limit:
            raise OutOfRequests
        self.asked.append(request.name)
        told = self._told.get(request.name, "")
        return told if isinstance(told, Outcome) else self._done(told)

    def _done(self, text: str) -> Outcome:
        body = text.encode()
        sha256 = hashlib.sha256(body).hexdigest()
        path = self._archive.path_of(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(body))
        return Outcome(State.DONE, AT, 1, 200, sha256, len(body))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive").held() as held:
        yield held


Run = Callable[..., "Result"]


class Result:
    """What a round left behind."""

    def __init__(self, asking: Round, fetcher: Scripted, archive: Archive) -> None:
        self.asked = fetcher.asked
        self.states = {entry.name: entry.state for entry in asking.entries.values()}
        self.replaced = {url for _, url in asking.replaced}
        self.unasked = [left.name for left in asking.unasked]
        self.entries = asking.entries
        self.logged = [line for line in read(archive.journal) if isinstance(line, Entry)]


async def run(
    archive: Archive,
    wanted: Sequence[Request],
    told: dict[str, Outcome | str],
    *,
    before: dict[tuple[str, str], Entry] | None = None,
    number: int = 1,
    limit: int | None = None,
) -> Result:
    fetcher = Scripted(archive, told, limit)
    steps: list[tuple[str, int, int | None, str]] = []

    def tell(step: str, done: int, total: int | None, detail: str = "") -> None:
        steps.append((step, done, total, detail))

    with Journal(archive.journal) as log:
        asking = Round((1, number), {"s": Manner(taken, next_page)}, archive, log, tell)
        await asking.run(wanted, before or {}, lambda _: fetcher, lambda _: None)
    result = Result(asking, fetcher, archive)
    if result.asked:
        assert steps[-1][1] == len(result.asked)
    return result


async def test_each_is_asked_once(archive: Archive) -> None:
    many = [request(f"{n}", host=f"h{n % 3}") for n in range(50)]
    result = await run(archive, [*many, *many], {})
    assert sorted(result.asked) == sorted(r.name for r in many)
    assert len(result.logged) == 50


async def test_what_follows_is_asked_too(archive: Archive) -> None:
    """1 → 2 → 3, and 3 leads back to 1, which was asked."""
    result = await run(archive, [request("1")], {"1": "2", "2": "3", "3": "1"})
    assert result.asked == ["1", "2", "3"]


async def test_what_is_gone_is_replaced(archive: Archive) -> None:
    halves = [request("4a"), request("4b")]
    gone = Outcome(State.FAILED, AT, 1, 404, error="HTTP 404", gone=True)
    result = await run(archive, [request("5", instead=halves)], {"5": gone})
    assert result.asked == ["5", "4a", "4b"]
    assert result.replaced == {"http://a.example/5"}


async def test_what_was_replaced_in_an_earlier_round_still_is(archive: Archive) -> None:
    gone = Outcome(State.FAILED, AT, 1, 404, error="HTTP 404", gone=True)
    wanted = [request("5", instead=[request("4a"), request("4b")])]
    first = await run(archive, wanted, {"5": gone})
    later = await run(archive, wanted, {}, before=first.entries, number=2)
    assert later.asked == []
    assert later.replaced == {"http://a.example/5"}


async def test_what_is_gone_is_not_replaced_by_half(archive: Archive) -> None:
    gone = Outcome(State.FAILED, AT, 1, 404, error="HTTP 404", gone=True)
    wanted = [request("5", instead=[request("4a"), request("4b")])]
    result = await run(archive, wanted, {"5": gone, "4b": gone})
    assert result.states == {"5": State.FAILED, "4a": State.DONE, "4b": State.FAILED}
    assert result.replaced == set()


async def test_what_fails_for_now_is_not_replaced(archive: Archive) -> None:
    busy = Outcome(State.FAILED, AT, 5, 503, error="HTTP 503, 5 tries")
    result = await run(archive, [request("5", instead=[request("4a")])], {"5": busy})
    assert result.asked == ["5"]


async def test_an_interrupted_round_goes_on(archive: Archive) -> None:
    """1 was answered and leads to 2; 3 failed. Asked again: 3 and 2, and never 1."""
    busy = Outcome(State.FAILED, AT, 5, 503, error="HTTP 503, 5 tries")
    first = await run(archive, [request("1"), request("3")], {"1": "2", "3": busy, "2": busy})
    again = await run(archive, [request("1"), request("3")], {"1": "2"}, before=first.entries)
    assert sorted(again.asked) == ["2", "3"]
    assert again.states == {"1": State.DONE, "2": State.DONE, "3": State.DONE}


async def test_a_later_round_asks_nothing_twice_but_follows(archive: Archive) -> None:
    busy = Outcome(State.FAILED, AT, 5, 503, error="HTTP 503, 5 tries")
    first = await run(archive, [request("1"), request("3")], {"1": "2", "3": busy}, limit=2)
    assert first.unasked == ["2"]
    later = await run(archive, [request("1"), request("3")], {}, before=first.entries, number=2)
    assert later.asked == ["2"], "the failure of an earlier round stays one"
    assert later.states == {"2": State.DONE}


async def test_trouble_with_the_archive_ends_the_round_as_itself(archive: Archive) -> None:
    class Broken(Scripted):
        async def fetch(self, request: Request, known: Validators | None, check: Check) -> Outcome:
            raise WarehouseError("cannot use the archive: no space left")

    with Journal(archive.journal) as log:
        asking = Round((1, 1), {"s": Manner(taken)}, archive, log, lambda *_: None)
        many = [request(f"{n}", host=f"h{n}") for n in range(5)]
        with pytest.raises(WarehouseError, match="no space left"):
            await asking.run(many, {}, lambda _: Broken(archive, {}), lambda _: None)


async def test_the_limit_leaves_the_rest_queued(archive: Archive) -> None:
    many = [request(f"{n}", host=f"h{n}") for n in range(10)]
    result = await run(archive, many, {}, limit=4)
    assert len(result.asked) == 4
    assert sorted(result.asked + result.unasked) == sorted(r.name for r in many)
