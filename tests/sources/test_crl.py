"""CRLs in files: told from certificates by their content, read entry by entry, or refused as a whole."""

import base64
import gc
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from cagraph.sources import ask_crl, certificates, crl, recognise
from cagraph.sources.asking import Answer, Refused, Request
from cagraph.sources.rows import CrlRow, Issue, Item, RevocationRow, Truncated
from cagraph.x509.certificate import read_certificate
from tests import crls
from tests.pki import Authority, extension, tlv

CA = Authority("List CA", owner="Owner")
OTHER = Authority("Other CA", owner="Owner")
NAME_ID = read_certificate(CA.self_signed().der).subject_name_id
OTHER_ID = read_certificate(OTHER.self_signed().der).subject_name_id


def pem(der: bytes, label: str = "X509 CRL") -> bytes:
    return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (
        label.encode(),
        base64.encodebytes(der),
        label.encode(),
    )


def read(tmp_path: Path, content: bytes) -> list[Item]:
    path = tmp_path / "list"
    path.write_bytes(content)
    assert recognise(path) is crl
    return list(crl.read(path))


def only_issue(items: list[Item]) -> Issue:
    (issue,) = items
    assert isinstance(issue, Issue)
    assert issue.rejected
    return issue


def test_a_list_made_by_the_library(tmp_path: Path) -> None:
    """Independent of `tests.crls`: pyca/cryptography builds it."""
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(0xABCDEF)
        .revocation_date(datetime(2023, 5, 6, 7, 8, 9, tzinfo=UTC))
        .add_extension(x509.CRLReason(x509.ReasonFlags.ca_compromise), critical=False)
    )
    certificate = x509.load_der_x509_certificate(CA.self_signed().der)
    made = (
        x509.CertificateRevocationListBuilder(certificate.subject)
        .last_update(datetime(2024, 1, 2, tzinfo=UTC))
        .next_update(datetime(2024, 2, 2, tzinfo=UTC))
        .add_extension(x509.CRLNumber(300), critical=False)
        .add_revoked_certificate(entry.build())
        .sign(CA.key, hashes.SHA256())
    )
    der = made.public_bytes(Encoding.DER)
    expected = [
        CrlRow(1, der, NAME_ID, datetime(2024, 1, 2), datetime(2024, 2, 2), "12c"),
        RevocationRow(
            line=2,
            listed_by="crl",
            issuer_name_id=NAME_ID,
            serial="abcdef",
            revoked_at=datetime(2023, 5, 6, 7, 8, 9),
            reason="cACompromise",
        ),
    ]
    assert read(tmp_path, der) == expected
    assert read(tmp_path, made.public_bytes(Encoding.PEM)) == expected


def test_serials_are_written_as_certificates_have_them(tmp_path: Path) -> None:
    serials = [0, 1, 0x80, -127, -1, 2**159]
    _, *rows = read(tmp_path, crls.crl(CA, *((serial, "2024-01-01") for serial in serials)))
    listed = [row.serial for row in rows if isinstance(row, RevocationRow)]
    assert listed == [read_certificate(CA.issue(OTHER, serial=serial).der).serial for serial in serials]


def test_the_names_spelling_is_no_other_name(tmp_path: Path) -> None:
    made = crls.crl(CA).replace(CA.name(), CA.name("printable"))
    (head,) = read(tmp_path, made)
    assert isinstance(head, CrlRow)
    assert head.issuer_name_id == NAME_ID


def test_an_old_list_without_version_next_update_and_entries(tmp_path: Path) -> None:
    (head,) = read(tmp_path, crls.crl(CA, version=1, next_update=None))
    assert isinstance(head, CrlRow)
    assert (head.this_update, head.next_update, head.number) == (datetime(2024, 1, 1), None, None)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (crls.crl(CA, extra=[crls.DELTA]), "a delta CRL: what it lacks says nothing"),
        (crls.crl(CA, extra=[crls.ATTRIBUTES_ONLY]), "a CRL of attribute certificates only"),
        (crls.crl(CA, extra=[crls.STRANGE]), "a critical extension that is not known: 1.2.3.4"),
        (crls.crl(CA, extra=[crls.INDIRECT] * 2), "pyca/cryptography: "),
        (crls.crl(CA, (1, "2024-01-01"), b"\x30\x03\x02\x01\x01"), "pyca/cryptography: "),
        (
            crls.crl(CA).replace(CA.name()[2:], b"\xff" * (len(CA.name()) - 2)),
            "DER has a tag of several bytes",
        ),
        (pem(b"\x30\x03\x02\x01\x01"), "not a CRL (RFC 5280 5.1"),
        (pem(crls.crl(CA))[:-80] + b"%%%%\n-----END X509 CRL-----\n", "broken base64"),
        (pem(b""), "the PEM block is empty"),
    ],
)
def test_what_is_refused_as_a_whole(tmp_path: Path, made: bytes, reason: str) -> None:
    assert only_issue(read(tmp_path, made)).reason.startswith(reason)


@pytest.mark.parametrize("cut", [crls.crl(CA, (1, "2024-01-01"))[:-30], pem(crls.crl(CA))[:-30]])
def test_a_list_that_breaks_off(tmp_path: Path, cut: bytes) -> None:
    issue, end = read(tmp_path, cut)
    assert isinstance(issue, Issue)
    assert issue.rejected
    assert end == Truncated(1)


