"""Certificates that the warehouse need not know: a subscriber's paths, judged as the last of each.

    Root ──► Issuer (no further CA) ──► subscribers        Root ──► Open ──► Unknown ──► a subscriber
    Other ──► Issuer (names in a.test only)                Root ──► Twice, two certificates of one key

mozilla trusts Root (for TLS only what was issued until 2021, and Root is enabled for EV), chrome Other.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cagraph.analysis.asking import asking_about
from cagraph.ingest import ingest
from cagraph.warehouse.catalogue import run
from cagraph.warehouse.database import open_warehouse
from cagraph.x509.certificate import read_certificate
from tests import crls
from tests.analysis.judging import judge
from tests.pki import ANY_POLICY, CLIENT_AUTH, EV_POLICY, SECURE_EMAIL, SERVER_AUTH, Authority, Issued
from tests.policy.lab import TRUST, child, open_lab, root

DAY = date(2024, 5, 8)
ROOT, ROOT_CERT = root("Root", "Own")
OTHER, OTHER_CERT = root("Other", "Else")
ISSUER, SUB = child("Issuer", ROOT, path_len=0)
CROSS = OTHER.issue(
    ISSUER, not_before="2015-01-01", not_after="2035-01-01", constraints=["permitted:dns:a.test"]
)
OPEN, OPEN_CERT = child("Open", ROOT, policies=[ANY_POLICY])
TWICE, FIRST = child("Twice", ROOT)
SECOND = ROOT.issue(TWICE, not_before="2016-01-01", not_after="2036-01-01")
UNKNOWN, UNKNOWN_CERT = child("Unknown", OPEN)
TRUSTED = [
    f"mozilla,{ROOT_CERT.sha256},server_auth,,,2021-12-31,2020-01-01",
    f"mozilla,{ROOT_CERT.sha256},secure_email,,,,2020-01-01",
    f"mozilla,{ROOT_CERT.sha256},ev_tls,1.2.3.4,,,2020-01-01",
    f"chrome,{OTHER_CERT.sha256},server_auth,,,,2020-01-01",
]
REVOKED = 77
"""The serial number that Issuer's and Open's CRLs list."""


@dataclass(frozen=True)
class Row:
    """What the catalogue's `paths` says of one path."""

    path_id: int
    line: tuple[str, ...]
    state: str
    counts_for: list[str]
    purposes: list[str]
    reasons: list[tuple[str, str]]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse, in a folder whose name SQL must quote."""
    folder = tmp_path_factory.mktemp("it's")
    with open_lab(folder) as lab:
        lab.certificates(ROOT_CERT, OTHER_CERT, SUB, CROSS, OPEN_CERT, FIRST, SECOND)
        lab.file(TRUST + "\n".join(TRUSTED) + "\n")
        for authority in (ISSUER, OPEN):
            path = folder / f"{authority.common_name}.crl"
            path.write_bytes(crls.crl(authority, (REVOKED, "2024-01-01")))
            ingest(lab.connection, [path], dated=date(2024, 2, 1))
        lab.query("SELECT 1")
    return folder / "lab.duckdb"


def subscriber(issuer: Authority = ISSUER, *names: str, host: str = "a.test", **options: Any) -> Issued:
    """Return a subscriber's certificate of 2023 if nothing else is said."""
    options = {"not_before": "2023-06-01", "not_after": "2024-06-01", "eku": [SERVER_AUTH], **options}
    return issuer.issue(Authority(host), ca=False, names=names or [f"dns:{host}"], **options)


@contextmanager
def asked(warehouse: Path, *issued: Issued, day: date = DAY, most: int = 100) -> Iterator[Any]:
    with asking_about(warehouse, [read_certificate(each.der) for each in issued], day, most) as found:
        assert found.sha256 == issued[0].sha256
        yield found


def rows_of(connection: Any, issued: Issued, **params: str) -> list[Row]:
    """Ask the catalogue's `paths`."""
    cursor = run(connection, "paths", {"sha256": issued.sha256, **params})
    names = [column[0] for column in cursor.description]
    found = []
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        line = tuple(each["sha256"] for each in row["certificates"])
        reasons = [(each["sha256"], each["reason"]) for each in row["breakers"]]
        found.append(Row(row["path_id"], line, row["state"], row["counts_for"], row["purposes"], reasons))
    return found


