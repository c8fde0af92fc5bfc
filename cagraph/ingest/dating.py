"""For which day a file speaks, and whether what is absent from it is known to be absent.

Goes by names and by what the caller declared; both answers come with the reason in words, because a
verdict "not disclosed" hangs on them.
"""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from cagraph.sources import ccadb_records, ccadb_roots, root_trust
from cagraph.sources.rows import Truncated

COMPLETE, SLICE = "complete", "slice"
FILE_TIME = "file time"
"""Where a day is from that nobody stated: copying a file may change it."""

_ISO_DATE = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")
_REPORT = re.compile(r"AllCertificateRecordsCSVFormat(V2|V4A|V4B|V4|V5)(?![A-Z0-9])", re.IGNORECASE)
_OTHER_HALF = {"V4a": "V4b", "V4b": "V4a"}
OTHER_MISSING, OTHER_HERE = "is not here", "is here"
_BREAKS_OFF = "the file breaks off"


STORES = (root_trust.KIND, ccadb_roots.KIND, "mozilla_roots")
UNNAMED_SHARE = 0.01
"""Beyond this share of rows that cannot be read, what is absent from a report is not known to be absent."""


class Completeness(NamedTuple):
    """Whether a file is complete, and why; `half`: V4a or V4b, where it is nothing but a half of a report."""

    complete: bool
    because: str
    half: str | None = None


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
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date(), FILE_TIME


def _date_in(name: str) -> date | None:
    """Return the last ISO date in a name that is a day."""
    for text in reversed(_ISO_DATE.findall(name)):
        try:
            return date.fromisoformat(text)
        except ValueError:
            continue
    return None


def completeness(  # noqa: PLR0911 - one line a rule
    kind: str | None,
    name: str,
    declared: str | None,
    *,
    cut: Truncated | None,
    stored: int,
    unnamed: int,
) -> Completeness:
    """Return whether a file is complete, and why.

    `name` is the file's, or the one it would have. `cut` is where it breaks off, or may; `stored` counts the
    rows that could be used, `unnamed` rejected ones that do not say which certificate they were about.
    """
    if cut is not None and cut.sure:
        return Completeness(False, f"{_BREAKS_OFF} in the row on line {cut.line}")
    note = f"; {unnamed} rejected rows do not name their certificate" if unnamed else ""
    if not stored:
        return Completeness(False, "no row of it could be used")
    if unnamed > UNNAMED_SHARE * (stored + unnamed):
        return Completeness(False, f"{unnamed} of {stored + unnamed} rows do not name their certificate")
    if declared == SLICE:
        return Completeness(False, "declared a slice")
    if declared == COMPLETE:
        return Completeness(True, f"declared complete{note}")
    if cut is not None:
        reason = f"line {cut.line} has no line end, so it may be cut off; not declared complete"
        return Completeness(False, reason)
    if kind in STORES:
        return Completeness(True, f"taken for the whole of each store it names{note}")
    if kind != ccadb_records.KIND:
        return Completeness(False, "not declared complete")
    version = _report_version(name)
    if version is None:
        return Completeness(False, "not declared complete, and its name is not that of a whole CCADB report")
    if version in _OTHER_HALF:
        reason = f"{version} is half of a report and {_OTHER_HALF[version]} of the same day {OTHER_MISSING}"
        return Completeness(False, reason + note, version)
    return Completeness(True, f"its name is that of CCADB's whole report, {version}{note}")


def _report_version(name: str) -> str | None:
    match = _REPORT.match(name)
    if match is None:
        return None
    version = match[1].upper()
    return f"{version[:2]}{version[2:].lower()}"


def difference(declared: str | None, complete: bool, because: str) -> str:
    """Return what to say of a declaration that differs from what is stored of the same bytes, or nothing."""
    if declared is None or (declared == COMPLETE) == complete:
        return ""
    if because.startswith(_BREAKS_OFF):
        return f"declared complete now, but {because}"
    now = "complete" if declared == COMPLETE else "a slice"
    before = "complete" if complete else "not complete"
    change = "to change it, ingest into a new database"
    return f"declared {now} now, stored as {before} before ({because}): {change}"
