"""Reads certificates, many of them in parallel processes, and never leaves such a process behind.

Knows only that bytes become facts or a reason why not. Processes are started for the first batch beyond
`SERIAL` certificates: to start two costs as much as to read some 3,000, so fewer are read right here.
"""

import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, current_process, get_context, parent_process
from types import TracebackType

from cagraph.x509.certificate import read_certificate
from cagraph.x509.facts import CertificateFacts

SERIAL = 2_000
WORKERS = 2

Reading = CertificateFacts | str
"""The facts, or in one line why the bytes are no certificate."""


class CertificateReader:
    """Use it in a `with` block; `submit` batches and ask each for its result."""

    def __init__(self, workers: int = WORKERS, serial: int | None = None) -> None:
        self._workers = workers if (os.cpu_count() or 1) > 1 and not current_process().daemon else 0
        self._serial = SERIAL if serial is None else serial
        self._count = 0
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "CertificateReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            # The processes ignore Ctrl-C and end after the batch at hand: milliseconds.
            self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, ders: Sequence[bytes]) -> "Batch":
        """Begin to read a batch."""
        ders = list(ders)
        self._count += len(ders)
        if self._count <= self._serial or not self._workers:
            return Batch(ders, None)
        try:
            return Batch(ders, self._started().submit(read_batch, ders))
        except BrokenProcessPool:
            self._workers = 0
            return Batch(ders, None)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # spawn: a fork of a process in which DuckDB runs threads can hang.
            self._pool = ProcessPoolExecutor(
                self._workers, mp_context=get_context("spawn"), initializer=_begin_worker
            )
        return self._pool


class Batch:
    """Certificates that are being read, or will be when asked for."""

    def __init__(self, ders: list[bytes], future: "Future[list[Reading]] | None") -> None:
        self._ders = ders
        self._future = future

    def readings(self) -> list[Reading]:
        """Return what was read, in the order given.

        Where the processes could not start (a script without a `__main__` guard), reads right here.
        """
        if self._future is not None:
            try:
                return self._future.result()
            except BrokenProcessPool:
                pass
        return read_batch(self._ders)


def read_batch(ders: list[bytes]) -> list[Reading]:
    """Read certificates one after the other."""
    readings: list[Reading] = []
    for der in ders:
        try:
            readings.append(read_certificate(der))
        except (ValueError, RecursionError) as problem:
            readings.append(str(problem) or type(problem).__name__)
    return readings


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, and end when the parent does, however it ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)
