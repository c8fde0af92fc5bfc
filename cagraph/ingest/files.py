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


@dataclass(frozen=True, slots=True)
class Found:
    """One file. `folder` is the one given, for a file found in it; `error`: it is passed over."""

    path: Path
    folder: Path | None
    sha256: str | None = None
    size: int | None = None
    source: Source | None = None
    error: str | None = None


def find(paths: Sequence[Path]) -> list[Found]:
    """Return every file meant by `paths`, folders walked in order of names.

    Raises:
        SourceError: a path does not exist or cannot be read, or a file given by its own name is empty or
            of no known kind.
    """
    found: list[Found] = []
    for path in paths:
        try:
            if path.is_dir():
                found.extend(_in_folder(path))
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


def _in_folder(folder: Path) -> list[Found]:
    found = [_look(path, folder) for path in _walk(folder, set())]
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
