"""Lists that people keep by hand: certificates, tables with a column for each statement, fingerprints."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cagraph.errors import SourceError
from cagraph.model import sha256_hex
from cagraph.sources.own_list import OwnList, read_own_list
from tests.pki import Authority

ROOT = Authority("Example Root", "Example").self_signed(not_before="2010-01-01", not_after="2040-01-01")
CA = Authority("Example Root", "Example").issue(
    Authority("Example CA", "Example"), not_before="2020-01-01", not_after="2030-01-01"
)
Read = Callable[[str | bytes], OwnList]
A, B, C = (sha256_hex(each) for each in (b"a", b"b", b"c"))


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def write_and_read(body: str | bytes) -> OwnList:
        path = tmp_path / "list"
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
        return read_own_list(path)

    return write_and_read


def fingerprints(found: OwnList) -> list[str]:
    return [each.sha256 for each in found.entries]


@pytest.mark.parametrize(
    "body",
    [
        f"{A}\n{B}\n",
        f"sha256\n{A.upper()}\n{B.upper()}\n",
        f"Name,SHA-256 Fingerprint\nX,{A}\nY,{B}\n",
        f"Name;SHA-256(Certificate)\nX;{A}\nY;{B}",
        f"<html><table><tr><td>X<td>{A}<tr><td>Y<td>{B}</table></html>",
        f"\ufeffSHA-256(SPKI),SHA-256(Certificate)\n{C},{A}\n{C},{B}\n",
    ],
)
def test_fingerprints_of_any_document(read: Read, body: str) -> None:
    found = read(body)
    assert fingerprints(found) == [A, B]
    assert (found.columns, found.certificates) == (None, ())


def test_certificates_in_every_dress(read: Read) -> None:
    both = [sha256_hex(ROOT.der), sha256_hex(CA.der)]
    assert fingerprints(read(ROOT.pem + "\n" + CA.pem + "\n")) == both
    assert fingerprints(read(ROOT.der + CA.der)) == both
    table = f'number,PEM\n1,"{ROOT.pem}"\n2,"\'{CA.pem}\'"\n3,none\n'
    found = read(table)
    assert (fingerprints(found), list(found.certificates)) == (both, [ROOT.der, CA.der])
    [unused] = found.unused
    assert unused.endswith(": no certificate in PEM")


def test_a_certificate_counts_under_its_own_fingerprint(read: Read) -> None:
    found = read(f"SHA-256 Fingerprint,X.509 Certificate (PEM)\n{A},\"'{CA.pem}'\"\n")
    assert fingerprints(found) == [sha256_hex(CA.der)]


def test_a_column_for_each_statement(read: Read) -> None:
    found = read(
        "CA,SHA-256,WTCA?,WTBRSSL?,S/MIME Audit,WTCS?\n"
        f"Example,{A},CA,BRSSL,no,n/a\n"
        f"Example Two,{B},x,,Yes,CS\n"
        f"Example Three,{C},0,FALSE,-,N\n"
    )
    assert found.columns == ("Standard", "TLS BR", "S/MIME BR", "Code Signing")
    assert [each.kinds for each in found.entries] == [
        ("Standard", "TLS BR"),
        ("Standard", "Code Signing", "S/MIME BR"),
        (),
    ]
    assert [each.line for each in found.entries] == [2, 3, 4]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_parts_the_cells(read: Read, delimiter: str) -> None:
    rows = ("Name,SHA-256,S/MIME", f'"X\ny",{A},yes', f"Y,{B},no")
    found = read("\ufeff" + "\r\n".join(row.replace(",", delimiter) for row in rows) + "\r\n")
    assert [(each.sha256, each.kinds) for each in found.entries] == [(A, ("S/MIME BR",)), (B, ())]


def test_a_column_that_says_neither_yes_nor_no(read: Read) -> None:
    """`EV` may hold the names of policies: then the list says nothing of statements."""
    found = read(f"SHA-256,EV\n{A},1.2.3\n{B},2.3.4\n{C},3.4.5\n")
    assert found.columns is None
    assert {each.kinds for each in found.entries} == {None}


def test_what_could_not_be_used_is_said(read: Read) -> None:
    found = read(f"SHA-256,Name\n{A},X\nnonsense,Y\n{B}\n{C},Z\n")
    assert fingerprints(found) == [A, C]
    assert [line.partition(":")[0] for line in found.unused] == ["line 3", "line 4"]


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7", b"SHA-256,Name\n", b"no fingerprint here\n", b"\x30\x82"])
def test_a_list_of_nothing(read: Read, body: bytes) -> None:
    with pytest.raises(SourceError):
        read(body)