def ask(warehouse: Path, *issued: Issued, day: date = DAY, **params: str) -> list[Row]:
    with asked(warehouse, *issued, day=day) as found:
        rows = rows_of(found.connection, issued[0], **params)
        assert found.found == len(rows)
        assert (found.count.at_least, found.count.at_most) == (len(rows), len(rows))
        _agree(found.connection, rows)
    return rows


def _agree(connection: Any, rows: list[Row]) -> None:
    """A path counts for what nothing is said to break it for."""
    counts = {row.path_id: {tuple(each.split(":")) for each in row.counts_for} for row in rows}
    for judged in judge(connection, counts):
        assert judged.counts == (not judged.against), judged


def by_line(rows: list[Row]) -> dict[tuple[str, ...], Row]:
    assert len({row.line for row in rows}) == len(rows)
    return {row.line: row for row in rows}


def test_a_subscriber_under_a_cross_certified_ca(warehouse: Path) -> None:
    """As the last one: no further CA may follow above, and it is none. Issued late, mozilla's TLS is over."""
    leaf = subscriber(eku=[SERVER_AUTH, SECURE_EMAIL])
    own, cross = (ROOT_CERT.sha256, SUB.sha256, leaf.sha256), (OTHER_CERT.sha256, CROSS.sha256, leaf.sha256)
    rows = by_line(ask(warehouse, leaf, program="mozilla", purpose="server_auth"))
    assert rows.keys() == {own, cross}
    assert (rows[cross].state, rows[cross].counts_for) == ("no trusted purpose", ["chrome:server_auth"])
    assert rows[cross].reasons == [(OTHER_CERT.sha256, "not_trusted")]
    assert (rows[own].state, rows[own].counts_for) == ("no trusted purpose", ["mozilla:secure_email"])
    assert rows[own].reasons == [(leaf.sha256, "distrust_after")]
    assert rows[own].purposes == ["server_auth", "secure_email"]


def test_trust_that_has_ended_for_subscribers(warehouse: Path) -> None:
    """Issued by the last day, it counts, and the CA above counts whatever the day. Nothing is written."""
    before = hashlib.sha256(warehouse.read_bytes()).hexdigest(), warehouse.stat().st_mtime_ns
    early = subscriber(not_before="2021-12-31", eku=[SERVER_AUTH, SECURE_EMAIL])
    [row] = [each for each in ask(warehouse, early) if each.line[0] == ROOT_CERT.sha256]
    assert (row.state, row.counts_for) == ("counts", ["mozilla:secure_email", "mozilla:server_auth"])
    with open_warehouse(warehouse, write=False, as_of=DAY) as connection:
        [above] = [each for each in rows_of(connection, SUB) if each.line[0] == ROOT_CERT.sha256]
    assert {"mozilla:secure_email", "mozilla:server_auth"} <= set(above.counts_for)
    assert (hashlib.sha256(warehouse.read_bytes()).hexdigest(), warehouse.stat().st_mtime_ns) == before
    assert [each.name for each in warehouse.parent.glob("lab.duckdb*")] == ["lab.duckdb"]


def test_ev_ends_with_the_tls_that_it_asks_for(warehouse: Path) -> None:
    """Root's EV row has no last day of its own; without TLS there is no EV."""
    late = subscriber(OPEN, policies=[EV_POLICY])
    [row] = ask(warehouse, late, program="mozilla", purpose="ev_tls")
    assert row.counts_for == []
    assert (late.sha256, "distrust_after") in row.reasons


def test_name_constraints(warehouse: Path) -> None:
    """The cross-certificate's constraint forbids the name; the path by Root knows none."""
    leaf = subscriber(ISSUER, "dns:a.test", "dns:b.test", not_before="2021-06-01")
    rows = by_line(ask(warehouse, leaf))
    assert rows[ROOT_CERT.sha256, SUB.sha256, leaf.sha256].state == "counts"
    forbidden = rows[OTHER_CERT.sha256, CROSS.sha256, leaf.sha256]
    assert (forbidden.state, forbidden.counts_for, forbidden.purposes) == ("broken", [], [])
    assert forbidden.reasons == [(leaf.sha256, "name_constraints")]


