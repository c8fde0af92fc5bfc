"""What the stand-in serves: the sample ecosystem or the real reports, as CCADB and crt.sh would.

Bytes by path and query. Knows how CCADB and crt.sh shape their answers, and nothing of servers.
"""

import base64
import csv
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cagraph.model import sha256_hex
from cagraph.x509.certificate import read_certificate
from cagraph.x509.facts import CertificateFacts

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
PEM_REPORT = "AllCertificatePEMsCSVFormat"
PEM_HEADER = b"SHA-256 Fingerprint,X.509 Certificate (PEM)\n"
RECORDS = "AllCertificateRecordsCSVFormat"
CSV, JSON, PKIX = "text/csv", "application/json", "application/pkix-cert"
INCLUDED_ROOTS = [
    "CA Owner",
    "Certificate Name",
    "Apple Status",
    "Apple Trust Bits",
    "Chrome Status",
    "Microsoft Status",
    "Microsoft EKUs",
    "Mozilla Status",
    "Mozilla Trust Bits",
    "SHA-256",
]
MOZILLA_ROOTS = [
    "Owner",
    "Common Name or Certificate Name",
    "SHA-256 Fingerprint",
    "Trust Bits",
    "Distrust for TLS After Date",
    "Distrust for S/MIME After Date",
    "EV Policy OID(s)",
    "PEM Info",
]
BITS = {"server_auth": "Websites", "secure_email": "Email"}
NAMES = {
    "server_auth": "Server Authentication",
    "client_auth": "Client Authentication",
    "secure_email": "Secure Email",
    "code_signing": "Code Signing",
    "time_stamping": "Time Stamping",
    "ocsp_signing": "OCSP Signing",
}


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
        if f"/ccadb/{PEM_REPORT}?NotBeforeYear=" in path and path.partition("/ccadb/")[0] in self.days:
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
    for folder in sorted(path for path in SAMPLE.iterdir() if path.name.startswith("20")):
        for path in sorted(folder.iterdir()):
            name = path.name.removesuffix(".csv")
            if name.startswith(PEM_REPORT):
                served = f"ccadb/{PEM_REPORT}?NotBeforeYear={name[-4:]}"
                ders.update(_certificates(path))
            else:
                served = path.name if name == "root_trust" else f"ccadb/{name}"
            files[f"/{folder.name}/{served}"] = File(path.read_bytes())
        trust = SAMPLE / "2024-05-08" / "root_trust.csv"
        files.update(_trust_reports(f"/{folder.name}", trust, ders))
    for served, file in dict(files).items():
        if served.endswith(f"{RECORDS}V5"):
            files.update(_halves(served, file.body))
    return Content(files, [*ders.values(), *extra]).with_files(_lists(ders))


def real_content(real: Path) -> Content:
    """Return the real reports, as they were served, below /real; trust as a file beside them."""
    files = {}
    for path in sorted((real / "ccadb_pem").iterdir()):
        files[f"/real/ccadb/{PEM_REPORT}?NotBeforeYear={path.name[-4:]}"] = File(path.read_bytes())
    files["/real/root_trust.csv"] = File((real / "root_trust.csv").read_bytes())
    for path in sorted((real / "ccadb_records").glob("*.csv")):
        files[f"/real/records/{path.name}"] = File(path.read_bytes())
    return Content(files)


def _certificates(path: Path) -> dict[str, bytes]:
    found = {}
    with path.open(newline="", encoding="utf-8") as file:
        for _, pem in list(csv.reader(file))[1:]:
            body = "".join(line for line in pem.splitlines() if "-----" not in line)
            der = base64.b64decode(body)
            found[sha256_hex(der)] = der
    return found


