"""Times paths, capability, storing and meshes beside other ways to do the same, a table for each question.

    python bench/paths.py [QUESTION ...]    default: walk capability store mesh real

Each question is a process of its own, so that none pays for what another left behind. The graphs are invented
(bench/ecosystem.py), but for `real`: ../shared/real, left out where it is absent. What two ways both count is
compared, and a difference ends the run. `seconds` are by the clock, `cpu` those of all processors;
`x first` is the time for one unit as a multiple of the first row's.

Python's cyclic collector stays as cagraph leaves it.
"""

import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path as FilePath

import duckdb

ROOT = FilePath(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import peers  # noqa: E402
from bench.ecosystem import TODAY, Ecosystem, bridges, ecosystem, mesh  # noqa: E402
from bench.real import ask_real  # noqa: E402
from bench.timing import Table, Took, median_of, same, timed  # noqa: E402
from cagraph.analysis.storing import store_paths  # noqa: E402
from cagraph.collector import collector_paused  # noqa: E402
from cagraph.graph.capability import capability  # noqa: E402
from cagraph.graph.claims import Key  # noqa: E402
from cagraph.graph.count import count_paths  # noqa: E402
from cagraph.graph.labels import Capable  # noqa: E402
from cagraph.graph.paths import Path  # noqa: E402
from cagraph.graph.rules import PATH_LENGTH  # noqa: E402
from cagraph.graph.search import Search  # noqa: E402
from cagraph.graph.steps import Steps  # noqa: E402
from cagraph.graph.walk import Walked, walk  # noqa: E402
from cagraph.warehouse.database import open_warehouse  # noqa: E402
from cagraph.warehouse.migrations import transaction  # noqa: E402

NO_BUDGET = 10**9
NETWORKX_SAMPLE = 20_000
TLS = "server_auth"


def ask_walk() -> None:
    """Time finding every path with what it permits, on one core."""
    made = ecosystem()
    table = Table("walk: every path, in memory, on one core", "paths")
    paths = _walked(table, made)
    total, permitting, by_anchor = _counted(paths)
    del paths
    steps = Steps(made.graph)
    edges, bit = peers.edges_of(steps, made.anchors), steps.purposes.bit(TLS)
    took, plain = timed(lambda: peers.depth_first(edges))
    same("depth first", (total, permitting), (len(plain), sum(ok and p & bit > 0 for _, p, ok in plain)))
    del plain
    table.row("plain Python, depth first: EKU, path lengths", took, total)
    with duckdb.connect(config={"threads": 1}) as connection:
        took, _ = timed(peers.RecursiveQuery(connection, edges).store)
        counted = f"SELECT count(*), count(*) FILTER (sound AND purposes & {bit} > 0) FROM found"
        same("recursive query", (total, permitting), connection.execute(counted).fetchone())
    table.row("DuckDB, recursive query: EKU, path lengths", took, total)
    for name, number, finds in (
        ("rustworkx.all_simple_paths: no rule, CAs alone", total, peers.rustworkx_finds(edges)),
        ("networkx.all_simple_edge_paths: no rule (a sample)", NETWORKX_SAMPLE, peers.networkx_finds(edges)),
    ):
        _from_anchors(table, name, finds, by_anchor, number)


def _walked(table: Table, made: Ecosystem) -> list[Path]:
    """Walk, each time with new steps, and make objects of the paths; return these."""
    took = sorted(_walk_once(made)[0] for _ in range(5))
    _, steps, walked = _walk_once(made)
    table.row("cagraph.walk(steps, anchors, budget=None): all rules", took[2], len(walked))
    prepared, _ = timed(lambda: Steps(made.graph))
    print(f"    with {len(steps.standings):,} standings; Steps(graph) before: {prepared.seconds:.3f} s")
    took_again, _ = timed(lambda: walk(steps, made.anchors, budget=None))
    table.row("cagraph.walk, steps known from another walk", took_again, len(walked))
    made_objects, paths = timed(lambda: walked.paths)
    table.row("Walked.paths: an object for each", made_objects, len(paths))
    return paths


def _walk_once(made: Ecosystem) -> tuple[Took, Steps, Walked]:
    """Walk with new steps."""
    steps = Steps(made.graph)
    took, walked = timed(lambda: walk(steps, made.anchors, budget=None))
    return took, steps, walked


def _counted(paths: list[Path]) -> tuple[int, int, Counter[str]]:
    """Return how many paths there are, how many permit TLS by purposes and path lengths, and of each anchor.

    Of an anchor those are counted that do not end with a self-signed hop: for others that is no path.
    """
    by_anchor: Counter[str] = Counter()
    permitting = 0
    for path in paths:
        steps = path.steps
        by_anchor[steps[0].certificate.sha256] += not path.self_signed_hop
        if path.step.standing.reading.purposes & 1:
            permitting += not any(each.reason == PATH_LENGTH for step in steps for each in step.breaks)
    return len(paths), permitting, by_anchor


def _from_anchors(table: Table, name: str, finds: peers.Finds, by_anchor: Counter[str], enough: int) -> None:
    """Let another way find the paths from one anchor after the other, those with the fewest first."""
    if not finds:
        package = name.partition(".")[0]
        print(f"{package}: not installed (python -m pip install {package})")
        return
    took, number = Took(), 0
    for anchor, find in sorted(finds.items(), key=lambda each: (by_anchor[each[0]], each[0])):
        if number < enough:
            each, found = timed(find)
            same(f"{name} from {anchor}", by_anchor[anchor], found)
            took, number = took + each, number + found
    table.row(name, took, number)


def ask_capability() -> None:
    """Time what every certificate can issue for, and check it by every path."""
    made = ecosystem()
    steps = Steps(made.graph)
    number = len(steps.certificates)
    claims = len({claim for each in made.trust.values() for claim in each})
    policies = len({claim.policy for each in made.trust.values() for claim in each} - {None})
    table = Table(f"capability: {claims} claims of 4 programs, {policies} EV policies", "certs")
    took, found = median_of(7, lambda: keys_of(capability(steps, made.trust)))
    table.row("cagraph.capability(steps, trust), and every key", took, number)
    same("every path", found, _truth(steps, made))
    took, _ = median_of(7, lambda: keys_of(capability(steps, made.trust, at=TODAY)))
    table.row("the same on one day", took, number)
    able = capability(steps, made.trust)
    same("completeness", {True}, {each.complete for each in able.values()})
    took, _ = timed(lambda: [each.witnesses for each in able.values()])
    table.row("Capable.witnesses, a path for each", took, number)
    edges = peers.edges_of(steps, list(made.trust))
    out, starts = peers.issued_by(edges), {edge.subject for edge in edges if edge.anchor}
    took, reached = median_of(7, lambda: peers.breadth_first(out, starts))
    table.row("floor: breadth first, every certificate once, no rule", took, reached)


def keys_of(able: dict[str, Capable[Key]]) -> dict[str, frozenset[Key]]:
    """Return what each certificate can issue for."""
    return {sha256: each.keys for sha256, each in able.items()}


def _truth(steps: Steps, made: Ecosystem) -> dict[str, set[tuple[str, str]]]:
    """Return what each certificate can issue for, by every path."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    paths = walk(steps, made.anchors, budget=None).paths
    for anchor, sha256, standing in {(p.anchor(), p.certificate.sha256, p.step.standing) for p in paths}:
        reading = standing.reading
        for claim in made.trust.get(anchor, ()) if reading.sound else ():
            permitted = claim.policy is None or reading.policies is None or claim.policy in reading.policies
            if permitted and reading.purposes & steps.purposes.bit(claim.purpose):
                found[sha256].add(claim.key)
    return dict(found)


def ask_store() -> None:
    """Time storing every path in a fresh database on disk."""
    made = ecosystem()
    edges = peers.edges_of(Steps(made.graph), made.anchors)
    table = Table("store: every path with its certificates, in a fresh database on disk", "rows")
    with tempfile.TemporaryDirectory() as scratch:
        folder = FilePath(scratch)
        took, stored = _stored(folder / "cagraph.duckdb", made)
        with duckdb.connect(str(folder / "cagraph.duckdb")) as connection:
            tables = ("path", "path_certificate", "path_break")
            paths, members, breaks = (_size(connection, table) for table in tables)
            same("rows of path", stored, paths)
            table.row("cagraph store_paths: all columns, and every break", took, paths + members)
            print(f"    {paths:,} paths, {paths / took.seconds:,.0f} paths/s; path_break has {breaks:,} rows")
            took, query = timed(lambda: peers.recursive_stored(folder / "query.duckdb", edges))
            same("rows of the recursive query", [paths, members], query)
            table.row("DuckDB, recursive query: EKU, path lengths", took, paths + members)
            print(f"    {paths / took.seconds:,.0f} paths/s")
            for name, number, hand in (
                ("columns bound as lists and unnested", 100_000, peers.unnest_bound),
                ("executemany", 500, peers.executemany),
            ):
                rows = peers.rows_of(connection, number)
                took, handed = timed(lambda: hand(folder / f"{name}.duckdb", rows))  # noqa: B023
                table.row(f"{name}: {number:,} paths, made before", took, handed)


def _stored(path: FilePath, made: Ecosystem) -> tuple[Took, int]:
    """Store every path and close the database; return the seconds and how many."""
    steps, connection = Steps(made.graph), open_warehouse(path, write=True)

    def work() -> int:
        with collector_paused(), transaction(connection):  # as in an analysis
            stored = store_paths(connection, steps, made.anchors, NO_BUDGET, None, None)
        connection.close()
        return stored.paths

    return timed(work)


def _size(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def ask_mesh() -> None:
    """Time the shapes that have more paths than anyone can list, seen from the one CA below them."""
    print("\nmesh: roots that all certify each other, and bridges with spokes; milliseconds (cpu)")
    print(f"{'':28} {'certs':>6} {'Steps':>7} {'capability':>10} {'1,000 paths':>11} {'count':>7}  paths")
    shapes = {f"mesh of {roots}": mesh(roots) for roots in (5, 12, 40)}
    for name, made in (shapes | {"3 bridges of 20 spokes each": bridges()}).items():
        _shape(name, made)


def _shape(name: str, made: Ecosystem) -> None:
    target = next(key for _, ca, key in made.graph.edges(keys=True) if not made.graph.out_degree(ca))
    prepared, steps = timed(lambda: Steps(made.graph))
    able, found = median_of(3, lambda: capability(steps, made.trust))
    same("certificates that can issue", len(steps.certificates), len(found))
    searched, paths = timed(lambda: list(islice(Search(steps, target, made.anchors), 1_000)))
    counted, count = timed(lambda: count_paths(steps, target, made.anchors))
    if len(paths) < 1_000:
        same("paths", (len(paths), len(paths)), (count.at_least, count.at_most))
    columns = zip((prepared, able, searched, counted), (7, 10, 11, 7), strict=True)
    milliseconds = " ".join(f"{took.cpu * 1e3:{width}.1f}" for took, width in columns)
    number = f"{count.at_least:,}" if count.exact else f"{count.at_least:,} to {count.at_most:.1e}"
    print(f"{name:28} {len(found):6,} {milliseconds}  {number}", flush=True)


def main() -> None:
    """Answer each question in a process of its own."""
    asked = (ask_walk, ask_capability, ask_store, ask_mesh, ask_real)
    questions = {ask.__name__.removeprefix("ask_"): ask for ask in asked}
    wanted = sys.argv[1:] or list(questions)
    if unknown := set(wanted) - questions.keys():
        raise SystemExit(f"no such question: {', '.join(sorted(unknown))}; one of {', '.join(questions)}")
    if len(wanted) == 1:
        questions[wanted[0]]()
        return
    for name in wanted:
        subprocess.run([sys.executable, __file__, name], check=True)


if __name__ == "__main__":
    main()