def test_more_than_one_list_in_a_file(tmp_path: Path) -> None:
    for content in (pem(crls.crl(CA)) + pem(crls.crl(OTHER)), crls.crl(CA) + crls.crl(OTHER)):
        head, issue = read(tmp_path, content)
        assert isinstance(head, CrlRow)
        assert head.issuer_name_id == NAME_ID
        assert only_issue([issue]).reason == "something follows the CRL: one is read of a file"
    for padded in (crls.crl(CA) + b"\r\n", b"# a comment\n" + pem(crls.crl(CA)) + b"the end\n"):
        assert len(read(tmp_path, padded)) == 1


def test_entries_that_cannot_be_used(tmp_path: Path) -> None:
    """One entry each: good, an unreadable extension, an unknown critical one, removed, good."""
    made = crls.crl(
        CA,
        (1, "2024-01-01"),
        crls.entry(2, "2024-01-01", "", extension("2.5.29.21", b"\x30\x00")),
        crls.entry(3, "2024-01-01", "", crls.STRANGE),
        (4, "2024-01-01", "removeFromCRL"),
        (5, "2024-01-01", "certificateHold"),
    )
    _, *items = read(tmp_path, made)
    assert [type(item) for item in items] == [RevocationRow, Issue, Issue, Issue, RevocationRow]
    issues = [item for item in items if isinstance(item, Issue)]
    assert [(issue.line, issue.value, issue.rejected) for issue in issues] == [
        (3, "2", True),
        (4, "3", True),
        (5, "4", True),
    ]
    assert issues[1].reason == "a critical extension that is not known: 1.2.3.4"
    assert issues[2].reason == "removeFromCRL, which only a delta CRL may say"


def test_an_indirect_list_names_issuers_that_stand(tmp_path: Path) -> None:
    broken = extension("2.5.29.29", tlv(0x30), critical=True)
    made = crls.crl(
        CA,
        (1, "2024-01-01"),
        crls.entry(2, "2024-01-01", "", crls.of_issuer(OTHER)),
        (3, "2024-01-01"),
        crls.entry(4, "2024-01-01", "", crls.of_issuer(CA)),
        crls.entry(5, "2024-01-01", "", broken),
        (6, "2024-01-01"),
        crls.entry(7, "2024-01-01", "", crls.of_issuer(OTHER)),
        extra=[crls.INDIRECT],
    )
    _, *items = read(tmp_path, made)
    rows = {item.serial: item.issuer_name_id for item in items if isinstance(item, RevocationRow)}
    assert rows == {"1": NAME_ID, "2": OTHER_ID, "3": OTHER_ID, "4": NAME_ID, "7": OTHER_ID}
    assert [item.value for item in items if isinstance(item, Issue)] == ["5", "6"]


@pytest.mark.parametrize("version", [1, 3])
def test_a_certificate_is_no_list(tmp_path: Path, version: int) -> None:
    path = tmp_path / "file"
    certificate = CA.issue(OTHER, version=version)
    for content in (certificate.der, pem(certificate.der, "CERTIFICATE")):
        path.write_bytes(content)
        assert recognise(path) is certificates
        assert only_issue(list(crl.read(path))).reason == "not a CRL"


@pytest.mark.parametrize("content", [b"", b"\x30", b"\x30\x82", b"junk", b"\x30\x80\x30\x80\x02\x01\x01"])
def test_other_bytes_are_no_list(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert not crl.recognise(content)
    assert only_issue(list(crl.read(path))).reason == "not a CRL"


def test_a_long_list_is_read_entry_by_entry(tmp_path: Path) -> None:
    """20,000 entries: what is held at a time is the file and one entry."""
    path = tmp_path / "long"
    path.write_bytes(crls.crl(CA, *((serial, "2024-01-01", "keyCompromise") for serial in range(20_000))))
    gc.collect()
    tracemalloc.start()
    assert sum(isinstance(item, RevocationRow) for item in crl.read(path)) == 20_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 * path.stat().st_size


def answer(tmp_path: Path, body: bytes) -> Answer:
    path = tmp_path / "body"
    path.write_bytes(body)
    return Answer(path, "00" * 32, len(body))


def test_each_address_is_asked_once_and_what_is_none_is_left_to_be_refused() -> None:
    urls = ["http://crl.example/a.crl", "ldap://crl.example/b", "http://crl.example/a.crl"]
    request, other = ask_crl.requests(urls)
    assert (request.source, request.kind, request.untrusted) == ("crl", "crl", True)
    assert (other.url, other.untrusted) == ("ldap://crl.example/b", True)
    assert (request.url, request.name) == ("http://crl.example/a.crl", "a.crl")


def test_answers_that_are_taken(tmp_path: Path) -> None:
    (request,) = ask_crl.requests(["http://crl.example/a.crl"])
    for body in (crls.crl(CA), crls.crl(CA, (1, "2024-01-01")), pem(crls.crl(CA))):
        ask_crl.check(request, answer(tmp_path, body))


@pytest.mark.parametrize(
    ("body", "again"),
    [
        (b"", True),
        (b"<!DOCTYPE html><title>Down</title>", True),
        (crls.crl(CA, (1, "2024-01-01"))[:-10], True),
        (CA.self_signed().der, False),
        (b"not found", False),
        (crls.crl(CA, extra=[crls.DELTA]), False),
    ],
)
def test_answers_that_are_not_taken(tmp_path: Path, body: bytes, again: bool) -> None:
    request = Request("crl", "http://crl.example/a.crl", crl.KIND, "a.crl")
    with pytest.raises(Refused) as refused:
        ask_crl.check(request, answer(tmp_path, body))
    assert refused.value.again is again
    assert str(refused.value)
