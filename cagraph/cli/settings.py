"""Settings and where each comes from: flag, `CAGRAPH_*`, ./cagraph.toml, the XDG one, default; first wins.

Knows which settings there are and not what any command does with them.
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cagraph.errors import UsageProblem
from cagraph.warehouse.catalogue import nearest

FILE_NAME = "cagraph.toml"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its key in cagraph.toml, its variable, its default."""

    name: str
    default: str | None
    description: str
    is_path: bool = False
    is_list: bool = False
    """Several values: a list in cagraph.toml, elsewhere blanks between them."""
    may_hold_a_password: bool = False

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"CAGRAPH_{self.name.upper()}"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A setting's value and where it comes from."""

    value: str | None
    source: str


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("db", "cagraph.duckdb", "The database file.", is_path=True),
        Setting("as_of", None, "The day that every answer speaks of; not set: today."),
        Setting("format", "table", "The output format."),
        Setting("archive", None, "The folder of crawled bodies; not set: beside the database.", is_path=True),
        Setting("contact", None, "Who a server's operator can write to: an address in the User-Agent."),
        Setting("ccadb_url", None, "Where CCADB's reports are, if not at CCADB."),
        Setting("crtsh_url", None, "Where crt.sh is asked over HTTP, if not at crt.sh."),
        Setting(
            "crtsh_dsn",
            None,
            "Where crt.sh is asked over PostgreSQL, if not at crt.sh.",
            may_hold_a_password=True,
        ),
        Setting("onecrl_url", None, "Where OneCRL's records are, if not at Mozilla."),
        Setting("ct_logs", None, "Lists of CT logs or logs, if not the list of Chrome.", is_list=True),
        Setting("extra_urls", None, "Files of any known kind to fetch with the rest.", is_list=True),
    )
}


def resolve(name: str) -> Resolved:
    """Return what a setting is where no flag sets it.

    Raises:
        UsageProblem: a settings file cannot be read, or holds what is no setting.
    """
    setting = SETTINGS[name]
    if value := os.environ.get(setting.variable):
        return Resolved(value, setting.variable)
    for path in files():
        values = _read(path)
        if name in values:
            value = values[name]
            # As written beside the file, wherever the command is started.
            return Resolved(str(path.parent / value) if setting.is_path else value, str(path))
    return Resolved(setting.default, "default")


def files() -> list[Path]:
    """Return the settings files that there are, the stronger one first."""
    candidates = [Path(FILE_NAME), config_home() / "cagraph" / FILE_NAME]
    return [path for path in candidates if path.is_file()]


def config_home() -> Path:
    """Return the XDG folder of configuration files."""
    # A relative one is to be ignored, says the specification.
    configured = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    return configured if configured.is_absolute() else Path.home() / ".config"


def _read(path: Path) -> dict[str, str]:
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageProblem(f"cannot read {path}: {error}") from error
    for key, value in content.items():
        if key not in SETTINGS:
            hint = nearest(key, SETTINGS) or f": there are {', '.join(SETTINGS)}"
            raise UsageProblem(f"{path}: no setting {key!r}{hint}")
        if isinstance(value, dict) or (isinstance(value, list) and not SETTINGS[key].is_list):
            raise UsageProblem(f"{path}: {key} is one value, not a table or list")
    return {
        key: " ".join(map(str, value)) if isinstance(value, list) else str(value)
        for key, value in content.items()
    }
