"""The sample ecosystem as a user has it: files in folders, a database at the default place."""

import shutil
from datetime import date
from pathlib import Path

from cagraph.warehouse.database import open_warehouse
from tests.pki import SERVER_AUTH, Authority, Issued

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
DAY = "2024-05-08"
REPORTS = "AllCertificateRecordsCSVFormatV5.csv"


def lay_out(folder: Path, sample_db: Path) -> None:
    """Put into `folder` every file that the examples speak of, and the database twice."""
    for day in ("2023-05-08", DAY):
        shutil.copytree(SAMPLE / day, folder / "data" / "sample" / day)
        shutil.copytree(SAMPLE / day, folder / "reports" / day)
    shutil.copytree(SAMPLE / DAY, folder / "reports" / "2026-08-21")
    shutil.copytree(SAMPLE / "drafts", folder / "data" / "sample" / "drafts")
    shutil.copy(SAMPLE / DAY / REPORTS, folder / REPORTS)
    shutil.copy(SAMPLE / DAY / REPORTS, folder / "records-of-one-owner.csv")
    (folder / "demo").mkdir()
    shutil.copy(sample_db, folder / "cagraph.duckdb")
    shutil.copy(sample_db, folder / "demo" / "cagraph.duckdb")
    (folder / "question.sql").write_text("SELECT count(*) AS certificates FROM certificate;\n")
    (folder / "our-cas.pem").write_text(pem_of(sample_db))
    names, key = birch_of(sample_db)
    (folder / "keys.txt").write_text(f"{key}  # Birch Root CA\n")
    # A format is told by the bytes, never by a name.
    for name in ("letter.pdf", "draft.pdf"):
        (folder / name).write_text(LETTER + "\n".join(names) + "\n")
    for name in ("our-list.csv", "list.csv"):
        (folder / name).write_text("number,fingerprint\n" + "".join(f"1,{each}\n" for each in names))
    (folder / "leaf.pem").write_text(leaf().pem + "\n")
    (folder / "leaf.der").write_bytes(leaf().der)


LETTER = """To the management of Birch Certification Example:
We have examined the assertion throughout the period April 1, 2023 to March 31, 2024
based on the WebTrust Principles and Criteria for Certification Authorities - S/MIME Version 1.0.3

"""


def birch_of(sample_db: Path) -> tuple[list[str], str]:
    """Return the fingerprints of one owner's certificates, as letters print them, and its root's key."""
    with open_warehouse(sample_db, write=False, as_of=date.fromisoformat(DAY)) as connection:
        rows = connection.execute(
            "SELECT upper(sha256), spki_sha256, subject LIKE 'CN=Birch Root%' FROM certificate"
            " WHERE subject LIKE 'CN=Birch%' ORDER BY ALL"
        ).fetchall()
    return [sha256 for sha256, *_ in rows], next(key for _, key, is_root in rows if is_root)


def pem_of(sample_db: Path) -> str:
    """Return the certificates of that owner as PEM."""
    with open_warehouse(sample_db, write=False, as_of=date.fromisoformat(DAY)) as connection:
        rows = connection.execute(
            "SELECT to_base64(der) FROM certificate WHERE subject LIKE 'CN=Birch%' ORDER BY sha256"
        ).fetchall()
    return "".join(f"-----BEGIN CERTIFICATE-----\n{der}\n-----END CERTIFICATE-----\n" for (der,) in rows)


def leaf() -> Issued:
    """Return a subscriber's certificate under the sample's Alder TLS EV CA."""
    issuer = Authority("Alder TLS EV CA", "Alder Trust Example")
    return issuer.issue(
        Authority("www.leaf.example"),
        ca=False,
        key_usage=["digitalSignature"],
        eku=[SERVER_AUTH],
        not_before="2024-03-01",
        not_after="2025-03-01",
    )


def notes(stderr: str) -> list[str]:
    """The notes alone: a machine that is slow says how far it is, too."""
    return [line for line in stderr.splitlines() if line.startswith("note:")]
