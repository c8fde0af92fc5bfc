"""Redirects: followed by hand, bounded, and never where a stranger may not lead."""

import time
from pathlib import Path

import pytest

from cagraph.crawl.outcome import OutOfRequests, State, Validators
from cagraph.crawl.redirects import HOPS, Way
from tests.crawl.asking import asking, wanted
from tests.crawl.faulty import Answering, redirect, serving, whole

BODY = whole(b"body", ETag='"abc"')


def chain(hops: int) -> dict[str, Answering]:
    return {f"/{n}": redirect(f"/{n + 1}") for n in range(hops)} | {f"/{hops}": BODY}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location", ["next?a=b", "/down/next?a=b", "//{host}/down/next?a=b", "?a=b", "next?a=b#part"]
)
async def test_a_relative_redirect(tmp_path: Path, status: int, location: str) -> None:
    answers: dict[str, Answering] = {"/down/next?a=b": BODY, "/down/first?a=b": BODY}
    async with serving(by_path=answers) as server, asking(tmp_path) as client:
        answers["/down/first"] = redirect(location.format(host=f"127.0.0.1:{server.port}"), status)
        outcome = await client.ask(server.at("127.0.0.1", "/down/first"))
        assert (outcome.state, outcome.status, outcome.tries) == (State.DONE, 200, 1)
        assert client.allowance.sent == 2


async def test_five_and_not_six(tmp_path: Path) -> None:
    async with serving(by_path=chain(HOPS)) as server, asking(tmp_path) as client:
        assert (await client.ask(server.at("127.0.0.1", "/0"))).state is State.DONE
        assert client.allowance.sent == HOPS + 1 == 6
    async with serving(by_path=chain(HOPS + 1)) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.at("127.0.0.1", "/0"))
        assert (outcome.state, outcome.error) == (State.FAILED, "more than 5 redirects")
        assert len(server.asked) == 6


@pytest.mark.parametrize(
    "answers",
    [
        {"/a": redirect("/a")},
        {"/a": redirect("/b"), "/b": redirect("/a")},
        {"/a": redirect("/b"), "/b": redirect("/c"), "/c": redirect("/b#elsewhere")},
    ],
)
async def test_a_circle(tmp_path: Path, answers: dict[str, Answering]) -> None:
    async with serving(by_path=answers) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.at("127.0.0.1", "/a"))
        assert (outcome.state, outcome.status, outcome.tries) == (State.FAILED, 302, 1)
        assert outcome.error
        assert "circle" in outcome.error
        assert len(server.asked) == len(answers)


@pytest.mark.parametrize(
    "location",
    [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://user:password@127.0.0.1/",
        "http://user@127.0.0.1/",
        "http://[",
        "http://",
        "http://127.0.0.1:99999/",
        "/\x01",
        "/" + "x" * 3000,
    ],
)
async def test_a_redirect_that_leads_nowhere(tmp_path: Path, location: str) -> None:
    async with serving(redirect(location)) as server, asking(tmp_path, tries=2) as client:
        outcome = await client.ask(server.url)
        assert outcome.state is State.FAILED
        assert outcome.error
        assert outcome.error.isascii()
        assert outcome.error.isprintable()
        assert set(server.paths) == {"/document"}


async def test_a_redirect_without_a_place(tmp_path: Path) -> None:
    async with serving(whole(status=302)) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url)
        assert (outcome.state, outcome.status) == (State.FAILED, 302)


def test_a_trusted_request_stays_within_tls() -> None:
    with pytest.raises(Exception, match="out of TLS"):
        Way(wanted("https://a.example/")).follow(302, "http://a.example/x")
    link = Way(wanted("https://a.example/", untrusted=True))
    link.follow(302, "http://a.example/x")
    assert link.url == "http://a.example/x"


def test_who_is_led_away_does_not_become_trusted_on_the_way_back() -> None:
    way = Way(wanted("http://a.example/"))
    way.follow(302, "/x")
    assert not way.untrusted
    way.follow(302, "http://b.example/")
    assert way.untrusted
    way.follow(302, "http://a.example/y")
    assert way.untrusted


@pytest.mark.parametrize(
    "host", ["localhost", "[::1]", "2130706433", "127.0.0.2", "10.0.0.1", "169.254.169.254"]
)
async def test_a_stranger_cannot_lead_a_trusted_request_inside(tmp_path: Path, host: str) -> None:
    async with serving(whole()) as inside:
        location = f"http://{host}:{inside.port}/"
        async with serving(redirect(location)) as server, asking(tmp_path) as client:
            outcome = await client.ask(server.url)
            assert (outcome.state, outcome.tries) == (State.REFUSED, 1)
            assert outcome.error
            assert "address" in outcome.error
            assert (len(server.asked), inside.connections) == (1, 0)


async def test_a_trusted_request_may_be_led_on_within_its_own_host(tmp_path: Path) -> None:
    async with serving(BODY) as second, serving(redirect(second.url)) as first, asking(tmp_path) as client:
        assert (await client.ask(first.url)).state is State.DONE


async def test_every_hop_counts_against_the_allowance(tmp_path: Path) -> None:
    async with serving(by_path=chain(3)) as server, asking(tmp_path, allowed=2) as client:
        with pytest.raises(OutOfRequests):
            await client.ask(server.at("127.0.0.1", "/0"))
        assert (len(server.asked), client.allowance.sent) == (2, 2)


async def test_hops_are_within_the_rate_of_their_host(tmp_path: Path) -> None:
    async with serving(by_path=chain(4)) as server, asking(tmp_path, a_second=20.0) as client:
        begin = time.monotonic()
        assert (await client.ask(server.at("127.0.0.1", "/0"))).state is State.DONE
        assert time.monotonic() - begin >= 0.19


async def test_conditions_are_of_the_first_url_alone(tmp_path: Path) -> None:
    answers = {"/plain": BODY, "/led": redirect("/odd"), "/odd": whole(status=304)}
    async with serving(by_path=answers) as server, asking(tmp_path) as client:
        first = await client.ask(server.at("127.0.0.1", "/plain"))
        assert first.sha256
        outcome = await client.ask(server.at("127.0.0.1", "/led"), Validators(first.sha256, 4, '"abc"'))
        assert (outcome.state, outcome.status) == (State.FAILED, 304)
        assert "if-none-match" in server.asked[1].headers
        assert "if-none-match" not in server.asked[2].headers


async def test_a_tag_from_behind_a_redirect_is_not_kept(tmp_path: Path) -> None:
    async with serving(by_path=chain(1)) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.at("127.0.0.1", "/0"))
        assert (outcome.state, outcome.etag) == (State.DONE, None)


async def test_headers_of_a_request_are_for_its_own_host(tmp_path: Path) -> None:
    async with serving(BODY) as other:
        location = other.at("localhost")
        async with (
            serving(redirect(location)) as server,
            asking(tmp_path, allow_private=True) as client,
        ):
            outcome = await client.ask(server.url, headers={"X-Own": "1"})
            assert outcome.state is State.DONE
            assert server.asked[-1].headers["x-own"] == "1"
            assert "x-own" not in other.asked[-1].headers
