"""Ingest as a whole, into real DuckDB files: all or nothing, counted, dated, the same when done twice."""

import base64
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cagraph.errors import SourceError, UsageProblem
from cagraph.ingest import FileReport, IngestReport, ingest
from cagraph.ingest.pool import CertificateReader, read_batch
from cagraph.warehouse.database import open_warehouse
from tests.pki import Authority, Issued
from tests.sources.ccadb_files import RECORD, V5, table

ROOT = Authority("Ingest Root")
ANCHOR = ROOT.self_signed()
LEAF = ROOT.issue(Authority("Ingest Sub"))
HEADER = "SHA-256 Fingerprint,X.509 Certificate (PEM)\n"
DAY = date(2026, 8, 21)
V5_NAME = "AllCertificateRecordsCSVFormatV5"
TABLES = ("fetched", "snapshot", "ingest_issue", "certificate", "certificate_source", "ccadb_record_version",
          "record_sighting", "audit", "root_trust", "name_constraint")  # fmt: skip


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    (tmp_path / "db").mkdir()
    connection = open_warehouse(tmp_path / "db" / "test.duckdb", write=True)
    yield connection
    connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def pem_rows(*certificates: Issued) -> str:
    return HEADER + "".join(f'{one.sha256.upper()},"{one.pem.strip()}"\n' for one in certificates)


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone() for name in TABLES}
    return {name: row[0] for name, row in rows.items() if row}


def only(report: IngestReport) -> FileReport:
    (file,) = report.files
    return file


