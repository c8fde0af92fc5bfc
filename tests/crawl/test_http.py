"""The HTTP client against servers that misbehave: broken bodies, sizes, hosts' limits, strangers' links.

What an answer means stands in test_answers.py, redirects in test_redirects.py.
"""

import asyncio
import gzip
import hashlib
import random
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import brotli
import pytest

from cagraph.crawl.hosts import Politeness
from cagraph.crawl.outcome import State, Validators
from tests.crawl.asking import asking
from tests.crawl.faulty import (
    Answering,
    Names,
    cut,
    gzip_bomb,
    head,
    large,
    late,
    raw,
    redirect,
    refused,
    serving,
    slow,
    whole,
)

MIB = 1 << 20
PLAYED = "93.184.215.14"
"""A public address that this machine plays."""
CHUNKED = head(200, {"Transfer-Encoding": "chunked"})


# ------------------------------------------------------------------------------- whole bodies


@pytest.mark.parametrize(
    ("encoding", "pack"), [("identity", bytes), ("gzip", gzip.compress), ("br", brotli.compress)]
)
async def test_a_packed_body_is_archived_unpacked(encoding: str, pack: Any, tmp_path: Path) -> None:
    body = b"a certificate, say" * 1000
    async with serving(whole(pack(body), Content_Encoding=encoding)) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url)
        assert (outcome.state, outcome.size) == (State.DONE, len(body))
        assert outcome.sha256 == hashlib.sha256(body).hexdigest()
        assert client.body(outcome) == body


async def test_chunks(tmp_path: Path) -> None:
    answer = raw(CHUNKED + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: z\r\n\r\n")
    async with serving(answer) as server, asking(tmp_path) as client:
        assert client.body(await client.ask(server.url)) == b"abcde"


async def test_no_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(whole(b"proxy")) as proxy, serving(whole(b"x")) as server, asking(tmp_path) as client:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        assert (await client.ask(server.url)).state is State.DONE
        assert not proxy.asked


async def test_no_cookies(tmp_path: Path) -> None:
    async with serving(whole(b"x", Set_Cookie="a=b; Path=/")) as server, asking(tmp_path) as client:
        await client.ask(server.url)
        await client.ask(server.url)
        assert "cookie" not in server.asked[1].headers


# ------------------------------------------------------------------------------- broken bodies


BROKEN = {
    "reset at once": (refused(), "connection reset before the answer"),
    "closed at once": (raw(b""), "connection closed before the answer"),
    "reset in the body": (cut(bytes(1234), of=5678, reset=True), "in the body after 1,234 of 5,678 bytes"),
    "closed in the body": (
        cut(bytes(1234), of=5678),
        "connection closed in the body after 1,234 of 5,678 bytes",
    ),
    "closed in a chunk": (raw(CHUNKED + b"ff\r\nabc"), "connection closed in the body after 3 bytes"),
    "no last chunk": (raw(CHUNKED + b"3\r\nabc\r\n"), "connection closed in the body after 3 bytes"),
    "a broken chunk": (raw(CHUNKED + b"3\r\nabc\r\nzz\r\n"), ""),
    "no gzip": (whole(b"<html>", Content_Encoding="gzip"), "the body is no gzip"),
    "no brotli": (whole(b"<html>" * 50, Content_Encoding="br"), "the body is no brotli"),
    "half a gzip": (whole(gzip.compress(b"half" * 99)[:-20], Content_Encoding="gzip"), "breaks off"),
    "half a brotli": (
        whole(brotli.compress(random.Random(1).randbytes(999))[:500], Content_Encoding="br"),
        "breaks off",
    ),
    "an empty gzip": (whole(b"", Content_Encoding="gzip"), "breaks off"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_body_is_asked_for_again(name: str, tmp_path: Path) -> None:
    answer, _ = BROKEN[name]
    async with serving(answer, answer, whole(b"at last")) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url)
        assert (outcome.state, outcome.tries, outcome.error) == (State.DONE, 3, None)
        assert client.body(outcome) == b"at last"
        assert len(server.asked) == 3


@pytest.mark.parametrize("name", BROKEN)
async def test_a_body_that_stays_broken_fails(name: str, tmp_path: Path) -> None:
    answer, reason = BROKEN[name]
    async with serving(answer) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url)
        assert (outcome.state, outcome.tries, outcome.gone) == (State.FAILED, 5, False)
        assert outcome.error
        assert reason in outcome.error
        assert outcome.error.endswith("(5 tries)")
        assert len(server.asked) == 5
        assert client.checked == []
        assert client.is_clean()
        assert not list(client.archive.folder.glob("bodies/*/*"))


@pytest.mark.parametrize("encodings", [["zstd"], ["deflate"], ["gzip, gzip"], ["gzip", "gzip"]])
async def test_packed_as_nobody_asked(encodings: list[str], tmp_path: Path) -> None:
    body = gzip.compress(gzip.compress(b"x"))
    lines = "".join(f"Content-Encoding: {encoding}\r\n" for encoding in encodings)
    answer = raw(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body)
    async with serving(answer) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url)
        assert (outcome.error or "").startswith("a Content-Encoding that was not asked for")
        assert len(server.asked) == 1


