"""What CCADB is asked for: its records, the certificates of every year, and the included roots.

An answer is taken when it is whole and of the kind that was asked for. Salesforce, which serves the
reports, says "URL No Longer Exists" and "down for maintenance" as pages with status 200: such a page is
asked for again, and if it stays, the report counts as gone. Reads no row further than it must.
"""

from pathlib import Path

from cagraph.errors import SourceError
from cagraph.sources import (
    FORMATS,
    ccadb_pem,
    ccadb_records,
    ccadb_roots,
    mozilla_roots,
    recognise,
)
from cagraph.sources.asking import MEBIBYTE, Answer, Refused, Request
from cagraph.sources.checking import head_of, seen
from cagraph.sources.rows import RecordRow, Truncated, TrustRow
from cagraph.sources.urls import base_url

NAME = "ccadb"
BASE = "https://ccadb.my.salesforce-sites.com"
FIRST_YEAR = 1994
"""The oldest notBefore in CCADB: no report of an earlier year has a certificate."""

RECORDS = "AllCertificateRecordsCSVFormat"
WHOLE, HALVES = "V5", ("V4a", "V4b")
"""V4a leaves out what expired over five years ago, V4b has only that."""
PEM = "AllCertificatePEMsCSVFormat"
ROOTS = "AllIncludedRootCertsCSV"
MOZILLA_ROOTS = "IncludedCACertificateReportPEMCSV"
RECORDS_LIMIT = 256 * MEBIBYTE

_CHUNK = MEBIBYTE
_FORMATS = {source.KIND: source for source in FORMATS}


def requests(base: str, this_year: int, first_year: int = FIRST_YEAR) -> list[Request]:
    """Return one request for each report, years up to the current one.

    Raises:
        UsageProblem: `base` is no address of a service.
    """
    ccadb, mozilla = f"{base_url(base)}/ccadb", f"{base_url(base)}/mozilla"
    halves = tuple(_records(ccadb, version) for version in HALVES)
    return [
        _records(ccadb, WHOLE, halves),
        *(
            Request(NAME, f"{ccadb}/{PEM}?NotBeforeYear={year}", ccadb_pem.KIND, f"{PEM}_{year}.csv")
            for year in range(first_year, this_year + 1)
        ),
        Request(NAME, f"{ccadb}/{ROOTS}", ccadb_roots.KIND, f"{ROOTS}.csv"),
        Request(NAME, f"{mozilla}/{MOZILLA_ROOTS}", mozilla_roots.KIND, f"{MOZILLA_ROOTS}.csv"),
    ]


def _records(ccadb: str, version: str, instead: tuple[Request, ...] = ()) -> Request:
    """Return the request for one version of the report of records; its name tells a half from the whole."""
    name = f"{RECORDS}{version}"
    return Request(NAME, f"{ccadb}/{name}", ccadb_records.KIND, f"{name}.csv", RECORDS_LIMIT, instead=instead)


def check(request: Request, answer: Answer) -> None:
    """Take a whole report of the kind asked for, or raise `Refused`."""
    found = recognise(answer.path)
    if found is None or request.kind != found.KIND:
        raise Refused(f"not {request.kind} but {seen(answer, head_of(answer.path))}", gone=True)
    try:
        _whole(found.KIND, answer.path)
        _not_empty(found.KIND, answer.path)
    except SourceError as problem:
        raise Refused(str(problem).removeprefix(f"{answer.path}: "), again=False) from None


def _whole(kind: str, path: Path) -> None:
    """Raise `Refused` if a report breaks off: CCADB ends every line, and closes every quote."""
    quotes, last = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            quotes += chunk.count(b'"')
            last = chunk[-1:]
    if last != b"\n":
        raise Refused("breaks off: the last line has no end")
    # An odd quote is either a cell that was cut off or damage inside, which only reading can tell apart.
    if quotes % 2 and any(isinstance(item, Truncated) for item in _FORMATS[kind].read(path)):
        raise Refused("breaks off inside a quoted cell")


def _not_empty(kind: str, path: Path) -> None:
    """Raise `Refused` if a report says nothing. Only a year may have no certificates."""
    items = _FORMATS[kind].read(path)
    if kind == ccadb_pem.KIND:
        next(items, None)
    elif not any(isinstance(item, RecordRow | TrustRow) for item in items):
        raise Refused("has a header, and no row that could be used")
