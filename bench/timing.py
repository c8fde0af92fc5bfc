"""Times work and prints it as a table beside other ways to do the same; a difference ends the run."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, order=True)
class Took:
    """Seconds that work took: by the clock, and of all processors together."""

    seconds: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: "Took") -> "Took":
        return Took(self.seconds + other.seconds, self.cpu + other.cpu)


class Table:
    """Prints rows as they come."""

    def __init__(self, title: str, unit: str) -> None:
        self._first = 0.0
        print(f"\n{title}\n{'':52} {unit:>10} {'seconds':>8} {'cpu':>7} {unit + '/s':>12} {'x first':>8}")

    def row(self, name: str, took: Took, number: int) -> None:
        """Print what took how long for how much; the first row is what the others are compared with."""
        each = took.seconds / number
        self._first = self._first or each
        times = f"{took.seconds:8.3f} {took.cpu:7.3f} {1 / each:12,.0f}"
        print(f"{name:52} {number:10,} {times} {each / self._first:8.2f}", flush=True)


def timed(work: Callable[[], T]) -> tuple[Took, T]:
    """Return how long some work took, and what it came to."""
    started, used = time.perf_counter(), time.process_time()
    result = work()
    return Took(time.perf_counter() - started, time.process_time() - used), result


def median_of(times: int, work: Callable[[], T]) -> tuple[Took, T]:
    """Do some work several times; return the median of how long it took, and what the last time came to."""
    took = [timed(work)[0] for _ in range(times - 1)]
    last, result = timed(work)
    return sorted([*took, last])[times // 2], result


def same(what: str, ours: object, theirs: object) -> None:
    """End the run where two ways differ."""
    if ours != theirs:
        raise SystemExit(f"{what}: cagraph says {str(ours)[:200]}, the other way {str(theirs)[:200]}")
