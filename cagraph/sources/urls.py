"""Which URLs may be asked, and how they are written: those that users set and those found in data.

Looks at the text alone. Whether an address may be reached is decided where the connection is made.
"""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import SplitResult, quote, unquote, urlsplit

from cagraph.errors import UsageProblem

SCHEMES = ("http", "https")
LONGEST = 2048
"""Characters of a URL found in data; no server takes much more."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_IN_A_URL = re.compile(r"[^\x21-\x7e]")
_HOST = re.compile(r"[a-z0-9_.:-]+")
_KEPT = "%/:?#[]@!$&'()*+,;=~"
_NAME_SHOWN = 100


def base_url(text: str) -> str:
    """Return the address of a service as users set it, without a slash at its end.

    Raises:
        UsageProblem: it is no plain http or https address, or more than the beginning of one.
    """
    try:
        parts = _split(text.strip())
    except ValueError as problem:
        raise UsageProblem(f"{text!r} cannot be the address of a service: {problem}") from None
    if "?" in text or "#" in text:
        raise UsageProblem(f"{text!r} cannot be the address of a service: it has a query or a fragment")
    return parts.geturl().rstrip("/")


def found_url(text: str) -> str:
    """Return a URL that stands in data as it is asked: one spelling, no fragment, nothing unescaped.

    Raises:
        ValueError: it is not asked; the message says why.
    """
    text = text.strip()
    if _CONTROL.search(text):
        raise ValueError("has control characters inside")
    parts = _split(quote(text, safe=_KEPT))
    return parts._replace(path=parts.path or "/", fragment="").geturl()


def is_url(text: str) -> bool:
    """Say whether a text is a URL that can be asked."""
    try:
        found_url(text)
    except ValueError:
        return False
    return True


def links(texts: Iterable[str]) -> list[str]:
    """Return texts found where URLs should be, each once, in the spelling in which they are asked.

    One that is no URL stands as it is: whoever asks refuses it and says why, so that none is lost.
    """
    return list(dict.fromkeys(_spelled(text) for text in texts if text.strip()))


def host_of(url: str) -> str:
    """Return the host of a URL in lower case; blank if it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def file_name(url: str, default: str) -> str:
    """Return the last part of a URL's path as the name of a file; the default where it has none."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return default
    name = PurePosixPath(unquote(path, errors="replace")).name
    return "".join(c if c.isprintable() else "_" for c in name)[-_NAME_SHOWN:] or default


def _spelled(text: str) -> str:
    try:
        return found_url(text)
    except ValueError:
        return text


def _split(text: str) -> SplitResult:
    """Return the parts of a URL, its scheme and host in lower case."""
    if len(text) > LONGEST:
        raise ValueError(f"longer than {LONGEST:,} characters")
    if _NOT_IN_A_URL.search(text):
        raise ValueError("has characters inside that no URL has")
    parts = urlsplit(text)
    if parts.scheme not in SCHEMES:
        raise ValueError("neither http nor https")
    if "@" in parts.netloc:
        raise ValueError("has a user name or a password in it")
    host = parts.hostname
    if not host or not _HOST.fullmatch(host):
        raise ValueError("has no host that DNS could know")
    # Reading the port is what refuses one that is no number, or none that exists.
    port = f":{parts.port}" if parts.port is not None else ""
    return parts._replace(netloc=f"[{host}]{port}" if ":" in host else f"{host}{port}")