def test_with_the_intermediates_that_nobody_knows(warehouse: Path) -> None:
    """Unknown has certificates from Open and from Issuer, which may issue to no CA, but for Other's path."""
    leaf, too_deep = subscriber(UNKNOWN, not_before="2021-06-01"), ISSUER.issue(UNKNOWN)
    rows = by_line(ask(warehouse, leaf, UNKNOWN_CERT, too_deep))
    counting = rows.pop((ROOT_CERT.sha256, OPEN_CERT.sha256, UNKNOWN_CERT.sha256, leaf.sha256))
    assert (counting.state, counting.counts_for) == ("counts", ["mozilla:server_auth"])
    broken = rows.pop((ROOT_CERT.sha256, SUB.sha256, too_deep.sha256, leaf.sha256))
    assert (broken.state, broken.reasons) == ("broken", [(too_deep.sha256, "path_length")])
    counting = rows.pop((OTHER_CERT.sha256, CROSS.sha256, too_deep.sha256, leaf.sha256))
    assert (counting.state, counting.counts_for) == ("counts", ["chrome:server_auth"])
    assert not rows


def test_an_issuer_that_nobody_knows(warehouse: Path) -> None:
    """Its name is known, with another key."""
    assert ask(warehouse, subscriber(Authority("Issuer", "Own", key="another"))) == []


def test_a_ca_that_is_known_by_reissued_certificates(warehouse: Path) -> None:
    leaf = subscriber(TWICE, not_before="2021-06-01")
    rows = by_line(ask(warehouse, leaf))
    assert rows.keys() == {(ROOT_CERT.sha256, each.sha256, leaf.sha256) for each in (FIRST, SECOND)}
    assert {row.state for row in rows.values()} == {"counts"}


def test_no_more_than_asked_for(warehouse: Path) -> None:
    with asked(warehouse, subscriber(TWICE), most=1) as found:
        assert (found.found, found.count.at_least, found.count.at_most) == (1, 2, 2)


def test_a_subscriber_that_a_crl_lists(warehouse: Path) -> None:
    leaf = subscriber(serial=REVOKED, not_before="2021-06-01")
    rows = ask(warehouse, leaf)
    assert {row.state for row in rows} == {"revoked"}
    assert all((leaf.sha256, "revoked") in row.reasons for row in rows)


def test_an_intermediate_of_the_file_that_a_crl_lists(warehouse: Path) -> None:
    unknown = OPEN.issue(UNKNOWN, serial=REVOKED, not_after="2030-01-01")
    [row] = ask(warehouse, subscriber(UNKNOWN, not_before="2021-06-01"), unknown)
    assert (row.state, row.reasons) == ("revoked", [(unknown.sha256, "revoked")])


def test_a_self_signed_subscriber(warehouse: Path) -> None:
    """Its certificate begins a path, and is no root."""
    alone = Authority("alone.test").self_signed(ca=False)
    [row] = ask(warehouse, alone)
    assert (row.line, row.state, row.counts_for) == ((alone.sha256,), "broken", [])


def test_another_day_and_another_purpose(warehouse: Path) -> None:
    client = subscriber(eku=[CLIENT_AUTH], not_before="2021-06-01")
    rows = ask(warehouse, client, day=date(2025, 1, 1), purpose="server_auth", program="chrome")
    assert {row.state for row in rows} == {"expired"}
    reasons = {(client.sha256, "expired"), (client.sha256, "extended_key_usage")}
    assert all(reasons <= set(row.reasons) for row in rows)


def test_what_the_warehouse_knows_is_said_the_same(warehouse: Path) -> None:
    """A CA's certificate in a file is judged as an issuer, by the paths that are stored."""
    with asked(warehouse, SUB) as found:
        rows = run(found.connection, "paths", {"sha256": SUB.sha256}).fetchall()
    with open_warehouse(warehouse, write=False, as_of=DAY) as connection:
        assert run(connection, "paths", {"sha256": SUB.sha256}).fetchall() == rows != []
