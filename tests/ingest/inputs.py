"""Files to ingest, and what to ask of a warehouse afterwards. Knows nothing of how an ingest works."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb

from cagraph.ingest import FileReport, IngestReport
from tests.pki import Authority, Issued

ROOT = Authority("Ingest Root")
ANCHOR = ROOT.self_signed()
LEAF = ROOT.issue(Authority("Ingest Sub"))
HEADER = "SHA-256 Fingerprint,X.509 Certificate (PEM)\n"
DAY = date(2026, 8, 21)
V5_NAME = "AllCertificateRecordsCSVFormatV5"
TABLES = ("fetched", "snapshot", "ingest_issue", "certificate", "certificate_source", "ccadb_record_version",
          "record_sighting", "audit", "root_trust", "name_constraint")  # fmt: skip


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


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    here = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False, cwd=here
    )
    assert done.returncode == 0, done.stderr
    return done


def many(folder: Path, number: int = 1200) -> Path:
    sub = Authority("Many")
    issued = [ROOT.issue(sub, serial=serial) for serial in range(1, number + 1)]
    return write(folder / "many.csv", pem_rows(*issued))
