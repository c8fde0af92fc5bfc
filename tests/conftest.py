"""What every test may rely on: no network, the same random numbers, the shared data, the sample analysed.

The shared data (real certificates, published test suites) lies
in a folder `shared` beside the repository, or where CAGRAPH_SHARED says. It is no part of the
repository: the tests that read it are marked, and skipped where it is absent.
"""

import os
import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings

from cagraph.analysis import analyze
from cagraph.ingest import ingest
from cagraph.warehouse.database import open_warehouse
from tests.made_once import made_once

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("CAGRAPH_SHARED") or ROOT.parent / "shared")

# Each marker, and the folder in SHARED without which its tests cannot run.
NEEDS = {"realdata": "real", "conformance": "suites"}

# In CI the examples are the same in every run. Elsewhere each run looks for new ones, and prints
# how to repeat the one that failed. Machines differ in speed: no deadline on either.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests whose shared data is not on this machine."""
    for item in items:
        for marker, folder in NEEDS.items():
            if item.get_closest_marker(marker) and not (SHARED / folder).is_dir():
                where = "CAGRAPH_SHARED" if os.environ.get("CAGRAPH_SHARED") else "../shared"
                item.add_marker(pytest.mark.skip(reason=f"needs {where}/{folder}, which is not here"))


def pytest_runtest_setup() -> None:
    """Give every test the same random numbers, in whatever order the tests run."""
    random.seed(0)


@pytest.fixture(scope="session")
def repo_dir() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of shared data; for tests marked `realdata` or `conformance`."""
    return SHARED


@pytest.fixture(scope="session")
def real_dir() -> Path:
    """The real data in the shared folder; for tests marked `realdata`."""
    return SHARED / "real"


@pytest.fixture(scope="session")
def sample_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample ecosystem, ingested and analysed; to be read only."""

    def make(path: Path) -> None:
        sample = ROOT / "data" / "sample"
        with open_warehouse(path, write=True) as connection:
            ingest(connection, [sample / "2023-05-08", sample / "2024-05-08"])
            analyze(connection)

    return made_once(tmp_path_factory, "sample.duckdb", make)


@pytest.fixture(scope="session")
def real_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All real certificates, trust and records, ingested and analysed; for tests marked `realdata`."""

    def make(path: Path) -> None:
        real = SHARED / "real"
        with open_warehouse(path, write=True) as connection:
            ingest(connection, [real / "ccadb_pem", real / "root_trust.csv"], dated=date(2026, 8, 21))
            ingest(connection, [real / "ccadb_records"], dated=date(2026, 9, 15), completeness="slice")
            analyze(connection)

    return made_once(tmp_path_factory, "real.duckdb", make)
