"""The HTTP client against servers that misbehave: broken bodies, slow ones, and those that are too large.

What an answer means stands in test_answers.py; limits of hosts in test_limits.py.
"""

import asyncio
import gzip
import hashlib
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import brotli
import pytest

from cagraph.crawl.outcome import State
from cagraph.errors import WarehouseError
from tests.crawl.asking import asking
from tests.crawl.faulty import (
    Names,
    cut,
    gzip_bomb,
    head,
    large,
    late,
    raw,
    refused,
    serving,
    slow,
    whole,
)

MIB = 1 << 20
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
    names = Names(ccadb_example=[["127.0.0.1"]])
    async with (
        serving(whole(b"x", Set_Cookie="a=b; Path=/")) as server,
        asking(tmp_path, resolver=names) as client,
    ):
        await client.ask(server.at("ccadb.example"))
        await client.ask(server.at("ccadb.example"))
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


async def test_a_body_that_cannot_be_kept_is_no_failure_of_the_server(tmp_path: Path) -> None:
    async with serving(whole(b"x")) as server, asking(tmp_path) as client:
        (client.archive.folder / "bodies").write_bytes(b"in the way")
        with pytest.raises(WarehouseError, match="cannot use the archive"):
            await client.ask(server.url)
        assert len(server.asked) == 1
        assert client.is_clean()


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
import asyncio, gzip, sys
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
