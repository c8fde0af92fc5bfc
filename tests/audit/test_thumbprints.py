"""SHA-1 thumbprints where the letter says so, and what is nearly a SHA-256 fingerprint."""

import hashlib

import pytest

from cagraph.audit.document import read_document
from cagraph.audit.fingerprints import Found, find_printed


def sha256(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest().upper()


A, B, C, S = sha256("a"), sha256("b"), sha256("c"), hashlib.sha256(b"sha-1").hexdigest().upper()[:40]
COLONS = ":".join(S[index : index + 2] for index in range(0, 40, 2))
FOURS = " ".join(S[index : index + 4] for index in range(0, 40, 4))


def read(text: str) -> Found:
    return find_printed(list(read_document(f"A letter.\n{text}\nThe end.\n".encode())))


# --------------------------------------------------------------------------------- SHA-1 thumbprints


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (f"SHA-1: {S}", S),
        (f"SHA1 fingerprint = {S}", S),
        (f"Thumbprint\n{S}", S),
        (f"Certificate fingerprint:  {COLONS}", COLONS),
        (f"SHA-1 thumbprint: {FOURS}", FOURS),
        (f"Thumbprint (SHA-1)\n{S[:24]}\n{S[24:]}", f"{S[:24]}\n{S[24:]}"),
        (
            f"Root X1   SHA-1:   {COLONS[:30]}\n                   {COLONS[30:]}",
            f"{COLONS[:30]}\n{COLONS[30:]}",
        ),
        (f"Serial number: {sha256('s')[:32]}  SHA-1: {S.lower()}", S.lower()),
        (f"name,SHA-1\nRoot,{S}\nother,{S[::-1]}", S),
    ],
)
def test_a_sha1_is_named_as_such(text: str, printed: str) -> None:
    found = read(text)
    assert found.fingerprints == []
    assert (found.thumbprints[0].sha1, found.thumbprints[0].printed) == (S.lower(), printed)


@pytest.mark.parametrize(
    "text",
    [
        S,
        f"Subject Key Identifier: {S}",
        f"Key ID\n{COLONS}",
        f"Serial number: {S}",
        f"SHA-256 fingerprint: {S}",
        f"SHA-1: {S[:39]}",
        f"Thumbprint: {A}",
        f"SHA-1 fingerprint   Subject key identifier\n{'x' * 12}        {S}",
    ],
)
def test_other_numbers_of_forty_digits_are_none(text: str) -> None:
    assert read(text).thumbprints == []


def test_beside_a_fingerprint() -> None:
    found = read(f"SHA-1: {COLONS}\nSHA-256: {A}")
    assert [each.sha256.upper() for each in found.fingerprints] == [A]
    assert [(each.sha1.upper(), each.page, each.line) for each in found.thumbprints] == [(S, 1, 2)]


# ------------------------------------------------------------------------------- nearly fingerprints


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        (A[:63], A[:63]),
        (A[:62], A[:62]),
        (A + "0", A + "0"),
        (A + "0F", A + "0F"),
        (f"({A[:30]}O{A[31:]}).", A[:30] + "O" + A[31:]),
        (f"SHA-256 fingerprint: {A[:10]}l{A[11:40]}I{A[41:]}", A[:10] + "l" + A[11:40] + "I" + A[41:]),
        (f"Root X1   {A[:10]}X{A[11:]}   2035-06-04", A[:10] + "X" + A[11:]),
        (":".join(A[i : i + 2] for i in range(0, 62, 2)), A[:62]),
        (":".join(("O0" + A[2:])[i : i + 2] for i in range(0, 64, 2)), "O0" + A[2:]),
        (" ".join(A[i : i + 4] for i in range(0, 60, 4)) + " " + A[60:63], A[:63]),
        (f"SHA-256\n{A[:32]}\n{A[32:63]}", A[:63]),
        (
            f"CA          SHA-256\nRoot X1     {A[:40]}\nof Example  {A[40:50]}O{A[51:]}",
            A[:50] + "O" + A[51:],
        ),
    ],
)
def test_a_misprint_is_noticed(text: str, digits: str) -> None:
    found = read(text)
    assert found.fingerprints == []
    assert [each.digits for each in found.nearly] == [digits.lower()]
    assert found.nearly[0].page == 1


@pytest.mark.parametrize(
    "text",
    [
        A,
        A[:61],
        A + "0" * 3,
        f"{A[:30]}xyz{A[33:]}",
        f"{A[:32]}\n{A[32:]}",
        "the certification authority operations and key lifecycle environment disclosed",
        f"Serial number\n{A[:63]}",
    ],
)
def test_what_is_no_misprint(text: str) -> None:
    assert read(text).nearly == []


def test_a_misprint_takes_nothing_from_a_fingerprint() -> None:
    text = f"SHA-256\n{A[:32]}\n{A[32:]}\n\n\n{B[:32]}\n{B[32:63]}\n\n\n{C[:32]}\n{C[32:]}"
    found = read(text)
    assert [each.sha256.upper() for each in found.fingerprints] == [A, C]
    assert [(each.digits.upper(), each.printed) for each in found.nearly] == [
        (B[:63], f"{B[:32]}\n{B[32:63]}")
    ]
