"""One certificate revocation list in a file, DER or PEM: its head, then one row for each entry.

The `line` of the head is 1, that of the first entry 2. What a list says is read in `x509.crl`, and who signed
it is not asked here.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from cagraph.sources.csvfile import VALUE_SHOWN
from cagraph.sources.lines import too_long
from cagraph.sources.pem import decode_body
from cagraph.sources.rows import CrlRow, Issue, Item, RevocationRow, Truncated
from cagraph.x509.crl_outline import begins_like_crl, length_of

KIND = "crl"
LISTED_BY = "crl"
LIMIT = 64 * 1024 * 1024
"""Bytes of a file that is read."""
HEAD_LINE = 1

_BEGIN = re.compile(rb"^[ \t]*-----BEGIN ([A-Z0-9 #]+)-----[ \t]*\r?$", re.MULTILINE)
_END = re.compile(rb"^[ \t]*-----END X509 CRL-----", re.MULTILINE)
_LABEL = b"X509 CRL"
_PADDING = b"\0\r\n\t "


class _CutOff(Exception):
    """The file ends inside the list; the text says where."""


def recognise(head: bytes) -> bool:
    """Whether the file begins like a CRL in DER, or its first PEM block is one."""
    begin = _BEGIN.search(head)
    return begins_like_crl(head) or (begin is not None and begin[1] == _LABEL)


def read(path: Path) -> Iterator[Item]:
    """Yield a `CrlRow`, then a `RevocationRow` or a rejecting `Issue` an entry; or one issue for all."""
    from cagraph.x509.crl import read_crl

    try:
        der, followed = _first_list(path)
        crl = read_crl(der)
    except _CutOff as problem:
        yield Issue(HEAD_LINE, None, str(problem))
        yield Truncated(HEAD_LINE)
        return
    except ValueError as problem:
        yield Issue(HEAD_LINE, None, str(problem))
        return
    yield CrlRow(HEAD_LINE, der, crl.issuer_name_id, crl.this_update, crl.next_update, crl.number)
    if followed:
        yield Issue(HEAD_LINE, None, "something follows the CRL: one is read of a file")
    for line, entry in enumerate(crl.entries(), start=HEAD_LINE + 1):
        if entry.problem:
            yield Issue(line, None, entry.problem, entry.serial[:VALUE_SHOWN])
            continue
        yield RevocationRow(
            line=line,
            listed_by=LISTED_BY,
            issuer_name_id=entry.issuer_name_id,
            serial=entry.serial,
            revoked_at=entry.revoked_at,
            reason=entry.reason,
        )


def _first_list(path: Path) -> tuple[bytes, bool]:
    """Return the DER of the list, and whether anything follows it.

    Raises:
        ValueError: there is none that can be read.
        _CutOff: the file ends inside it.
    """
    if path.stat().st_size > LIMIT:
        raise ValueError(too_long(LIMIT))
    data = path.read_bytes()
    if begins_like_crl(data):
        stop = length_of(data)
        if stop > len(data):
            raise _CutOff(f"cut off: {len(data)} of {stop} bytes are there")
        return data[:stop], bool(data[stop:].strip(_PADDING))
    begin = _BEGIN.search(data)
    if begin is None or begin[1] != _LABEL:
        raise ValueError("not a CRL")
    end = _END.search(data, begin.end())
    if end is None:
        raise _CutOff("the X509 CRL block has no END line: the file ends inside it")
    body = decode_body(data[begin.end() : end.start()].decode("ascii", "replace"))
    return body, _BEGIN.search(data, end.end()) is not None
