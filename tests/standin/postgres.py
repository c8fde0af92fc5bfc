"""A stand-in for crt.sh's database: a real PostgreSQL behind a real PgBouncer in statement pooling.

Both are of this machine, run in a folder of their own and are gone when the test process ends. Each
`crtsh_database` is a database of its own on them.
"""

import atexit
import contextlib
import functools
import hashlib
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.pki import Authority, Issued

SCHEMA = Path(__file__).with_name("crtsh.sql")
LOCKED_OUT = "locked"
"""A user with a password; `guest` has none."""
_BOUNCER = """
[databases]
* = host={folder}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = statement
auth_type = hba
auth_hba_file = {folder}/bouncer_hba.conf
auth_file = {folder}/users.txt
admin_users = postgres
query_wait_timeout = 0.2
log_connections = 0
log_disconnections = 0
log_stats = 0
"""


def why_unavailable() -> str | None:
    """Say why there can be no stand-in on this machine; None: there can."""
    if _postgres_folder() is None:
        return "needs PostgreSQL (initdb, pg_ctl), which is not installed"
    if _bouncer() is None:
        return "needs pgbouncer, which is not installed"
    if os.geteuid() == 0 and _user() is None:
        return "PostgreSQL does not run as root, and there is no other user"
    return None


def _postgres_folder() -> Path | None:
    """Return where the newest PostgreSQL's programs are."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("pg_ctl"):
        return Path(on_path).parent
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(installed, key=lambda path: int(path.parent.name), default=None)


def _bouncer() -> str | None:
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _user() -> pwd.struct_passwd | None:
    """Return an unprivileged user, for root."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return None


