"""The processes that read documents, disturbed: the next document is read as if nothing had happened."""

import io
import os
import random
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import docx
import pytest

from cagraph.audit.document import format_of, read_document
from cagraph.audit.pool import AHEAD, Reader
from cagraph.audit.statement import from_json, read_pages, read_statement, read_statements, to_json
from cagraph.audit.wire import Reply, Request, receive_reply, send_request
from cagraph.model import sha256_hex
from tests.audit import corpus_pages, corpus_tables
from tests.audit.processes import await_, children, is_running, reader_of, status, templates

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

SLOW = b"word " * 500_000
"""Read in about a second: time enough to disturb who reads it."""
QUICK = f"Root CA {sha256_hex(b'root').upper()}\n".encode()


def asked(body: bytes, seconds: float = 60.0, megabytes: int = 1024) -> Request:
    return Request(body, seconds, megabytes)


def is_read(reply: Reply) -> bool:
    return reply.answer is not None


@contextmanager
def reading(reader: Reader, request: Request) -> Iterator[Future[Reply]]:
    """Have a document read beside the test."""
    with ThreadPoolExecutor(1) as thread:
        yield thread.submit(reader.read, request)


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        assert is_read(reader.read(asked(QUICK)))
        yield reader
    assert templates() == []


def test_a_reader_that_hangs_is_ended_by_the_clock(reader: Reader) -> None:
    """It is stopped, so that no limit on its processor time is ever reached."""
    (template,) = templates()
    with reading(reader, asked(SLOW, seconds=4)) as future:
        os.kill(reader_of(template), signal.SIGSTOP)
        assert future.result().reason == "reading it took longer than 4 seconds"
    assert children(template) == []
    assert is_read(reader.read(asked(QUICK)))
    assert templates() == [template]


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_reader_that_crashes_costs_its_document_alone(reader: Reader, how: signal.Signals) -> None:
    (template,) = templates()
    with reading(reader, asked(SLOW)) as future:
        os.kill(reader_of(template), how)
        assert f"reading it crashed ({how.name})" in future.result().reason
    assert is_read(reader.read(asked(QUICK)))
    assert templates() == [template]


def test_a_template_killed_while_it_waits_is_started_again(reader: Reader) -> None:
    (template,) = templates()
    os.kill(template, signal.SIGKILL)
    assert is_read(reader.read(asked(QUICK)))
    assert templates() not in ([], [template])


def test_a_template_killed_while_it_reads_is_started_again_and_its_child_ends(reader: Reader) -> None:
    (template,) = templates()
    with reading(reader, asked(SLOW)) as future:
        child = reader_of(template)
        os.kill(child, signal.SIGSTOP)  # it would not come to its end by itself
        os.kill(template, signal.SIGKILL)
        assert is_read(future.result())
    await_(lambda: not is_running(child))


def test_a_template_killed_each_time_costs_its_document_alone(reader: Reader) -> None:
    with reading(reader, asked(SLOW)) as future:
        (first,) = templates()
        reader_of(first)
        os.kill(first, signal.SIGKILL)
        second = await_(lambda: [each for each in templates() if each != first])[0]
        reader_of(second)
        os.kill(second, signal.SIGKILL)
        assert future.result() == Reply(None, "the process that should read it was ended each time")
    assert is_read(reader.read(asked(QUICK)))


def test_a_template_that_hangs_is_ended_by_the_clock() -> None:
    with Reader(patience=2) as reader:
        assert is_read(reader.read(asked(QUICK)))
        (template,) = templates()
        os.kill(template, signal.SIGSTOP)
        assert reader.read(asked(QUICK, seconds=0.5)).reason == "reading it took longer than 0.5 seconds"
        assert is_read(reader.read(asked(QUICK)))
        assert not is_running(template)


def test_what_a_reader_has_given_up(reader: Reader) -> None:
    (template,) = templates()
    with reading(reader, asked(SLOW, seconds=30, megabytes=500)) as future:
        child = reader_of(template)
        os.kill(child, signal.SIGSTOP)
        said = status(child)
        limits = {
            each: resource.prlimit(child, getattr(resource, f"RLIMIT_{each}"))
            for each in ("AS", "CPU", "FSIZE", "CORE", "NPROC", "NOFILE")
        }
        opened = {str(each.readlink()) for each in Path(f"/proc/{child}/fd").iterdir()}
        os.kill(child, signal.SIGCONT)
        assert is_read(future.result())
    assert (said["NoNewPrivs"], said["Seccomp"]) == ("1", "2")
    assert limits == {
        "AS": (500 << 20, 500 << 20),
        "CPU": (31, 31),
        "FSIZE": (0, 0),
        "CORE": (0, 0),
        "NPROC": (0, 0),
        "NOFILE": (0, 0),
    }
    assert len(opened) == 2
    assert "/dev/null" in opened
    assert any(each.startswith("pipe:") for each in opened)


SHUT_IN = """
import ctypes, os, signal, socket, sys
from cagraph.audit.confine import confine, withdraw
{step}
tries = {{
    "connect": lambda: socket.socket().connect(("127.0.0.1", int(sys.argv[1]))),
    "open": lambda: os.open("/etc/hostname", os.O_RDONLY),
    "write": lambda: os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT),
    "remove": lambda: os.unlink(sys.argv[3]),
    "fork": lambda: os.fork() or os._exit(0),
    "execute": lambda: os.execv("/bin/true", ["true"]),
    "signal": lambda: os.kill(os.getppid(), signal.SIGCONT),
    "pipe": os.pipe,
}}
for name, attempt in tries.items():
    try:
        attempt()
    except OSError:
        continue
    print(name, "went through", flush=True)
print("computes", sum(range(10)), flush=True)
"""


