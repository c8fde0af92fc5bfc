"""Times the road, from certificate files to every path, beside the least that any tool must do.

    python bench/road.py [FOLDER]    default: ../shared/real, the real certificates and root trust

The floor, in a process of its own: read the CSV files, parse every certificate with pyca/cryptography, and
verify each signature once with the right key. Each row is one process; memory is its largest resident set.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FLOOR = """
import base64, csv, sys, warnings
from pathlib import Path
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

warnings.simplefilter("ignore")
csv.field_size_limit(10**9)
certificates, keys, verified = {}, {}, 0
for path in sorted(Path(sys.argv[1]).glob("ccadb_pem/*")):
    with path.open(newline="") as lines:
        for row in csv.DictReader(lines):
            pem = row["X.509 Certificate (PEM)"].replace("'", "")
            der = base64.b64decode("".join(line for line in pem.splitlines() if "-----" not in line))
            try:
                certificate = x509.load_der_x509_certificate(der)
                certificates[der] = certificate
                keys.setdefault(certificate.subject.public_bytes(), {})[certificate.public_key()] = None
            except Exception:
                continue
for certificate in certificates.values():
    for key in keys.get(certificate.issuer.public_bytes(), ()):
        try:
            if isinstance(key, ec.EllipticCurvePublicKey):
                scheme = (ec.ECDSA(certificate.signature_hash_algorithm),)
            else:
                scheme = (padding.PKCS1v15(), certificate.signature_hash_algorithm)
            key.verify(certificate.signature, certificate.tbs_certificate_bytes, *scheme)
            verified += 1
            break
        except Exception:
            continue
print(len(certificates), "certificates,", verified, "verified", file=sys.stderr)
"""


def measured(arguments: list[str]) -> tuple[float, float]:
    """Run one process and return its seconds and its largest resident set in MB."""
    started = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status):
        errors = process.stderr.read().decode() if process.stderr else ""
        raise SystemExit(f"{' '.join(arguments)}: {errors}")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    """Print one row a process, with its ratio to the floor."""
    folder = Path(
        sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "shared" / "real"
    )
    if not (folder / "ccadb_pem").is_dir():
        raise SystemExit(f"no certificates at {folder}/ccadb_pem: give the folder that holds it")
    cagraph = [sys.executable, "-m", "cagraph"]
    with tempfile.TemporaryDirectory() as scratch:
        db = ["-q", "--db", f"{scratch}/road.duckdb"]
        ingest = [*cagraph, "ingest", str(folder / "ccadb_pem"), str(folder / "root_trust.csv"), *db]
        steps = {
            "floor: parse and verify": [sys.executable, "-c", FLOOR, str(folder)],
            "ingest": ingest,
            "analyze": [*cagraph, "analyze", *db],
            "ingest, nothing new": ingest,
            "analyze, nothing new": [*cagraph, "analyze", *db],
            "gaps": [*cagraph, "gaps", *db, "--json"],
        }
        floor = 0.0
        print(f"{'process':26} {'seconds':>8} {'MB':>6} {'x floor':>8}")
        for name, arguments in steps.items():
            seconds, memory = measured(arguments)
            floor = floor or seconds
            print(f"{name:26} {seconds:8.2f} {memory:6.0f} {seconds / floor:8.2f}", flush=True)


if __name__ == "__main__":
    main()
