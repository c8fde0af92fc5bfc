"""The wheel carries all that the installed command reads: queries, rule tables, the schema."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


def _files(root: Path, pattern: str = "*") -> set[str]:
    """The files under a folder that belong to the project, as paths relative to it."""
    tracked_noise = {"__pycache__", ".DS_Store"}
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob(pattern)
        if path.is_file() and not tracked_noise & set(path.parts) and path.suffix != ".duckdb"
    }


@pytest.fixture(scope="module")
def wheel_names(repo_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built here, with the backend that is installed and without network."""
    out = tmp_path_factory.mktemp("wheel")
    result = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=repo_dir,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    (wheel,) = out.glob("cagraph-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize(("folder", "inside"), [("queries", "cagraph/_queries"), ("data", "cagraph/_data")])
def test_wheel_carries_the_folder(repo_dir: Path, wheel_names: set[str], folder: str, inside: str) -> None:
    expected = {f"{inside}/{name}" for name in _files(repo_dir / folder)}
    assert expected, f"{folder}/ is empty"
    assert expected <= wheel_names


def test_wheel_carries_the_package_with_its_schema(repo_dir: Path, wheel_names: set[str]) -> None:
    expected = {f"cagraph/{name}" for name in _files(repo_dir / "cagraph")}
    assert "cagraph/py.typed" in expected
    assert any(name.startswith("cagraph/warehouse/schema/") and name.endswith(".sql") for name in expected)
    assert expected <= wheel_names


def test_wheel_carries_nothing_else(wheel_names: set[str]) -> None:
    assert {name.split("/")[0] for name in wheel_names} == {"cagraph", "cagraph-0.1.0.dist-info"}
