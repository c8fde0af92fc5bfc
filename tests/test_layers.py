"""The rooms keep to their layers, as the contracts in pyproject.toml say, and import in no circle."""

import os
import subprocess
import sys
from pathlib import Path

import grimp
import networkx as nx


def test_import_contracts_are_kept(repo_dir: Path) -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [linter, "--no-cache"],
        cwd=repo_dir,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_module_imports_itself_through_others() -> None:
    graph = grimp.build_graph("cagraph", cache_dir=None)
    imports: nx.DiGraph[str] = nx.DiGraph(
        (module, imported)
        for module in graph.modules
        # cagraph/__init__.py reaches into the rooms lazily: never while they are being imported.
        if module != "cagraph"
        for imported in graph.find_modules_directly_imported_by(module)
    )
    circles = [sorted(group) for group in nx.strongly_connected_components(imports) if len(group) > 1]
    assert circles == []
