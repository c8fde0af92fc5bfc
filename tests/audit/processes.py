"""The processes that read documents, as the system shows them: for tests that disturb them. Linux alone."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

SECONDS = 60.0
"""That a test waits for what must come."""


def children(pid: int) -> list[int]:
    """Return the processes that a process started, zombies too, the oldest first."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            after_name = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(after_name[1]) == pid:
            found.append((int(after_name[19]), int(folder.name)))
    return [pid for _, pid in sorted(found)]


def templates(pid: int | None = None) -> list[int]:
    """Return the processes of `cagraph.audit.worker` that a process started; without one, this one."""
    return [each for each in children(pid or os.getpid()) if b"cagraph.audit.worker" in command(each)]


def command(pid: int) -> bytes:
    """Return the command line of a process; nothing if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def status(pid: int) -> dict[str, str]:
    """Return what the system says of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def is_running(pid: int) -> bool:
    """Say whether a process has not ended; a zombie has."""
    try:
        return status(pid)["State"][0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def await_(look: Callable[[], T]) -> T:
    """Look until there is something to see, and return it."""
    deadline = time.monotonic() + SECONDS
    while not (seen := look()):
        assert time.monotonic() < deadline, "waited in vain"
        os.sched_yield()
    return seen


def reader_of(template: int) -> int:
    """Wait for the child of a template that reads, shut in already, and return it."""

    def shut_in() -> int:
        for child in children(template):
            try:
                if status(child)["Seccomp"] == "2":
                    return child
            except (FileNotFoundError, ProcessLookupError):
                continue
        return 0

    return await_(shut_in)