class _Server:
    """PostgreSQL on a Unix socket and PgBouncer on a loopback port."""

    def __init__(self) -> None:
        """Start both, as another user if this one is root."""
        user = _user() if os.geteuid() == 0 else None
        self._as: dict[str, Any] = (
            {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        )
        self._programs = _postgres_folder()
        self.folder = Path(tempfile.mkdtemp(prefix="cagraph-pg-"))
        if user:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.port = _free_port()
        self._numbers = itertools.count(1)
        self._start_postgres()
        self._bouncer = self._start_bouncer()

    def _start_postgres(self) -> None:
        self._run(
            "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "-D", "data"
        )
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c full_page_writes=off"
        self._run("pg_ctl", "-w", "-D", "data", "-l", "postgres.log", "-o", options, "start")
        with self.connect("postgres") as connection:
            connection.execute("CREATE ROLE guest LOGIN")
            connection.execute("CREATE DATABASE crtsh_template")
        with self.connect("crtsh_template") as connection:
            connection.execute(SCHEMA.read_text(encoding="utf-8"))

    def _start_bouncer(self) -> subprocess.Popen[str]:
        (self.folder / "bouncer.ini").write_text(_BOUNCER.format(folder=self.folder, port=self.port))
        (self.folder / "users.txt").write_text(f'"guest" ""\n"postgres" ""\n"{LOCKED_OUT}" "key"\n')
        hba = f"host all {LOCKED_OUT} 127.0.0.1/32 md5\nhost all all 127.0.0.1/32 trust\n"
        (self.folder / "bouncer_hba.conf").write_text(hba)
        program = _bouncer()
        assert program is not None
        process = subprocess.Popen(
            [program, "bouncer.ini"], cwd=self.folder, stderr=subprocess.PIPE, text=True, **self._as
        )
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "process up" in line:
                break
        else:
            raise RuntimeError(f"pgbouncer did not start: {''.join(said)}")
        threading.Thread(target=process.stderr.read, daemon=True).start()
        return process

    def _run(self, program: str, *arguments: str) -> None:
        assert self._programs is not None
        subprocess.run(
            [self._programs / program, *arguments],
            cwd=self.folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            **self._as,
        )

    def stop(self) -> None:
        """Stop both and remove their folder."""
        self._bouncer.terminate()
        self._bouncer.wait()
        self._run("pg_ctl", "-w", "-D", "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def connect(self, name: str) -> psycopg.Connection[Any]:
        """Connect to a database itself, as the one who may do anything."""
        return psycopg.connect(host=str(self.folder), user="postgres", dbname=name, autocommit=True)

    def bounce(self, *commands: str) -> None:
        """Give commands to PgBouncer."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname="pgbouncer", autocommit=True
        ) as connection:
            for command in commands:
                connection.execute(command)

    def create(self) -> str:
        """Create a database and return its name."""
        name = f"certwatch_{next(self._numbers)}"
        with self.connect("postgres") as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE crtsh_template").format(sql.Identifier(name))
            )
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever uses it."""
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@functools.cache
def _server() -> _Server:
    """Start the server, once a process."""
    server = _Server()
    atexit.register(server.stop)
    return server


@dataclass(frozen=True)
class CrtshDatabase:
    """One database. `dsn` is the way of a client: through PgBouncer, as `guest`, who may only read."""

    name: str
    server: _Server

    @property
    def dsn(self) -> str:
        """The connection string of a client."""
        return self.dsn_of("guest")

    def dsn_of(self, user: str, name: str | None = None) -> str:
        """Return the connection string of another user (with a password behind a colon) or database."""
        return f"postgresql://{user}@127.0.0.1:{self.server.port}/{name or self.name}"

    def execute(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement on the database itself, as the one who may do anything."""
        with self.server.connect(self.name) as connection:
            cursor = connection.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def insert(self, table: str, *rows: Mapping[str, object]) -> None:
        """Insert rows, each a value a column."""
        with self.server.connect(self.name) as connection, connection.cursor() as cursor:
            for row in rows:
                names = sql.SQL(", ").join(map(sql.Identifier, row))
                places = sql.SQL(", ").join(sql.Placeholder() * len(row))
                query = sql.SQL("INSERT INTO {} ({}) VALUES ({})")
                cursor.execute(query.format(sql.Identifier(table), names, places), list(row.values()))

    def add(self, certificates: Iterable[Issued], *, first: int = 1, step: int = 1) -> list[int]:
        """Add certificates under numbers from `first` on, with their CAs; return the numbers."""
        numbers = []
        for number, issued in zip(itertools.count(first, step), certificates):
            issuer, subject = self.ca(issued.issuer), self.ca(issued.subject)
            row = {"id": number, "issuer_ca_id": issuer, "certificate": issued.der}
            self.insert("certificate", row)
            self.insert("ca_certificate", {"certificate_id": number, "ca_id": subject})
            eku = issued.options.get("eku")
            self.execute(
                "INSERT INTO standin.read_certificate VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                hashlib.sha256(issued.der).digest(),
                serial_of(issued),
                None if eku is None else list(eku),
            )
            numbers.append(number)
        return numbers

    def ca(self, authority: Authority) -> int:
        """Return the number of a CA, which it gets where it has none."""
        values = (f"{authority.owner}/{authority.common_name}", authority.spki)
        self.execute("INSERT INTO ca (name, public_key) VALUES (%s, %s) ON CONFLICT DO NOTHING", *values)
        return int(self.execute("SELECT id FROM ca WHERE (name, public_key) = (%s, %s)", *values)[0][0])

    def fail(
        self,
        times: int,
        state: str = "40001",
        message: str = "canceling statement due to conflict with recovery",
    ) -> None:
        """Let the next queries that see a row of `ca_certificate` fail.

        In place of a SQLSTATE, `crash` ends the server process and `hang` lets it do nothing.
        """
        self.execute("TRUNCATE standin.fault")
        self.execute("INSERT INTO standin.fault VALUES (%s, %s)", state, message)
        self.execute("SELECT setval('standin.reader', %s)", -times)

    def failures_left(self) -> int:
        """Return how many queries are still to fail."""
        return max(0, -int(self.execute("SELECT last_value FROM standin.reader")[0][0]))

    def drop_connections(self) -> None:
        """Close every connection of clients and to the server."""
        self.server.bounce(f"KILL {self.name}", f"RESUME {self.name}")


def serial_of(issued: Issued) -> bytes:
    """Return a serial number as crt.sh keeps it: the contents of the INTEGER."""
    return issued.serial.to_bytes(issued.serial.bit_length() // 8 + 1, "big")


@contextlib.contextmanager
def crtsh_database(
    certificates: Iterable[Issued] = (), *, first: int = 1, step: int = 1
) -> Iterator[CrtshDatabase]:
    """Give a database with these certificates, numbered from `first` on."""
    server = _server()
    database = CrtshDatabase(server.create(), server)
    try:
        database.add(certificates, first=first, step=step)
        yield database
    finally:
        server.drop(database.name)
