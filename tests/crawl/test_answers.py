"""One request over HTTP: what each answer means, when it is asked again, and what is never believed."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cagraph.crawl.backoff import jittered, seconds_of
from cagraph.crawl.outcome import OutOfRequests, State, Validators
from cagraph.errors import WarehouseError
from cagraph.sources.asking import Answer, Refused, Request
from tests.crawl.asking import asking, wanted
from tests.crawl.faulty import Answering, head, raw, refused, serving, whole

ETAG, DATE = '"abc"', "Wed, 08 May 2024 00:00:00 GMT"
WITH_VALIDATORS = whole(b"body", ETag=ETAG, Last_Modified=DATE)
ABSENT_SHA256 = "0" * 64


async def test_a_whole_body_is_archived_with_what_the_server_says_of_it(tmp_path: Path) -> None:
    said = whole(b"body", ETag=ETAG, Last_Modified=DATE, Content_Type="Text/CSV; x=y")
    kinds: list[str | None] = []
    async with serving(said) as server, asking(tmp_path) as client:

        def check(request: Request, answer: Answer) -> None:
            kinds.append(answer.content_type)
            assert (answer.path.read_bytes(), answer.size, answer.status) == (b"body", 4, 200)

        outcome = await client.fetcher.fetch(wanted(server.url), None, check)
        assert (outcome.state, outcome.status, outcome.size, outcome.tries) == (State.DONE, 200, 4, 1)
        assert (outcome.etag, outcome.last_modified) == (ETAG, DATE)
        assert client.body(outcome) == b"body"
        assert kinds == ["text/csv"]
        assert client.is_clean()
        sent = server.asked[-1].headers
        assert sent["user-agent"] == "cagraph/0 (a test)"
        assert sent["accept-encoding"] == "gzip, br"
        assert "if-none-match" not in sent
        assert "if-modified-since" not in sent
        assert "cookie" not in sent


async def test_conditions_are_set_and_304_is_the_body_we_have(tmp_path: Path) -> None:
    answers = [WITH_VALIDATORS, whole(status=304, ETag='"new"')]
    async with serving(*answers) as server, asking(tmp_path) as client:
        first = await client.ask(server.url)
        assert first.sha256
        assert first.size
        known = Validators(first.sha256, first.size, first.etag, first.last_modified)
        second = await client.ask(server.url, known)
        assert (second.state, second.status, second.sha256) == (State.UNCHANGED, 304, first.sha256)
        assert (second.size, second.etag, second.last_modified) == (4, '"new"', DATE)
        sent = server.asked[-1].headers
        assert (sent["if-none-match"], sent["if-modified-since"]) == (ETAG, DATE)


async def test_a_body_that_cannot_be_taken_keeps_its_status(tmp_path: Path) -> None:
    async with serving(whole(b"too large")) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url, limit=4)
        assert (outcome.state, outcome.status) == (State.FAILED, 200)


async def test_a_server_that_only_knows_http_1_0(tmp_path: Path) -> None:
    async with serving(raw(b"HTTP/1.0 200 OK\r\n\r\nbody")) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url)
        assert (outcome.state, client.checked) == (State.DONE, [b"body"])


async def test_no_conditions_without_the_body(tmp_path: Path) -> None:
    async with serving(WITH_VALIDATORS) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url, Validators(ABSENT_SHA256, 4, ETAG, DATE))
        assert outcome.state is State.DONE
        assert "if-none-match" not in server.asked[-1].headers
        assert "if-modified-since" not in server.asked[-1].headers


@pytest.mark.parametrize("has_body", [True, False])
async def test_a_304_that_nobody_asked_for_fails(tmp_path: Path, has_body: bool) -> None:
    answers = [whole(b"body"), whole(status=304)]
    async with serving(*answers) as server, asking(tmp_path) as client:
        first = await client.ask(server.url)
        assert first.sha256
        # Neither a tag nor a date; or both, and no body.
        known = Validators(first.sha256, 4) if has_body else Validators(ABSENT_SHA256, 4, ETAG, DATE)
        outcome = await client.ask(server.url, known)
        assert (outcome.state, outcome.status, outcome.tries) == (State.FAILED, 304, 1)
        assert outcome.sha256 is None


@pytest.mark.parametrize("value", ['"\xff"', "x" * 501, '"a\tb"', ""])
async def test_a_validator_that_could_not_be_sent_back_is_not_kept(tmp_path: Path, value: str) -> None:
    answers = [whole(b"body", ETag=value)]
    async with serving(*answers) as server, asking(tmp_path) as client:
        first = await client.ask(server.url)
        assert (first.state, first.etag) == (State.DONE, None)
        assert first.sha256
        # Nor sent, were it there from elsewhere.
        again = await client.ask(server.url, Validators(first.sha256, 4, "a\r\nX-Injected: 1"))
        assert again.state is State.DONE
        assert "if-none-match" not in server.asked[-1].headers
        assert "x-injected" not in server.asked[-1].headers


@pytest.mark.parametrize(
    ("status", "may_be_absent", "state", "gone"),
    [
        (404, True, State.ABSENT, False),
        (410, True, State.ABSENT, False),
        (404, False, State.FAILED, True),
        (410, False, State.FAILED, True),
        (400, True, State.FAILED, False),
        (401, True, State.FAILED, False),
        (403, True, State.FAILED, False),
        (204, True, State.FAILED, False),
        (206, True, State.FAILED, False),
        (203, True, State.FAILED, False),
        (300, True, State.FAILED, False),
        (305, True, State.FAILED, False),
        (999, True, State.FAILED, False),
    ],
)
async def test_what_a_status_means(
    tmp_path: Path, status: int, may_be_absent: bool, state: State, gone: bool
) -> None:
    body = b"" if status == 204 else b"a page"
    async with serving(whole(body, status)) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url, may_be_absent=may_be_absent)
        assert (outcome.state, outcome.gone, outcome.tries) == (state, gone, 1)
        assert (outcome.status, outcome.sha256) == (status, None)
        assert len(server.asked) == 1


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 520, 408, 425, 429])
async def test_trouble_is_asked_again_with_full_jitter(tmp_path: Path, status: int) -> None:
    async with serving(whole(status=status), whole(b"body")) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url)
        assert (outcome.state, outcome.tries, client.allowance.sent) == (State.DONE, 2, 2)
        assert len(client.clock.slept) == 1
        assert 0 <= client.clock.slept[0] <= 1.0


async def test_so_many_tries_and_no_more(tmp_path: Path) -> None:
    async with serving(whole(status=503)) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url)
        assert (outcome.state, outcome.tries, outcome.status) == (State.FAILED, 5, 503)
        assert outcome.error == "HTTP 503 (5 tries)"
        assert [0 <= slept <= 2.0**n for n, slept in enumerate(client.clock.slept)] == [True] * 4
        assert len(server.asked) == 5


async def test_links_are_tried_less_often(tmp_path: Path) -> None:
    async with serving(whole(status=503)) as server, asking(tmp_path, allow_private=True) as client:
        assert (await client.ask(server.url, untrusted=True)).tries == 3
        assert len(server.asked) == 3


@given(st.integers(1, 1000), st.floats(0.01, 10), st.floats(0.01, 300), st.randoms())
def test_jitter_stays_within_its_bounds(tries: int, base: float, cap: float, rng: Any) -> None:
    assert 0 <= jittered(tries, base, cap, rng) <= min(cap, base * 2.0 ** min(tries - 1, 30)) + 1e-9


def date_in(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("7", 7, 7),
        (" 7 ", 7, 7),
        ("date", 15, 31),
        ("0", 0, 1),
        ("-5", 0, 1),
        ("1.5", 0, 1),
        ("soon", 0, 1),
        ("\xb2", 0, 1),
        ("Wed, 08 May 1994 00:00:00 GMT", 0, 1),
        ("Wed, 99 May 2024 99:99:99 GMT", 0, 1),
    ],
)
async def test_retry_after_is_honoured(tmp_path: Path, text: str, least: float, most: float) -> None:
    text = date_in(30) if text == "date" else text
    said = whole(status=429, Retry_After=text)
    async with serving(said, whole(b"body")) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url)
        assert (outcome.state, outcome.tries) == (State.DONE, 2)
        assert least <= max(client.clock.slept) <= most


@pytest.mark.parametrize("text", ["901", "9" * 300, "date", "Fri, 31 Dec 9999 23:59:59 -2359"])
async def test_who_wants_too_long_a_pause_is_given_up(tmp_path: Path, text: str) -> None:
    text = date_in(5000) if text == "date" else text
    said = whole(status=503, Retry_After=text)
    async with serving(said) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url)
        assert (outcome.state, outcome.status, outcome.tries) == (State.FAILED, 503, 1)
        assert outcome.error
        assert "too long" in outcome.error
        assert not client.clock.slept
        other = await client.ask(f"{server.url}/other")
        assert (other.state, other.tries) == (State.FAILED, 0)
        assert len(server.asked) == 1


@given(st.text() | st.from_regex(r"[A-Za-z]{3}, \d+ [A-Za-z]{3} \d+ \d+:\d+:\d+ [-+\w]*"))
def test_any_retry_after_is_a_number_of_seconds(text: str) -> None:
    assert 0 <= seconds_of(text, datetime.now(UTC)) <= 1e9


async def test_what_a_source_refuses_is_asked_again_if_it_says_so(tmp_path: Path) -> None:
    async with serving(whole(b"<html>"), whole(b"body")) as server:

        def check(request: Request, answer: Answer) -> None:
            if answer.path.read_bytes() != b"body":
                raise Refused("a page\r\nwith \x1b[31mcolours and \udcff")

        def never(request: Request, answer: Answer) -> None:
            raise Refused("a page\r\nwith \x1b[31mcolours and \udcff", again=False, gone=True)

        async with asking(tmp_path) as client:
            outcome = await client.fetcher.fetch(wanted(server.url), None, check)
            assert (outcome.state, outcome.tries) == (State.DONE, 2)
            outcome = await client.fetcher.fetch(wanted(server.url), None, never)
            assert (outcome.state, outcome.tries, outcome.gone) == (State.FAILED, 1, True)
            assert outcome.error == "a page with [31mcolours and"
            assert client.is_clean()


async def test_every_try_counts_against_the_allowance(tmp_path: Path) -> None:
    async with serving(whole(status=503)) as server, asking(tmp_path, allowed=3) as client:
        with pytest.raises(OutOfRequests):
            await client.ask(server.url)
        assert (len(server.asked), client.allowance.sent) == (3, 3)
        assert client.is_clean()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x00" * 100,
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nContent-Length: four\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nX: \x1b[31m\x07\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
    ids=["nothing", "zeros", "ssh", "status", "negative", "word", "twice", "header", "long", "upgrade"],
)
async def test_what_is_no_http_is_a_failure_told_in_one_line(tmp_path: Path, said: bytes) -> None:
    async with serving(raw(said)) as server, asking(tmp_path, tries=2) as client:
        outcome = await client.ask(server.url)
        assert outcome.state is State.FAILED
        assert outcome.error
        assert outcome.error.isascii()
        assert outcome.error.isprintable()
        assert 0 < len(outcome.error) <= 330
        assert client.is_clean()


@pytest.mark.parametrize("lost", [refused(), raw(b"")], ids=["reset", "closed"])
async def test_a_connection_that_is_lost_is_one_counted_try(tmp_path: Path, lost: Answering) -> None:
    async with serving(lost, whole(b"body")) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url)
        assert (outcome.state, outcome.tries) == (State.DONE, 2)
        assert len(server.asked) == client.allowance.sent == 2
        assert len(client.clock.slept) == 1


@pytest.mark.parametrize(("lost", "how"), [(refused(), "reset"), (raw(b""), "closed")])
async def test_so_is_a_connection_that_was_used_before(tmp_path: Path, lost: Answering, how: str) -> None:
    async with serving(whole(b"body"), lost) as server, asking(tmp_path, tries=2) as client:
        await client.ask(server.url)
        outcome = await client.ask(server.url)
        assert (outcome.state, outcome.tries) == (State.FAILED, 2)
        assert outcome.error == f"connection {how} before the answer (2 tries)"
        assert len(server.asked) == client.allowance.sent == 3


async def test_nobody_listens(tmp_path: Path) -> None:
    async with serving(whole()) as server:
        url = server.url
    async with asking(tmp_path, tries=2) as client:
        outcome = await client.ask(url)
        assert (outcome.state, outcome.tries, outcome.status) == (State.FAILED, 2, None)
        assert outcome.error
        assert "no connection" in outcome.error


async def test_a_full_disk_is_no_failure_of_the_server(tmp_path: Path) -> None:
    async with serving(whole(b"body")) as server, asking(tmp_path) as client:
        client.archive.incoming.rmdir()
        with pytest.raises(WarehouseError, match="archive"):
            await client.ask(server.url)
        assert len(server.asked) == 1
        client.archive.incoming.mkdir()


async def test_a_request_that_waits_for_its_host_holds_no_file(tmp_path: Path) -> None:
    held = asyncio.Event()

    async def handle(writer: asyncio.StreamWriter) -> None:
        await held.wait()
        await whole(b"body")(writer)

    async with serving(handle) as server, asking(tmp_path, at_once=1) as client:
        tasks = [asyncio.create_task(client.ask(f"{server.url}/{n}")) for n in range(20)]
        while not server.asked:
            await asyncio.sleep(0.001)
        assert client.is_clean()
        held.set()
        assert {outcome.state for outcome in await asyncio.gather(*tasks)} == {State.DONE}
        assert server.at_once == 1


async def test_a_request_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    async def handle(writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"Content-Length": "8"}) + b"half")
        await writer.drain()
        await asyncio.sleep(60)

    async with serving(handle) as server, asking(tmp_path) as client:
        task = asyncio.create_task(client.ask(server.url))
        while client.is_clean():
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert client.is_clean()
        # Its place is free again.
        assert replace(await client.ask(server.url, limit=1), at=datetime.min).state is State.FAILED
