"""The table of live sources: what each is, whether it is asked by default, and what it wants asked now.

What is wanted follows from what the warehouse knows, so the same table is read round after round: a
certificate found in one round has an issuer that is missing in the next.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from duckdb import DuckDBPyConnection

from cagraph.crawl.crawler import Follow, Manner
from cagraph.errors import UsageProblem
from cagraph.gather.addresses import Addresses
from cagraph.sources import (
    ask_aia,
    ask_audits,
    ask_ccadb,
    ask_crl,
    ask_crtsh,
    ask_ct,
    ask_extra,
    ask_onecrl,
    crtsh_sql,
)
from cagraph.sources.asking import Asked, Request
from cagraph.warehouse import crtsh, wanted


@dataclass(frozen=True, slots=True)
class Known:
    """What a plan may look at: the warehouse, the addresses configured, the day, the crawl's number."""

    connection: DuckDBPyConnection
    addresses: Addresses
    today: date
    crawl_id: int


Wants = Callable[[Known], list[Request]]


@dataclass(frozen=True, slots=True)
class Plan:
    """One live source."""

    asked: Asked
    about: str
    wants: Wants
    default: bool = False
    follow: Follow | None = None
    leans: bool = False
    """What it wants follows from what the others bring: it waits until they are done."""

    @property
    def manner(self) -> Manner:
        """How its answers are taken, and what they lead to."""
        return Manner(self.asked.check, self.follow)


def _ccadb(known: Known) -> list[Request]:
    return ask_ccadb.requests(known.addresses.ccadb, known.today.year)


def _onecrl(known: Known) -> list[Request]:
    return ask_onecrl.requests(known.addresses.onecrl)


def _ct(known: Known) -> list[Request]:
    lists = [url for url in known.addresses.ct_logs if url.endswith(".json")]
    logs = [url for url in known.addresses.ct_logs if url not in lists]
    return [*(request for url in lists for request in ask_ct.requests(url)), *ask_ct.log_requests(logs)]


def _extra(known: Known) -> list[Request]:
    return ask_extra.requests(known.addresses.extra)


def _aia(known: Known) -> list[Request]:
    return ask_aia.requests(wanted.issuer_urls(known.connection))


def _crl(known: Known) -> list[Request]:
    return ask_crl.requests(wanted.crl_urls(known.connection, known.today))


def _audits(known: Known) -> list[Request]:
    return ask_audits.requests(wanted.audit_urls(known.connection))


def _crtsh(known: Known) -> list[Request]:
    base, connection = known.addresses.crtsh, known.connection
    return [
        *ask_crtsh.fingerprint_requests(base, wanted.fingerprints_without_bytes(connection)),
        *ask_crtsh.certificate_requests(base, wanted.listed_and_unknown(connection)),
        *ask_crtsh.key_requests(base, wanted.live_keys(connection, known.today)),
    ]


def _crtsh_sql(known: Known) -> list[Request]:
    connection = known.connection
    return [
        *crtsh_sql.first_requests(crtsh.high_water(connection, known.crawl_id)),
        *crtsh_sql.ca_requests(crtsh.unknown_trusted_cas(connection)),
        *crtsh_sql.bucket_requests(crtsh.drifted_buckets(connection)),
    ]


PLANS: Mapping[str, Plan] = {
    "ccadb": Plan(ask_ccadb, "CCADB: all records, certificates of every year, included roots", _ccadb, True),
    "extra": Plan(ask_extra, "the files at the addresses of the setting extra_urls, if any", _extra, True),
    "onecrl": Plan(ask_onecrl, "Mozilla's OneCRL", _onecrl, True),
    "ct": Plan(ask_ct, "the roots that Certificate Transparency logs accept", _ct, True, ask_ct.follow),
    "aia": Plan(ask_aia, "missing issuers, at the addresses that certificates name", _aia, True, leans=True),
    "crl": Plan(
        ask_crl, "CRLs of live CAs that issued to other CAs, at CCADB's addresses", _crl, True, leans=True
    ),
    "audits": Plan(ask_audits, "audit statements at CCADB's addresses", _audits, leans=True),
    "crtsh-sql": Plan(crtsh_sql, "crt.sh over PostgreSQL: in bulk", _crtsh_sql, False, crtsh_sql.follow),
    "crtsh": Plan(
        ask_crtsh, "crt.sh over HTTP, key by key: slow, and its robots.txt says no", _crtsh, leans=True
    ),
}
"""The sources, in the order in which they are asked."""


def chosen(names: tuple[str, ...]) -> dict[str, Plan]:
    """Return the plans of these sources, in the table's order; without names those asked by default.

    Raises:
        UsageProblem: there is no such source.
    """
    if unknown := [name for name in names if name not in PLANS]:
        raise UsageProblem(f"no source {unknown[0]!r}: there are {', '.join(PLANS)}")
    return {name: plan for name, plan in PLANS.items() if (name in names if names else plan.default)}
