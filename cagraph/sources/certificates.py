"""Certificates as files hold them: PEM bundles, DER one after the other, PKCS #7.

Finds where each certificate begins and ends and does not look into it. Of other PEM blocks, such as
private keys, only the label is ever read out. In DER and PKCS #7 the `line` of a certificate is its
ordinal number.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from cagraph.sources.der_files import begins_like_der, der_certificates, pkcs7_certificates, whole_element
from cagraph.sources.lines import LINE_LIMIT, Line, bounded_lines, too_long
from cagraph.sources.pem import CERTIFICATE_LABELS, decode_body
from cagraph.sources.rows import CertificateRow, Issue, Item, Truncated

KIND = "certificates"
PKCS7_LABELS = ("PKCS7", "PKCS #7 SIGNED DATA", "CMS")
_BEGIN = re.compile(rb"^[ \t]*-----BEGIN ([A-Z0-9 #]+)-----[ \t]*\r?$", re.MULTILINE)
_END = re.compile(rb"^[ \t]*-----END ([A-Z0-9 #]+)-----[ \t]*\r?$")


def recognise(head: bytes) -> bool:
    """Whether the file begins like DER, or a PEM block begins on a line of its own."""
    return begins_like_der(head) or _BEGIN.search(head) is not None


def read(path: Path) -> Iterator[Item]:
    """Yield a `CertificateRow` or a rejecting `Issue` for each certificate, and issues beside them."""
    with path.open("rb") as file:
        der = begins_like_der(file.read(64))
    yield from der_certificates(path) if der else _pem_blocks(path)


def _pem_blocks(path: Path) -> Iterator[Item]:
    """Yield what stands in each PEM block; text between the blocks is passed over."""
    block: _Block | None = None
    for line in bounded_lines(path):
        if line.too_long:
            where = "a line in a PEM block" if block else "a line"
            yield Issue(line.number, None, f"{where} is {too_long(LINE_LIMIT)}")
            block = None
            continue
        text = line.data.rstrip(b"\n")
        if begin := _BEGIN.match(text):
            if block:
                yield from block.refuse("has no END line")
            block = _Block(line, begin[1].decode("ascii"))
            if not block.wanted:
                reason = f"{block.label}: not a certificate, passed over"
                yield Issue(line.number, None, reason, rejected=False)
        elif block and (end := _END.match(text)):
            yield from block.items() if end[1].decode() == block.label else block.refuse("has another END")
            block = None
        elif block:
            block.add(text)
    if block:
        yield from block.refuse("has no END line: the file ends inside it")
        yield Truncated(block.line)


class _Block:
    """One PEM block. The content of one that is not wanted is never kept."""

    def __init__(self, line: Line, label: str) -> None:
        self.line = line.number
        self.label = label
        self.wanted = label in CERTIFICATE_LABELS or label in PKCS7_LABELS
        self._body: list[bytes] = []
        self._size = 0

    def add(self, text: bytes) -> None:
        """Keep a line of the body, up to the limit."""
        self._size += len(text)
        if self.wanted and self._size <= LINE_LIMIT:
            self._body.append(text)

    def refuse(self, reason: str) -> Iterator[Issue]:
        """Yield the rejection of the block, if a certificate was lost with it."""
        if self.wanted:
            yield Issue(self.line, None, f"the {self.label} block {reason}")

    def items(self) -> Iterator[Item]:
        """Yield the certificates of the block."""
        if not self.wanted:
            return
        if self._size > LINE_LIMIT:
            yield from self.refuse(f"is {too_long(LINE_LIMIT)}")
            return
        try:
            der = decode_body(b"\n".join(self._body).decode("ascii", "replace"))
            if self.label in PKCS7_LABELS:
                for certificate in pkcs7_certificates(der):
                    yield CertificateRow(self.line, certificate)
            else:
                # OpenSSL's TRUSTED CERTIFICATE has its own trust settings after the certificate.
                own = whole_element(der) if self.label.startswith("TRUSTED") else der
                yield CertificateRow(self.line, own)
        except ValueError as problem:
            yield from self.refuse(f"cannot be used: {problem}")
