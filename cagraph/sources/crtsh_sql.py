"""What to ask crt.sh's database, page after page, and whether an answer can be taken.

A page begins after the keys of the last row of the one before; one that is shorter than its size is the
last. Sends nothing: a page is a `Request` with SQL in it, under a URL of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from cagraph.errors import SourceError
from cagraph.sources import crtsh_queries as queries
from cagraph.sources.asking import MEBIBYTE, Answer, Refused, Request, SqlPage
from cagraph.sources.crtsh_rows import KIND, fits
from cagraph.sources.rows import Issue, Truncated
from cagraph.sources.sql_body import Row, read_body

NAME = "crtsh-sql"
DSN = "postgresql://guest@crt.sh:5432/certwatch?sslmode=require"
BUCKET = 10_000_000
"""Numbers of certificates in a bucket of the drift check."""
OVERLAP = 5 * BUCKET
"""What is read again below the highest number known: rows are not added in order of their numbers."""
CAS_A_BATCH = 200
CERTIFICATES_A_RANGE = 500
"""Trust of certificates is asked in ranges of about so many."""
_BEYOND = 2**63 - 1
_LIMIT = 64 * MEBIBYTE
_SCHEMA = "schema"

Keys = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question in pages. Its parameters: the keys to begin after, others, the number of keys in a page.

    `keys` are columns of an answer; `start` comes before those of every row.
    """

    name: str
    text: str
    keys: tuple[str, ...]
    start: Keys
    size: int

    def first(self, size: int | None, after: Keys | None = None, *others: object, **shown: object) -> Request:
        """Return the first page; `shown` tells its URL apart from others that begin after the same keys."""
        after = after or self.start
        page = SqlPage(self.name, self.text, (*after, *others, size or self.size))
        return _request(page, {"after": _listed(after), **shown}, KIND)

    def next(self, request: Request, last: Keys) -> Request:
        """Return the page after the one that `request` asked for."""
        assert request.sql is not None
        base, _, query = request.url.partition("?")
        place = dict(parse_qsl(query, keep_blank_values=True)) | {"after": _listed(last)}
        params = (*last, *request.sql.params[len(last) :])
        return replace(request, url=_url(base, place), sql=replace(request.sql, params=params))


CERTIFICATES = Question("certificates", queries.CERTIFICATES, ("certificate_id",), (0,), 500)
OF_CAS = Question("certificates_of_cas", queries.CERTIFICATES_OF_CAS, ("certificate_id",), (0,), 500)
BUCKETS = Question("buckets", queries.BUCKETS, ("bucket",), (-1,), 5000)
_FROM_THE_START = (
    Question("trusted_cas", queries.TRUSTED_CAS, ("ca_id",), (0,), 1000),
    Question(
        "root_trust",
        queries.ROOT_TRUST,
        ("certificate_id", "trust_context_id", "trust_purpose_id"),
        (0, 0, 0),
        5000,
    ),
    Question(
        "ca_trust", queries.CA_TRUST, ("ca_id", "trust_purpose_id", "trust_context_id"), (0, 0, 0), 5000
    ),
    Question("disclosures", queries.DISCLOSURES, ("certificate_id",), (0,), 2000),
    Question("disclosures_unknown", queries.DISCLOSURES_UNKNOWN, ("ccadb_record_id",), ("",), 2000),
    Question("revocations", queries.REVOCATIONS, ("certificate_id",), (0,), 500),
    BUCKETS,
)
QUESTIONS = {question.name: question for question in (CERTIFICATES, OF_CAS, *_FROM_THE_START)}


def first_requests(high_water: int, overlap: int = OVERLAP, *, size: int | None = None) -> list[Request]:
    """Return what a crawl asks first: the schema, crt.sh's verdicts, and the certificates that are new.

    `high_water` is the highest number of a certificate that is known, 0 for none. `size`: keys in a page,
    in place of each question's own.
    """
    return [
        _request(SqlPage(_SCHEMA, queries.SCHEMA, (list(queries.NEEDED),)), {}, None),
        *(question.first(size) for question in _FROM_THE_START),
        _certificates(max(0, high_water - overlap), _BEYOND, size),
    ]


def ca_requests(ca_ids: Iterable[int], *, size: int | None = None) -> list[Request]:
    """Return requests for all certificates of these CAs."""
    ids = sorted(set(ca_ids))
    batches = [ids[at : at + CAS_A_BATCH] for at in range(0, len(ids), CAS_A_BATCH)]
    return [OF_CAS.first(size, None, batch, cas=_listed(batch)) for batch in batches]


def bucket_requests(buckets: Iterable[int], *, size: int | None = None) -> list[Request]:
    """Return requests for all certificates of these buckets, neighbours in one."""
    runs: list[tuple[int, int]] = []
    for bucket in sorted(set(buckets)):
        if runs and runs[-1][1] == bucket:
            runs[-1] = (runs[-1][0], bucket + 1)
        else:
            runs.append((bucket, bucket + 1))
    return [_certificates(first * BUCKET - 1, end * BUCKET, size) for first, end in runs]


