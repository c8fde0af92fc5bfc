# ruff: noqa: RUF001 - letters that look like others are what this is about
"""Letters that look like hex digits, marks that cannot be seen, and texts of other scripts around."""

import hashlib

import pytest

from cagraph.audit.document import read_document
from cagraph.audit.fingerprints import Found, find_printed

SHA256 = hashlib.sha256(b"look").hexdigest().upper()
PAIRS = [SHA256[index : index + 2] for index in range(0, 64, 2)]
CYRILLIC = str.maketrans("ABCE", "АВСЕ")
WIDE = str.maketrans("0123456789ABCDEF", "０１２３４５６７８９ＡＢＣＤＥＦ")


def read(text: str) -> Found:
    return find_printed(list(read_document(text.encode())))


@pytest.mark.parametrize("form", ["{}", "<html><p>{}</p></html>"], ids=["text", "html"])
@pytest.mark.parametrize(
    "printed",
    [
        SHA256.translate(CYRILLIC),
        SHA256.replace("A", "А", 1),
        SHA256.replace("0", "О", 1),
        SHA256.translate(WIDE),
        SHA256.replace("1", "１", 1),
        " ".join(PAIRS).translate(CYRILLIC),
        "А" + SHA256,
        SHA256 + "Е",
    ],
)
def test_what_looks_like_a_digit_is_none_and_is_told(printed: str, form: str) -> None:
    found = read(form.format(printed))
    assert found.fingerprints == []
    assert [each.printed for each in found.nearly] == [printed]


@pytest.mark.parametrize(
    ("printed", "strict"),
    [
        (SHA256.lower().replace("ff", "\ufb00"), False),
        (f"\u200f{SHA256}\u200f", True),
        (":\u200e".join(PAIRS), False),
        (f"טביעת אצבע: {SHA256} של התעודה", True),
        (f"بصمة الشهادة {SHA256} ٢٠٢٤", True),
        (f"指纹为{SHA256}。", True),
        (f"SHA-256：{SHA256}", True),
        (f"Отпечаток: {SHA256}", True),
    ],
)
def test_ligatures_marks_and_other_scripts_hide_no_digit(printed: str, strict: bool) -> None:
    found = read(printed)
    assert [(each.sha256, each.strict) for each in found.fingerprints] == [(SHA256.lower(), strict)]
    assert found.nearly == []


@pytest.mark.parametrize("label", ["SHA-256:", "SHA256:", "sha256=", "Fingerprint:", "SHA-256: "])
def test_the_colon_of_a_label_is_none_of_the_fingerprint(label: str) -> None:
    [found] = read(label + SHA256).fingerprints
    assert (found.printed, found.strict) == (SHA256, True)


@pytest.mark.parametrize(
    "label",
    ["SPKI SHA-256", "Public key hash", "Public key (SHA-256)", "SHA-256 of the public key", "pin-sha256"],
)
def test_the_hash_of_a_key_is_no_fingerprint(label: str) -> None:
    key = hashlib.sha256(label.encode()).hexdigest().upper()
    found = read(f"Subject: CN=A\nSHA-256 fingerprint: {SHA256}\n{label}: {key}\n")
    assert [each.sha256 for each in found.fingerprints] == [SHA256.lower()]
