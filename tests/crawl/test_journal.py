"""The journal: every line comes back, and what a crash cut off never was."""

from datetime import date, datetime
from pathlib import Path

import pytest

from cagraph.crawl.journal import Entry, Finished, Journal, Line, Started, read
from cagraph.crawl.outcome import State
from cagraph.errors import WarehouseError

AT = datetime(2026, 11, 25, 5, 0, 0, 123456)
LINES: list[Line] = [
    Started(1, AT, ("ccadb", "crtsh"), date(2024, 5, 8)),
    Entry(
        1,
        1,
        "ccadb",
        "https://x.example/é?a=1\n",
        "ccadb_pem",
        "a",
        False,
        False,
        State.DONE,
        AT,
        2,
        200,
        "ab",
        7,
    ),
    Entry(
        1,
        1,
        "aia",
        "http://y.example/",
        None,
        "b",
        False,
        True,
        State.FAILED,
        AT,
        5,
        error="HTTP 503, 5 tries",
    ),
    Finished(1, AT, "failed"),
    Started(2, AT, ("ccadb",)),
]


def write(path: Path, lines: list[Line]) -> None:
    with Journal(path) as journal:
        for line in lines:
            journal.add(line)


def test_every_line_comes_back(tmp_path: Path) -> None:
    write(tmp_path / "j", LINES[:2])
    write(tmp_path / "j", LINES[2:])
    assert list(read(tmp_path / "j")) == LINES


def test_none_of_one_that_is_not_there(tmp_path: Path) -> None:
    assert list(read(tmp_path / "j")) == []


def test_a_line_cut_short_never_was(tmp_path: Path) -> None:
    """At every byte: what is read is whole lines, and what is added then follows them."""
    path = tmp_path / "j"
    write(path, LINES[:3])
    whole = path.read_bytes()
    ends = [at + 1 for at, byte in enumerate(whole) if byte == 10]
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        kept = LINES[: sum(end <= length for end in ends)]
        assert list(read(path)) == kept
        write(path, [LINES[4]])
        assert list(read(path)) == [*kept, LINES[4]]


def test_an_unfinished_line_longer_than_a_block(tmp_path: Path) -> None:
    path = tmp_path / "j"
    write(path, LINES[:1])
    with path.open("ab") as file:
        file.write(b"x" * 200_000)
    write(path, LINES[1:2])
    assert list(read(path)) == LINES[:2]


@pytest.mark.parametrize(
    "damage", [b"{}\n", b"no json\n", b'{"is": "asked"}\n', b'{"is": "other", "crawl": 1}\n', b"3\n"]
)
def test_damage_in_the_middle_is_told(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "j"
    write(path, LINES[:1])
    path.write_bytes(path.read_bytes() + damage)
    with pytest.raises(WarehouseError, match="line 2 is damaged"):
        list(read(path))
