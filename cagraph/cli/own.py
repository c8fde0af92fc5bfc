"""`--certs`: a CA's own certificates, in a database that vanishes.

They are added to a copy of the user's database, or to a new one where there is none, so that what is not
disclosed yet counts like everything else. Knows no command.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cagraph.cli.analyze import run_analysis
from cagraph.cli.ingest import run_ingest
from cagraph.cli.options import Messages
from cagraph.cli.scoping import intended_of, keys_of
from cagraph.cli.settings import resolve
from cagraph.errors import SourceError, UsageProblem
from cagraph.model import sha256_hex
from cagraph.report.own_keys import every_purpose, not_here, own_keys, roots_meant
from cagraph.report.scope import Question, one_owner
from cagraph.report.words import counted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from cagraph.sources.own_list import OwnList

_SHOWN = 5
Command = TypeVar("Command", bound=Callable[..., Any])


def certs_option(command: Command) -> Command:
    """Add `--certs`; the command gets `certs`, a tuple of paths."""
    return click.option(
        "--certs",
        multiple=True,
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE",
        help="The CA's own certificates (PEM, DER, PKCS #7, CSV) or a list of fingerprints, once or more: "
        "what is not disclosed counts too. Needs no database.",
    )(command)


@dataclass(frozen=True, slots=True)
class Own:
    """Where to look, and what the CA's own lists name."""

    db: Path
    listed: tuple[str, ...] = ()


@contextmanager
def own_certificates(
    db: Path, files: Sequence[Path], as_of: date | None, messages: Messages
) -> Iterator[Own]:
    """Give the database to ask: the user's own, or a copy of it with the certificates of the files.

    Raises:
        SourceError: a file cannot be read, or there are fingerprints and no database that knows them.
    """
    if not files:
        yield Own(db)
        return
    lists = [_read(file, messages) for file in files]
    listed = tuple(dict.fromkeys(each.sha256 for found in lists for each in found.entries))
    bodies = {sha256_hex(der): der for each in lists for der in each.certificates}
    base = None if _is_nowhere(db) else db
    if base is None and not bodies:
        raise SourceError(f"{lists[0].name} has fingerprints alone, and there is no database that knows them")
    new = [bodies[sha256] for sha256 in (_unknown(base, list(bodies)) if base else bodies)]
    if base is not None and not new:
        yield Own(base, listed)
        return
    with tempfile.TemporaryDirectory(prefix="cagraph-") as folder:
        copy = Path(folder) / "cagraph.duckdb"
        if base is not None:
            _copy(base, copy)
        _add(copy, new, as_of, messages)
        yield Own(copy, listed)


def _read(file: Path, messages: Messages) -> "OwnList":
    from cagraph.sources.own_list import read_own_list

    found = read_own_list(file)
    tell_unused(found, messages)
    return found


def tell_unused(found: "OwnList", messages: Messages) -> None:
    """Say which lines of a list could not be used."""
    messages.some(
        [f"{found.name}: not used: {line}" for line in found.unused],
        _SHOWN,
        lambda left: f"{found.name}: {counted(left, 'more line')} that could not be used",
    )


def _is_nowhere(db: Path) -> bool:
    """Say whether nobody named a database and there is none at the default place."""
    named = click.get_current_context().get_parameter_source("db") is click.core.ParameterSource.COMMANDLINE
    return not db.exists() and not named and resolve("db").source == "default"


def _unknown(db: Path, listed: Sequence[str]) -> list[str]:
    """Return those of the certificates that the database does not hold."""
    from cagraph.warehouse.database import open_warehouse
    from cagraph.warehouse.load import known_certificates

    with open_warehouse(db, write=False) as connection:
        known = known_certificates(connection, listed)
    return [sha256 for sha256 in listed if sha256 not in known]


def _copy(db: Path, copy: Path) -> None:
    """Copy a database that nobody can write to meanwhile."""
    from cagraph.warehouse.database import open_warehouse

    with open_warehouse(db, write=False):
        # The log first: when the database's own file is closed after it, so is the lock on it.
        log = db.with_name(f"{db.name}.wal")
        if log.exists():
            shutil.copyfile(log, copy.with_name(f"{copy.name}.wal"))
        shutil.copyfile(db, copy)


def _add(copy: Path, bodies: Sequence[bytes], as_of: date | None, messages: Messages) -> None:
    """Take the certificates in, and bring the paths up to date."""
    from ssl import DER_cert_to_PEM_cert

    from cagraph.warehouse.database import open_warehouse

    bundle = copy.with_name("own-certificates.pem")
    bundle.write_text("".join(map(DER_cert_to_PEM_cert, bodies)), encoding="ascii")
    with open_warehouse(copy, write=True) as connection:
        run_ingest(connection, (bundle,), as_of, None, messages)
        run_analysis(connection, messages)


def question_of(
    connection: "DuckDBPyConnection",
    own: Own,
    period: tuple[date, date],
    asked: tuple[str | None, Sequence[str], Path | None],
    messages: Messages,
) -> Question:
    """Return whose list is asked for: (owner, issuing keys, file of roots meant), else the own list's keys.

    Raises:
        UsageProblem: none of them names anybody.
    """
    owner, issuer_keys, intend = asked
    keys = keys_of(connection, issuer_keys, messages)
    if own.listed:
        if note := not_here(connection, own.listed):
            messages.note(note)
        if owner is None and not keys:
            taken = own_keys(connection, own.listed)
            if not taken.keys:
                raise UsageProblem("--certs: no CA of the list is known: give --owner or --issuer-key")
            for note in taken.notes:
                messages.note(note)
            keys = taken.keys
    intended = intended_of(connection, intend) if intend else ()
    if own.listed and not intend:
        roots, note = roots_meant(connection, own.listed)
        intended = every_purpose(roots)
        if note:
            messages.note(note)
    return Question(
        first=period[0],
        last=period[1],
        owner=None if keys or owner is None else one_owner(connection, owner),
        keys=keys,
        intended=intended,
    )
