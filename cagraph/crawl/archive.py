"""Bodies by their content, compressed, in a folder beside the database: `bodies/ab/abcd….gz`.

A body is there whole or not at all, under the SHA-256 of what it was before compression. The folder is
all that is needed to build the warehouse again. Knows nothing of what the bytes mean.
"""

import fcntl
import gzip
import hashlib
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from cagraph.errors import SourceError, WarehouseError

_CHUNK = 1 << 20
_LEVEL = 1
"""Half the bytes of a better level matter less than the time of a crawl."""


def folder_of(db: Path) -> Path:
    """Return the archive's default folder: beside the database, under its name."""
    return db.with_suffix(".archive")


@contextmanager
def disk() -> Iterator[None]:
    """Tell what goes wrong with our own disk apart from what goes wrong with a server."""
    try:
        yield
    except OSError as error:
        raise WarehouseError(f"cannot use the archive: {error.strerror or error}") from error


class Receiving:
    """A body that is arriving: written to a temporary file and hashed as it comes."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self.path = path
        self.size = 0
        self._stream = stream
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> None:
        """Take the next bytes of the body."""
        with disk():
            self._stream.write(data)
        self._hash.update(data)
        self.size += len(data)

    def finish(self) -> str:
        """Return the SHA-256 of the body; `path` now holds all of it."""
        with disk():
            self._stream.flush()
        return self._hash.hexdigest()


class Archive:
    """The archive at one folder. Reading needs no lock; a crawl takes it by `held`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = folder / "fetches.ndjson"

    @contextmanager
    def held(self) -> Iterator["Archive"]:
        """Hold the archive for one crawl; what an earlier one left half received is removed.

        Raises:
            WarehouseError: another process holds it, or the folder cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / "lock").open("a+")
        except OSError as error:
            raise WarehouseError(f"cannot use the archive {self.folder}: {error.strerror}") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                holder = lock.read(20).strip() or "unknown"
                raise WarehouseError(
                    f"the archive {self.folder} is held by another crawl (process {holder}): wait for it"
                ) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            shutil.rmtree(self.incoming, ignore_errors=True)
            self.incoming.mkdir()
            yield self

    @property
    def incoming(self) -> Path:
        """Where bodies arrive; emptied when a crawl begins."""
        return self.folder / "incoming"

    def path_of(self, sha256: str) -> Path:
        """Return where the compressed body lies, or would."""
        return self.folder / "bodies" / sha256[:2] / f"{sha256}.gz"

    def __contains__(self, sha256: str) -> bool:
        return self.path_of(sha256).is_file()

    @contextmanager
    def receive(self, name: str) -> Iterator[Receiving]:
        """Give a temporary file for a body that arrives; it is gone after the block, kept or not.

        `name` ends the file's name, so that messages that show it say what it was meant to be.
        """
        safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)[-80:]
        path = self.incoming / f"{os.urandom(8).hex()}-{safe}"
        with disk():
            stream = path.open("wb")
        try:
            yield Receiving(path, stream)
        finally:
            # What was not flushed by then is not wanted.
            with suppress(OSError):
                stream.close()
            path.unlink(missing_ok=True)

    @disk()
    def keep(self, received: Path, sha256: str) -> None:
        """Put a received body into the archive, unless it is there already. Blocks: compresses and syncs."""
        target = self.path_of(sha256)
        if target.is_file():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        packed = received.with_name(f"{received.name}.gz")
        with received.open("rb") as plain, packed.open("wb") as raw:
            # No name and no time inside: the same body is the same file.
            with gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as out:
                shutil.copyfileobj(plain, out, _CHUNK)
            raw.flush()
            os.fsync(raw.fileno())
        packed.replace(target)

    def keep_bytes(self, body: bytes) -> str:
        """Put a body into the archive that did not come over the network, and return its SHA-256."""
        with self.held(), self.receive("body") as received:
            received.write(body)
            sha256 = received.finish()
            self.keep(received.path, sha256)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return the body.

        Raises:
            SourceError: it is not in the archive, or not what its name says.
        """
        with TemporaryDirectory(prefix="cagraph-") as folder:
            path = Path(folder) / "body"
            self.unpack(sha256, path)
            return path.read_bytes()

    def unpack(self, sha256: str, target: Path) -> int:
        """Write the body to `target` and return its size.

        Raises:
            SourceError: it is not in the archive, or not what its name says.
        """
        found, size = hashlib.sha256(), 0
        try:
            with gzip.open(self.path_of(sha256), "rb") as packed, target.open("wb") as plain:
                while chunk := packed.read(_CHUNK):
                    plain.write(chunk)
                    found.update(chunk)
                    size += len(chunk)
        except FileNotFoundError:
            raise SourceError(f"the archive {self.folder} lacks the body {sha256}: crawl again") from None
        except (OSError, EOFError, zlib.error) as error:
            raise SourceError(f"{self.path_of(sha256)} is damaged: remove it and crawl again") from error
        if found.hexdigest() != sha256:
            raise SourceError(f"{self.path_of(sha256)} is damaged: remove it and crawl again")
        return size
