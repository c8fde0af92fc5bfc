"""Bodies by content: whole or not at all, one crawl at a time, and damage is told."""

import hashlib
import multiprocessing
import os
from pathlib import Path

import pytest

from cagraph.crawl.archive import Archive
from cagraph.errors import SourceError, WarehouseError

BODY = b"what CCADB said\n" * 1000


def keep(archive: Archive, body: bytes) -> str:
    with archive.receive("a report.csv") as received:
        for start in range(0, len(body), 1000):
            received.write(body[start : start + 1000])
        sha256 = received.finish()
        assert received.size == len(body)
        archive.keep(received.path, sha256)
    return sha256


def test_a_body_comes_back_under_its_own_hash(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive").held() as archive:
        sha256 = keep(archive, BODY)
        assert sha256 == hashlib.sha256(BODY).hexdigest()
        assert sha256 in archive
        assert archive.unpack(sha256, tmp_path / "out") == len(BODY)
        assert (tmp_path / "out").read_bytes() == BODY
        assert not list(archive.incoming.iterdir())


def test_the_same_body_is_the_same_file(tmp_path: Path) -> None:
    packed = []
    for name in ("one", "two"):
        with Archive(tmp_path / name).held() as archive:
            packed.append(archive.path_of(keep(archive, BODY)).read_bytes())
    assert packed[0] == packed[1]


def test_what_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive").held() as archive:
        with archive.receive("x") as received:
            received.write(BODY)
        assert not list(archive.incoming.iterdir())
        assert hashlib.sha256(BODY).hexdigest() not in archive


def test_a_name_from_a_stranger_stays_in_the_folder(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive").held() as archive, archive.receive("../../etc/\x00passwd") as received:
        assert received.path.parent == archive.incoming


@pytest.mark.parametrize("damage", [b"", b"\x1f\x8b", b"no gzip at all"])
def test_a_damaged_body_is_told(tmp_path: Path, damage: bytes) -> None:
    with Archive(tmp_path / "archive").held() as archive:
        sha256 = keep(archive, BODY)
        archive.path_of(sha256).write_bytes(damage)
        with pytest.raises(SourceError, match="damaged"):
            archive.unpack(sha256, tmp_path / "out")


def test_a_body_that_is_not_there(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive").held() as archive, pytest.raises(SourceError, match="lacks the body"):
        archive.unpack("ab" * 32, tmp_path / "out")


def _try_to_hold(folder: str, said: "multiprocessing.Queue[str]") -> None:
    try:
        with Archive(Path(folder)).held():
            said.put("held")
    except WarehouseError as error:
        said.put(str(error))


def test_a_second_crawl_is_told_who_holds_it(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    said: multiprocessing.Queue[str] = context.Queue()
    with Archive(tmp_path / "archive").held():
        other = context.Process(target=_try_to_hold, args=(str(tmp_path / "archive"), said))
        other.start()
        message = said.get(timeout=60)
        other.join()

    assert f"held by another crawl (process {os.getpid()})" in message
