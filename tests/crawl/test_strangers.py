"""Where names and redirects lead: which address is connected to, and who chose it.

One public address is played by this machine, so that what is allowed can be seen to work.
"""

import socket
from pathlib import Path
from typing import Any

import pytest

from cagraph.crawl.outcome import State, Validators
from tests.crawl.asking import asking
from tests.crawl.faulty import Answering, Names, head, raw, redirect, serving, whole

PLAYED = "93.184.215.14"


async def test_conditions_are_of_the_first_url_alone(tmp_path: Path) -> None:
    """Behind a redirect may be another document than last time, with the same tag or an older date."""
    by_path = {"/document": redirect("/other"), "/other": whole(b"body", ETag='"1"')}
    async with serving(whole(), by_path=by_path) as server, asking(tmp_path) as client:
        first = await client.ask(server.url)
        assert first.sha256
        await client.ask(server.url, Validators(first.sha256, 4, '"1"', "Tue, 24 Nov 2026 00:00:00 GMT"))
        assert (first.etag, first.last_modified) == (None, None)
        assert ["if-none-match" in asked.headers for asked in server.asked] == [False, False, True, False]


async def test_headers_of_the_request_stay_at_home(tmp_path: Path) -> None:
    names = Names(other_example=[["127.0.0.1"]])
    async with serving(whole(b"x")) as other, serving(redirect(other.at("other.example"))) as server:
        async with asking(tmp_path, resolver=names, allow_private=True) as client:
            await client.ask(server.url, headers={"Accept": "application/json"})
        assert server.asked[0].headers["accept"] == "application/json"
        assert other.asked[0].headers["accept"] == "*/*"


async def test_a_name_that_nobody_knows(tmp_path: Path) -> None:
    async with asking(tmp_path, resolver=Names()) as client:
        ours = await client.ask("http://nowhere.example/")
        link = await client.ask("http://nowhere.example/", untrusted=True)
        assert (ours.state, ours.tries, link.tries) == (State.FAILED, 5, 3)
        assert "no such name: nowhere.example" in (link.error or "")


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that is connected to; one public address is played by this machine."""
    seen: list[str] = []
    really = socket.socket.connect

    def connect(self: socket.socket, address: tuple[Any, ...]) -> None:
        seen.append(address[0])
        really(self, ("127.0.0.1", *address[1:]) if address[0] == PLAYED else address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return seen


async def test_a_public_address_is_asked(tmp_path: Path, connected: list[str]) -> None:
    names = Names(pki_example=[[PLAYED]])
    async with serving(whole(b"x")) as server, asking(tmp_path, resolver=names) as client:
        outcome = await client.ask(server.at("pki.example"), untrusted=True)
        assert (outcome.state, connected) == (State.DONE, [PLAYED])


async def test_the_user_may_allow_it(tmp_path: Path) -> None:
    names = Names(intern_example=[["127.0.0.1"]])
    async with serving(whole(b"x")) as server, asking(tmp_path, resolver=names, allow_private=True) as client:
        assert (await client.ask(server.at("intern.example"), untrusted=True)).state is State.DONE
        assert (await client.ask(server.url, untrusted=True)).state is State.DONE
        never = await client.ask(server.at("user@127.0.0.1"), untrusted=True)
        assert never.state is State.REFUSED


async def test_our_own_sources_may_be_here(tmp_path: Path) -> None:
    names = Names(ccadb_example=[["127.0.0.1"]])
    async with serving(whole(b"x")) as server, asking(tmp_path, resolver=names) as client:
        assert (await client.ask(server.at("ccadb.example"))).state is State.DONE


async def test_only_the_public_addresses_of_a_name_are_tried(tmp_path: Path, connected: list[str]) -> None:
    names = Names(mixed_example=[["10.0.0.1", "::1", PLAYED, "169.254.169.254"]])
    async with serving(whole(b"x")) as server, asking(tmp_path, resolver=names) as client:
        outcome = await client.ask(server.at("mixed.example"), untrusted=True)
        assert (outcome.state, connected) == (State.DONE, [PLAYED])


async def test_a_name_that_changes_its_mind(tmp_path: Path, connected: list[str]) -> None:
    """DNS is asked once a connection: no second look-up could say something else between look and use."""
    names = Names(rebinding_example=[[PLAYED], ["127.0.0.1"]])
    async with serving(raw(head(503, {"Content-Length": "0"}))) as server:
        async with asking(tmp_path, resolver=names) as client:
            outcome = await client.ask(server.at("rebinding.example"), untrusted=True)
        assert (outcome.state, outcome.tries) == (State.REFUSED, 2)
        assert (connected, len(server.asked), len(names.lookups)) == ([PLAYED], 1, 2)


@pytest.mark.parametrize("untrusted", [True, False])
@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.2", "[::1]", "169.254.169.254"])
async def test_a_redirect_into_this_machine(
    untrusted: bool, host: str, tmp_path: Path, connected: list[str]
) -> None:
    """A source of our own that sends us to another host is not trusted with where that is."""
    here = [["127.0.0.1", "::1"]]
    names = Names(pki_example=[[PLAYED]], evil_example=here, localhost=here)
    async with serving(whole(b"secret")) as inside, serving(redirect(inside.at(host))) as server:
        async with asking(tmp_path, resolver=names) as client:
            outcome = await client.ask(server.at("pki.example"), untrusted=untrusted)
        assert outcome.state is State.REFUSED
        assert "address" in (outcome.error or "")
        assert (inside.connections, connected) == (0, [PLAYED])


async def test_a_stranger_does_not_lead_back_home(tmp_path: Path, connected: list[str]) -> None:
    """Our own source, on this machine, sends us to a stranger, who sends us back to something else here."""
    names = Names(pki_example=[[PLAYED]])
    by_path: dict[str, Answering] = {}
    async with serving(whole(b"secret"), by_path=by_path) as server:
        async with serving(redirect(server.at("127.0.0.1", "/admin"))) as stranger:
            by_path["/document"] = redirect(stranger.at("pki.example"))
            async with asking(tmp_path, resolver=names) as client:
                outcome = await client.ask(server.url)
        assert outcome.state is State.REFUSED
        assert server.paths == ["/document"]
        assert connected == ["127.0.0.1", PLAYED]


@pytest.mark.parametrize("untrusted", [True, False])
@pytest.mark.parametrize("url", ["http://[::1", "http://a..b/", "gopher://x/", "http://", "", "http://a:b/"])
async def test_texts_that_are_no_url(url: str, untrusted: bool, tmp_path: Path) -> None:
    async with asking(tmp_path) as client:
        outcome = await client.ask(url, untrusted=untrusted)
        assert (outcome.state, client.allowance.sent) == (State.REFUSED, 0)
