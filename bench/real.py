"""Times the real certificates: from the database to stored paths, and one certificate at a time.

A question of bench/paths.py. Reads ../shared/real; without it there is nothing to time.
"""

import resource
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TypeVar

from bench import peers
from bench.timing import Table, Took, median_of, timed
from cagraph.analysis.storing import store_paths
from cagraph.collector import collector_paused
from cagraph.graph.build import anchors_of, build_graph
from cagraph.graph.capability import capability
from cagraph.graph.claims import Claim
from cagraph.graph.link import SignatureChecks, link
from cagraph.graph.search import Search
from cagraph.graph.steps import Steps
from cagraph.graph.walk import DEFAULT_BUDGET
from cagraph.model import Purpose, RootProgram
from cagraph.warehouse import derived
from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.facts import read_certificates, read_trusted_roots

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "real"
DAY = datetime(2026, 8, 21)
SAMPLE = 200
TLS = Purpose.SERVER_AUTH

Trust = dict[str, list[Claim[tuple[str, str]]]]


def ask_real() -> None:
    """Time the real certificates, from the database to stored paths and one certificate at a time."""
    if not (REAL / "ccadb_pem").is_dir():
        print(f"\nreal: left out, no certificates at {REAL}/ccadb_pem")
        return
    with tempfile.TemporaryDirectory() as scratch:
        db = Path(scratch) / "real.duckdb"
        sources = [str(REAL / "ccadb_pem"), str(REAL / "root_trust.csv")]
        ingest = [sys.executable, "-m", "cagraph", "ingest", *sources, "-q", "--db", str(db)]
        subprocess.run(ingest, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
        with collector_paused():  # as in an analysis
            steps = _analysed(db)
        trust = _trust(db)
    _capable(steps, trust)
    key = (RootProgram.MOZILLA, TLS)
    _verified(steps, sorted(root for root in trust if any(claim.key == key for claim in trust[root])))


def _analysed(db: Path) -> Steps:
    """Do what an analysis does but for rules and views; print how long each part takes."""
    print(f"\n{'real: certificates in the database to paths in it':52} {'':10} {'seconds':>8} {'cpu':>7}")
    parts: list[Took] = []

    def part(name: str, work: Callable[[], T]) -> T:
        took, result = timed(work)
        parts.append(took)
        print(f"{name:52} {'':10} {took.seconds:8.3f} {took.cpu:7.3f}", flush=True)
        return result

    connection = open_warehouse(db, write=True)
    connection.execute("BEGIN")
    certificates = part("certificates read", lambda: read_certificates(connection))
    checks = SignatureChecks()
    linked = part("link: every signature verified", lambda: link(certificates, checks))
    part("signatures stored", lambda: derived.store_signature_checks(connection, checks.new))
    graph = part("graph", lambda: build_graph(certificates, linked))
    steps = part("Steps(graph)", lambda: Steps(graph))
    anchors = anchors_of(graph, read_trusted_roots(connection))
    stored = part("store_paths", lambda: store_paths(connection, steps, anchors, DEFAULT_BUDGET, None, None))
    part("committed", lambda: connection.execute("COMMIT"))
    part("closed", connection.close)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    total = sum(parts, Took())
    print(f"{'in total':52} {'':10} {total.seconds:8.3f} {total.cpu:7.3f}")
    print(f"    {len(certificates):,} certificates, {stored.paths:,} paths; memory at most {peak:,.0f} MB")
    return steps


def _trust(db: Path) -> Trust:
    """Return what each root was ever trusted for; for EV, under one policy each."""
    columns = "DISTINCT sha256, root_program, purpose, ev_policy_oid"
    with open_warehouse(db, write=False) as connection:
        rows = connection.execute(f"SELECT {columns} FROM root_trust ORDER BY ALL").fetchall()
    trust: Trust = defaultdict(list)
    for sha256, program, purpose, policy in rows:
        extended = TLS if purpose == Purpose.EV_TLS else purpose
        trust[sha256].append(Claim((program, purpose), extended, policy))
    return trust


def _capable(steps: Steps, trust: Trust) -> None:
    claims = {claim for each in trust.values() for claim in each}
    policies = {claim.policy for claim in claims} - {None}
    table = Table(f"real: {len(claims)} claims of 4 programs, {len(policies)} EV policies", "certs")
    took, _ = median_of(5, lambda: [each.keys for each in capability(steps, trust).values()])
    table.row("cagraph.capability(steps, trust), and every key", took, len(steps.certificates))
    took, _ = median_of(5, lambda: [each.keys for each in capability(steps, trust, at=DAY).values()])
    table.row("the same on one day", took, len(steps.certificates))


def _verified(steps: Steps, anchors: list[str]) -> None:
    """Ask for a chain of each of some certificates, and say where pyca's verifier finds none."""
    able = capability(steps, {anchor: [Claim(TLS, TLS)] for anchor in anchors}, at=DAY)
    loaded = peers.pyca_certificates(each.facts for each in steps.certificates.values())
    sample = Random(1).sample(sorted(able.keys() & loaded.keys() - set(anchors)), SAMPLE)
    bit = steps.purposes.bit(TLS)
    table = Table(f"real: chains to Mozilla's TLS anchors on {DAY:%Y-%m-%d}, for some certificates", "certs")

    def search(target: str) -> Search:
        return Search(steps, target, anchors, permitting=bit, at=DAY)

    took, lines = timed(lambda: [next(iter(search(target))) for target in sample])
    table.row("cagraph.Search, the first path", took, SAMPLE)
    took, every = timed(lambda: [list(search(target)) for target in sample])
    table.row(f"cagraph.Search, all {sum(map(len, every))} paths", took, SAMPLE)
    pyca = peers.Pyca([loaded[each] for each in anchors if each in loaded], DAY)
    live = [one for sha256, one in loaded.items() if sha256 not in anchors and pyca.is_live(one)]
    took, refused = timed(lambda: [pyca.refuses(loaded[target], live) for target in sample])
    table.row(f"pyca, one chain out of {len(live):,}; verifies signatures", took, SAMPLE)
    chains = {path.certificate.sha256: path.certificates()[1:-1] for path in lines}
    handed = [(loaded[target], [loaded[each] for each in chains[target]]) for target in sample]
    took, _ = timed(lambda: [pyca.refuses(*each) for each in handed])
    table.row("pyca, handed the path that Search found", took, SAMPLE)
    for why, count in Counter(filter(None, refused)).most_common():
        print(f"    {count} for which Search finds a path, and pyca none: {why}")