def check(request: Request, answer: Answer) -> None:
    """Take a whole answer to this very question whose rows come in order.

    Raises:
        Refused: it is none; or, of the schema: it lacks what the other questions need.
    """
    assert request.sql is not None
    try:
        head, _ = read_body(answer.path)
        if head.query != request.sql.query or (head.query != _SCHEMA and not fits(head)):
            raise Refused(f"is the answer to another question: {head.query}", again=False)
        if head.query == _SCHEMA:
            _check_schema(answer.path)
        else:
            _page(request, answer.path)
    except SourceError as problem:
        raise Refused(str(problem).replace(str(answer.path), request.name)) from problem


def follow(request: Request, path: Path) -> Sequence[Request]:
    """Return the next page, if this one was full; after buckets, the trust of the certificates in them.

    Raises:
        SourceError: `check` would not take the body.
    """
    if request.sql is None or request.sql.query not in QUESTIONS:
        return []
    try:
        page = _page(request, path)
    except Refused as refusal:
        raise SourceError(f"{path}: {refusal}") from refusal
    following = [QUESTIONS[request.sql.query].next(request, page.last)] if page.full else []
    if request.sql.query == BUCKETS.name:
        following += _trust_ranges(path)
    return following


class _Page(NamedTuple):
    """Whether there may be more after a page, and after which keys."""

    full: bool
    last: Keys


def _page(request: Request, path: Path) -> _Page:
    """Read the keys of a page.

    Raises:
        Refused: it breaks off, or its rows do not come in order after those before.
    """
    assert request.sql is not None
    question = QUESTIONS.get(request.sql.query)
    names = question.keys if question else ()
    last = request.sql.params[: len(names)]
    count = 0
    for line, keys in _keys(path, names):
        if keys is None:
            # A row that cannot be read has its place in the page all the same.
            count += 1
        elif keys != last:
            if [*map(type, keys)] != [*map(type, last)]:
                raise Refused(f"the row on line {line} has no key", again=False)
            # In which order texts come is the database's own affair.
            if isinstance(keys[0], int) and keys < last:
                raise Refused(f"the row on line {line} is out of order", again=False)
            count, last = count + 1, keys
    return _Page(question is not None and count >= int(str(request.sql.params[-1])), last)


def _keys(path: Path, names: Sequence[str]) -> Iterator[tuple[int, Keys | None]]:
    """Yield line and keys of every row; None for keys that cannot be read."""
    head, rows = read_body(path)
    columns = [head.columns.index(name) for name in names] if head.columns else []
    for row in rows:
        match row:
            case Row():
                yield row.line, tuple(row.values[column] for column in columns)
            case Issue():
                yield row.line, None
            case Truncated():
                raise Refused(f"breaks off at line {row.line}")


def _check_schema(path: Path) -> None:
    """Raise `Refused` with the names that the database lacks."""
    there = {keys for _, keys in _keys(path, ("table_name", "column_name"))}
    needed = ((table, column) for table, columns in queries.NEEDED.items() for column in columns.split())
    lacking = [f"{table}.{column}" for table, column in needed if (table, column) not in there]
    if lacking:
        raise Refused(f"crt.sh's database has no {', '.join(lacking)}", again=False)


def _trust_ranges(path: Path) -> list[Request]:
    """Return requests for the trust of all certificates in a page of buckets, in ranges of a bounded size."""
    ranges: list[Request] = []
    begin, count = None, 0
    rows = [keys for _, keys in _keys(path, ("bucket", "rows_there")) if keys is not None]
    for position, (bucket, number) in enumerate(rows):
        begin = bucket if begin is None else begin
        count += number if isinstance(number, int) else CERTIFICATES_A_RANGE
        if count >= CERTIFICATES_A_RANGE or position == len(rows) - 1:
            ranges.append(_trust(begin * BUCKET - 1, (bucket + 1) * BUCKET - 1))
            begin, count = None, 0
    return ranges


def _trust(after: int, upto: int) -> Request:
    page = SqlPage("certificate_trust", queries.CERTIFICATE_TRUST, (after, upto))
    return _request(page, {"after": after, "upto": upto}, KIND)


def _certificates(after: int, below: int, size: int | None) -> Request:
    shown = {} if below == _BEYOND else {"below": below}
    return CERTIFICATES.first(size, (after,), below, **shown)


def _request(page: SqlPage, place: dict[str, object], kind: str | None) -> Request:
    url = _url(f"{NAME}:{page.query}", place)
    return Request(NAME, url, kind, f"crtsh-{page.query}.ndjson", _LIMIT, sql=page)


def _url(base: str, place: dict[str, Any]) -> str:
    return f"{base}?{urlencode(place, safe=',')}" if place else base


def _listed(values: Iterable[object]) -> str:
    return ",".join(map(str, values))
