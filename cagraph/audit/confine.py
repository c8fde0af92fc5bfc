"""What a process gives up before it looks at a stranger's bytes, for good. Knows no document.

In two steps. The process that starts the readers has no network and cannot gain rights; each reader may then
compute, take memory up to a limit and write to what is open, and do nothing else: open no file, make no
connection, start no process, signal nobody. Linux has all of this; what another
system does not know is left out.
"""

import ctypes
import errno
import math
import os
import platform
import resource
import signal
import struct
import sys
from contextlib import nullcontext, suppress

_NEW_USER, _NEW_NET = 0x1000_0000, 0x4000_0000
_SET_PARENT_DEATH_SIGNAL, _SET_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 1, 38, 22, 2
_LOAD, _EQUALS, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF_0000, 0x0005_0000 | errno.EPERM
_MACHINES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
# What computing needs of the kernel, with its number on each of the machines above. Anything else is refused.
_CALLS = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "getpid": (39, 172),
    "exit": (60, 93),
    "gettimeofday": (96, 169),
    "gettid": (186, 178),
    "futex": (202, 98),
    "clock_gettime": (228, 113),
    "exit_group": (231, 94),
    "getrandom": (318, 278),
}


def withdraw() -> None:
    """Give up, for this process and all it starts: the network, files to write, and new rights."""
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        # A network of its own has no way out. Where that is not allowed, a reader still may open no socket.
        libc.unshare(_NEW_USER | _NEW_NET)
        _prctl(libc, _SET_NO_NEW_PRIVILEGES, 1)


def end_with(parent: int) -> None:
    """Have this process killed when its parent ends."""
    if sys.platform == "linux":
        _prctl(ctypes.CDLL(None), _SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before it was asked for
            os._exit(1)


def confine(seconds: float, megabytes: int) -> None:
    """Give up all but computing: memory and time above the limits, whatever is not open yet, other processes.

    `withdraw` comes first.
    """
    _lower(resource.RLIMIT_AS, megabytes * 1024 * 1024)
    _lower(resource.RLIMIT_CPU, math.ceil(seconds) + 1)
    _lower(resource.RLIMIT_NPROC, 0)
    _lower(resource.RLIMIT_NOFILE, 0)
    machine = platform.machine()
    # A 32-bit Python on such a machine calls by other numbers.
    if sys.platform == "linux" and machine in _MACHINES and sys.maxsize > 2**32:
        _filter_calls(ctypes.CDLL(None), machine)


def _lower(limit: int, value: int) -> None:
    _, hard = resource.getrlimit(limit)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    # Linux lets every process lower every limit; others have names for some that they refuse.
    with nullcontext() if sys.platform == "linux" else suppress(OSError, ValueError):
        resource.setrlimit(limit, (value, value))


def _prctl(libc: ctypes.CDLL, option: int, *values: int) -> int:
    words = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    return int(libc.prctl(option, *words))


def _filter_calls(libc: ctypes.CDLL, machine: str) -> None:
    """Have the kernel refuse every call that is not in the table; a kernel without seccomp refuses none."""
    column = list(_MACHINES).index(machine)
    allowed = [numbers[column] for numbers in _CALLS.values()]
    steps = [
        (_LOAD, 0, 0, 4),
        (_EQUALS, 1, 0, _MACHINES[machine]),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, 0),
    ]
    # Each jumps over those behind it and the refusal.
    steps += [(_EQUALS, len(allowed) - index, 0, number) for index, number in enumerate(allowed)]
    steps += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    head = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(program)))
    _prctl(libc, _SET_SECCOMP, _FILTER, ctypes.addressof(head))
