"""Which failures are tried again, and how long to wait before that.

Knows HTTP's statuses and the client's exceptions, and nothing of what is asked.
"""

import random
import socket
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

_PASSING = frozenset({408, 425, 429})
_ENDLESS = 1e9
"""Seconds: as good as never."""


class Failed(Exception):
    """A try that came to nothing; the text says why.

    `again`: another may do. `after`: seconds that the server asks for before that. `gone`: what was asked for
    does not exist any more. `of_host`: the host is to blame, whatever it is asked.
    """

    def __init__(
        self,
        reason: str,
        *,
        again: bool = False,
        after: float = 0.0,
        gone: bool = False,
        of_host: bool = False,
        status: int | None = None,
    ) -> None:
        super().__init__(reason)
        self.again, self.after, self.gone, self.of_host = again, after, gone, of_host
        self.status = status


def is_trouble(status: int) -> bool:
    """Whether a status says that the server cannot answer now."""
    return status in _PASSING or 500 <= status < 600


def trouble(status: int, retry_after: str | None, longest: float) -> Failed:
    """Return the failure of a server in trouble; one that asks to wait longer than `longest` is final."""
    after = seconds_of(retry_after or "", datetime.now(UTC))
    if after > longest:
        reason = f"HTTP {status}, and asks to wait {after:,.0f} s, which is too long"
        return Failed(reason, after=after, of_host=True, status=status)
    return Failed(f"HTTP {status}", again=True, after=after, of_host=True, status=status)


def seconds_of(text: str, now: datetime) -> float:
    """Return the seconds of a Retry-After (RFC 9110 10.2.3): a number or a date; 0 if it is neither."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:20]), _ENDLESS)
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max(0.0, (moment - now).total_seconds()), _ENDLESS)
    except (ValueError, OverflowError):
        return 0.0


def jittered(tries: int, base: float, cap: float, rng: random.Random) -> float:
    """Return how long to wait after so many tries: exponential, with full jitter."""
    return rng.uniform(0.0, min(cap, base * 2.0 ** (tries - 1)))


def lost(error: Exception, limit: float) -> Failed:
    """Return what a broken connection means; `limit` is how many seconds it had as a whole."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return Failed(f"its TLS certificate is not good: {error.certificate_error}")
    if isinstance(error, aiohttp.InvalidURL):
        return Failed(f"a URL that cannot be asked: {error}")
    if isinstance(error, aiohttp.ClientConnectorDNSError) and error.os_error.errno == socket.EAI_NONAME:
        # DNS was there, and answered: another try in a minute hears the same.
        return Failed(f"DNS knows no {error.host}")
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = f"no connection: {error.os_error}"
    elif isinstance(error, aiohttp.ClientResponseError):
        reason = f"the answer is not HTTP: {error.message}"
    elif isinstance(error, TimeoutError):
        reason = f"no answer in time: {error}" if str(error) else f"took longer than {limit:g} s"
    else:
        reason = f"{interrupted(error)} before the answer"
    return Failed(reason, again=True, of_host=True)


def interrupted(error: BaseException) -> str:
    """Return how a connection ended."""
    if isinstance(error, TimeoutError):
        return "nothing more came"
    if isinstance(error, ConnectionResetError) or isinstance(error.__cause__, ConnectionResetError):
        return "connection reset"
    return "connection closed"
