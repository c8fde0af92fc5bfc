"""Whom a stranger's URL reaches: never this machine or its network. A real server there is the witness."""

from pathlib import Path

import pytest

from cagraph.crawl import addresses
from cagraph.crawl.outcome import State
from tests.crawl.asking import asking
from tests.crawl.faulty import Names, Server, serving, whole

BODY = whole(b"body")
INSIDE = ["127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "10.0.0.1", "192.168.1.1"]
INSIDE += ["169.254.169.254", "100.64.0.1", "fd00::1", "fe80::1", "64:ff9b::7f00:1", "2002:7f00:1::"]
INSIDE += ["::127.0.0.1", "255.255.255.255", "224.0.0.1"]


def untouched(server: Server) -> bool:
    return server.connections == 0


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_leads_inside(tmp_path: Path, address: str) -> None:
    names = Names(evil_example=[[address]])
    async with serving(BODY) as server, asking(tmp_path, resolver=names) as client:
        outcome = await client.ask(server.at("evil.example"), untrusted=True)
        assert (outcome.state, outcome.tries, outcome.sha256) == (State.REFUSED, 1, None)
        assert outcome.error is not None
        assert outcome.error.startswith(f"evil.example: {address} is a")
        assert untouched(server)
        assert client.is_clean()


@pytest.mark.parametrize("address", INSIDE)
async def test_a_literal_address_inside(tmp_path: Path, address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    names = Names()
    async with serving(BODY) as server, asking(tmp_path, resolver=names) as client:
        outcome = await client.ask(server.at(host), untrusted=True)
        assert outcome.state is State.REFUSED
        assert untouched(server)
        assert names.lookups == []


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "127.1",
        "017700000001",
        "127.0.0.1.",
        "localhost",
        "LOCALHOST",
        "[fe80::1%25lo]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:0:0:1]",
        "127.0.0.1%00.example",
    ],
)
async def test_odd_spellings_of_this_machine_with_the_real_resolver(tmp_path: Path, host: str) -> None:
    async with serving(BODY) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.at(host), untrusted=True)
        assert outcome.state is State.REFUSED
        assert outcome.error is not None
        assert outcome.error.isascii()
        assert untouched(server)


async def test_the_witness_can_be_reached(tmp_path: Path) -> None:
    """Without the rule, each road leads to the server: the tests above can fail."""
    names = Names(evil_example=[["127.0.0.1"]])
    async with serving(BODY) as server, asking(tmp_path, resolver=names, allow_private=True) as client:
        for host in ("evil.example", "127.0.0.1"):
            outcome = await client.ask(server.at(host, f"/{host}"), untrusted=True)
            assert (host, outcome.state) == (host, State.DONE)
        assert len(server.asked) == 2


async def test_the_last_look_is_at_the_connection_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the look at DNS were blind, no socket is made for such an address."""

    async def blind(self: addresses.PublicOnly, host: str, port: int = 0, family: int = 0) -> object:
        return await self._resolver.resolve(host, port)

    monkeypatch.setattr(addresses.PublicOnly, "resolve", blind)
    names = Names(evil_example=[["127.0.0.1"]])
    async with serving(BODY) as server, asking(tmp_path, resolver=names) as client:
        outcome = await client.ask(server.at("evil.example"), untrusted=True)
        assert (outcome.state, outcome.tries) == (State.REFUSED, 1)
        assert untouched(server)


async def test_a_resolver_that_knows_no_address(tmp_path: Path) -> None:
    async with asking(tmp_path, resolver=Names(odd_example=[[]])) as client:
        outcome = await client.ask("http://odd.example/", untrusted=True)
        assert (outcome.state, outcome.tries) == (State.FAILED, 3)
        assert outcome.error == "no connection: odd.example has no address (3 tries)"
