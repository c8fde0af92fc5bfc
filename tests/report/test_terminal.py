"""Text from strangers: what would steer a terminal is shown, all else stays as it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cagraph.report.terminal import one_line, safe, safe_json


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Россия, 日本, ไทย, עברית, é", "Россия, 日本, ไทย, עברית, é"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u2066isolated\u2069", r"\u2066isolated\u2069"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("\x9b31m", r"\x9b31m"),
        ("\U000e0041tag", r"\U000e0041tag"),
        ("\ud800", r"\ud800"),
    ],
)
def test_safe(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(st.text())
def test_safe_text_is_printable_and_json_comes_back(text: str) -> None:
    assert all(char.isprintable() or char.isspace() for char in safe(text) if char.isascii())
    assert len(safe(text).splitlines()) <= 1
    line = safe_json(json.dumps(text, ensure_ascii=False))
    assert json.loads(line) == text
    assert len(line.splitlines()) == 1


def test_error_of_many_lines_becomes_one() -> None:
    assert one_line(ValueError("what\x1b happened\n\nLINE 1: SELECT\n        ^")) == r"what\x1b happened"
    assert one_line(ValueError()) == "ValueError"
