"""For which day a file speaks, and whether what is absent from it is known to be absent.

Goes by names and by what the caller declared; both answers come with the reason in words, because a
verdict "not disclosed" hangs on them.
"""

import re
from datetime import UTC, date, datetime
from pathlib import Path

from cagraph.sources import ccadb_records
from cagraph.sources.rows import Truncated

COMPLETE, SLICE = "complete", "slice"

_ISO_DATE = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")
_REPORT = re.compile(r"AllCertificateRecordsCSVFormat(V2|V4A|V4B|V4|V5)(?![A-Z0-9])", re.IGNORECASE)
_OTHER_HALF = {"V4a": "V4b", "V4b": "V4a"}


def day_of(path: Path, folder: Path | None, given: date | None) -> tuple[date, str]:
    """Return the day a file speaks for and where that is from.

    Folders count up to the one given to the ingest; for a file given by its name, its own folder.
    """
    if given is not None:
        return given, "given"
    if day := _date_in(path.name):
        return day, "file name"
    top = folder.resolve() if folder else path.resolve().parent
    parent = (path.parent if folder else path.resolve().parent).resolve()
    for candidate in (parent, *parent.parents):
        if day := _date_in(candidate.name):
            return day, "folder name"
        if candidate == top:
            break
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date(), "file time"


def _date_in(name: str) -> date | None:
    """Return the last ISO date in a name that is a day."""
    for text in reversed(_ISO_DATE.findall(name)):
        try:
            return date.fromisoformat(text)
        except ValueError:
            continue
    return None


def completeness(
    kind: str | None, path: Path, declared: str | None, *, cut: Truncated | None, unnamed: int
) -> tuple[bool, str]:
    """Return whether a file is complete, and why.

    `cut` is where the file breaks off, or may; `unnamed` counts rejected rows that do not say
    which certificate they were about.
    """
    if cut is not None and cut.sure:
        return False, f"the file breaks off in the row on line {cut.line}"
    note = f"; {unnamed} rejected rows do not name their certificate" if unnamed else ""
    if declared == SLICE:
        return False, "declared a slice"
    if declared == COMPLETE:
        return True, f"declared complete{note}"
    if cut is not None:
        return False, f"line {cut.line} has no line end, so it may be cut off; not declared complete"
    if kind != ccadb_records.KIND:
        return False, "not declared complete"
    version = _report_version(path)
    if version is None:
        return False, "not declared complete, and its name is not that of a whole CCADB report"
    if version in _OTHER_HALF:
        return False, half(version) + note
    return True, f"its name is that of CCADB's whole report, {version}{note}"


def _report_version(path: Path) -> str | None:
    match = _REPORT.match(path.name)
    if match is None:
        return None
    version = match[1].upper()
    return f"{version[:2]}{version[2:].lower()}"


def half(version: str) -> str:
    """Return the reason why V4a or V4b alone is not complete."""
    return f"{version} is half of a report and {_OTHER_HALF[version]} of the same day is not here"


def whole(version: str) -> str:
    """Return the reason why V4a or V4b beside the other is complete."""
    return f"{version} is half of a report and {_OTHER_HALF[version]} of the same day is here"


HALVES = tuple(_OTHER_HALF)
