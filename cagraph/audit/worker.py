"""The process that readers are copied from: it loads all that reading needs once, and reads nothing itself.

    python -m cagraph.audit.worker < requests > replies

For each document it forks a child, which gives up all but computing (`confine.py`), reads, and answers
through a pipe. This process only passes on what comes, up to a limit, and says how a child ended that did not
answer. It never looks into an answer, and has no threads: a fork copies none. It ends when standard input
does, so that nothing is left when whoever asked was killed.
"""

import gc
import json
import os
import select
import signal
import sys
import time
from contextlib import suppress
from typing import Any, NoReturn

from cagraph.audit.confine import confine, end_with, withdraw
from cagraph.audit.wire import Reply, Request, receive_request, send_reply

ANSWER = 8 * 1024 * 1024
"""Bytes that an answer may have: those of some 30,000 fingerprints, more than there are CA certificates."""
_CHUNK = 1024 * 1024
_FAILED = 70


class _Gone(Exception):
    """Whoever asked does not wait for the answer any more."""


def main() -> None:
    """Answer requests until there are no more."""
    # Ctrl-C reaches every process of the terminal; it is for the one that asks.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop)
    with suppress(_Gone, BrokenPipeError):
        _load()
        withdraw()
        while request := receive_request(sys.stdin.buffer):
            reply = read_apart(request)
            del request  # it may be large, and the next one is waited for
            send_reply(sys.stdout.buffer, reply)


def _stop(*_: Any) -> NoReturn:
    raise _Gone


def _load() -> None:
    """Load what reading needs: a child can open no file, not even a module's."""
    import encodings.cp437  # of names in ZIP archives
    import encodings.cp1252
    import encodings.utf_8_sig
    import encodings.utf_16
    import encodings.utf_16_be
    import encodings.utf_16_le  # noqa: F401
    import zipfile  # noqa: F401

    import docx.table  # noqa: F401
    import pypdfium2.raw  # noqa: F401

    import cagraph.audit.document
    import cagraph.audit.statement  # noqa: F401

    # What is here stays as it is, so that children share its memory.
    gc.collect()
    gc.freeze()


def read_apart(request: Request) -> Reply:
    """Have a child read a document, and return what it answered, or how it ended."""
    answers, answer = os.pipe()
    parent = os.getpid()
    try:
        child = os.fork()
    except OSError as error:
        os.close(answers)
        os.close(answer)
        return Reply(None, f"no process could be started for it ({error.strerror})")
    if child == 0:
        _be_child(request, parent, answers, answer)
    os.close(answer)
    try:
        reply = _gather(request, answers)
    finally:
        os.close(answers)
        # One that ended by itself is not touched by it: how it ended is settled before its pipe is closed.
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if reply.answer is not None and status != 0:
        return Reply(None, _end(os.waitstatus_to_exitcode(status), request))
    return reply


def _gather(request: Request, answers: int) -> Reply:
    """Return all that a child writes until it ends, or why that was not waited for.

    Raises:
        _Gone: there is nobody to answer.
    """
    stdin = sys.stdin.fileno()
    deadline = time.monotonic() + request.seconds
    found = bytearray()
    while (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select([answers, stdin], [], [], left)
        if stdin in ready:  # nothing is asked before the answer: it is the end
            raise _Gone
        if answers not in ready:
            break
        chunk = os.read(answers, _CHUNK)
        if not chunk:
            return Reply(bytes(found))
        found += chunk
        if len(found) > ANSWER:
            return Reply(None, f"what it says is more than {ANSWER // 1024 // 1024} MB")
    return Reply(None, _too_long(request))


def _too_long(request: Request) -> str:
    return f"reading it took longer than {request.seconds:g} seconds"


def _end(code: int, request: Request) -> str:
    if code == -signal.SIGXCPU:
        return _too_long(request)
    if code < 0:
        # PDFium does not say that it got no memory: it falls over.
        name = signal.Signals(-code).name
        return f"reading it crashed ({name}), perhaps for want of more than {request.megabytes} MB"
    return f"reading it ended without an answer (exit code {code})"


def _be_child(request: Request, parent: int, answers: int, answer: int) -> NoReturn:
    """Read the document and end, whatever happens. Open are the answer and standard error."""
    try:
        end_with(parent)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.close(answers)
        os.dup2(answer, sys.stdout.fileno())
        os.close(answer)
        os.dup2(sys.stderr.fileno(), sys.stdin.fileno())
        confine(request.seconds, request.megabytes)
        rest = memoryview(_read(request))
        while rest:
            rest = rest[os.write(sys.stdout.fileno(), rest) :]
        os._exit(0)
    finally:
        os._exit(_FAILED)


def _read(request: Request) -> bytes:
    """Return what the document says, as JSON."""
    from cagraph.audit.document import format_of, read_document
    from cagraph.audit.pdf import Unreadable
    from cagraph.audit.statement import read_pages, to_json, unreadable

    body, kind = request.body, ""
    try:
        kind = format_of(body)
        return json.dumps(to_json(read_pages(body, kind, list(read_document(body))))).encode()
    except Unreadable as error:
        reason = str(error)
    except MemoryError:
        reason = f"reading it took more than {request.megabytes} MB"
    except RecursionError:
        reason = "it is nested too deeply"
    except Exception as error:  # whatever a document does to a reader, it costs this one document
        reason = f"reading it failed ({type(error).__name__})"
    return json.dumps(to_json(unreadable(body, reason, kind))).encode()


if __name__ == "__main__":
    main()
