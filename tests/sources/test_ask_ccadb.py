"""CCADB over HTTP: what is asked, and which answers are whole and of the kind asked for."""

import re
from pathlib import Path

import pytest

from cagraph.errors import UsageProblem
from cagraph.ingest import dating
from cagraph.sources import ask_ccadb
from cagraph.sources.asking import Answer, Asked, Request
from tests.pki import Authority
from tests.sources.answers import MAINTENANCE, answer, refusal
from tests.sources.ccadb_files import RECORD, V5, table

BASE = "https://ccadb.example"
ROOT = Authority("Example Root").self_signed()
PEM = f'SHA-256 Fingerprint,X.509 Certificate (PEM)\n{ROOT.sha256},"{ROOT.pem}"\n'
RECORDS = table(V5, RECORD, RECORD | {"Salesforce Record ID": "A2"}, quoted=True)
ROOTS = (
    "CA Owner,Certificate Name,Apple Status,Apple Trust Bits,Chrome Status,Microsoft Status,"
    "Microsoft EKUs,Mozilla Status,Mozilla Trust Bits,SHA-256\n"
    f"Example,Root,,,Included,,,,,{ROOT.sha256}\n"
)
MOZILLA = (
    "Owner,SHA-256 Fingerprint,Trust Bits,Distrust for TLS After Date,Distrust for S/MIME After Date,"
    "EV Policy OID(s),PEM Info\n"
    f"Example,{ROOT.sha256},Websites,,,Not EV,\"'{ROOT.pem}'\"\n"
)
BODIES = {"ccadb_records": RECORDS, "ccadb_pem": PEM, "ccadb_roots": ROOTS, "mozilla_roots": MOZILLA}

asked: Asked = ask_ccadb


def request_for(kind: str) -> Request:
    return next(found for found in ask_ccadb.requests(BASE, 2026) if found.kind == kind)


def test_every_report_and_every_year_is_asked_for() -> None:
    urls = [request.url for request in ask_ccadb.requests(f"{BASE}/", 2026)]
    years = [f"{BASE}/ccadb/AllCertificatePEMsCSVFormat?NotBeforeYear={year}" for year in range(1994, 2027)]
    assert urls == [
        f"{BASE}/ccadb/AllCertificateRecordsCSVFormatV5",
        *years,
        f"{BASE}/ccadb/AllIncludedRootCertsCSV",
        f"{BASE}/mozilla/IncludedCACertificateReportPEMCSV",
    ]
    assert {request.source for request in ask_ccadb.requests(BASE, 2026)} == {"ccadb"}
    assert not any(request.untrusted for request in ask_ccadb.requests(BASE, 2026))


def test_the_halves_stand_in_for_the_whole_and_names_tell_them_apart() -> None:
    whole = request_for("ccadb_records")
    names = [whole.name, *(half.name for half in whole.instead)]
    found = [
        dating.completeness("ccadb_records", name, None, cut=None, stored=2, unnamed=0) for name in names
    ]
    assert [(each.complete, each.half) for each in found] == [(True, None), (False, "V4a"), (False, "V4b")]
    assert [half.url.rpartition("/")[2] for half in whole.instead] == [
        "AllCertificateRecordsCSVFormatV4a",
        "AllCertificateRecordsCSVFormatV4b",
    ]


def test_names_carry_no_day_that_the_server_did_not_state() -> None:
    for request in ask_ccadb.requests(BASE, 2026):
        assert not re.search(r"\d{4}-\d{2}-\d{2}", request.name)


def test_the_address_is_checked() -> None:
    with pytest.raises(UsageProblem, match="neither http nor https"):
        ask_ccadb.requests("ftp://ccadb.example", 2026)


@pytest.mark.parametrize("kind", BODIES)
def test_a_whole_report_is_taken(tmp_path: Path, kind: str) -> None:
    taken = answer(tmp_path, BODIES[kind].encode(), "text/csv")
    asked.check(request_for(kind), taken)


@pytest.mark.parametrize("kind", BODIES)
def test_a_page_is_asked_for_again_and_then_counts_as_gone(tmp_path: Path, kind: str) -> None:
    for body in (MAINTENANCE, b"", b"\x00\xff" * 100, b"Service Unavailable"):
        refused = refusal(asked, request_for(kind), answer(tmp_path, body, "text/html"))
        assert (refused.again, refused.gone) == (True, True)


@pytest.mark.parametrize("kind", BODIES)
def test_another_report_than_the_one_asked_for_is_refused(tmp_path: Path, kind: str) -> None:
    for other in BODIES.keys() - {kind}:
        assert refusal(asked, request_for(kind), answer(tmp_path, BODIES[other].encode())).gone


@pytest.mark.parametrize("kind", BODIES)
def test_wherever_a_report_breaks_off_it_is_asked_for_again(tmp_path: Path, kind: str) -> None:
    whole = BODIES[kind].encode()
    header = whole.index(b"\n")
    for end in range(header + 1, len(whole)):
        if kind == "ccadb_pem" and end == header + 1:
            continue  # A year without certificates looks the same.
        if kind == "ccadb_records" and whole[:end].count(b'"') % 2 == 0 and whole[end - 1 : end] == b"\n":
            continue  # One record less is a report too.
        assert refusal(asked, request_for(kind), answer(tmp_path, whole[:end])).again
    asked.check(request_for(kind), answer(tmp_path, whole))


def test_a_quote_too_many_inside_is_damage_and_no_end(tmp_path: Path) -> None:
    damaged = RECORDS + f'x"y,{RECORDS.splitlines()[1]}\n' + RECORDS.split("\n", 1)[1]
    assert damaged.count('"') % 2
    asked.check(request_for("ccadb_records"), answer(tmp_path, damaged.encode()))


def test_only_a_year_may_be_empty(tmp_path: Path) -> None:
    for kind, body in BODIES.items():
        given = answer(tmp_path, body.split("\n", 1)[0].encode() + b"\n")
        if kind == "ccadb_pem":
            asked.check(request_for(kind), given)
        else:
            assert refusal(asked, request_for(kind), given).again


def test_columns_that_went_are_no_matter_of_trying_again(tmp_path: Path) -> None:
    body = ROOTS.replace("Mozilla Trust Bits", "Mozilla Bits").encode()
    refused = refusal(asked, request_for("ccadb_roots"), answer(tmp_path, body))
    assert (refused.again, refused.gone) == (False, False)
    assert "Mozilla Trust Bits" in str(refused)
    assert str(tmp_path) not in str(refused)


@pytest.mark.realdata
def test_the_real_reports_of_all_years_are_taken(real_dir: Path) -> None:
    for path in sorted((real_dir / "ccadb_pem").iterdir()):
        year = int(path.name[-4:])
        (request,) = (found for found in ask_ccadb.requests(BASE, year, year) if found.kind == "ccadb_pem")
        given = answer_at(path)
        asked.check(request, given)


def answer_at(path: Path) -> Answer:
    return Answer(path, "0" * 64, path.stat().st_size)
