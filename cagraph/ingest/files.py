"""Which files an ingest is about: walks folders, tells each file's kind, and hashes it.

Everything that makes an ingest impossible as a whole is found here, before anything is stored. Reads
bytes to tell what they are, never what they say.
"""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cagraph.errors import SourceError
from cagraph.sources import FORMATS, Source, recognise

EMPTY = "is empty"
UNKNOWN = "is of no known kind"
NOT_REGULAR = "is not a regular file"
DANGLING = "is a link to nothing"
WAREHOUSE = "is the database itself"


@dataclass(frozen=True, slots=True)
class Found:
    """One file. `folder` is the one given, for a file found in it; `error`: it is passed over."""

    path: Path
    folder: Path | None
    sha256: str | None = None
    size: int | None = None
    source: Source | None = None
    error: str | None = None


def find(paths: Sequence[Path], warehouse: Path | None = None) -> list[Found]:
    """Return every file meant by `paths`, folders walked in order of names.

    The files of `warehouse`, the open database, are left alone: closing any of them would drop the locks
    that this process holds on it (POSIX fcntl), and let a second writer in.

    Raises:
        SourceError: a path does not exist or cannot be read, or a file given by its own name is empty or
            of no known kind.
    """
    found: list[Found] = []
    for path in paths:
        try:
            if path.is_dir():
                found.extend(_in_folder(path, warehouse))
            elif _is_part_of(path, warehouse):
                raise SourceError(f"{path}: {WAREHOUSE}")
            else:
                found.append(_given(path))
        except OSError as problem:
            where = problem.filename or path
            raise SourceError(f"{where}: cannot be read: {problem.strerror}") from problem
    return found


def _given(path: Path) -> Found:
    """Look at a file that was given by its own name: whatever is wrong with it is an error."""
    if not path.exists():
        raise SourceError(f"{path}: no such file or folder")
    file = _look(path, None)
    if file.error == UNKNOWN:
        kinds = ", ".join(source.KIND for source in FORMATS)
        raise SourceError(f"{path}: {UNKNOWN} (known: {kinds})")
    if file.error:
        raise SourceError(f"{path}: {file.error}")
    return file


def _is_part_of(path: Path, warehouse: Path | None) -> bool:
    """Say whether a file is the open database or its log, without opening it."""
    if warehouse is None or not path.exists():
        return False
    log = warehouse.with_name(f"{warehouse.name}.wal")
    return any(part.exists() and path.samefile(part) for part in (warehouse, log))


def _in_folder(folder: Path, warehouse: Path | None) -> list[Found]:
    files = [path for path in _walk(folder, set()) if not _is_part_of(path, warehouse)]
    found = [_look(path, folder) for path in files]
    if not found:
        raise SourceError(f"{folder}: holds no file to ingest")
    return found


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    """Yield the files under a folder, hidden ones left out; links are followed, loops are not."""
    status = folder.stat()
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if not entry.name.startswith("."))
    for name in names:
        path = folder / name
        if path.is_dir():
            yield from _walk(path, seen)
        else:
            yield path


def _look(path: Path, folder: Path | None) -> Found:
    """Tell one file's kind; only a regular file is opened, for a pipe would wait for ever."""
    if not path.exists():
        return Found(path, folder, error=DANGLING)
    if not stat.S_ISREG(path.stat().st_mode):
        return Found(path, folder, error=NOT_REGULAR)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
    source = recognise(path) if size else None
    error = None if source else UNKNOWN if size else EMPTY
    return Found(path, folder, sha256, size, source, error)
