"""`cagraph doctor`: checks the installation, the settings and the database, one check a function."""

import importlib.metadata
import json
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from click.core import ParameterSource

from cagraph.cli import ExitCode
from cagraph.cli.failure import is_duckdb
from cagraph.cli.options import database_option
from cagraph.cli.settings import SETTINGS, resolve
from cagraph.errors import CagraphError
from cagraph.report.formats import write
from cagraph.report.rows import Table
from cagraph.report.status import freshness
from cagraph.report.terminal import one_line, safe_json

_LIBRARIES = ("cagraph", "duckdb", "cryptography", "pyasn1", "networkx", "aiohttp", "click", "rich")
_LEAST_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `ok` is None for what is only told."""

    name: str
    ok: bool | None
    detail: str
    exit_code: int = ExitCode.ERROR
    """What the command ends with if it is not well."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@database_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool, db: Path) -> None:
    """Check this installation, its settings and the database.

    Exits with 0 if all is well, 5 if the database is not, 1 if anything else is not.

    \b
    Examples:
      cagraph doctor
      cagraph doctor --json --db other.duckdb
    """  # noqa: D301 - click reads the backspace itself
    by_flag = ctx.get_parameter_source("db") is ParameterSource.COMMANDLINE
    checks = [*_versions(), *_settings(db, by_flag), *_package(), *_database(db), _disk(db)]
    if as_json:
        well = all(check.ok is not False for check in checks)
        found = {
            "ok": well,
            "checks": [{k: v for k, v in asdict(c).items() if k != "exit_code"} for c in checks],
        }
        click.echo(safe_json(json.dumps(found, ensure_ascii=False, indent=2)))
    else:
        words = {True: "ok", False: "WRONG", None: ""}
        rows = [(words[check.ok], check.name, check.detail) for check in checks]
        stdout = sys.stdout.buffer
        write(Table(("", "check", "detail"), rows), "table", stdout)
        stdout.flush()
    # An installation that is broken explains a database that seems to be; so it goes first.
    codes = [check.exit_code for check in checks if check.ok is False]
    ctx.exit(min(codes, default=ExitCode.OK))


def _versions() -> Iterator[Check]:
    yield Check("Python", None, f"{platform.python_version()} on {platform.platform()}")
    for name in _LIBRARIES:
        try:
            yield Check(name, None, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Check(name, None, "not installed")


def _settings(db: Path, by_flag: bool) -> Iterator[Check]:
    for name, setting in SETTINGS.items():
        if name == "db" and by_flag:
            yield Check(f"setting {name}", None, f"{db} (--db)")
            continue
        try:
            resolved = resolve(name)
        except CagraphError as error:
            yield Check(f"setting {name}", False, one_line(error))
        else:
            value = "not set" if resolved.value is None else resolved.value
            if setting.may_hold_a_password and resolved.value is not None:
                value = "set, and not shown"
            yield Check(f"setting {name}", None, f"{value} ({resolved.source}; {setting.variable})")


def _package() -> Iterator[Check]:
    """Check what this version brings along, without any database: rules, views, the catalogue."""
    import duckdb

    from cagraph.warehouse.catalogue import load_catalogue
    from cagraph.warehouse.migrations import migrate
    from cagraph.warehouse.policy import compile_views, create_views, load_rules

    with duckdb.connect() as connection:
        yield _check("schema", lambda: f"{len(migrate(connection))} migrations")
        yield _check("rule tables", lambda: ", ".join(load_rules(connection)) or "none")
        yield _check(
            "views", lambda: f"{len(create_views(connection))} files, {compile_views(connection)} views"
        )
        yield _check("query catalogue", lambda: f"{len(load_catalogue())} queries")


def _database(db: Path) -> Iterator[Check]:
    from cagraph.warehouse.database import open_warehouse
    from cagraph.warehouse.migrations import applied
    from cagraph.warehouse.policy import compile_views, policy_state

    try:
        connection = open_warehouse(db, write=False)
    except CagraphError as error:
        yield Check("database", False, one_line(error), ExitCode.DATABASE)
        return
    with connection:
        last = applied(connection)[-1]
        yield Check("database", True, f"{db}, schema {last.number:03d}_{last.name}", ExitCode.DATABASE)
        state = policy_state(connection)
        detail = "this version's" if state == "current" else "not this version's: run `cagraph analyze`"
        yield Check("database rules and views", state == "current", detail, ExitCode.DATABASE)
        yield _check(
            "database views compile", lambda: f"{compile_views(connection)} views", ExitCode.DATABASE
        )
        fresh, sentence = freshness(connection)
        yield Check("database analysis", fresh, sentence, ExitCode.DATABASE)


def _disk(db: Path) -> Check:
    folder = db.absolute().parent
    if not folder.is_dir():
        return Check("disk space", False, f"no directory {folder}", ExitCode.DATABASE)
    free = shutil.disk_usage(folder).free
    size = f", database {db.stat().st_size:,} bytes" if db.is_file() else ""
    return Check(
        "disk space", free >= _LEAST_FREE_BYTES, f"{free:,} bytes free in {folder}{size}", ExitCode.DATABASE
    )


def _check(name: str, look: Callable[[], str], exit_code: int = ExitCode.ERROR) -> Check:
    try:
        return Check(name, True, look(), exit_code)
    except Exception as error:
        if not isinstance(error, CagraphError) and not is_duckdb(error):
            raise
        return Check(name, False, one_line(error), exit_code)
