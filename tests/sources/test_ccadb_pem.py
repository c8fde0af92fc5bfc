"""CCADB's PEM reports: cells as real files spell them, and rows that do not hold together."""

import base64
import hashlib
from pathlib import Path

import pytest

from cagraph.errors import SourceError
from cagraph.sources import ccadb_pem, recognise
from cagraph.sources.rows import CertificateRow, Issue, Item, Truncated

DER = bytes.fromhex("3003020101") * 40
SHA256 = hashlib.sha256(DER).hexdigest()
BODY = base64.encodebytes(DER).decode().strip()
PEM = f"-----BEGIN CERTIFICATE-----\n{BODY}\n-----END CERTIFICATE-----"
HEADER = "SHA-256 Fingerprint,X.509 Certificate (PEM)\n"


def read(tmp_path: Path, text: str) -> list[Item]:
    path = tmp_path / "pem.csv"
    path.write_text(text, newline="")
    assert recognise(path) is ccadb_pem
    return list(ccadb_pem.read(path))


@pytest.mark.parametrize(
    "cell",
    [
        PEM,
        f"'{PEM}'",
        PEM.replace("\n", "\n\n"),
        PEM.replace("\n", "\r\n"),
        f"\n{PEM}\n",
        PEM.replace(BODY, BODY.replace("\n", " ")),
    ],
)
def test_cells_as_real_files_spell_them(tmp_path: Path, cell: str) -> None:
    assert read(tmp_path, f'{HEADER}{SHA256.upper()},"{cell}"\n') == [CertificateRow(2, DER, SHA256)]


@pytest.mark.parametrize("claimed", ["0" * 64, "none"])
def test_a_wrong_fingerprint_keeps_the_certificate_and_is_told(tmp_path: Path, claimed: str) -> None:
    row, issue = read(tmp_path, f'{HEADER}{claimed},"{PEM}"\n')
    assert isinstance(row, CertificateRow)
    assert isinstance(issue, Issue)
    assert row.der == DER
    assert (issue.rejected, issue.field, issue.value, issue.sha256) == (
        False,
        "SHA-256 Fingerprint",
        claimed,
        SHA256,
    )


@pytest.mark.parametrize(
    "cell",
    ["", PEM.replace("MA", "M*", 1), PEM[:-30], PEM + PEM, BODY, PEM.replace(BODY, "")],
)
def test_a_cell_without_a_whole_certificate_is_rejected_by_its_name(tmp_path: Path, cell: str) -> None:
    good = f'{SHA256},"{PEM}"\n'
    issue, row = read(tmp_path, f'{HEADER}{"a" * 64},"{cell}"\n{good}')
    assert isinstance(issue, Issue)
    assert (issue.rejected, issue.sha256) == (True, "a" * 64)
    assert isinstance(row, CertificateRow)


def test_a_file_cut_inside_a_cell(tmp_path: Path) -> None:
    text = f'{HEADER}{SHA256},"{PEM}"\n{SHA256},"{PEM}"\n'
    row, issue, end = read(tmp_path, text[:-40])
    assert isinstance(row, CertificateRow)
    assert isinstance(issue, Issue)
    assert (issue.rejected, issue.sha256) == (True, SHA256)
    assert isinstance(end, Truncated)


@pytest.mark.parametrize(
    ("header", "name"),
    [("Fingerprint,X.509 Certificate (PEM)", "SHA-256 Fingerprint"), ("SHA-256 Fingerprint,Text", "X.509")],
)
def test_a_renamed_column_refuses_the_file_by_name(tmp_path: Path, header: str, name: str) -> None:
    with pytest.raises(SourceError, match=f"has no column {name}"):
        read(tmp_path, f'{header}\n{SHA256},"{PEM}"\n')


@pytest.mark.realdata
def test_real_files(real_dir: Path) -> None:
    files = sorted((real_dir / "ccadb_pem").iterdir())
    assert len(files) == 33
    items: list[Item] = []
    for path in files:
        assert recognise(path) is ccadb_pem
        items.extend(ccadb_pem.read(path))
    certificates = [item for item in items if isinstance(item, CertificateRow)]
    assert len(items) == len(certificates) == 10_229
    assert len({item.der for item in certificates}) == 10_217
