"""Reads a file as JSON, whole or not at all, within a limit of size.

Knows nothing of what the JSON says: its shape is for the formats that use it.
"""

import json
import re
from pathlib import Path
from typing import Any, NoReturn

from cagraph.errors import SourceError

LIMIT = 64 * 1024 * 1024
"""Bytes of a file that is read; what Python makes of it takes several times as much memory."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def load_json(path: Path) -> Any:
    """Return what the file says.

    Raises:
        SourceError: it is not one JSON value from its first byte to its last, or too large.
    """
    with path.open("rb") as file:
        data = file.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise SourceError(f"{path}: more than {LIMIT // (1024 * 1024)} MiB of JSON")
    try:
        return parse_json(data)
    except ValueError as problem:
        raise SourceError(f"{path}: not whole JSON: {problem}") from None


def parse_json(data: bytes) -> Any:
    """Return what the bytes say.

    Raises:
        ValueError: they are not one JSON value in UTF-8.
    """
    text = data.decode("utf-8-sig")
    try:
        value = json.loads(text, parse_constant=_refuse)
        if _SURROGATE.search(text):
            # Half a surrogate pair is no text: nothing could store it.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
