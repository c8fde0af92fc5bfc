"""Writes a file whole or not at all: a reader never sees half of one, a failure leaves the old one.

Knows nothing of what is written.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cagraph.errors import CagraphError, UsageProblem

_unfinished: set[Path] = set()
_DATABASE_MARK = b"DUCK"
_MARK_AT = 8


def remove_unfinished() -> None:
    """Remove the files that are being written, for a process that is about to end at once."""
    for path in tuple(_unfinished):
        path.unlink(missing_ok=True)


def _is_database(path: Path) -> bool:
    """Say whether there is a DuckDB file at `path`."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(_MARK_AT + len(_DATABASE_MARK))[_MARK_AT:] == _DATABASE_MARK


@contextmanager
def atomic(path: Path) -> Iterator[BinaryIO]:
    """Give a stream that becomes the file at `path` when the block ends well.

    What is no ordinary file (a pipe, /dev/stdout) is written to directly.

    Raises:
        CagraphError: the file cannot be written.
        UsageProblem: the file is a DuckDB database.
    """
    try:
        if _is_database(path):
            raise UsageProblem(f"{path} is a database: give another file to write to")
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                yield stream
            return
        with temporary_beside(path) as temporary, temporary.open("wb") as stream:
            yield stream
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CagraphError(f"cannot write {path}: {error.strerror}") from error


@contextmanager
def temporary_beside(path: Path) -> Iterator[Path]:
    """Give the name of a file that takes the place of `path` when the block ends well."""
    path = path.resolve()  # through a symbolic link, so that the link stays one
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    _unfinished.add(temporary)
    try:
        yield temporary
        temporary.chmod(_mode_for(path))
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        _unfinished.discard(temporary)


def _mode_for(path: Path) -> int:
    if path.exists():
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