# ----------------------------------------------------------------------------------- slowness


async def test_silence(tmp_path: Path) -> None:
    async with serving(late(60, whole(b"too late"))) as server:
        async with asking(tmp_path, read=0.05, tries=2) as client:
            outcome = await client.ask(server.url)
        assert (outcome.state, outcome.tries) == (State.FAILED, 2)
        assert "no answer in time" in (outcome.error or "")


async def test_silence_in_the_body(tmp_path: Path) -> None:
    async with serving(slow(b"ab", every=60)) as server, asking(tmp_path, read=0.05, tries=2) as client:
        outcome = await client.ask(server.url)
        assert outcome.error == "nothing more came in the body after 0 of 2 bytes (2 tries)"


async def test_a_drip_ends(tmp_path: Path) -> None:
    """Each byte comes in time; all of them would take for ever."""
    async with (
        serving(slow(bytes(9999), every=0.02)) as server,
        asking(tmp_path, read=5.0, total=0.2, tries=2) as client,
    ):
        outcome = await asyncio.wait_for(client.ask(server.url), 5)
        assert outcome.error == "took longer than 0.2 s (2 tries)"
        assert client.is_clean()


@pytest.mark.parametrize("line", [b"X-Header: y\r\n", b"\r\nHTTP/1.1 103 Early Hints\r\n"])
async def test_a_head_without_an_end(line: bytes, tmp_path: Path) -> None:
    async def dripping(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n")
        while True:
            writer.write(line)
            await writer.drain()
            await asyncio.sleep(0.02)

    async with serving(dripping) as server, asking(tmp_path, read=5.0, total=0.2, tries=1) as client:
        outcome = await asyncio.wait_for(client.ask(server.url), 5)
        assert outcome.error == "took longer than 0.2 s"


# -------------------------------------------------------------------------------------- sizes


TOO_LARGE = {
    "announced": large(announced=True),
    "in chunks": large(),
    "a gzip bomb": whole(gzip_bomb(200 * MIB), Content_Encoding="gzip"),
    "a brotli bomb": whole(brotli.compress(bytes(200 * MIB), quality=1), Content_Encoding="br"),
}


@pytest.mark.parametrize("name", TOO_LARGE)
async def test_what_is_too_large(name: str, tmp_path: Path) -> None:
    async with serving(TOO_LARGE[name]) as server, asking(tmp_path) as client:
        outcome = await client.ask(server.url, limit=MIB)
        assert (outcome.state, outcome.tries, len(server.asked)) == (State.FAILED, 1, 1)
        assert outcome.error == "larger than 1,048,576 bytes: not read further"
        assert client.is_clean()


async def test_what_fits_exactly(tmp_path: Path) -> None:
    async with serving(whole(bytes(1000))) as server, asking(tmp_path) as client:
        assert (await client.ask(server.url, limit=1000)).size == 1000


MEASURED = """
import asyncio, sys
from pathlib import Path
from tests.crawl.asking import asking
from tests.crawl.faulty import GIB, large, serving, whole

async def refuse(kind):
    answers = {
        "announced": lambda: large(2 * GIB, announced=True),
        "chunks": lambda: large(2 * GIB),
        "bomb": lambda: whole(gzip.compress(bytes(1 << 20)) * 2048, Content_Encoding="gzip"),
    }
    async with serving(answers[kind]()) as server, asking(Path(sys.argv[1])) as client:
        return await client.ask(server.url, limit=600 << 20)

outcome = asyncio.run(refuse(sys.argv[2]))
assert outcome.error == "larger than 629,145,600 bytes: not read further", outcome
# Not ru_maxrss: across fork and exec that keeps what the test run itself has used.
status = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
print(int(status["VmHWM"].split()[0]) >> 10)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc, which is not here")
@pytest.mark.parametrize("kind", ["announced", "chunks", "bomb"])
def test_memory_stays_flat_while_two_gigabytes_are_refused(kind: str, tmp_path: Path, repo_dir: Path) -> None:
    """600 MiB of it are taken before it is too much: more than the process may ever hold."""
    command = [sys.executable, "-c", MEASURED, str(tmp_path), kind]
    run = subprocess.run(command, cwd=repo_dir, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    print(f"{kind}: {run.stdout.strip()} MiB")
    assert int(run.stdout) < 200, "MiB, with the server and all libraries"


# ------------------------------------------------------------------------------- limits of hosts


async def test_pauses_grow_with_full_jitter(tmp_path: Path) -> None:
    async with serving(whole(b"", 503)) as server, asking(tmp_path, base=5.0, cap=30.0) as client:
        await client.ask(server.url)
        expected = random.Random(7)
        assert client.clock.slept == [expected.uniform(0, most) for most in (5, 10, 20, 30)]


async def test_retry_after_of_one_makes_the_others_wait(tmp_path: Path) -> None:
    by_path = {"/busy": whole(b"", 429, Retry_After="100")}
    async with serving(whole(b"x"), by_path=by_path) as server, asking(tmp_path, tries=1) as client:
        assert (await client.ask(server.at("127.0.0.1", "/busy"))).state is State.FAILED
        assert client.clock.now == 0
        assert (await client.ask(server.url)).state is State.DONE
        assert client.clock.slept == [100]


async def test_a_host_that_is_down_rests_and_is_given_up(tmp_path: Path) -> None:
    manner: dict[str, Any] = {"failures": 10, "rest": 60.0, "probes": 3, "base": 0.1, "cap": 0.1}
    async with serving(whole(b"", 502)) as server, asking(tmp_path, **manner) as client:
        outcomes = [await client.ask(f"{server.url}{n}") for n in range(4)]
        assert [outcome.tries for outcome in outcomes] == [5, 5, 3, 0]
        assert outcomes[-1].error == ("127.0.0.1 is left alone: 13 failures in a row, the last: HTTP 502")
        assert len(server.asked) == 13
        assert 180 <= client.clock.now < 182


async def test_resets_in_the_body_count_against_a_host(tmp_path: Path) -> None:
    manner: dict[str, Any] = {"failures": 2, "rest": 60.0, "base": 0.1, "cap": 0.1}
    async with (
        serving(cut(b"ha", of=4), cut(b"ha", of=4), whole(b"half")) as server,
        asking(tmp_path, **manner) as client,
    ):
        assert (await client.ask(server.url)).state is State.DONE
        assert 60 <= client.clock.now < 61


async def test_what_does_not_exist_does_not_count_against_a_host(tmp_path: Path) -> None:
    async with serving(whole(b"", 404)) as server, asking(tmp_path, failures=2) as client:
        for number in range(5):
            await client.ask(f"{server.url}{number}")
        assert client.clock.slept == []
        assert len(server.asked) == 5


async def test_so_many_at_once(tmp_path: Path) -> None:
    async with serving(late(0.02, whole(b"x"))) as server, asking(tmp_path, at_once=3) as client:
        outcomes = await asyncio.gather(*(client.ask(f"{server.url}{n}") for n in range(12)))
        assert {outcome.state for outcome in outcomes} == {State.DONE}
        assert server.at_once == 3


async def test_so_many_a_second(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with serving(whole(b"x")) as server, asking(tmp_path, a_second=50.0) as client:
        begin = loop.time()
        await asyncio.gather(*(client.ask(f"{server.url}{n}") for n in range(11)))
        assert loop.time() - begin >= 0.19


def test_the_usual_limits() -> None:
    usual = Politeness()
    assert (usual.a_second, usual.at_once, usual.tries, usual.base, usual.cap) == (5, 4, 5, 5, 120)
    assert (usual.read, usual.total, usual.longest_wait, usual.failures) == (60, 600, 900, 10)


# ----------------------------------------------------------------------------- hops and strangers


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


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("evil.example", "evil.example: 127.0.0.1 is a loopback address"),
        ("evil.example.", "evil.example.: 127.0.0.1 is a loopback address"),
        ("mapped.example", "mapped.example: ::ffff:127.0.0.1 is a loopback address"),
        ("127.0.0.1", "127.0.0.1 is a loopback address"),
        ("127.0.0.1.", "127.0.0.1 is a loopback address"),
        ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1 is a loopback address"),
        ("2130706433", "2130706433 is no address in its usual spelling"),
        ("0x7f.1", "0x7f.1 is no address in its usual spelling"),
        ("user@127.0.0.1", "a URL that has a user name or a password in it"),
    ],
)
async def test_this_machine_is_not_asked(
    host: str, reason: str, tmp_path: Path, connected: list[str]
) -> None:
    evil = [["127.0.0.1"]]
    names = Names(evil_example=evil, evil_example_=evil, mapped_example=[["::ffff:127.0.0.1"]])
    async with serving(whole(b"secret")) as server, asking(tmp_path, resolver=names) as client:
        outcome = await client.ask(server.at(host), untrusted=True)
        assert (outcome.state, outcome.tries) == (State.REFUSED, 1)
        assert (outcome.error or "").startswith(reason)
        assert (server.connections, connected) == (0, [])


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
