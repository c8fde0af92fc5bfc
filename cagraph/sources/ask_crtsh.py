"""What crt.sh is asked for over HTTP: the certificates on a key, and the bytes of a certificate.

crt.sh's robots.txt says no to all robots (`Disallow: /`). So nothing here is asked unless a user wants
it, and then seldom; its public database is the better way to much of it. crt.sh answers many a failure
with status 200, so an answer counts only if every part of it is what was asked for: an empty list and a
failure are never confused.
"""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qs, urlsplit

from cagraph.errors import SourceError
from cagraph.model import parse_fingerprint, sha256_hex
from cagraph.sources import certificates, crtsh_list
from cagraph.sources.asking import MEBIBYTE, Answer, Refused, Request
from cagraph.sources.checking import head_of, seen
from cagraph.sources.jsonfile import load_json
from cagraph.sources.rows import CertificateRow, Issue, PeerRow, Truncated
from cagraph.sources.urls import base_url

NAME = "crtsh"
BASE = "https://crt.sh"
LIST_LIMIT = 32 * MEBIBYTE
CERTIFICATE_LIMIT = MEBIBYTE
LIST_FRESH_DAYS = 1
KEY = "spkisha256"

SOFT_ERRORS = (
    "Certificate not found",
    "CA not found",
    "Invalid value",
    "Unsupported output type",
    "Value not permitted",
    "Unsupported use of",
)
"""What crt.sh says, with status 200, to a question that it will never answer better."""


def key_requests(base: str, spki_sha256s: Iterable[str]) -> list[Request]:
    """Return a request for the list of certificates on each key.

    Raises:
        UsageProblem: `base` is no address of a service.
        ValueError: a key is not given by the SHA-256 of its SubjectPublicKeyInfo.
    """
    service = base_url(base)
    return [
        Request(
            NAME,
            f"{service}/?{KEY}={key}&output=json",
            crtsh_list.KIND,
            f"{KEY}-{key}.json",
            LIST_LIMIT,
            fresh_days=LIST_FRESH_DAYS,
        )
        for key in dict.fromkeys(map(parse_fingerprint, spki_sha256s))
    ]


def certificate_requests(base: str, keys: Mapping[int, str]) -> list[Request]:
    """Return a request for each certificate, by crt.sh's own number; `keys` has the key it was listed for.

    Raises:
        UsageProblem: `base` is no address of a service.
    """
    service = base_url(base)
    return [_certificate(service, str(int(number)), spki_sha256=key) for number, key in keys.items()]


def fingerprint_requests(base: str, sha256s: Iterable[str]) -> list[Request]:
    """Return a request for each certificate, by its SHA-256.

    Raises:
        UsageProblem: `base` is no address of a service.
        ValueError: one is no SHA-256.
    """
    service = base_url(base)
    return [
        _certificate(service, sha256, sha256) for sha256 in dict.fromkeys(map(parse_fingerprint, sha256s))
    ]


def _certificate(
    service: str, number: str, sha256: str | None = None, spki_sha256: str | None = None
) -> Request:
    return Request(
        NAME,
        f"{service}/?d={number}",
        certificates.KIND,
        f"{number}.crt",
        CERTIFICATE_LIMIT,
        immutable=True,
        sha256=sha256,
        spki_sha256=spki_sha256,
        may_be_absent=True,
    )


def check(request: Request, answer: Answer) -> None:
    """Take a whole list for the key, or the one certificate asked for, or raise `Refused`."""
    if answer.status != 200:
        raise Refused(f"status {answer.status}")
    if request.kind == crtsh_list.KIND:
        _check_list(request, answer)
    else:
        _check_certificate(request, answer)


def _check_list(request: Request, answer: Answer) -> None:
    if answer.content_type != "application/json":
        raise _unexpected(answer)
    try:
        entries = load_json(answer.path)
    except SourceError:
        raise _unexpected(answer) from None
    if not isinstance(entries, list):
        raise Refused("JSON, but no list", again=False)
    for entry in entries:
        if not isinstance(entry, dict) or not entry.keys() >= set(crtsh_list.KEYS):
            raise Refused("the list is not in the form that crt.sh is known to give", again=False)
    key = parse_qs(urlsplit(request.url).query)[KEY][0]
    for item in crtsh_list.read(answer.path):
        if isinstance(item, Issue) and item.rejected:
            raise Refused(f"entry {item.line} of the list: {item.field} is {item.reason}", again=False)
        if isinstance(item, PeerRow) and item.values["spki_sha256"] != key:
            raise Refused(f"entry {item.line} of the list is of another key")


def _check_certificate(request: Request, answer: Answer) -> None:
    if not certificates.recognise(head_of(answer.path)):
        raise _unexpected(answer)
    items = list(certificates.read(answer.path))
    found = [item for item in items if isinstance(item, CertificateRow)]
    if any(isinstance(item, Truncated) for item in items):
        raise Refused("breaks off inside the certificate")
    if len(found) != 1 or len(items) != 1:
        raise Refused("not exactly one certificate")
    if request.sha256 not in (None, sha256_hex(found[0].der)):
        raise Refused("another certificate than the one asked for")
    if request.spki_sha256 not in (None, _key_of(found[0].der)):
        raise Refused("a certificate of another key than the one it was listed for")


def _key_of(der: bytes) -> str | None:
    """Return the SHA-256 of a certificate's key; None if it cannot be read."""
    from cagraph.x509.certificate import read_certificate

    try:
        return read_certificate(der).spki_sha256
    except ValueError:
        return None


def _unexpected(answer: Answer) -> Refused:
    """Return the refusal of what came in place of the answer; only a page with a known message is final.

    A message that is glued behind the beginning of an answer belongs to a question that failed on its way.
    """
    head = head_of(answer.path)
    text = head.decode("utf-8", "replace")
    said = next((error for error in SOFT_ERRORS if error in text), None)
    if said and answer.content_type == "text/html" and "[BEGIN_HEADERS]" not in text:
        return Refused(f"crt.sh says: {said}", again=False)
    return Refused(f"not the answer but {seen(answer, head)}")
