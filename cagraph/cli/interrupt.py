"""Makes Ctrl-C end the command even while DuckDB computes.

Python runs its own handler only between two of its instructions, and a query is one, however long it
takes; DuckDB looks for signals by itself, but not in every operator. So a thread is told of the signal by
the C level (`set_wakeup_fd`), gives the command a moment to end in an orderly way, and then ends it: the
database file is safe against that, and half-written files are removed.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from cagraph.cli import ExitCode
from cagraph.report.files import remove_unfinished

_GRACE_SECONDS = 1.0


@contextmanager
def ctrl_c_ends_it() -> Iterator[None]:
    """Watch over the block."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    finished = threading.Event()
    watcher = threading.Thread(target=_watch, args=(reader, finished), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        finished.set()
        signal.set_wakeup_fd(before)
        os.close(writer)  # the watcher reads the end of the pipe, and ends
        watcher.join()
        os.close(reader)


def _watch(reader: int, finished: threading.Event) -> None:
    while number := os.read(reader, 1):
        if number[0] == signal.SIGINT and not finished.wait(_GRACE_SECONDS):
            remove_unfinished()
            with contextlib.suppress(OSError, ValueError):  # stderr may be gone
                click.echo("cagraph: interrupted", err=True)
            os._exit(ExitCode.INTERRUPTED)
