"""The published suites of ../shared/suites as cases of one kind, and cagraph's verdict on a case.

A verdict is that of a TLS client without a host name: is there a path from an anchor to the last certificate,
judged as a subscriber's, that permits what is asked and holds no signature which verifiers refuse?
"""

import base64
import gzip
import ipaddress
import json
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from cagraph.graph.build import graph_of
from cagraph.graph.paths import Path as CertificatePath
from cagraph.graph.purposes import load_purposes
from cagraph.graph.search import Search
from cagraph.graph.steps import Steps
from cagraph.model import sha256_hex
from cagraph.x509.certificate import read_certificate
from cagraph.x509.constraints import names_of

PKITS_DAY = datetime(2015, 1, 1)
LIMBO_DAY = datetime(2026, 1, 1)
"""For the cases that name no time: their certificates are valid from 1970 to 2969."""
SERVER_AUTH = load_purposes().bit("server_auth")


@dataclass(frozen=True)
class Case:
    """One case: the certificates in DER, the instant, and whether the suite calls it valid.

    `about` is what the suite says of it besides, in its own words.
    """

    name: str
    target: bytes
    others: list[bytes]
    anchors: list[bytes]
    at: datetime
    valid: bool
    crls: list[bytes] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)

    def steps(self) -> Steps:
        """Return the graph of all its certificates."""
        return Steps(graph_of([*self.anchors, *self.others, self.target]))

    def paths(
        self, steps: Steps | None = None, *, target: bytes | None = None, without: Iterable[str] = ()
    ) -> list[CertificatePath]:
        """Return every path to the target, sound or broken, of which all certificates are valid.

        Another `target` than the last certificate is a CA, and judged as one.
        """
        search = Search(
            steps or self.steps(),
            sha256_hex(target or self.target),
            [sha256_hex(anchor) for anchor in self.anchors],
            issues=target is not None,
            at=self.at,
            without=frozenset(without),
        )
        return list(search)


def good(path: CertificatePath, purpose: int = SERVER_AUTH) -> bool:
    """Say whether a verifier of today may take a path."""
    return path.sound and bool(path.purposes & purpose) and not path.weak


def has_host(der: bytes, host: str) -> bool:
    """Match a host name or an address with the subject alternative names, which cagraph does not."""
    names = names_of(read_certificate(der))
    try:
        return ipaddress.ip_address(host).packed in names.ip
    except ValueError:
        return any(
            name.lower() in (host, "*." + host.partition(".")[2]) for name in names.dns if name.isascii()
        )


def _suite(shared: Path, name: str) -> Any:
    return json.loads(gzip.decompress((shared / "suites" / f"{name}.json.gz").read_bytes()))


@cache
def bettertls(shared: Path, suite: str) -> list[Case]:
    """Return the cases of BetterTLS's suite `pathbuilding` or `nameconstraints`."""
    content = _suite(shared, "bettertls")
    root = base64.b64decode(content["trustRoot"])
    found = []
    for case in content["suites"][suite]["testCases"]:
        leaf, *others = map(base64.b64decode, case.pop("certificates"))
        # The day that the suite was made. What it calls expired ended an hour before, 23 hours after every
        # notBefore: at notBefore + 1 s, as the README has it, nothing would be expired.
        at = read_certificate(leaf).not_before + timedelta(days=1)
        found.append(
            Case(str(case["id"]), leaf, others, [root], at, case["expected"] == "ACCEPT", about=case)
        )
    return found


@cache
def pkits(shared: Path) -> list[Case]:
    """Return the cases of PKITS; the anchor's own CRL is with each."""
    with tarfile.open(shared / "suites" / "pkits.tar.gz") as archive:
        files = {
            member.name.removeprefix("pkits/"): content.read()
            for member in archive.getmembers()
            if (content := archive.extractfile(member))
        }
    found = []
    for case in json.loads(files["pkits.json"]):
        target, *others = (files[f"certs/{name}"] for name in [case["cert"], *case.get("other_certs", [])])
        crls = [files[f"crls/{name}"] for name in ["TrustAnchorRootCRL.crl", *case.get("crls", [])]]
        anchors = [files["certs/TrustAnchorRootCertificate.crt"]]
        valid = "error" not in case
        found.append(Case(case["name"], target, others, anchors, PKITS_DAY, valid, crls, case))
    return found


def section(case: Case) -> str:
    """Return the section of PKITS that a case is of: test 40615 is the 15th of 4.6."""
    number = case.about["id"]
    return f"{int(number[0])}.{int(number[1:3])}"


@cache
def limbo(shared: Path) -> list[Case]:
    """Return the cases of x509-limbo."""
    found = []
    for case in _suite(shared, "limbo")["testcases"]:
        when = case["validation_time"]
        found.append(
            Case(
                name=case["id"],
                target=_der(case["peer_certificate"]),
                others=[_der(pem) for pem in case["untrusted_intermediates"]],
                anchors=[_der(pem) for pem in case["trusted_certs"]],
                at=datetime.fromisoformat(when).astimezone(UTC).replace(tzinfo=None) if when else LIMBO_DAY,
                valid=case["expected_result"] == "SUCCESS",
                crls=[
                    x509.load_pem_x509_crl(pem.encode()).public_bytes(Encoding.DER) for pem in case["crls"]
                ],
                about=case,
            )
        )
    return found


def _der(pem: str) -> bytes:
    """Return the DER of a certificate in PEM, whatever is in it."""
    _, body = pem.split("-----BEGIN CERTIFICATE-----", maxsplit=1)
    return base64.b64decode(body.partition("-----END CERTIFICATE-----")[0])
