"""One session with a PostgreSQL server behind a PgBouncer in statement pooling, over psycopg.

Every query may run on another server connection, so there is no SET, no transaction, no prepared statement
and no cursor on the server: the extended protocol with the unnamed statement, row by row. Importing this
module needs psycopg. Knows neither what is asked nor when to ask again.
"""

import contextlib
import ipaddress
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.datetime import TimestampBinaryLoader

from cagraph.sources.asking import SqlPage

_SETTINGS: dict[str, Any] = {
    "connect_timeout": 30,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "fallback_application_name": "cagraph",
    # PgBouncer refuses the parameter, wherever it is from: PGOPTIONS, say.
    "options": "",
}
_INFINITE = {2**63 - 1: "infinity", -(2**63): "-infinity"}
_SHOWN = 300
_SECRETS = ("password", "sslpassword")


class Trouble(Exception):
    """What a server or the way to it had against a query, in one line without secrets.

    `connected` is False where it did not even come to the query. `state` is the SQLSTATE, where there is one.
    """

    def __init__(self, text: str, state: str | None = None, *, connected: bool = True) -> None:
        super().__init__(f"{text} ({state})" if state else text)
        self.text, self.state, self.connected = text, state, connected


@dataclass(frozen=True, slots=True)
class Server:
    """Where the database is, as a libpq connection string says it."""

    dsn: str
    secrets: tuple[str, ...]
    is_loopback: bool


def server_of(dsn: str) -> Server:
    """Read a connection string.

    Raises:
        Trouble: it is none. What is wrong with it is not said, for it may hold a password.
    """
    parts: dict[str, Any] = {}
    with contextlib.suppress(psycopg.Error):
        parts = conninfo_to_dict(dsn)
    hosts = str(parts.get("hostaddr") or parts.get("host") or "").split(",")
    ports = str(parts.get("port", 5432)).split(",")
    # A password with a slash or an at sign in it is taken for a port or a host, which errors repeat.
    misread = any("@" in host[1:] for host in hosts) or not all(map(str.isdecimal, ports))
    if not parts or misread:
        raise Trouble("the connection string is neither postgresql://… nor key=value", connected=False)
    secrets = tuple(str(parts[name]) for name in _SECRETS if parts.get(name))
    return Server(dsn, secrets, all(map(_is_loopback, hosts)))


def _is_loopback(host: str) -> bool:
    """Whether a host is this machine; a path is a Unix socket."""
    if host == "localhost" or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Timestamp(TimestampBinaryLoader):
    """Times as ISO 8601; those that Python has no value for as what they are."""

    def load(self, data: Buffer) -> Any:
        microseconds = int.from_bytes(data, "big", signed=True)
        if microseconds in _INFINITE:
            return _INFINITE[microseconds]
        try:
            return super().load(data).isoformat()
        except psycopg.DataError:
            return f"2000-01-01 and {microseconds} microseconds"


class Session:
    """An open connection. After a `Trouble` it is of no use any more."""

    def __init__(self, server: Server, connection: psycopg.AsyncConnection[Any]) -> None:
        self._server = server
        self._connection = connection

    @classmethod
    async def open(cls, server: Server) -> "Session":
        """Connect.

        Raises:
            Trouble: it did not come to a connection.
        """
        try:
            connection = await psycopg.AsyncConnection.connect(
                server.dsn, autocommit=True, prepare_threshold=None, **_SETTINGS
            )
        except psycopg.Error as error:
            raise _trouble(error, server, connected=False) from None
        connection.adapters.register_loader("timestamp", _Timestamp)
        return cls(server, connection)

    async def rows(self, page: SqlPage) -> AsyncGenerator[tuple[Sequence[str], Sequence[object]], None]:
        """Yield the names of the columns with each row, as it arrives.

        Raises:
            Trouble: the server refuses, or the connection is lost: what came is not the whole answer.
            ValueError: a value cannot be read.
        """
        try:
            async with self._connection.cursor(binary=True) as cursor:
                columns: list[str] = []
                async for row in cursor.stream(page.text, page.params, binary=True):
                    columns = columns or [column.name for column in cursor.description or ()]
                    yield columns, row
        except psycopg.Error as error:
            trouble = _trouble(error, self._server, connected=True)
            if error.sqlstate is None and not isinstance(error, psycopg.OperationalError):
                raise ValueError(trouble.text) from None
            raise trouble from None

    async def close(self) -> None:
        """Drop the connection, whatever it is doing."""
        await self._connection.close()


def _trouble(error: psycopg.Error, server: Server, *, connected: bool) -> Trouble:
    """Return an error in one line; its secrets are left out, should a server repeat them."""
    text = error.diag.message_primary or str(error)
    for secret in server.secrets:
        text = text.replace(secret, "…")
    plain = "".join(character if character.isprintable() else " " for character in text)
    return Trouble(" ".join(plain.split())[:_SHOWN], error.sqlstate, connected=connected)
