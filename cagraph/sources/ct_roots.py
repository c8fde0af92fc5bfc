"""The roots that a Certificate Transparency log accepts: the answer to get-roots (RFC 6962 4.7).

The `line` of a certificate is its ordinal number. Says nothing of trust: a log accepts what it likes.
"""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cagraph.errors import SourceError
from cagraph.sources.csvfile import VALUE_SHOWN
from cagraph.sources.jsonfile import load_json
from cagraph.sources.lines import LINE_LIMIT, too_long
from cagraph.sources.rows import CertificateRow, Issue, Item

KIND = "ct_roots"
FIELD = "certificates"
_BEGIN = re.compile(rb'(\xef\xbb\xbf)?\s*\{\s*"certificates"\s*:\s*\[')


def recognise(head: bytes) -> bool:
    """Whether the file begins with a list of certificates in JSON."""
    return _BEGIN.match(head) is not None


def read(path: Path) -> Iterator[Item]:
    """Yield a `CertificateRow` or a rejecting `Issue` for each certificate.

    Raises:
        SourceError: the file is no whole answer to get-roots.
    """
    value = load_json(path)
    certificates = value.get(FIELD) if isinstance(value, dict) else None
    if not isinstance(certificates, list):
        raise SourceError(f"{path}: no list of certificates as RFC 6962 4.7 has it")
    for number, certificate in enumerate(certificates, start=1):
        yield _certificate(number, certificate)


def _certificate(number: int, value: Any) -> CertificateRow | Issue:
    """Return one entry of the list, or why it cannot be used."""
    if not isinstance(value, str):
        return Issue(number, FIELD, "not a text", repr(value)[:VALUE_SHOWN])
    if len(value) > LINE_LIMIT:
        return Issue(number, FIELD, too_long(LINE_LIMIT), value[:VALUE_SHOWN])
    try:
        der = base64.b64decode(value, validate=True)
    except ValueError as problem:
        return Issue(number, FIELD, f"broken base64: {problem}", value[:VALUE_SHOWN])
    return CertificateRow(number, der) if der else Issue(number, FIELD, "is blank", value)
