"""What takes long to make and is the same for every test of a run: made once.

Knows how workers wait for each other and how a warehouse begins, and nothing of what is put into one.
"""

import fcntl
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.policy import install_policy


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a file that `make` has written: the first worker of a run makes it, the others take a copy."""
    own = factory.mktemp("made") / name
    # Each worker's folder stands in that of the whole run.
    run = factory.getbasetemp().parent if os.environ.get("PYTEST_XDIST_WORKER") else own.parent
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        first = run / f"first-{name}"
        if not first.exists():
            make(own)
            shutil.copy(own, f"{first}.part")
            Path(f"{first}.part").rename(first)
            return own
    shutil.copy(first, own)
    return own


@cache
def empty_warehouse() -> bytes:
    """Return a warehouse without facts that has the rules and views already, which take a second to make."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.duckdb"
        with open_warehouse(path, write=True) as connection:
            install_policy(connection)
        return path.read_bytes()
