"""Asking a database: against a real PostgreSQL behind a real PgBouncer that pools statements."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from cagraph.crawl.archive import Archive
from cagraph.crawl.outcome import Allowance, Outcome, OutOfRequests, State
from cagraph.crawl.postgres import NEEDS_PSYCOPG, ON_LOOPBACK, TRIES, Pace, SqlFetcher
from cagraph.crawl.postgres_session import Trouble, server_of
from cagraph.model import sha256_hex
from cagraph.sources.asking import Answer, Refused, Request, SqlPage
from cagraph.sources.sql_body import Row, read_body
from tests.pki import Authority, Issued
from tests.standin.postgres import CrtshDatabase, crtsh_database, why_unavailable

pytestmark = pytest.mark.skipif(why_unavailable() is not None, reason=why_unavailable() or "")

ROOT = Authority("Root", "Owner")
CERTIFICATES: list[Issued] = [
    ROOT.self_signed(),
    *(ROOT.issue(Authority(f"Sub {n}", "Owner")) for n in range(4)),
]
TEXT = (
    "SELECT certificate_id, ca_id, certificate FROM ca_certificate JOIN certificate ON id = certificate_id"
    " WHERE certificate_id > %s ORDER BY certificate_id"
)
SECRET = "hunter2"


@pytest.fixture
def database() -> Iterator[CrtshDatabase]:
    with crtsh_database(CERTIFICATES) as database:
        yield database


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive").held() as archive:
        yield archive


@pytest.fixture
async def fetcher(database: CrtshDatabase, archive: Archive) -> AsyncIterator[SqlFetcher]:
    async with SqlFetcher(database.dsn, archive, Allowance()) as fetcher:
        yield fetcher


def page(text: str = TEXT, *params: object) -> Request:
    params = params or ((0,) if text == TEXT else ())
    return Request("test", f"test:{text}", None, "test.ndjson", sql=SqlPage("test", text, params))


def take(request: Request, answer: Answer) -> None:
    """Takes every answer."""


def rows_of(archive: Archive, outcome: Outcome, tmp_path: Path) -> list[list[object]]:
    assert outcome.state == State.DONE, outcome.error
    assert outcome.sha256
    archive.unpack(outcome.sha256, tmp_path / "body")
    rows = list(read_body(tmp_path / "body")[1])
    assert all(isinstance(row, Row) for row in rows)
    return [row.values for row in rows if isinstance(row, Row)]


def test_the_stand_in_pools_statements(database: CrtshDatabase) -> None:
    with psycopg.connect(database.dsn) as connection, pytest.raises(psycopg.Error, match="statement pooling"):
        connection.execute("SELECT 1")


async def test_an_answer_is_archived_whole(fetcher: SqlFetcher, archive: Archive, tmp_path: Path) -> None:
    outcome = await fetcher.fetch(page(), None, take)
    rows = rows_of(archive, outcome, tmp_path)
    assert [row[0] for row in rows] == [1, 2, 3, 4, 5]
    assert read_body(tmp_path / "body")[0].columns == ("certificate_id", "ca_id", "certificate")
    assert outcome.sha256 == sha256_hex((tmp_path / "body").read_bytes())
    assert outcome.size == (tmp_path / "body").stat().st_size


async def test_an_empty_answer_is_an_answer(fetcher: SqlFetcher, archive: Archive, tmp_path: Path) -> None:
    assert rows_of(archive, await fetcher.fetch(page(TEXT, 100), None, take), tmp_path) == []


async def test_values_arrive_as_they_are(fetcher: SqlFetcher, archive: Archive, tmp_path: Path) -> None:
    text = """
    SELECT 'infinity'::timestamp, '-infinity'::timestamp, '2024-01-31 10:11:12.345'::timestamp,
        '10000-01-01'::timestamp, '\\x00ff'::bytea, 9223372036854775807, 1.50::numeric, true, NULL::int,
        E'line\\nbreak "quoted" \u2603', ARRAY[1, 2]
    """
    assert rows_of(archive, await fetcher.fetch(page(text), None, take), tmp_path) == [
        [
            *("infinity", "-infinity", "2024-01-31T10:11:12.345000"),
            *("2000-01-01 and 252455616000000000 microseconds", "AP8=", 2**63 - 1, "1.50", True, None),
            *('line\nbreak "quoted" \u2603', [1, 2]),
        ]
    ]


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("40001", "canceling statement due to conflict with recovery"),
        ("57014", "canceling statement due to statement timeout"),
        ("53300", "too many connections for role"),
        ("XX000", "xlog flush request 1/2 is not satisfied"),
        ("crash", ""),
    ],
)
async def test_what_may_pass_is_asked_again(
    database: CrtshDatabase, fetcher: SqlFetcher, state: str, message: str
) -> None:
    database.fail(2, state, message)
    outcome = await fetcher.fetch(page(), None, take)
    assert (outcome.state, outcome.tries) == (State.DONE, 3)


async def test_there_is_an_end_to_asking_again(database: CrtshDatabase, fetcher: SqlFetcher) -> None:
    database.fail(100)
    outcome = await fetcher.fetch(page(), None, take)
    assert (outcome.state, outcome.tries) == (State.FAILED, TRIES)
    assert outcome.error == "canceling statement due to conflict with recovery (40001)"
    assert database.failures_left() == 100 - TRIES


async def test_a_dropped_connection_is_opened_again(database: CrtshDatabase, fetcher: SqlFetcher) -> None:
    assert (await fetcher.fetch(page(), None, take)).tries == 1
    database.drop_connections()
    outcome = await fetcher.fetch(page(), None, take)
    assert (outcome.state, outcome.tries) == (State.DONE, 2)


async def test_a_hanging_query_is_left(database: CrtshDatabase, archive: Archive) -> None:
    database.fail(1, "hang", "")
    async with SqlFetcher(database.dsn, archive, Allowance(), replace(ON_LOOPBACK, timeout=0.3)) as fetcher:
        outcome = await fetcher.fetch(page(), None, take)
        assert (outcome.state, outcome.tries) == (State.DONE, 2)
        database.fail(100, "hang", "")
        outcome = await fetcher.fetch(page(), None, take)
    assert outcome.error == "no whole answer within 0.3 s"


async def test_a_full_pool_is_waited_for(database: CrtshDatabase, archive: Archive) -> None:
    class Resumes(Allowance):
        def take(self) -> None:
            super().take()
            if self.sent == 2:
                database.server.bounce(f"RESUME {database.name}")

    allowance = Resumes()
    async with SqlFetcher(database.dsn, archive, allowance) as fetcher:
        assert (await fetcher.fetch(page("SELECT 1"), None, take)).state == State.DONE
        allowance.sent = 0
        database.server.bounce(f"PAUSE {database.name}")
        outcome = await fetcher.fetch(page(), None, take)
    assert (outcome.state, outcome.tries) == (State.DONE, 2)


@pytest.mark.parametrize("user", [f"locked:{SECRET}", "locked", "stranger"])
async def test_who_may_not_log_in_asks_once(database: CrtshDatabase, archive: Archive, user: str) -> None:
    async with SqlFetcher(database.dsn_of(user), archive, Allowance()) as fetcher:
        outcome = await fetcher.fetch(page(), None, take)
    assert (outcome.state, outcome.tries) == (State.FAILED, 1)
    assert outcome.error
    assert SECRET not in outcome.error
    assert "\n" not in outcome.error


@pytest.mark.parametrize(
    ("text", "state"),
    [("SELECT missing FROM ca", "42703"), ("SELECT 1 FROM missing", "42P01"), ("SELECT 1/0", "22012")],
)
async def test_a_wrong_question_is_asked_once(fetcher: SqlFetcher, text: str, state: str) -> None:
    outcome = await fetcher.fetch(page(text), None, take)
    assert (outcome.state, outcome.tries) == (State.FAILED, 1)
    assert outcome.error
    assert outcome.error.endswith(f"({state})")


async def test_an_unknown_database_is_asked_once(database: CrtshDatabase, archive: Archive) -> None:
    async with SqlFetcher(database.dsn_of("guest", "nowhere"), archive, Allowance()) as fetcher:
        outcome = await fetcher.fetch(page(), None, take)
    assert (outcome.tries, outcome.error and "does not exist" in outcome.error) == (1, True)


async def test_a_server_that_is_away_is_tried_for_a_while(archive: Archive) -> None:
    async with SqlFetcher("postgresql://guest@127.0.0.1:1/certwatch", archive, Allowance()) as fetcher:
        outcome = await fetcher.fetch(page(), None, take)
    assert (outcome.state, outcome.tries) == (State.FAILED, TRIES)


async def test_a_server_cannot_make_a_secret_public(database: CrtshDatabase, archive: Archive) -> None:
    dsn = database.dsn_of(f"guest:{SECRET}")
    async with SqlFetcher(dsn, archive, Allowance()) as fetcher:
        database.fail(100, "42501", f"user guest, password {SECRET},\r\n\x1b[31m is rude")
        outcome = await fetcher.fetch(page(), None, take)
    assert outcome.error == "user guest, password …, [31m is rude (42501)"


@pytest.mark.parametrize(
    "dsn",
    [
        f"postgresql://guest:{SECRET}/x@crt.sh/certwatch",
        f"postgresql://guest:x@{SECRET}@crt.sh/certwatch",
        f"guest {SECRET}",
        f"{SECRET}=word",
    ],
)
async def test_a_wrong_connection_string_is_not_repeated(archive: Archive, dsn: str) -> None:
    async with SqlFetcher(dsn, archive, Allowance()) as fetcher:
        outcome = await fetcher.fetch(page(), None, take)
    assert (outcome.state, outcome.tries) == (State.FAILED, 0)
    assert outcome.error
    assert SECRET not in outcome.error


async def test_an_answer_beyond_the_limit_is_refused(fetcher: SqlFetcher, archive: Archive) -> None:
    text = "SELECT generate_series(1, 1000000000), repeat('x', 1000)"
    outcome = await fetcher.fetch(replace(page(text), limit=1 << 20), None, take)
    assert (outcome.state, outcome.tries, outcome.error) == (State.FAILED, 1, "more than 1 MiB")
    assert (await fetcher.fetch(page(), None, take)).state == State.DONE
    assert list(archive.incoming.iterdir()) == []


async def test_every_try_counts(database: CrtshDatabase, archive: Archive) -> None:
    database.fail(100)
    allowance = Allowance(3)
    async with SqlFetcher(database.dsn, archive, allowance) as fetcher:
        with pytest.raises(OutOfRequests):
            await fetcher.fetch(page(), None, take)
    assert allowance.sent == 3


@pytest.mark.parametrize(("again", "tries"), [(True, TRIES), (False, 1)])
async def test_what_is_refused_is_not_kept(
    fetcher: SqlFetcher, archive: Archive, again: bool, tries: int
) -> None:
    def refuse(request: Request, answer: Answer) -> None:
        raise Refused("says nothing", again=again, gone=True)

    outcome = await fetcher.fetch(page(), None, refuse)
    assert (outcome.state, outcome.tries, outcome.error) == (State.FAILED, tries, "says nothing")
    assert outcome.gone
    assert not list(archive.folder.glob("bodies/*/*"))


async def test_one_query_at_a_time_and_not_too_often(database: CrtshDatabase, archive: Archive) -> None:
    pace = replace(ON_LOOPBACK, every=0.05)
    async with SqlFetcher(database.dsn, archive, Allowance(), pace) as fetcher:
        began = asyncio.get_running_loop().time()
        outcomes = await asyncio.gather(*(fetcher.fetch(page(), None, take) for _ in range(4)))
        assert asyncio.get_running_loop().time() - began >= 3 * pace.every
    assert {(outcome.state, outcome.tries) for outcome in outcomes} == {(State.DONE, 1)}


def test_only_this_machine_is_asked_without_a_pause() -> None:
    assert Pace().every >= 1
    assert server_of("postgresql://guest@127.0.0.1/x").is_loopback
    assert server_of("host=/tmp dbname=x").is_loopback
    assert server_of("postgresql://guest@[::1]:5432/x").is_loopback
    for dsn in ("postgresql://guest@crt.sh/x", "host=localhost,crt.sh", "host=localhost hostaddr=9.9.9.9"):
        assert not server_of(dsn).is_loopback
    for dsn in ("nothing", ""):
        with pytest.raises(Trouble, match="connection string"):
            server_of(dsn)


async def test_without_psycopg_one_line_says_what_to_do(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cagraph.crawl.postgres_session", None)
    async with SqlFetcher("postgresql://guest@127.0.0.1/x", archive, Allowance()) as fetcher:
        outcome = await fetcher.fetch(page(), None, take)
    assert (outcome.state, outcome.tries, outcome.error) == (State.FAILED, 0, NEEDS_PSYCOPG)
