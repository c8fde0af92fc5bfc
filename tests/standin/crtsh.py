"""crt.sh's answers about certificates over HTTP: by key as JSON, by number or fingerprint as PEM.

Knows how crt.sh answers, its failures with status 200 among it; nothing of servers.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from cagraph.model import sha256_hex
from cagraph.x509.certificate import read_certificate
from cagraph.x509.facts import CertificateFacts
from tests.standin.content import HTML, JSON, PKIX, File, json_bytes, serial_bytes
from tests.standin.reports import pem

FIRST = 1000
_SHA256 = re.compile(r"[0-9a-f]{64}")


def page(text: str) -> File:
    """Return what crt.sh shows to people."""
    return File(f"<!DOCTYPE html><HTML><BODY>{text}</BODY></HTML>".encode(), HTML)


class CrtSh:
    """Certificates, numbered from 1,000 on in their order. Reads them when first asked for a key."""

    def __init__(self, ders: Sequence[bytes]) -> None:
        self._numbered = dict(enumerate(ders, start=FIRST))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {sha256_hex(der): number for number, der in self._numbered.items()}

    @cached_property
    def _facts(self) -> dict[int, CertificateFacts]:
        return {number: read_certificate(der) for number, der in self._numbered.items()}

    @cached_property
    def _issuers(self) -> dict[str, int]:
        """The numbers of issuers, by their names."""
        return {facts.issuer_name_id: n for n, facts in enumerate(self._facts.values(), start=1)}

    def answer(self, query: Mapping[str, str]) -> File | None:
        """Return the answer to a query; None: 404."""
        if "d" in query:
            return self._certificate(query["d"])
        if "spkisha256" in query:
            key = query["spkisha256"].lower()
            if not _SHA256.fullmatch(key):
                return page(f"Invalid value: '{key}'")
            if query.get("output") != "json":
                return page("Certificates")
            return File(json_bytes(self._listed(key)), JSON)
        if not query.keys().isdisjoint({"c", "id", "sha1", "sha256"}):
            return page("Certificate not found ")
        if not query.keys().isdisjoint({"ca", "caid", "caname"}):
            return page("CA not found")
        return page(f"Unsupported output type: {query.get('output', 'html')}")

    def other(self, query: Mapping[str, str]) -> File:
        """Return another certificate than the one that is asked for."""
        number = next((n for n in self._numbered if n != self._number(query.get("d", ""))), None)
        assert number is not None, "there is no other certificate"
        return File(pem(self._numbered[number]).encode(), PKIX)

    def _certificate(self, asked: str) -> File | None:
        number = self._number(asked)
        return File(pem(self._numbered[number]).encode(), PKIX) if number in self._numbered else None

    def _number(self, asked: str) -> int | None:
        """Return the number that a number or a fingerprint stands for, if it stands for one."""
        if _SHA256.fullmatch(asked.lower()):
            return self._numbers.get(asked.lower())
        return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 20 else None

    def _listed(self, spki_sha256: str) -> list[dict[str, object]]:
        return [
            {
                "issuer_ca_id": self._issuers[facts.issuer_name_id],
                "issuer_name": facts.issuer,
                "name_value": spki_sha256,
                "id": number,
                "entry_timestamp": None,
                "not_before": facts.not_before.isoformat(),
                "not_after": facts.not_after.isoformat(),
                "serial_number": serial_bytes(facts).hex(),
                "result_count": 0,
            }
            for number, facts in sorted(self._facts.items(), reverse=True)
            if facts.spki_sha256 == spki_sha256
        ]
