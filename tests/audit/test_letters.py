"""Real audit letters: every fingerprint that people found in them, on its page and as it is printed."""

import json
from pathlib import Path
from typing import Any

import pytest

from cagraph.audit.fingerprints import find_fingerprints
from cagraph.audit.pdf import read_pdf

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def truth(shared_dir: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared_dir / "letters" / "TRUTH.json").read_text())
    return found


def test_every_fingerprint_and_no_other(shared_dir: Path, truth: list[dict[str, Any]]) -> None:
    assert len(truth) == 11
    for letter in truth:
        pages = list(read_pdf((shared_dir / "letters" / letter["file"]).read_bytes()))
        assert len(pages) == letter["pages"]
        found = [(each.sha256, each.page, each.strict, each.printed) for each in find_fingerprints(pages)]
        wanted = [
            (each["sha256"], each["page"], each["written"] == "strict", each["as_printed"])
            for each in letter["fingerprints"]
        ]
        assert found == wanted, letter["file"]
