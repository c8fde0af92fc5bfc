"""Files: whole or not at all."""

import os
import stat
import threading
from pathlib import Path

import duckdb
import pytest

from cagraph.errors import CagraphError, UsageProblem
from cagraph.report.files import atomic


def test_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with atomic(path) as stream:
        stream.write(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def half(path: Path) -> None:
    with atomic(path) as stream:
        stream.write(b"half")
        raise ValueError


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match=r"^$"):
        half(path)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.csv"]


def test_link_and_mode_stay(tmp_path: Path) -> None:
    target = tmp_path / "target.csv"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    with atomic(link) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()))
    reader.start()
    with atomic(path) as stream:
        stream.write(b"through")
    reader.join()
    assert got == [b"through"]


@pytest.mark.parametrize("name", ["nowhere/x.csv", "folder"])
def test_what_cannot_be_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(CagraphError, match="cannot write"), atomic(tmp_path / name):
        pass


def test_a_database_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    duckdb.connect(str(path)).close()
    before = path.read_bytes()
    with pytest.raises(UsageProblem, match="is a database"), atomic(path):
        pass
    assert path.read_bytes() == before
