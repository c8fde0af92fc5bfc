"""The wheel carries all that the installed command reads: queries, rule tables, the schema."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

FOLDERS = [("queries", "cagraph/_queries"), ("data", "cagraph/_data")]


GENERATOR = ("sample/generate.py", "sample/__init__.py", "sample/scenario/")


@pytest.fixture(scope="module")
def unpacked(repo_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contents of a wheel built here, with the backend that is installed and without network."""
    out = tmp_path_factory.mktemp("wheel")
    _run(["-m", "hatchling", "build", "-t", "wheel", "-d", str(out)], cwd=repo_dir)
    (wheel,) = out.glob("cagraph-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(out / "unpacked")
    return out / "unpacked"


@pytest.mark.parametrize(("folder", "inside"), FOLDERS)
def test_wheel_carries_the_folder(repo_dir: Path, unpacked: Path, folder: str, inside: str) -> None:
    expected = {name for name in _files(repo_dir / folder) if not name.startswith(GENERATOR)}
    assert expected, f"{folder}/ is empty"
    assert _files(unpacked / inside) == expected


def test_wheel_carries_the_package_with_its_schema(repo_dir: Path, unpacked: Path) -> None:
    expected = _files(repo_dir / "cagraph")
    assert "py.typed" in expected
    assert any(name.startswith("warehouse/schema/") and name.endswith(".sql") for name in expected)
    assert expected <= _files(unpacked / "cagraph")


def test_wheel_carries_nothing_else(unpacked: Path) -> None:
    assert {path.name for path in unpacked.iterdir() if path.suffix != ".dist-info"} == {"cagraph"}


def test_installed_package_reads_its_own_folders(unpacked: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from cagraph.resources import data_dir, queries_dir;"
        "print(queries_dir(), data_dir(), sep='\\n')"
    )
    found = _run(["-c", code, str(unpacked)], cwd=unpacked).splitlines()
    assert [Path(line).resolve() for line in found] == [
        (unpacked / inside).resolve() for _, inside in FOLDERS
    ]


def _run(arguments: list[str], cwd: Path) -> str:
    result = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def _files(root: Path) -> set[str]:
    """The project's own files under a folder, as paths relative to it."""
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in {".pyc", ".duckdb"}
    }
