"""Every real certificate: read, read alike by both readers, counted as ../shared/real/README.md counts."""

import hashlib
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1_alt_modules import rfc5280

from cagraph.x509.der import children, cut, element
from cagraph.x509.facts import CertificateFacts
from tests.real_certificates import real_facts, real_rows
from tests.x509.readers import differences

# The deprecation says of 36 serial numbers what `problems` says of them.
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning"),
]

DAY = datetime(2026, 8, 21)


@pytest.fixture(scope="module")
def facts(real_dir: Path) -> dict[str, CertificateFacts]:
    return real_facts(real_dir)


def test_every_certificate_is_kept(real_dir: Path, facts: dict[str, CertificateFacts]) -> None:
    rows = real_rows(real_dir)
    assert len(rows) == 10_229
    assert all(hashlib.sha256(der).hexdigest() == fingerprint for fingerprint, der in rows)
    assert len(facts) == len({fingerprint for fingerprint, _ in rows}) == 10_217
    assert all(found.sha256 == sha256 for sha256, found in facts.items())


def test_which_reader_read_them(facts: dict[str, CertificateFacts]) -> None:
    """15 that pyca refuses, 25 with an extension that it refuses: neither more nor fewer."""
    tolerantly = {found.sha256: found for found in facts.values() if found.read_by == "tolerant"}
    refused = {sha256 for sha256, found in tolerantly.items() if not _loads(found.der)}
    assert (len(facts), len(tolerantly), len(refused)) == (10_217, 40, 15)
    assert all(found.problems[0].startswith("pyca/cryptography: ") for found in tolerantly.values())


def _loads(der: bytes) -> bool:
    try:
        x509.load_der_x509_certificate(der)
    except ValueError:
        return False
    return True


def test_both_readers_agree_on_all_that_the_strict_one_reads(facts: dict[str, CertificateFacts]) -> None:
    strictly = [found for found in facts.values() if found.read_by == "strict"]
    assert len(strictly) == 10_177
    assert [found.sha256 for found in strictly if differences(found.der)] == []


def test_a_second_opinion_on_those_read_tolerantly(facts: dict[str, CertificateFacts]) -> None:
    """The whole certificate at once through pyasn1: names, dates, key and the extensions that decide."""
    for found in facts.values():
        if found.read_by != "tolerant":
            continue
        certificate, rest = decoder.decode(found.der, asn1Spec=rfc5280.Certificate())
        assert rest == b""
        tbs = certificate["tbsCertificate"]
        assert found.version == int(tbs["version"]) + 1
        assert int(found.serial, 16) == int(tbs["serialNumber"])
        assert found.spki_sha256 == hashlib.sha256(encoder.encode(tbs["subjectPublicKeyInfo"])).hexdigest()
        assert found.subject_der == encoder.encode(tbs["subject"])
        assert found.issuer_der == encoder.encode(tbs["issuer"])
        assert found.not_before == _moment(tbs["validity"]["notBefore"]), found.sha256
        assert found.not_after == _moment(tbs["validity"]["notAfter"]), found.sha256
        _compare_extensions(found, {str(e["extnID"]): bytes(e["extnValue"]) for e in tbs["extensions"]})


def _moment(time: Any) -> datetime:
    """Read a time digit by digit, in another way than the code under test."""
    text = str(time.getComponent())
    digits, plus, offset = text.removesuffix("Z").partition("+")
    if time.getName() == "utcTime":
        digits = ("19" if digits[0] in "56789" else "20") + digits
    month, day, hour, minute, *rest = (int(digits[at : at + 2]) for at in range(4, len(digits), 2))
    local = datetime(int(digits[:4]), month, day, hour, minute, sum(rest))
    return local - timedelta(hours=int(offset[:2]), minutes=int(offset[2:])) if plus else local


def _compare_extensions(found: CertificateFacts, extensions: dict[str, bytes]) -> None:
    if "2.5.29.19" in extensions:
        basic, _ = decoder.decode(extensions["2.5.29.19"], asn1Spec=rfc5280.BasicConstraints())
        length = basic["pathLenConstraint"]
        assert (found.is_ca, found.path_len) == (bool(basic["cA"]), int(length) if length.isValue else None)
    assert found.has_basic_constraints == ("2.5.29.19" in extensions)
    if "2.5.29.37" in extensions:
        usages, _ = decoder.decode(extensions["2.5.29.37"], asn1Spec=rfc5280.ExtKeyUsageSyntax())
        assert found.eku_oids == tuple(map(str, usages))
    else:
        assert found.eku_oids is None
    if found.key_usage is not None:
        assert ("keyCertSign" in found.key_usage) == bool(extensions["2.5.29.15"][3] & 0x04)
    elif "2.5.29.15" in extensions:
        with pytest.raises(PyAsn1Error):
            decoder.decode(extensions["2.5.29.15"], asn1Spec=rfc5280.KeyUsage())
        assert any("2.5.29.15" in problem for problem in found.problems)


