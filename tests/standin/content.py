"""What the stand-in serves: the sample ecosystem or the real reports, as CCADB would.

Bytes by path and query. Knows where CCADB serves what, and nothing of servers.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cagraph.x509.certificate import read_certificate
from cagraph.x509.facts import CertificateFacts
from tests.standin import reports

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
PEM_REPORT = "AllCertificatePEMsCSVFormat"
PEM_HEADER = b"SHA-256 Fingerprint,X.509 Certificate (PEM)\n"
RECORDS = "AllCertificateRecordsCSVFormat"
CSV, JSON, PKIX, HTML = "text/csv", "application/json", "application/pkix-cert", "text/html"
ONECRL = "/v1/buckets/security-state/collections/onecrl/records"
GET_ROOTS = "/log/ct/v1/get-roots"
_A_YEAR = re.compile(rf"(.*)/ccadb/{PEM_REPORT}\?NotBeforeYear=\d{{4}}")


@dataclass(frozen=True)
class File:
    """One body and what it is said to be."""

    body: bytes
    content_type: str = CSV

    @property
    def etag(self) -> str:
        """The entity tag: it follows from the bytes."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


@dataclass(frozen=True)
class Content:
    """`files` by path and query; `listed` are the certificates of crt.sh, whose numbers begin at 1,000."""

    files: Mapping[str, File] = field(default_factory=dict)
    listed: Sequence[bytes] = ()

    def find(self, path: str) -> File | None:
        """Return what is served at a path with its query; a year without certificates has a header only."""
        if path in self.files:
            return self.files[path]
        if (year := _A_YEAR.fullmatch(path)) and year[1] in self.days:
            return File(PEM_HEADER)
        return None

    @property
    def days(self) -> set[str]:
        """What stands before /ccadb/ in the paths."""
        return {path.partition("/ccadb/")[0] for path in self.files if "/ccadb/" in path}

    def with_files(self, files: Mapping[str, File]) -> "Content":
        """Return the same with other files too."""
        return replace(self, files={**self.files, **files})

    def without(self, *parts: str) -> "Content":
        """Return the same without the files whose path has one of these parts."""
        kept = {path: file for path, file in self.files.items() if not any(part in path for part in parts)}
        return replace(self, files=kept)


def sample_content(extra: Sequence[bytes] = ()) -> Content:
    """Return the sample ecosystem; `extra` are certificates that only crt.sh has."""
    files: dict[str, File] = {}
    ders: dict[str, bytes] = {}
    days = sorted(path for path in SAMPLE.iterdir() if path.name.startswith("20"))
    for folder in days:
        for path in sorted(folder.iterdir()):
            name = path.name.removesuffix(".csv")
            if name.startswith(PEM_REPORT):
                served = f"ccadb/{PEM_REPORT}?NotBeforeYear={name[-4:]}"
                ders.update(reports.certificates(path))
            else:
                served = path.name if name == "root_trust" else f"ccadb/{name}"
            files[f"/{folder.name}/{served}"] = File(path.read_bytes())
    trusted = reports.trust_rows(SAMPLE / "2024-05-08" / "root_trust.csv")
    for day in (f"/{folder.name}" for folder in days):
        half_a, half_b = reports.halves(files[f"{day}/ccadb/{RECORDS}V5"].body)
        files[f"{day}/ccadb/{RECORDS}V4a"], files[f"{day}/ccadb/{RECORDS}V4b"] = File(half_a), File(half_b)
        files[f"{day}/ccadb/AllIncludedRootCertsCSV"] = File(reports.ccadb_roots(trusted))
        mozilla = f"{day}/mozilla/IncludedCACertificateReportPEMCSV"
        files[mozilla] = File(reports.mozilla_roots(trusted, ders))
    return Content(files, [*ders.values(), *extra]).with_files(_lists(ders))


def real_content(real: Path) -> Content:
    """Return the real reports, as they were served, below /real; trust and slices of records beside them."""
    files: dict[str, File] = {}
    ders: dict[str, bytes] = {}
    for path in sorted((real / "ccadb_pem").iterdir()):
        files[f"/real/ccadb/{PEM_REPORT}?NotBeforeYear={path.name[-4:]}"] = File(path.read_bytes())
        ders.update(reports.certificates(path))
    files["/real/root_trust.csv"] = File((real / "root_trust.csv").read_bytes())
    for path in sorted((real / "ccadb_records").glob("*.csv")):
        files[f"/real/records/{path.name}"] = File(path.read_bytes())
    return Content(files, list(ders.values()))


def pem_report(ders: Iterable[bytes]) -> bytes:
    """Return CCADB's report of certificates."""
    return reports.pem_table(ders)


def json_bytes(value: object) -> bytes:
    """Return a value as JSON without blanks, as crt.sh writes it."""
    return json.dumps(value, separators=(",", ":")).encode()


def serial_bytes(facts: CertificateFacts) -> bytes:
    """Return a serial number as the contents of its INTEGER."""
    number = int(facts.serial, 16)
    return number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)


def _lists(ders: Mapping[str, bytes]) -> dict[str, File]:
    """Return OneCRL with one entry, and the three roots that a log accepts."""
    *roots, revoked = sorted(ders)[:4]
    facts = read_certificate(ders[revoked])
    entry = {
        "schema": 1, "id": "a-b-c", "last_modified": 1700000000000, "enabled": True,
        "issuerName": base64.b64encode(facts.issuer_der).decode(),
        "serialNumber": base64.b64encode(serial_bytes(facts)).decode(),
        "details": {"bug": "https://bugs.example/1", "name": "", "who": "", "why": "", "created": ""},
    }  # fmt: skip
    accepted = {"certificates": [base64.b64encode(ders[sha256]).decode() for sha256 in roots]}
    return {
        ONECRL: File(json_bytes({"data": [entry]}), JSON),
        GET_ROOTS: File(json_bytes(accepted), JSON),
    }
