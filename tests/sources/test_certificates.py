"""Certificates in files: PEM, DER, PKCS #7, whole, broken and beside things that are none of ours."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from cagraph.sources import certificates, recognise
from cagraph.sources.rows import CertificateRow, Issue, Item, Truncated
from tests.pki import Authority

ROOT = Authority("Bundle Root").self_signed().der
OTHER = Authority("Other Root").self_signed().der


def pem(der: bytes, label: str = "CERTIFICATE") -> str:
    body = base64.encodebytes(der).decode()
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n"


def read(tmp_path: Path, content: str | bytes) -> list[Item]:
    path = tmp_path / "bundle"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    assert recognise(path) is certificates
    return list(certificates.read(path))


def ders(items: list[Item]) -> list[bytes]:
    return [item.der for item in items if isinstance(item, CertificateRow)]


def p7b(encoding: Encoding) -> bytes:
    chain = [x509.load_der_x509_certificate(der) for der in (ROOT, OTHER)]
    return pkcs7.serialize_certificates(chain, encoding)


def test_a_bundle_with_text_between_the_blocks(tmp_path: Path) -> None:
    items = read(tmp_path, f"# Root\n{pem(ROOT)}\nsubject=x\r\n{pem(OTHER)}bye".replace("\n", "\r\n"))
    assert ders(items) == [ROOT, OTHER]
    assert [item.line for item in items] == [2, pem(ROOT).count("\n") + 4]


def test_of_other_blocks_only_the_label_is_told(tmp_path: Path) -> None:
    secret = b"a secret that must not be kept anywhere, ever"
    key, row = read(tmp_path, pem(secret, "PRIVATE KEY") + pem(ROOT))
    assert isinstance(key, Issue)
    assert (key.rejected, key.value, key.sha256) == (False, None, None)
    assert key.reason == "PRIVATE KEY: not a certificate, passed over"
    assert base64.b64encode(secret).decode()[:12] not in repr(key)
    assert isinstance(row, CertificateRow)


@pytest.mark.parametrize("broken", ["%%%%", "", "AAA"])
def test_a_broken_block_leaves_the_others(tmp_path: Path, broken: str) -> None:
    block = f"-----BEGIN CERTIFICATE-----\n{broken}\n-----END CERTIFICATE-----\n"
    items = read(tmp_path, pem(ROOT) + block + pem(OTHER))
    assert ders(items) == [ROOT, OTHER]
    (issue,) = [item for item in items if isinstance(item, Issue)]
    assert issue.rejected


def test_a_block_without_an_end_before_the_next(tmp_path: Path) -> None:
    items = read(tmp_path, pem(ROOT).replace("-----END CERTIFICATE-----\n", "") + pem(OTHER))
    assert ders(items) == [OTHER]
    assert isinstance(items[0], Issue)


def test_a_bundle_that_breaks_off(tmp_path: Path) -> None:
    *_, issue, end = read(tmp_path, pem(ROOT) + pem(OTHER)[:200])
    assert isinstance(issue, Issue)
    assert isinstance(end, Truncated)


def test_openssl_trusted_certificates_lose_what_is_openssls(tmp_path: Path) -> None:
    assert ders(read(tmp_path, pem(ROOT + b"\x30\x03\x02\x01\x01", "TRUSTED CERTIFICATE"))) == [ROOT]


@pytest.mark.parametrize("padding", [b"", b"\n", b"\0\0"])
def test_der_alone_and_one_after_the_other(tmp_path: Path, padding: bytes) -> None:
    assert read(tmp_path, ROOT + padding) == [CertificateRow(1, ROOT)]
    assert read(tmp_path, ROOT + padding + OTHER + padding) == [
        CertificateRow(1, ROOT),
        CertificateRow(2, OTHER),
    ]


def test_der_with_something_behind_it(tmp_path: Path) -> None:
    row, issue = read(tmp_path, ROOT + b"rest")
    assert isinstance(row, CertificateRow)
    assert isinstance(issue, Issue)
    assert issue.rejected


def test_der_that_breaks_off(tmp_path: Path) -> None:
    row, issue, end = read(tmp_path, ROOT + OTHER[:-1])
    assert isinstance(row, CertificateRow)
    assert isinstance(issue, Issue)
    assert "cut off" in issue.reason
    assert end == Truncated(2)


def test_der_of_an_absurd_length(tmp_path: Path) -> None:
    issue, row = read(tmp_path, b"\x30\x84\x00\x50\x00\x00\x30" + b"\1" * (0x500000 - 1) + ROOT)
    assert isinstance(issue, Issue)
    assert "longer than" in issue.reason
    assert row == CertificateRow(2, ROOT)


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_pkcs7(tmp_path: Path, encoding: Encoding) -> None:
    items = read(tmp_path, p7b(encoding))
    assert sorted(ders(items)) == sorted([ROOT, OTHER])
    assert len(items) == 2


def test_pkcs7_with_lengths_left_open(tmp_path: Path) -> None:
    """BER with indefinite lengths, as some tools write .p7b files."""
    content = p7b(Encoding.DER)
    inner_at = content.index(bytes.fromhex("06092a864886f70d010702")) + 11
    signed_data = content[inner_at + 4 :]
    ber = b"\x30\x80" + content[inner_at - 11 : inner_at] + b"\xa0\x80" + signed_data + b"\0\0\0\0"
    assert sorted(ders(read(tmp_path, ber))) == sorted([ROOT, OTHER])


def test_a_broken_pkcs7_is_one_issue(tmp_path: Path) -> None:
    content = bytearray(p7b(Encoding.DER))
    # The length of the [0] around SignedData: it no longer fits.
    content[content.index(bytes.fromhex("06092a864886f70d010702")) + 12] ^= 0x01
    (issue,) = read(tmp_path, bytes(content))
    assert isinstance(issue, Issue)
    assert issue.rejected


@pytest.mark.parametrize("content", [b"", b"plain text", b"<html>", b"0123456", b"\x30\x03\x02\x01\x05"])
def test_what_is_no_certificate_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "thing"
    path.write_bytes(content)
    assert recognise(path) is None


def test_no_source_needs_the_database() -> None:
    script = "import sys, cagraph.sources; sys.exit('duckdb' in sys.modules or 'cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
