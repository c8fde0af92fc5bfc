"""The log of a crawl in its archive: a line of JSON for everything that was asked, added and never changed.

It is the truth about what came: the warehouse's tables are made from it, and can be made again. A line that
a crash cut short is the last one, and as if it had never been written: what it told of is asked again.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from io import BufferedRandom
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cagraph.crawl.archive import disk
from cagraph.crawl.outcome import Outcome, State
from cagraph.errors import WarehouseError
from cagraph.sources.asking import Request


@dataclass(frozen=True, slots=True)
class Started:
    """A crawl began. `dated`: the day its answers were declared to speak for."""

    crawl: int
    at: datetime
    sources: tuple[str, ...]
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """A crawl came to its end; one without such a line was interrupted."""

    crawl: int
    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What came of one request in one round of a crawl; of two for the same request the later one counts."""

    crawl: int
    round: int
    source: str
    url: str
    kind: str | None
    name: str
    immutable: bool
    untrusted: bool
    state: State
    at: datetime
    tries: int
    status: int | None = None
    sha256: str | None = None
    size: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    error: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes two requests the same: source and URL."""
        return self.source, self.url


Line = Started | Finished | Entry
_KINDS: dict[str, type[Line]] = {"started": Started, "finished": Finished, "asked": Entry}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_READ: dict[str, Callable[[Any], Any]] = {
    "at": datetime.fromisoformat,
    "dated": date.fromisoformat,
    "state": State,
    "sources": tuple,
}


def entry(crawl: int, number: int, request: Request, outcome: Outcome) -> Entry:
    """Return the line that tells what came of `request` in round `number`."""
    asked = {name: getattr(request, name) for name in ("source", "url", "kind", "name")}
    told = {f.name: getattr(outcome, f.name) for f in fields(outcome) if f.name != "gone"}
    return Entry(crawl, number, immutable=request.immutable, untrusted=request.untrusted, **asked, **told)


class Journal:
    """The journal open for one crawl to add to. Use it in a `with` block."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BufferedRandom | None = None

    def __enter__(self) -> Self:
        self._path.touch()
        self._file = self._path.open("r+b")
        _cut_unfinished_line(self._file)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._file is not None
        self._file.close()

    def add(self, line: Line) -> None:
        """Append one line; when this returns it is on the disk."""
        assert self._file is not None
        with disk():
            self._file.write(_encode(line))
            self._file.flush()
            os.fsync(self._file.fileno())


def read(path: Path) -> Iterator[Line]:
    """Yield every whole line of a journal; none of one that is not there.

    Raises:
        WarehouseError: a line in the middle is no line of a journal.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            if not text.endswith(b"\n"):
                return
            try:
                yield _decode(text)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise WarehouseError(f"{path}: line {number} is damaged: remove that line") from error


def _encode(line: Line) -> bytes:
    text = json.dumps({"is": _NAMES[type(line)], **asdict(line)}, default=_plain, ensure_ascii=True)
    return text.encode() + b"\n"


def _plain(value: Any) -> str:
    assert isinstance(value, date)
    return value.isoformat()


def _decode(text: bytes) -> Line:
    values = json.loads(text)
    kind = _KINDS[values.pop("is")]
    read_as: dict[str, Any] = {
        name: _READ[name](value) if name in _READ and value is not None else value
        for name, value in values.items()
    }
    return kind(**read_as)


def _cut_unfinished_line(file: BufferedRandom) -> None:
    """Drop what stands after the last line end, and go to the end."""
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - 65_536)
        file.seek(start)
        at = file.read(end - start).rfind(b"\n")
        if at >= 0:
            end = start + at + 1
            break
        end = start
    file.truncate(end)
    file.seek(end)
