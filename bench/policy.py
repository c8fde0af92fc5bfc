"""Times the policy on the real data: every view and every named question of one day, each answered in full.

    python bench/policy.py [FOLDER]    default: ../shared/real, the real certificates, trust and records

The floor is what any answer must read: every table of facts and paths once, copied. Views are worked
out once and kept for the day, as `cagraph query` does; `views alone` is each view asked by itself, as any
other DuckDB client would ask it, nothing kept.
"""

import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

from cagraph.analysis import analyze
from cagraph.ingest import ingest
from cagraph.warehouse.catalogue import load_catalogue, run
from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.day import beside

DAY = date(2026, 8, 21)
CERTIFICATE = "949424dc2ccaab5e9e80d66e0e3f7deeb3201c607d4315ef4c6f2d93a917279d"
OWNER = "Asseco Data Systems S.A."


def build(real: Path, path: Path) -> None:
    """Ingest and analyse the real data."""
    with open_warehouse(path, write=True) as connection:
        ingest(connection, [real / "ccadb_pem", real / "root_trust.csv"], dated=DAY)
        ingest(connection, [real / "ccadb_records"], dated=date(2026, 9, 15), completeness="slice")
        analyze(connection)


def whole(connection: duckdb.DuckDBPyConnection, name: str) -> float:
    """Work out every row and column of a table or view, and return the seconds."""
    started = time.perf_counter()
    connection.execute(f'CREATE OR REPLACE TEMP TABLE answer AS FROM "{name}"').fetchall()
    return time.perf_counter() - started


def names(connection: duckdb.DuckDBPyConnection, kind: str) -> list[str]:
    """Return the names of the tables or views, in the order they were made."""
    rows = connection.execute(
        f"SELECT {kind}_name FROM duckdb_{kind}s()"
        f" WHERE NOT internal AND database_name = current_database() ORDER BY {kind}_oid"
    )
    return [name for (name,) in rows.fetchall()]


def kept(path: Path) -> tuple[float, dict[str, float]]:
    """Return the seconds of all views together, and of every question after them, on one connection."""
    with open_warehouse(path, write=False, as_of=DAY) as connection:
        questions = {}
        wanted = names(connection, "view")
        started = time.perf_counter()
        # Each once, as a whole, those below another first.
        ready = beside(connection, " ".join(wanted))
        for name in wanted:
            ready.execute(f'SELECT count(*) FROM "{name}"').fetchall()
        views = time.perf_counter() - started
        for name, query in load_catalogue().items():
            params = {each.name: CERTIFICATE for each in query.parameters if each.required}
            if name == "scope":
                params["owner"] = OWNER
            started = time.perf_counter()
            run(connection, name, params).fetchall()
            questions[name] = time.perf_counter() - started
    return views, questions


def main() -> None:
    """Print the table."""
    real = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "real")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "real.duckdb"
        build(real, path)
        with open_warehouse(path, write=False, as_of=DAY) as connection:
            floor = sum(whole(connection, name) for name in names(connection, "table"))
            alone = {name: whole(connection, name) for name in names(connection, "view")}
        views, questions = kept(path)
    rows = {
        "floor: every table read once": floor,
        f"{len(alone)} views, kept": views,
        f"{len(questions)} questions after them": sum(questions.values()),
        "views and questions": views + sum(questions.values()),
        f"{len(alone)} views alone, nothing kept": sum(alone.values()),
    }
    for what, seconds in rows.items():
        print(f"{what:36} {seconds:6.2f} s  {seconds / floor:5.1f} x floor")
    for title, times in (("questions", questions), ("views alone", alone)):
        slowest = sorted(times.items(), key=lambda item: -item[1])[:6]
        print(f"slowest {title}: " + ", ".join(f"{name} {seconds:.2f}" for name, seconds in slowest))


if __name__ == "__main__":
    main()
