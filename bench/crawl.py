"""Times a crawl of the real reports from a server on this machine, beside a plain download and ingest.

    python bench/crawl.py [FOLDER]    default: ../shared/real, the real certificates and root trust

The floor: download every file one after the other with urllib, then `cagraph ingest` of the folder. The
server is a process of its own and the same for both. Each row is one process, the floor two.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.road import measured  # noqa: E402

DOWNLOAD = """
import sys, urllib.request
from pathlib import Path

base, folder = sys.argv[1], Path(sys.argv[2])
for year in range(1994, 2027):
    with urllib.request.urlopen(f"{base}/ccadb/AllCertificatePEMsCSVFormat?NotBeforeYear={year}") as answer:
        (folder / f"AllCertificatePEMsCSVFormat_{year}.csv").write_bytes(answer.read())
with urllib.request.urlopen(f"{base}/root_trust.csv") as answer:
    (folder / "root_trust.csv").write_bytes(answer.read())
"""


def main() -> None:
    """Print one row a step, and the ratio of the crawl to the floor."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT.parent / "shared" / "real")
    if not (folder / "ccadb_pem").is_dir():
        raise SystemExit(f"no certificates at {folder}/ccadb_pem: give the folder that holds it")
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.standin", "--real", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    settings = {}
    for line in server.stdout:
        name, value = re.fullmatch(r"export (\w+)=(.*)\n", line).groups()  # type: ignore[union-attr]
        settings[name] = value
        if name == "CAGRAPH_EXTRA_URLS":
            break
    os.environ.update(settings)
    try:
        _measure(settings["CAGRAPH_CCADB_URL"])
    finally:
        server.terminate()
        server.wait()


def _measure(url: str) -> None:
    cagraph = [sys.executable, "-m", "cagraph"]
    with tempfile.TemporaryDirectory() as scratch:
        reports = Path(scratch) / "2026-08-21"
        reports.mkdir()
        # What is no year and no table of trust is not served: only URLs with one of these signs.
        crawl = [*cagraph, "crawl", "ccadb", "extra", "--only", "*[=_]*", "--dated", "2026-08-21"]
        crawl += ["-q", "--db", f"{scratch}/crawl.duckdb"]
        steps = {
            "download, one after the other": [sys.executable, "-c", DOWNLOAD, url, str(reports)],
            "ingest": [*cagraph, "ingest", str(reports), "-q", "--db", f"{scratch}/ingest.duckdb"],
            "crawl": crawl,
            "crawl again, nothing new": crawl,
        }
        took = {}
        print(f"{'step':32} {'seconds':>8} {'MB':>6}")
        for step, arguments in steps.items():
            took[step], megabytes = measured(arguments)
            print(f"{step:32} {took[step]:8.2f} {megabytes:6.0f}", flush=True)
        floor = took["download, one after the other"] + took["ingest"]
        print(f"crawl / (download + ingest): {took['crawl'] / floor:.2f}")


if __name__ == "__main__":
    main()
