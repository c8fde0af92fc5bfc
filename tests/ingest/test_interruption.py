"""Damage and interruption: all or nothing, and no process left behind."""

import base64
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from cagraph.ingest import ingest
from cagraph.ingest.pool import CertificateReader, read_batch
from cagraph.warehouse.database import open_warehouse
from tests.ingest.inputs import (
    ANCHOR,
    HEADER,
    LEAF,
    ROOT,
    counts,
    many,
    only,
    pem_rows,
    run,
    write,
)
from tests.pki import Authority


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

    def stop(step: str, done: int, total: int | None) -> None:
        if step == "ingest files" and done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(connection, [folder], progress=stop)
    assert set(counts(connection).values()) == {0}
    assert len(ingest(connection, [folder]).stored) == 2


INTERRUPTED = """
import multiprocessing, sys, time
from cagraph.ingest import ingest, pool
from cagraph.warehouse.database import open_warehouse

pool.SERIAL = 500

def wait(step, done, total):
    if step == "ingest files" and done == 1:
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        time.sleep(60)

if __name__ == "__main__":
    connection = open_warehouse(sys.argv[1], write=True)
    ingest(connection, sys.argv[2:], progress=wait)
"""


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_a_killed_ingest_leaves_the_file_as_it_was_and_no_process(
    tmp_path: Path, folder: Path, how: signal.Signals
) -> None:
    database = tmp_path / "test.duckdb"
    first = write(folder / "a.pem", ANCHOR.pem)
    with open_warehouse(database, write=True) as connection:
        ingest(connection, [first])
        before = counts(connection)
    script = write(tmp_path / "script.py", INTERRUPTED)
    second = write(folder / "z.pem", LEAF.pem)
    arguments = [sys.executable, str(script), str(database), str(many(folder)), str(second)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    # A session of its own: the signal goes to every process of it, as Ctrl-C on a terminal does.
    process = subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    assert process.stdout is not None
    workers = [int(pid) for pid in process.stdout.readline().split()]
    if how == signal.SIGINT:
        os.killpg(process.pid, how)
    else:
        process.send_signal(how)
    _, errors = process.communicate(timeout=20)
    assert process.returncode != 0
    assert len(workers) == 2, errors
    deadline = time.monotonic() + 10
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, workers))
    with open_warehouse(database, write=True) as connection:
        assert counts(connection) == before
        assert len(ingest(connection, [folder]).stored) == 2


def test_parallel_reading_gives_what_reading_in_turn_gives() -> None:
    sub = Authority("Twice")
    ders = [ROOT.issue(sub, serial=serial).der for serial in range(1, 30)] + [b"\x30\x03\x02\x01\x01"]
    with CertificateReader(serial=0) as reader:
        batches = [reader.submit(ders[at : at + 7]) for at in range(0, len(ders), 7)]
        readings = [reading for batch in batches for reading in batch.readings()]
    assert readings == read_batch(ders)
    assert isinstance(readings[-1], str)


def test_a_script_without_a_main_guard_still_ingests(tmp_path: Path, folder: Path) -> None:
    script = write(
        tmp_path / "bare.py",
        "import sys\n"
        "from cagraph.ingest import ingest, pool\n"
        "from cagraph.warehouse.database import open_warehouse\n"
        "pool.SERIAL = 500\n"
        "connection = open_warehouse(sys.argv[1], write=True)\n"
        "print(ingest(connection, sys.argv[2:]).new_certificates)\n",
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "bare.duckdb"), str(many(folder, 700))],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=60,
    )
    assert done.stdout.split() == ["700"], done.stderr