def _table(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


Trusted = dict[str, dict[str, set[str]]]


def _trust_reports(day: str, path: Path, ders: Mapping[str, bytes]) -> dict[str, File]:
    """Return CCADB's and Mozilla's reports of included roots, as far as they can say what the sample says."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    trusted: Trusted = defaultdict(lambda: defaultdict(set))
    policies: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["purpose"] in NAMES and not row["disabled_from"]:
            trusted[row["sha256"]][row["root_program"]].add(row["purpose"])
        if row["root_program"] == "mozilla" and row["purpose"] == "ev_tls":
            policies[row["sha256"]].add(row["ev_policy_oid"])
    return {
        f"{day}/ccadb/AllIncludedRootCertsCSV": File(_ccadb_roots(trusted)),
        f"{day}/mozilla/IncludedCACertificateReportPEMCSV": File(_mozilla_roots(trusted, policies, ders)),
    }


def _ccadb_roots(trusted: Trusted) -> bytes:
    def row(sha256: str) -> list[str]:
        programs = trusted[sha256]
        cells = ["An owner", sha256[:8]]
        for program in ("apple", "chrome", "microsoft", "mozilla"):
            cells.append("Included" if programs.get(program) else "Not Included")
            if program != "chrome":
                cells.append(_bits(programs.get(program), BITS if program == "mozilla" else NAMES))
        return [*cells, sha256.upper()]

    return _table([INCLUDED_ROOTS, *(row(sha256) for sha256 in sorted(trusted))])


def _mozilla_roots(trusted: Trusted, policies: Mapping[str, set[str]], ders: Mapping[str, bytes]) -> bytes:
    def row(sha256: str) -> list[str]:
        ev = "; ".join(sorted(policies.get(sha256, ()))) or "Not EV"
        bits = _bits(trusted[sha256]["mozilla"], BITS)
        return ["An owner", sha256[:8], sha256.upper(), bits, "", "", ev, f"'{_pem(ders[sha256]).strip()}'"]

    included = [sha256 for sha256 in sorted(trusted) if trusted[sha256].get("mozilla") and sha256 in ders]
    return _table([MOZILLA_ROOTS, *map(row, included)])


def _bits(purposes: set[str] | None, names: Mapping[str, str]) -> str:
    return ";".join(names[purpose] for purpose in sorted(purposes or ()) if purpose in names)


def _halves(path: str, body: bytes) -> dict[str, File]:
    """Return V4a and V4b of a report: every other record, under the older name of one column."""
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    header = ["Auditor" if name == "Audit Firm" else name for name in rows[0]]
    prefix = path.removesuffix("V5")
    return {
        f"{prefix}V4a": File(_table([header, *rows[1::2]])),
        f"{prefix}V4b": File(_table([header, *rows[2::2]])),
    }


def _lists(ders: Mapping[str, bytes]) -> dict[str, File]:
    """Return OneCRL with one entry, and a list of one log that accepts three roots."""
    roots = sorted(ders)[:3]
    revoked = read_certificate(ders[sorted(ders)[3]])
    entry = {
        "schema": 1, "id": "a-b-c", "last_modified": 1700000000000, "enabled": True,
        "issuerName": base64.b64encode(revoked.issuer_der).decode(),
        "serialNumber": base64.b64encode(_serial_bytes(revoked)).decode(),
        "details": {"bug": "https://bugs.example/1", "name": "", "who": "", "why": "", "created": ""},
    }  # fmt: skip
    accepted = {"certificates": [base64.b64encode(ders[sha256]).decode() for sha256 in roots]}
    return {
        "/v1/buckets/security-state/collections/onecrl/records": File(_json({"data": [entry]}), JSON),
        "/log/ct/v1/get-roots": File(_json(accepted), JSON),
    }


def _serial_bytes(facts: CertificateFacts) -> bytes:
    number = int(facts.serial, 16)
    return number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def pem_report(ders: Iterable[bytes]) -> bytes:
    """Return CCADB's report of certificates."""
    header = ("SHA-256 Fingerprint", "X.509 Certificate (PEM)")
    return _table([header, *((sha256_hex(der).upper(), _pem(der)) for der in ders)])


def _pem(der: bytes) -> str:
    body = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"


class CrtSh:
    """crt.sh's answers about certificates: by key as JSON, by number or fingerprint as PEM."""

    FIRST = 1000

    def __init__(self, ders: Sequence[bytes]) -> None:
        self._numbered = dict(enumerate(ders, start=self.FIRST))
        self._facts = {number: read_certificate(der) for number, der in self._numbered.items()}
        self._issuers = {f.issuer_name_id: n for n, f in enumerate(self._facts.values(), start=1)}

    def answer(self, query: Mapping[str, str]) -> File | None:
        """Return the answer to a query; None: 404."""
        if "d" in query:
            return self._certificate(query["d"])
        if "spkisha256" in query and query.get("output") == "json":
            return File(_json(self._listed(query["spkisha256"].lower())), JSON)
        if "id" in query:
            return File(b"<!DOCTYPE html><HTML>Certificate not found </HTML>", "text/html")
        return File(b"<!DOCTYPE html><HTML>Unsupported output type: json</HTML>", "text/html")

    def _certificate(self, asked: str) -> File | None:
        for number, der in self._numbered.items():
            if asked.lower() in (str(number), self._facts[number].sha256):
                return File(_pem(der).encode(), PKIX)
        return None

    def _listed(self, spki_sha256: str) -> list[dict[str, object]]:
        return [
            {
                "issuer_ca_id": self._issuers[facts.issuer_name_id],
                "issuer_name": facts.issuer,
                "name_value": spki_sha256,
                "id": number,
                "entry_timestamp": None,
                "not_before": facts.not_before.isoformat(),
                "not_after": facts.not_after.isoformat(),
                "serial_number": _serial_bytes(facts).hex(),
                "result_count": 0,
            }
            for number, facts in sorted(self._facts.items(), reverse=True)
            if facts.spki_sha256 == spki_sha256
        ]