def test_dates_without_seconds(facts: dict[str, CertificateFacts]) -> None:
    """As `openssl x509 -dates` has them."""
    found = {sha256[:8]: (each.not_before, each.not_after) for sha256, each in facts.items()}
    assert found["1bc40080"] == (datetime(2010, 1, 1, 1), datetime(2039, 12, 31, 23, 59))
    assert found["7bda5013"] == (datetime(2012, 2, 1, 1, 59), datetime(2020, 11, 2, 1, 1, 59))


def test_no_date_is_odd(facts: dict[str, CertificateFacts]) -> None:
    assert all(timedelta() < f.not_after - f.not_before < timedelta(days=366 * 60) for f in facts.values())


def test_counts_of_the_readme(facts: dict[str, CertificateFacts]) -> None:
    everything = list(facts.values())
    valid = [found for found in everything if found.not_before <= DAY <= found.not_after]
    assert sum(not found.is_ca for found in everything) == 46
    assert sum(found.version == 1 and not found.has_basic_constraints for found in everything) == 43
    assert (len(valid), sum(found.is_ca for found in valid)) == (5_899, 5_886)


def test_cas_and_keys_of_the_readme(facts: dict[str, CertificateFacts]) -> None:
    """Normalised, the README has 8,223 CAs, 1,420 with two certificates and 118 keys under two names.

    We take nazwaSSL and Shoper SSL, each spelled once as UTF8String and once as TeletexString that holds
    the same UTF-8 bytes, for one name each. That makes 2 CAs fewer, 1 more with two certificates (nazwaSSL
    had two in one spelling already), 1 key fewer under two names (nazwaSSL's has another name besides).
    """
    everything = list(facts.values())
    raw = Counter((found.subject_der, found.spki_sha256) for found in everything)
    normalised = Counter(found.ca_id for found in everything)
    assert (len(raw), len(normalised)) == (8_268, 8_223 - 2)
    assert sum(count > 1 for count in raw.values()) == 1_405
    assert sum(count > 1 for count in normalised.values()) == 1_420 + 1
    assert max(raw.values()) == max(normalised.values()) == 13
    valid = [found for found in everything if found.not_before <= DAY <= found.not_after]
    assert _keys_with_names(everything) == (162, 117)
    assert _keys_with_names(valid) == (64, 40)


def _keys_with_names(certificates: list[CertificateFacts]) -> tuple[int, int]:
    """Return how many keys stand under more than one subject name: raw, normalised."""
    raw, normalised = defaultdict(set), defaultdict(set)
    for found in certificates:
        raw[found.spki_sha256].add(found.subject_der)
        normalised[found.spki_sha256].add(found.subject_name_id)
    return sum(len(each) > 1 for each in raw.values()), sum(len(each) > 1 for each in normalised.values())


@pytest.mark.parametrize("beginning", ["CN=nazwaSSL, OU=http://nazwa.pl, O=NetArt", "CN=Shoper® SSL,"])
def test_the_two_names_that_the_readme_tells_apart(
    facts: dict[str, CertificateFacts], beginning: str
) -> None:
    spelled = {f.subject_der: f.subject_name_id for f in facts.values() if f.subject.startswith(beginning)}
    assert len(spelled) == 2
    assert len(set(spelled.values())) == 1


def test_key_identifiers_are_mostly_hashes_of_the_key(facts: dict[str, CertificateFacts]) -> None:
    """RFC 5280 4.2.1.2 (1): that so many fit shows that the keys are cut where they should be."""
    some = [cut(found.der).spki for found in facts.values()]
    hashed = [hashlib.sha1(key[_point(key) :]).hexdigest() for key in some]
    fitting = sum(h == f.subject_key_id for h, f in zip(hashed, facts.values(), strict=True))
    assert fitting > 8_000


def _point(spki: bytes) -> int:
    """Return where the content of a SubjectPublicKeyInfo's BIT STRING begins."""
    *_, (_, _, start, _) = children(spki, *element(spki, 0, len(spki))[1:])
    return start + 1
