"""The processes that read documents, seen from the one that asks: started, asked, and ended.

Knows nothing of what a document says. Whatever happens to a reader, a reply comes back; nothing is left
running when it is closed.
"""

import contextlib
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import LifoQueue
from typing import Self

from cagraph.audit.wire import Reply, Request, receive_reply, send_request

AHEAD = 2
"""Documents a reader that are taken before they are wanted: one that is read, one that waits."""
_ATTEMPTS = 2
_PATIENCE = 30.0
"""Seconds that a reader may take beside reading: to start, and to say that its time is over."""
_GOODBYE = 5.0
"""Seconds that a reader may take to end when it is told to."""


class Reader:
    """A process that reads one document after the other; started when needed, and again when it was ended.

    One thread asks; another one may close it meanwhile.
    """

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, request: Request) -> Reply:
        """Have a document read."""
        if len(request.body) > request.megabytes * 1024 * 1024:
            return Reply(None, f"reading it took more than {request.megabytes} MB")
        # Reading happens in a child of the reader: one that ends was ended by others, whatever it was asked.
        for _ in range(_ATTEMPTS):
            deadline = time.monotonic() + request.seconds + self._patience
            reply = self._ask(request)
            if reply is not None:
                return reply
            if time.monotonic() >= deadline:
                return Reply(None, f"reading it took longer than {request.seconds:g} seconds")
        return Reply(None, "the process that should read it was ended each time")

    def close(self) -> None:
        """End the process, whatever it does."""
        with self._lock:
            self._closed = True
            self._end()

    def _ask(self, request: Request) -> Reply | None:
        """Return the reply; None: the process ended."""
        try:
            process = self._running()
        except OSError as error:
            return Reply(None, f"no process could be started for it ({error.strerror})")
        if process is None or process.stdin is None or process.stdout is None:
            return None
        # Reads and writes have no limit of time, but end when the process does.
        watch = threading.Timer(request.seconds + self._patience, process.kill)
        watch.daemon = True
        watch.start()
        reply = None
        with contextlib.suppress(OSError, ValueError):  # it is gone, or its pipes are closed
            send_request(process.stdin, request)
            reply = receive_reply(process.stdout)
        watch.cancel()
        if reply is None:
            with self._lock:
                self._end()
        return reply

    def _running(self) -> "subprocess.Popen[bytes] | None":
        with self._lock:
            if self._process is None and not self._closed:
                self._process = subprocess.Popen(
                    # -P: a file in the working folder is no module.
                    [sys.executable, "-P", "-m", "cagraph.audit.worker"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    # How it ended is said in the reply.
                    stderr=subprocess.DEVNULL,
                )
            return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_GOODBYE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):  # what was not written yet is for nobody
                if pipe is not None:
                    pipe.close()


def read_in_order(requests: Iterable[Request], workers: int) -> Generator[Reply, None, None]:
    """Have documents read by several processes, and yield the replies in the order of the requests.

    No more than `AHEAD` requests a process are taken before their replies are.
    """
    readers = [Reader() for _ in range(workers)]
    idle: LifoQueue[Reader] = LifoQueue()
    for reader in readers:
        idle.put(reader)

    def read(request: Request) -> Reply:
        reader = idle.get()
        try:
            return reader.read(request)
        finally:
            idle.put(reader)

    threads = ThreadPoolExecutor(workers)
    ahead: deque[Future[Reply]] = deque()
    try:
        for request in requests:
            ahead.append(threads.submit(read, request))
            del request
            if len(ahead) >= AHEAD * workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        for reader in readers:
            reader.close()
        threads.shutdown()
