"""Damage and interruption: all or nothing, and no process left behind."""

import base64
import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from cagraph.ingest import ingest
from cagraph.warehouse.database import open_warehouse
from tests.ingest.inputs import (
    ANCHOR,
    HEADER,
    LEAF,
    counts,
    many,
    only,
    pem_rows,
    run,
    write,
)


def test_a_certificate_with_a_changed_byte(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    changed = bytearray(ANCHOR.der)
    changed[-1] ^= 1
    broken = bytearray(LEAF.der)
    broken[4:12] = b"\xff" * 8
    text = HEADER
    for der, claimed in ((changed, ANCHOR.sha256), (broken, LEAF.sha256)):
        body = base64.encodebytes(bytes(der)).decode()
        text += f'{claimed},"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----"\n'
    file = only(ingest(connection, [write(folder / "pem.csv", text)]))
    assert (file.rows_in, file.rows_stored, file.rows_rejected) == (2, 1, 1)
    stored = connection.execute(
        "SELECT sha256 <> $claimed FROM certificate", {"claimed": ANCHOR.sha256}
    ).fetchall()
    assert stored == [(True,)]
    (issue,) = connection.execute("SELECT reason, sha256 FROM ingest_issue WHERE rejected").fetchall()
    assert issue[0].startswith("no readable certificate: ")
    assert issue[1] == LEAF.sha256


def test_a_line_of_200_megabytes_in_bounded_memory(folder: Path, tmp_path: Path) -> None:
    path = folder / "pem.csv"
    with path.open("wb") as file:
        file.write(pem_rows(ANCHOR).encode())
        for _ in range(200):
            file.write(b"A" * 1_000_000)
        file.write(("\n" + pem_rows(LEAF).removeprefix(HEADER)).encode())
    script = (
        "import resource, sys\n"
        "from cagraph.ingest import ingest\n"
        "from cagraph.warehouse.database import open_warehouse\n"
        "connection = open_warehouse(sys.argv[1], write=True)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "report = ingest(connection, [sys.argv[2]])\n"
        "print(report.rows_in, report.rows_stored, report.rows_rejected)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = run(script, str(tmp_path / "long.duckdb"), str(path))
    counted, kib = done.stdout.splitlines()
    assert counted == "3 2 1"
    assert int(kib) < 80 * 1024


def test_an_exception_in_the_middle_stores_nothing(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    write(folder / "a.pem", ANCHOR.pem)
    write(folder / "b.pem", LEAF.pem)

    def stop(step: str, done: int, total: int | None, detail: str = "") -> None:
        if step == "reading files" and done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(connection, [folder], progress=stop)
    assert set(counts(connection).values()) == {0}
    assert len(ingest(connection, [folder]).stored) == 2


INTERRUPTED = """
import sys, threading
from cagraph.ingest import ingest
from cagraph.warehouse.database import open_warehouse

def wait(step, done, total):
    if step == "reading files" and done == 1:
        print("in the middle", flush=True)
        threading.Event().wait(60)

connection = open_warehouse(sys.argv[1], write=True)
ingest(connection, sys.argv[2:], progress=wait)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_a_killed_ingest_leaves_the_file_as_it_was(tmp_path: Path, folder: Path, how: signal.Signals) -> None:
    database = tmp_path / "test.duckdb"
    first = write(folder / "a.pem", ANCHOR.pem)
    with open_warehouse(database, write=True) as connection:
        ingest(connection, [first])
        before = counts(connection)
    script = write(tmp_path / "script.py", INTERRUPTED)
    second = write(folder / "z.pem", LEAF.pem)
    arguments = [sys.executable, str(script), str(database), str(many(folder)), str(second)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    process = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "in the middle\n"
    process.send_signal(how)
    process.communicate(timeout=20)
    assert process.returncode != 0
    with open_warehouse(database, write=True) as connection:
        assert counts(connection) == before
        assert len(ingest(connection, [folder]).stored) == 2
