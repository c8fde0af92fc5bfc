"""What an ingest takes in, and what it did, file by file, for the command and for tests. Holds data only."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cagraph.sources import Source


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes of a known format at `path`. `name`: as their publisher calls them.

    `stated`: somebody said that they speak for `day`, and it was not only a file's time.
    """

    path: Path
    name: str
    sha256: str
    source: Source
    day: date
    day_because: str
    stated: bool


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file: what it was taken for and what became of its rows.

    `error`: passed over, and why; then nothing of it was stored and `kind` is None. `already_known`: its
    bytes were ingested before for the same day, or for any day where none was stated, so nothing changed;
    the rest says what was stored then, and `ignored` what was declared otherwise now, in one sentence.
    """

    path: Path
    kind: str | None = None
    dated: date | None = None
    dated_because: str = ""
    complete: bool = False
    complete_because: str = ""
    rows_in: int = 0
    rows_stored: int = 0
    rows_rejected: int = 0
    rows_unnamed: int = 0
    new_certificates: int = 0
    new_records: int = 0
    truncated: bool = False
    already_known: bool = False
    ignored: str = ""
    half: str | None = None
    error: str | None = None
    snapshot_id: int | None = None


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Every file in the order it was read. Totals leave out what was already known."""

    files: tuple[FileReport, ...]

    @property
    def stored(self) -> tuple[FileReport, ...]:
        """The files that this ingest added."""
        return tuple(file for file in self.files if not file.error and not file.already_known)

    @property
    def already_known(self) -> tuple[FileReport, ...]:
        """The files that changed nothing, because their bytes were there before."""
        return tuple(file for file in self.files if file.already_known)

    @property
    def passed_over(self) -> tuple[FileReport, ...]:
        """The files that are of no known kind, or empty."""
        return tuple(file for file in self.files if file.error)

    @property
    def rows_in(self) -> int:
        """Rows read."""
        return sum(file.rows_in for file in self.stored)

    @property
    def rows_stored(self) -> int:
        """Rows stored."""
        return sum(file.rows_stored for file in self.stored)

    @property
    def rows_rejected(self) -> int:
        """Rows lost, each with an issue that says why."""
        return sum(file.rows_rejected for file in self.stored)

    @property
    def new_certificates(self) -> int:
        """Certificates that were not stored before."""
        return sum(file.new_certificates for file in self.stored)

    @property
    def new_records(self) -> int:
        """CCADB record versions that were not stored before."""
        return sum(file.new_records for file in self.stored)
