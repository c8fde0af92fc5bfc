"""Eleven real letters of one owner, over ten years: every fact is the one that people read."""

import json
from pathlib import Path
from typing import Any

import pytest

from cagraph.audit.facts import Fact, read_facts

pytestmark = pytest.mark.realdata
NAMES = (
    "statement_date",
    "period_start",
    "period_end",
    "point_in_time",
    "auditor",
    "auditor_location",
    "owner",
)


def _plain(fact: Fact[Any] | None) -> str | None:
    return None if fact is None else str(fact.value)


def test_real_letters(shared_dir: Path, subtests: pytest.Subtests) -> None:
    pytest.importorskip("pypdfium2")
    from cagraph.audit.pdf import read_pdf

    folder = shared_dir / "letters"
    if not (folder / "TRUTH.json").is_file():
        pytest.skip("needs ../shared/letters, which is not here")
    for truth in json.loads((folder / "TRUTH.json").read_text(encoding="utf-8")):
        with subtests.test(truth["file"]):
            pages = list(read_pdf((folder / truth["file"]).read_bytes()))
            facts = read_facts(pages)
            assert {name: _plain(getattr(facts, name)) for name in NAMES} == {
                name: truth[name] for name in NAMES
            }
            for name in ("kinds", "criteria", "criteria_versions"):
                assert [fact.value for fact in getattr(facts, name)] == truth[name]
            found = [getattr(facts, name) for name in NAMES if getattr(facts, name)]
            printed = {page.number: " ".join(page.text.split()) for page in pages}
            for fact in [*found, *facts.kinds, *facts.criteria]:
                assert fact.text in printed[fact.page].replace("\ufffe", "-")
