"""Where facts come from: one module a format, each of which tells its files by their content.

No sockets and no SQL in this package: bytes go in, values of `rows` come out.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from cagraph.sources import (
    ccadb_pem,
    ccadb_records,
    ccadb_roots,
    certificates,
    crl,
    crtsh_list,
    crtsh_rows,
    ct_roots,
    mozilla_roots,
    onecrl,
    root_trust,
)
from cagraph.sources.rows import Item

HEAD_BYTES = 64 * 1024


class Source(Protocol):
    """What every format's module has."""

    KIND: str

    def recognise(self, head: bytes) -> bool:
        """Whether a file that begins with `head` is of this format."""

    def read(self, path: Path) -> Iterator[Item]:
        """Yield everything the file says; `SourceError` if it is unusable as a whole."""


FORMATS: tuple[Source, ...] = (
    # Mozilla's roots have PEM too, so PEM comes after them. A header with PEM or trust bits may have record
    # columns too, so records come after both. PEM text can stand in any file, and DER be of anything, so
    # certificates come last.
    mozilla_roots,
    ccadb_pem,
    ccadb_roots,
    ccadb_records,
    root_trust,
    ct_roots,
    crtsh_list,
    crtsh_rows,
    onecrl,
    crl,
    certificates,
)


def recognise(path: Path) -> Source | None:
    """Return the format of a file, told by its first bytes; None if it is of no known kind."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return next((source for source in FORMATS if source.recognise(head)), None)
