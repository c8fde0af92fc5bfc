"""Answers as a crawl would hand them to a source's check. Knows no source."""

import hashlib
from pathlib import Path

import pytest

from cagraph.sources.asking import Answer, Asked, Refused, Request

MAINTENANCE = b"""<!DOCTYPE html>
<html><head><title>URL No Longer Exists</title></head>
<body>You have attempted to reach a URL that no longer exists on salesforce.com.</body></html>
"""


def answer(folder: Path, body: bytes, content_type: str | None = None, status: int = 200) -> Answer:
    path = folder / "body"
    path.write_bytes(body)
    return Answer(path, hashlib.sha256(body).hexdigest(), len(body), status, content_type)


def refusal(source: Asked, request: Request, given: Answer) -> Refused:
    """Return what the check raised, which must be one short line."""
    with pytest.raises(Refused) as caught:
        source.check(request, given)
    text = str(caught.value)
    assert text.isprintable()
    assert 0 < len(text) < 300
    return caught.value
