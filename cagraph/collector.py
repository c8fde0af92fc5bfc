"""Python's cyclic garbage collector, kept waiting while many objects are made that all stay.

It looks at every object again as their number grows, and a graph has a million of them.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Let the collector wait until the block has ended; one that is off stays off."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