def tried(step: str, folder: Path) -> list[str]:
    """Return what a process could do after a step, in a folder, and against a server that listens."""
    kept = folder / "kept"
    kept.write_text("kept")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        command = [sys.executable, "-c", SHUT_IN.format(step=step), port, str(folder / "new"), str(kept)]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()


def test_a_reader_can_compute_and_nothing_else(tmp_path: Path) -> None:
    """The system refuses it, whoever runs it: the superuser too."""
    assert tried("withdraw(); confine(30, 500)", tmp_path) == ["computes 45"]
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]


def test_what_is_tried_goes_through_without(tmp_path: Path) -> None:
    assert "connect went through" in tried("", tmp_path)


def test_a_template_has_no_network(tmp_path: Path) -> None:
    probe = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x50000000) != 0)"
    if subprocess.run([sys.executable, "-c", probe], check=False).returncode:
        pytest.skip("this system lets a process have no network of its own")
    went = tried("withdraw()", tmp_path)
    assert "connect went through" not in went
    assert "fork went through" in went


DRAWN = [*corpus_tables.CASES[::9], *corpus_pages.CASES[::9]]


def test_what_is_shut_in_reads_the_same() -> None:
    """Neither a module nor a font that is opened late is missed."""
    bodies = [case.letter().pdf() for case in DRAWN]
    bodies += ["é, ö".encode("cp1252") + QUICK, QUICK.decode().encode("utf-16"), b"\xef\xbb\xbf" + QUICK]
    bodies += [b"name,sha256\nX1," + QUICK[8:], b"<html><td>&eacute;<td>" + QUICK]
    word = docx.Document()
    word.add_paragraph("é " + QUICK.decode())
    word.sections[0].header.paragraphs[0].text = "Head"
    word.save(saved := io.BytesIO())
    bodies.append(saved.getvalue())
    for body, statement in zip(bodies, read_statements(bodies), strict=True):
        pages = list(read_document(body))
        assert statement == from_json(to_json(read_pages(body, format_of(body), pages)))


def test_many_come_in_their_order_whatever_they_take() -> None:
    rng = random.Random(5)
    bodies = [QUICK + b"word " * rng.choice([0, 10, 20_000]) + str(index).encode() for index in range(40)]
    shas = [each.body_sha256 for each in read_statements(bodies, workers=3)]
    assert shas == [sha256_hex(body) for body in bodies]


def test_few_documents_are_taken_ahead() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield QUICK

    statements = read_statements(endless(), workers=2)
    assert taken == 0
    for number, _ in zip(range(1, 30), statements, strict=False):
        assert taken <= number + AHEAD * 2
    assert isinstance(statements, Generator)
    statements.close()
    assert templates() == []


def test_closing_does_not_wait_for_what_is_read() -> None:
    def bodies() -> Iterator[bytes]:
        yield QUICK
        yield from [SLOW * 80] * 3

    statements = read_statements(bodies(), workers=2)
    assert next(statements).state == "read"
    readers = [reader_of(each) for each in await_(lambda: [each for each in templates() if children(each)])]
    assert isinstance(statements, Generator)
    for each in readers:
        os.kill(each, signal.SIGSTOP)
    statements.close()
    assert templates() == []
    assert not any(is_running(each) for each in readers)


def test_what_gives_the_documents_may_fail() -> None:
    def bodies() -> Iterator[bytes]:
        yield QUICK
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        list(read_statements(bodies()))
    assert templates() == []


PARENT = """
from cagraph.audit.statement import read_statements
list(read_statements([b"word " * 40_000_000] * 4, workers=2))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_nothing_is_left_when_the_one_that_asks_ends(how: signal.Signals) -> None:
    """SIGINT is Ctrl-C: it reaches every process of the terminal."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    pids = await_(lambda: found if len(found := templates(parent.pid)) == 2 else [])
    readers = [reader_of(each) for each in pids]
    for each in readers:
        os.kill(each, signal.SIGSTOP)
    pids += readers
    if how == signal.SIGINT:
        os.killpg(parent.pid, how)
    else:
        parent.kill()
    _, said = parent.communicate()
    assert said.count("Traceback") == (1 if how == signal.SIGINT else 0), "its own, or none"
    await_(lambda: not any(is_running(each) for each in pids))


def test_a_template_says_nothing_when_it_is_interrupted() -> None:
    command = [sys.executable, "-m", "cagraph.audit.worker"]
    template = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert template.stdin is not None
    assert template.stdout is not None
    for _ in range(3):
        send_request(template.stdin, asked(QUICK))
        reply = receive_reply(template.stdout)
        assert reply is not None
        assert is_read(reply)
        template.send_signal(signal.SIGINT)
    out, said = template.communicate()
    assert (out, said, template.returncode) == (b"", b"", 0)


def test_a_file_in_the_working_folder_is_no_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("json.py", "cagraph.py", "ctypes.py"):
        (tmp_path / name).write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    assert read_statement(QUICK).state == "read"
