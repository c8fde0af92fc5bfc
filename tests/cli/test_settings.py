"""Settings: flag, then environment, then ./cagraph.toml, then the XDG one, then the default."""

from pathlib import Path

import pytest

from cagraph.cli.options import Output, _format
from cagraph.cli.settings import Resolved, resolve
from cagraph.errors import UsageProblem
from tests.cli.conftest import Run


def xdg(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config" / "cagraph" / "cagraph.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_precedence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    assert resolve("db") == Resolved("cagraph.duckdb", "default")
    path = xdg(tmp_path, 'db = "far.duckdb"\nformat = "json"')
    assert resolve("db") == Resolved(str(path.parent / "far.duckdb"), str(path))
    Path("cagraph.toml").write_text('db = "near.duckdb"')
    assert resolve("db") == Resolved("near.duckdb", "cagraph.toml")
    assert resolve("format") == Resolved("json", str(path))
    monkeypatch.setenv("CAGRAPH_DB", "env.duckdb")
    assert resolve("db") == Resolved("env.duckdb", "CAGRAPH_DB")
    assert "no database at env.duckdb" in run("status").stderr
    assert "no database at flag.duckdb" in run("status", "--db", "flag.duckdb").stderr


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("dbb = 1", "no setting 'dbb': did you mean db?"),
        ("colour = 1", "no setting 'colour': there are db, as_of, format"),
        ("db = [", "cannot read cagraph.toml: "),
        ("db = []", "db is one value"),
    ],
)
def test_bad_file_is_named(text: str, reason: str, run: Run) -> None:
    Path("cagraph.toml").write_text(text)
    result = run("status")
    assert result.exit_code == 2
    assert reason in result.stderr
    assert "cagraph.toml" in result.stderr


def test_date_of_toml_is_a_day() -> None:
    Path("cagraph.toml").write_text("as_of = 2024-05-08")
    assert resolve("as_of").value == "2024-05-08"


def test_format_by_flag_then_suffix_then_setting_then_table(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _format(None, False, False, None) == "table"
    monkeypatch.setenv("CAGRAPH_FORMAT", "ndjson")
    assert _format(None, False, False, None) == "ndjson"
    assert _format(None, False, False, Path("x")) == "ndjson"
    assert _format(None, False, False, Path("x.txt")) == "table"
    assert _format(None, False, False, Path("x.CSV")) == "csv"
    assert _format("tsv", False, False, Path("x.csv")) == "tsv"
    assert _format("json", True, False, None) == "json"
    assert _format("csv", False, False, Path("x.xlsx")) == "csv"
    with pytest.raises(UsageProblem, match=r"what format is \.xlsx\? Give --format"):
        _format(None, False, False, Path("x.xlsx"))
    with pytest.raises(UsageProblem, match="one output format, not csv and json"):
        _format(None, True, True, None)
    monkeypatch.setenv("CAGRAPH_FORMAT", "xml")
    with pytest.raises(UsageProblem, match="CAGRAPH_FORMAT: no format 'xml'"):
        _format(None, False, False, None)


def test_output_is_a_value() -> None:
    assert Output() == Output("table", None)
