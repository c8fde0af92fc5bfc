"""The questions to crt.sh's database, asked of a real PostgreSQL with the tables that crt.sh publishes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from cagraph.crawl.outcome import State
from cagraph.model import sha256_hex
from cagraph.sources import crtsh_rows, crtsh_sql
from cagraph.sources.asking import Answer, Refused, Request
from cagraph.sources.crtsh_sql import BUCKET, bucket_requests, ca_requests, first_requests
from cagraph.sources.rows import CertificateRow, PeerRow
from cagraph.sources.sql_body import end_line, head_line, row_line
from tests.pki import CLIENT_AUTH, SECURE_EMAIL, SERVER_AUTH, Authority, Issued
from tests.standin.asking import Asked, ask_all
from tests.standin.postgres import CrtshDatabase, crtsh_database, serial_of, why_unavailable

needs_postgres = pytest.mark.skipif(why_unavailable() is not None, reason=why_unavailable() or "")

ROOT = Authority("Root", "Owner")
OTHER = Authority("Other Root", "Other")
SUBS = [Authority(f"Sub {number}", "Owner") for number in range(5)]
CERTIFICATES: list[Issued] = [
    ROOT.self_signed(),
    OTHER.self_signed(),
    *(ROOT.issue(sub, eku=[SERVER_AUTH, CLIENT_AUTH]) for sub in SUBS),
    OTHER.issue(ROOT, eku=[SECURE_EMAIL]),
]
MOZILLA, SERVER, EMAIL = 5, 1, 3


@pytest.fixture
def database() -> Iterator[CrtshDatabase]:
    """Certificates 1, 4000001, 8000001, …: three to a bucket at most."""
    with crtsh_database(CERTIFICATES, step=4_000_000) as database:
        yield database


def rows(asked: list[Asked], query: str) -> list[PeerRow]:
    """What the answers to a question say of crt.sh."""
    bodies = [each.body for each in asked if each.query == query]
    found = [item for body in bodies if body for item in crtsh_rows.read(body)]
    assert all(isinstance(item, PeerRow | CertificateRow) for item in found)
    return [item for item in found if isinstance(item, PeerRow)]


def values(asked: list[Asked], query: str, *names: str) -> list[tuple[object, ...]]:
    return [tuple(row.values[name] for name in names) for row in rows(asked, query)]


@needs_postgres
async def test_all_certificates_come_page_after_page(database: CrtshDatabase, tmp_path: Path) -> None:
    database.execute("UPDATE ca_certificate SET ca_id = NULL WHERE certificate_id = 8000001")
    asked = await ask_all(database.dsn, tmp_path, first_requests(0, size=3))
    pages = [each for each in asked if each.query == "certificates"]
    assert [each.request.url for each in pages] == [
        "crtsh-sql:certificates?after=0",
        "crtsh-sql:certificates?after=8000001",
        "crtsh-sql:certificates?after=20000001",
    ]
    found = rows(asked, "certificates")
    assert [row.values["sha256"] for row in found] == [issued.sha256 for issued in CERTIFICATES]
    assert [row.values["ca_id"] for row in found] == [
        None if number == 2 else database.ca(issued.subject) for number, issued in enumerate(CERTIFICATES)
    ]
    assert [row.values["issuer_ca_id"] for row in found] == [database.ca(one.issuer) for one in CERTIFICATES]
    ders = [
        item.der
        for page in pages
        if page.body
        for item in crtsh_rows.read(page.body)
        if isinstance(item, CertificateRow)
    ]
    assert ders == [issued.der for issued in CERTIFICATES]


@needs_postgres
async def test_a_last_page_that_is_full_is_followed_by_an_empty_one(
    database: CrtshDatabase, tmp_path: Path
) -> None:
    requests = [request for request in first_requests(0, size=4) if "certificates" in request.url]
    asked = await ask_all(database.dsn, tmp_path, requests)
    assert [each.outcome.state for each in asked] == [State.DONE] * 3
    assert len(rows(asked, "certificates")) == 8


@needs_postgres
async def test_empty_tables_are_answers_without_rows(tmp_path: Path) -> None:
    with crtsh_database() as database:
        asked = await ask_all(database.dsn, tmp_path, first_requests(0))
    assert {each.outcome.state for each in asked} == {State.DONE}
    assert len(asked) == len(first_requests(0))
    assert sum(len(rows([each], each.query)) for each in asked if each.request.kind) == 0


@needs_postgres
async def test_what_is_new_is_read_from_below_the_highest_number(
    database: CrtshDatabase, tmp_path: Path
) -> None:
    requests = [one for one in first_requests(28_000_001, 9_000_000) if "certificates" in one.url]
    asked = await ask_all(database.dsn, tmp_path, requests)
    assert values(asked, "certificates", "certificate_id") == [(20_000_001,), (24_000_001,), (28_000_001,)]


@needs_postgres
async def test_certificates_of_cas_and_of_buckets(database: CrtshDatabase, tmp_path: Path) -> None:
    ids = [database.ca(ROOT), database.ca(SUBS[4])]
    requests = ca_requests([*ids, *range(1000, 1200)], size=2)
    assert len(requests) == 2
    asked = await ask_all(database.dsn, tmp_path, requests)
    assert values(asked, "certificates_of_cas", "certificate_id") == [(1,), (24_000_001,), (28_000_001,)]
    requests = bucket_requests([2, 0, 1], size=1)
    assert [request.url for request in requests] == ["crtsh-sql:certificates?after=-1&below=30000000"]
    asked = await ask_all(database.dsn, tmp_path, requests)
    assert [number for (number,) in values(asked, "certificates", "certificate_id")] == [
        4_000_000 * position + 1 for position in range(8)
    ]
    assert asked[-1].request.url == "crtsh-sql:certificates?after=28000001&below=30000000"
    asked = await ask_all(database.dsn, tmp_path, bucket_requests([0, 2]))
    assert len(rows(asked, "certificates")) == 6


@needs_postgres
async def test_trust_is_read_whole(database: CrtshDatabase, tmp_path: Path) -> None:
    root, other = database.ca(ROOT), database.ca(OTHER)
    limits = {"disabled_from": "-infinity", "notbefore_until": "infinity"}
    key = {"trust_context_id": MOZILLA, "trust_purpose_id": SERVER}
    database.insert("root_trust_purpose", {"certificate_id": 1, **key, **limits})
    database.insert("root_trust_purpose", {"certificate_id": 1, **key, "trust_purpose_id": EMAIL})
    database.insert("root_trust_purpose", {"certificate_id": 4_000_001, **key, "trust_purpose_id": EMAIL})
    database.insert("ca_trust_purpose", {"ca_id": root, **key, "is_time_valid": True, "shortest_chain": 1})
    database.insert("ca_trust_purpose", {"ca_id": other, **key, "trust_purpose_id": EMAIL})
    database.insert("ca_trust_purpose", {"ca_id": other, **key, "trust_context_id": 17})
    asked = await ask_all(database.dsn, tmp_path, first_requests(0, size=2))
    assert values(
        asked, "root_trust", "certificate_id", "trust_purpose_id", "disabled_from", "notbefore_until"
    ) == [
        (1, SERVER, datetime.min, datetime.max),
        (1, EMAIL, None, None),
        (4_000_001, EMAIL, None, None),
    ]
    assert values(asked, "ca_trust", "ca_id", "trust_context_id", "is_time_valid", "shortest_chain") == [
        (root, MOZILLA, True, 1),
        (other, 17, None, None),
        (other, MOZILLA, None, None),
    ]
    assert values(asked, "trusted_cas", "ca_id") == [(root,), (other,)]
    # The root's own certificate is for anything; of the subordinates none is for e-mail, the cross is.
    assert sorted(values(asked, "certificate_trust", "certificate_id", "trust_purpose_id")) == [
        (1, SERVER),
        (4_000_001, EMAIL),
        *((8_000_001 + 4_000_000 * number, SERVER) for number in range(5)),
        (28_000_001, EMAIL),
    ]


@needs_postgres
async def test_verdicts_come_with_every_record(database: CrtshDatabase, tmp_path: Path) -> None:
    sha256 = bytes.fromhex(CERTIFICATES[0].sha256)
    for record in ("A1", "A2"):
        database.insert(
            "ccadb_certificate",
            {
                "certificate_id": 1,
                "cert_sha256": sha256,
                "ccadb_record_id": record,
                "mozilla_disclosure_status": "DisclosureIncomplete",
            },
        )
    database.insert("ccadb_certificate", {"certificate_id": 4_000_001}, {"certificate_id": 8_000_001})
    database.insert("ccadb_certificate", {"ccadb_record_id": "B1"}, {"ccadb_record_id": "B2"})
    asked = await ask_all(database.dsn, tmp_path, first_requests(0, size=1))
    found = values(asked, "disclosures", "certificate_id", "ccadb_record_id", "sha256", "mozilla_status")
    assert sorted(found, key=str) == [
        (1, "A1", CERTIFICATES[0].sha256, "DisclosureIncomplete"),
        (1, "A2", CERTIFICATES[0].sha256, "DisclosureIncomplete"),
        (4_000_001, None, None, None),
        (8_000_001, None, None, None),
    ]
    assert values(asked, "disclosures_unknown", "certificate_id", "ccadb_record_id") == [
        (None, "B1"),
        (None, "B2"),
    ]


@needs_postgres
async def test_every_sign_of_revocation_comes(database: CrtshDatabase, tmp_path: Path) -> None:
    database.insert("mozilla_onecrl", {"certificate_id": 8_000_001})
    database.insert(
        "google_revoked",
        {"certificate_id": 8_000_001, "entry_type": "Revoked via CRLSet"},
        {"certificate_id": 8_000_001, "entry_type": "Blocked via CRLSet"},
    )
    database.insert("microsoft_disallowedcert", {"certificate_id": 12_000_001, "disallowed_hash": b"\xab"})
    database.insert(
        "crl_revoked",
        {
            "ca_id": database.ca(ROOT),
            "serial_number": serial_of(CERTIFICATES[4]),
            "reason_code": 4,
            "revocation_date": datetime(2024, 1, 2, 3, 4, 5),
        },
    )
    asked = await ask_all(database.dsn, tmp_path, first_requests(0, size=1))
    names = ("certificate_id", "onecrl", "crlset_entry", "disallowed_hash", "crl_revoked_at", "crl_reason")
    found = values(asked, "revocations", *names)
    assert len(found) == 9
    nothing = (None, None, None, None)
    assert sorted(found, key=str)[:5] == [
        (1, False, *nothing),
        (12_000_001, False, None, "ab", None, None),
        (16_000_001, False, None, None, datetime(2024, 1, 2, 3, 4, 5), 4),
        (20_000_001, False, *nothing),
        (24_000_001, False, *nothing),
    ]
    assert {row[2] for row in found if row[:2] == (8_000_001, True)} == {
        "Revoked via CRLSet",
        "Blocked via CRLSet",
    }


@needs_postgres
async def test_buckets_are_counted_and_make_ranges(database: CrtshDatabase, tmp_path: Path) -> None:
    database.add([ROOT.issue(SUBS[0], not_after="2031-01-01")], first=25 * BUCKET)
    asked = await ask_all(database.dsn, tmp_path, first_requests(0, size=2))
    assert values(asked, "buckets", "bucket", "rows_there", "sum_there") == [
        (0, 3, 12_000_003),
        (1, 2, 28_000_002),
        (2, 3, 72_000_003),
        (25, 1, 25 * BUCKET),
    ]
    assert [each.request.url for each in asked if each.query == "certificate_trust"] == [
        "crtsh-sql:certificate_trust?after=-1&upto=19999999",
        "crtsh-sql:certificate_trust?after=19999999&upto=259999999",
    ]


@needs_postgres
async def test_a_schema_that_lacks_something_is_refused(database: CrtshDatabase, tmp_path: Path) -> None:
    schema = first_requests(0)[:1]
    assert (await ask_all(database.dsn, tmp_path, schema))[0].outcome.state == State.DONE
    database.execute("ALTER TABLE certificate RENAME issuer_ca_id TO issuer")
    database.execute("REVOKE SELECT ON google_revoked FROM guest")
    (asked,) = await ask_all(database.dsn, tmp_path, schema)
    assert (asked.outcome.state, asked.outcome.tries) == (State.FAILED, 1)
    assert asked.outcome.error == (
        "crt.sh's database has no certificate.issuer_ca_id, google_revoked.certificate_id,"
        " google_revoked.entry_type"
    )


def answer_of(path: Path, *lines: bytes) -> Answer:
    path.write_bytes(b"".join(lines))
    return Answer(path, sha256_hex(path.read_bytes()), path.stat().st_size)


def buckets() -> Request:
    return next(request for request in first_requests(0) if "buckets" in request.url)


HEAD = head_line("buckets", ["bucket", "rows_there", "sum_there"])


@pytest.mark.parametrize(
    ("lines", "reason", "again"),
    [
        ([], "first line names no query", True),
        ([b"<html>\n"], "first line names no query", True),
        ([HEAD], "breaks off at line 1", True),
        ([HEAD, row_line([1, 2, "3"])], "breaks off at line 2", True),
        ([HEAD, row_line([1, 2, "3"]), end_line(2)], "breaks off at line 3", True),
        ([HEAD, row_line([1, 2, "3"]), end_line(1), row_line([2, 2, "3"])], "breaks off", True),
        ([HEAD, row_line([1, 2, "3"]), end_line(1)[:-1]], "breaks off", True),
        ([HEAD, row_line([2, 2, "3"]), row_line([1, 2, "3"]), end_line(2)], "line 3 is out of order", False),
        ([HEAD, row_line([-2, 2, "3"]), end_line(1)], "line 2 is out of order", False),
        ([HEAD, row_line([None, 2, "3"]), end_line(1)], "line 2 has no key", False),
        ([head_line("certificates", []), end_line(0)], "another question", False),
        ([head_line("buckets", ["bucket"]), end_line(0)], "another question", False),
    ],
)
def test_no_half_answer_is_taken(tmp_path: Path, lines: list[bytes], reason: str, again: bool) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        crtsh_sql.check(buckets(), answer_of(tmp_path / "body", *lines))
    assert refused.value.again is again


def test_a_row_that_cannot_be_read_has_its_place_in_the_page(tmp_path: Path) -> None:
    request = buckets()
    assert request.sql
    request = replace(request, sql=replace(request.sql, params=(-1, 2)))
    answer = answer_of(tmp_path / "body", HEAD, row_line([7, 2, "3"]), b"[1,\n", end_line(2))
    crtsh_sql.check(request, answer)
    urls = [following.url for following in crtsh_sql.follow(request, answer.path)]
    assert urls == ["crtsh-sql:buckets?after=7", "crtsh-sql:certificate_trust?after=69999999&upto=79999999"]


def test_requests_are_told_apart_by_their_urls() -> None:
    requests = [*first_requests(0), *ca_requests(range(500)), *bucket_requests([1, 3])]
    assert len({request.url for request in requests}) == len(requests)
    assert {request.source for request in requests} == {crtsh_sql.NAME}
    assert [request.url for request in ca_requests([])] == []
    assert first_requests(60_000_000)[-1].url == "crtsh-sql:certificates?after=10000000"