def test_one_file_of_certificates(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    path = write(folder / "pem_2026-08-21.csv", pem_rows(ANCHOR, LEAF, ANCHOR))
    file = only(ingest(connection, [path]))
    assert (file.kind, file.dated, file.dated_because) == ("ccadb_pem", DAY, "file name")
    assert (file.rows_in, file.rows_stored, file.rows_rejected, file.new_certificates) == (3, 3, 0, 2)
    seen = connection.execute(
        "SELECT sha256, snapshot_id, line FROM certificate_source ORDER BY line"
    ).fetchall()
    assert [row[:2] for row in seen] == [(one.sha256, 1) for one in (ANCHOR, LEAF, ANCHOR)]


def test_the_same_bytes_twice_change_nothing(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    write(folder / "a.pem", ANCHOR.pem)
    write(folder / f"{V5_NAME}.csv", table(V5, RECORD))
    write(folder / "junk.txt", "nothing")
    first = ingest(connection, [folder])
    before = counts(connection)
    again = ingest(connection, [folder, folder / "a.pem"], dated=DAY)
    assert counts(connection) == before
    assert [file.already_known for file in again.files] == [True, True, False, True]
    assert (again.rows_in, again.new_certificates) == (0, 0)
    assert again.files[0].dated == first.files[0].dated


def test_a_known_certificate_in_another_file_is_only_seen(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    ingest(connection, [write(folder / "a.pem", ANCHOR.pem)])
    file = only(ingest(connection, [write(folder / "b.csv", pem_rows(ANCHOR, LEAF))]))
    assert (file.rows_stored, file.new_certificates) == (2, 1)
    assert counts(connection)["certificate_source"] == 3


def test_an_old_record_version_is_seen_again(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    first, second = dict(RECORD), {**RECORD, "Revocation Status": "Revoked"}
    for day, record in ((1, first), (2, second), (3, first)):
        path = write(folder / f"{V5_NAME}_2026-01-0{day}.csv", table(V5, record) + "\n" * day)
        ingest(connection, [path])
    assert counts(connection)["ccadb_record_version"] == 2
    assert counts(connection)["record_sighting"] == 3


def test_every_row_is_counted(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    example = {**RECORD, "CA Owner": "Example CA"}
    nameless = {**RECORD, "SHA-256 Fingerprint": "?"}
    odd = {**RECORD, "TLS Capable": "perhaps"}
    file = only(
        ingest(connection, [write(folder / f"{V5_NAME}.csv", table(V5, RECORD, example, nameless, odd))])
    )
    assert (file.rows_in, file.rows_stored, file.rows_rejected) == (4, 2, 2)
    assert file.complete
    assert file.complete_because.endswith("1 rejected rows do not name their certificate")
    issues = connection.execute(
        "SELECT line, rejected, sha256 IS NULL FROM ingest_issue ORDER BY line"
    ).fetchall()
    assert issues == [(3, True, False), (4, True, True), (5, False, False)]
    stored = connection.execute(
        "SELECT rows_in, rows_stored, rows_rejected, complete FROM snapshot"
    ).fetchall()
    assert stored == [(4, 2, 2, True)]


def test_a_row_of_roots_counts_once(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    header = (
        "CA Owner,Apple Status,Apple Trust Bits,Chrome Status,Microsoft Status,Microsoft EKUs,"
        "Mozilla Status,Mozilla Trust Bits,SHA-256\n"
    )
    rows = f"O,,,Included,,,Included,Websites;Email,{'ab' * 32}\nO,,,,,,,,{'cd' * 32}\nO,,,,,,,,none\n"
    file = only(ingest(connection, [write(folder / "roots.csv", header + rows)], dated=DAY))
    assert (file.rows_in, file.rows_stored, file.rows_rejected) == (3, 2, 1)
    trust = connection.execute(
        "SELECT root_program, purpose, trust_date FROM root_trust ORDER BY ALL"
    ).fetchall()
    assert trust == [
        ("chrome", "server_auth", DAY),
        ("mozilla", "secure_email", DAY),
        ("mozilla", "server_auth", DAY),
    ]


# ---- what a file is taken for


def test_a_folder_with_junk(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    deep = folder / "deep" / "er"
    deep.mkdir(parents=True)
    write(deep / "root.der", ANCHOR.der)
    write(folder / "README.md", "# hello")
    write(folder / "empty.csv", "")
    write(folder / ".hidden.pem", LEAF.pem)
    (folder / "loop").symlink_to(folder)
    (folder / "gone").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe")
    report = ingest(connection, [folder])
    assert {file.path.name: file.error for file in report.files} == {
        "README.md": "is of no known kind",
        "root.der": None,
        "empty.csv": "is empty",
        "gone": "is a link to nothing",
        "pipe": "is not a regular file",
    }
    errors = connection.execute("SELECT error FROM fetched WHERE error IS NOT NULL").fetchall()
    assert len(errors) == len(report.passed_over) == 4


@pytest.mark.parametrize(("content", "reason"), [("", "is empty"), ("hello", "is of no known kind")])
def test_a_file_given_by_its_name_must_be_usable(
    connection: duckdb.DuckDBPyConnection, folder: Path, content: str, reason: str
) -> None:
    good = write(folder / "a.pem", ANCHOR.pem)
    with pytest.raises(SourceError, match=reason):
        ingest(connection, [good, write(folder / "b", content)])
    assert set(counts(connection).values()) == {0}


def test_what_is_not_there_or_cannot_be_read(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        ingest(connection, [folder / "absent"])
    with pytest.raises(SourceError, match="holds no file"):
        ingest(connection, [folder])
    with pytest.raises(UsageProblem):
        ingest(connection, [folder], completeness="perhaps")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    write(folder / "a.pem", ANCHOR.pem).chmod(0)
    with pytest.raises(SourceError, match="cannot be read"):
        ingest(connection, [folder])


def test_a_file_refused_as_a_whole_leaves_nothing_of_the_others(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    write(folder / "a.pem", ANCHOR.pem)
    write(folder / "b.csv", table([name for name in V5 if name != "SHA-256 Fingerprint"], RECORD))
    with pytest.raises(SourceError, match="no column SHA-256 Fingerprint"):
        ingest(connection, [folder])
    assert set(counts(connection).values()) == {0}


# ---- the day, and completeness


def test_the_day_is_from_the_nearest_name(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    top = tmp_path / "2020-01-01"
    inner = top / "2021-02-03"
    inner.mkdir(parents=True)
    write(inner / "a 2022-03-04.pem", ANCHOR.pem)
    write(inner / "b_2022-13-04.pem", LEAF.pem)
    write(top / "c.pem", ANCHOR.pem + LEAF.pem)
    days = [(file.dated, file.dated_because) for file in ingest(connection, [top]).files]
    assert days == [
        (date(2022, 3, 4), "file name"),
        (date(2021, 2, 3), "folder name"),
        (date(2020, 1, 1), "folder name"),
    ]


def test_the_day_given_wins_and_the_files_time_is_the_last_resort(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    path = write(folder / "a.pem", ANCHOR.pem)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    assert only(ingest(connection, [path])).dated == date(2001, 9, 9)
    file = only(ingest(connection, [write(folder / "2020-01-01.pem", LEAF.pem)], dated=DAY))
    assert (file.dated, file.dated_because) == (DAY, "given")


@pytest.mark.parametrize(
    ("name", "declared", "complete"),
    [
        (V5_NAME, None, True),
        (f"{V5_NAME}.csv", None, True),
        ("allcertificaterecordscsvformatv2.CSV", None, True),
        ("AllCertificateRecordsCSVFormatV4_2026-08-21 (1).csv", None, True),
        (V5_NAME, "slice", False),
        ("AllCertificateRecordsCSVFormatV4a", None, False),
        ("AllCertificateRecordsCSVFormatV50.csv", None, False),
        ("records.csv", None, False),
        ("records.csv", "complete", True),
        ("my AllCertificateRecordsCSVFormatV5.csv", None, False),
    ],
)
def test_complete_by_name_or_declaration(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, declared: str | None, complete: bool
) -> None:
    path = write(folder / name, table(V5, RECORD))
    file = only(ingest(connection, [path], completeness=declared))
    assert file.complete is complete, file.complete_because
    assert file.complete_because


def test_a_list_of_certificates_is_complete_only_when_declared(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    assert not only(ingest(connection, [write(folder / "a.pem", ANCHOR.pem)])).complete
    assert only(ingest(connection, [write(folder / "b.pem", LEAF.pem)], completeness="complete")).complete


def halves(folder: Path, day_a: str = "2026-08-21", day_b: str = "2026-08-21") -> tuple[Path, Path]:
    other = {**RECORD, "Salesforce Record ID": "A2"}
    return (
        write(folder / f"AllCertificateRecordsCSVFormatV4a_{day_a}.csv", table(V5, RECORD)),
        write(folder / f"AllCertificateRecordsCSVFormatV4b_{day_b}.csv", table(V5, other)),
    )


def test_two_halves_of_one_day_are_whole(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    halves(folder)
    report = ingest(connection, [folder])
    assert [file.complete for file in report.files] == [True, True]
    assert report.files[0].complete_because == "V4a is half of a report and V4b of the same day is here"
    assert connection.execute("SELECT bool_and(complete) FROM snapshot").fetchone() == (True,)


def test_two_halves_in_two_ingests_are_whole_too(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    first, second = halves(folder)
    alone = only(ingest(connection, [first]))
    assert (alone.complete, alone.complete_because) == (
        False,
        "V4a is half of a report and V4b of the same day is not here",
    )
    assert only(ingest(connection, [second])).complete
    assert connection.execute("SELECT bool_and(complete) FROM snapshot").fetchone() == (True,)


def test_halves_that_are_not_of_one_day_or_break_off(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    first, second = halves(folder, day_b="2026-08-22")
    assert not any(file.complete for file in ingest(connection, [first, second]).files)
    cut = folder / "AllCertificateRecordsCSVFormatV4b_2026-08-21.csv"
    write(cut, second.read_text()[:-3])
    assert not any(file.complete for file in ingest(connection, [first, cut]).files)
    assert connection.execute("SELECT bool_or(complete) FROM snapshot").fetchone() == (False,)


@pytest.mark.parametrize("cut", [1, 2, 10, 60, 200])
def test_a_file_that_breaks_off_is_never_complete(
    connection: duckdb.DuckDBPyConnection, folder: Path, cut: int
) -> None:
    records = [{**RECORD, "Salesforce Record ID": f"A{n}", "Country": "Polska"} for n in range(5)]
    whole = table(V5, *records)
    path = write(folder / f"{V5_NAME}.csv", whole[:-cut])
    file = only(ingest(connection, [path], completeness="complete"))
    assert (file.complete, file.truncated) == (False, True)
    assert "breaks off" in file.complete_because


# ---- damage


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


# ---- interruption


def many(folder: Path, number: int = 1200) -> Path:
    sub = Authority("Many")
    issued = [ROOT.issue(sub, serial=serial) for serial in range(1, number + 1)]
    return write(folder / "many.csv", pem_rows(*issued))


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    here = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False, cwd=here
    )
    assert done.returncode == 0, done.stderr
    return done


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
from cagraph.ingest import ingest
from cagraph.warehouse.database import open_warehouse

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
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
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
        "from cagraph.ingest import ingest\n"
        "from cagraph.warehouse.database import open_warehouse\n"
        "connection = open_warehouse(sys.argv[1], write=True)\n"
        "print(ingest(connection, sys.argv[2:]).new_certificates)\n",
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "bare.duckdb"), str(many(folder, 700))],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=60,
    )
    assert done.stdout.split() == ["700"], done.stderr


# ---- real data


@pytest.mark.realdata
def test_real_certificates(connection: duckdb.DuckDBPyConnection, real_dir: Path) -> None:
    report = ingest(connection, [real_dir / "ccadb_pem"], dated=DAY)
    assert (len(report.files), report.rows_in, report.rows_stored, report.rows_rejected) == (
        33,
        10_229,
        10_229,
        0,
    )
    assert report.new_certificates == counts(connection)["certificate"] == 10_217
    assert counts(connection)["certificate_source"] == 10_229


@pytest.mark.realdata
def test_real_records_and_trust(connection: duckdb.DuckDBPyConnection, real_dir: Path) -> None:
    report = ingest(connection, [real_dir / "ccadb_records", real_dir / "root_trust.csv"])
    rows = {file.path.name: file.rows_stored for file in report.stored}
    assert rows == {"asseco_v5.csv": 235, "isrg_v5.csv": 40, "root_trust.csv": 3_230}
    assert report.rows_rejected == 0
    assert not any(file.complete for file in report.files)


@pytest.mark.realdata
def test_a_real_file_copied_is_already_known(
    connection: duckdb.DuckDBPyConnection, real_dir: Path, folder: Path
) -> None:
    original = real_dir / "ccadb_records" / "isrg_v5.csv"
    ingest(connection, [original])
    shutil.copyfile(original, folder / "copy.csv")
    assert only(ingest(connection, [folder])).already_known
