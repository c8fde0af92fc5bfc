"""The real certificates of ../shared/real, read once for all the tests that want them.

Finds the DER in the PEM files on its own, not by way of the code under test.
"""

import base64
import csv
import hashlib
from functools import cache
from pathlib import Path

from cagraph.x509.certificate import read_certificate
from cagraph.x509.facts import CertificateFacts


@cache
def real_rows(real_dir: Path) -> list[tuple[str, bytes]]:
    """Return (fingerprint as the file says it, DER) of each row, in the order of the years."""
    rows = []
    for path in sorted((real_dir / "ccadb_pem").iterdir()):
        with path.open(encoding="utf-8", newline="") as lines:
            for fingerprint, pem in list(csv.reader(lines))[1:]:
                body = pem.split("-----BEGIN CERTIFICATE-----")[1].split("-----END CERTIFICATE-----")[0]
                rows.append((fingerprint.lower(), base64.b64decode(body)))
    return rows


@cache
def real_ders(real_dir: Path) -> dict[str, bytes]:
    """Return each distinct DER by its SHA-256."""
    return {hashlib.sha256(der).hexdigest(): der for _, der in real_rows(real_dir)}


@cache
def real_facts(real_dir: Path) -> dict[str, CertificateFacts]:
    """Return what each certificate says of itself, by its SHA-256."""
    return {sha256: read_certificate(der) for sha256, der in real_ders(real_dir).items()}
