"""What the stand-in serves when nothing goes wrong, as a plain client sees it."""

import csv
import io
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from cagraph.model import sha256_hex
from cagraph.sources import ccadb_roots, mozilla_roots
from cagraph.sources.root_trust import read as read_root_trust
from cagraph.sources.rows import CertificateRow, Item, TrustRow
from cagraph.x509.certificate import read_certificate
from tests.pki import Authority
from tests.standin import crtsh
from tests.standin.content import PEM_HEADER, SAMPLE, Content, File, real_content, sample_content
from tests.standin.reports import certificates, pem
from tests.standin.server import StandIn, serve_in_thread

DAY = "/2024-05-08"
V5 = f"{DAY}/ccadb/AllCertificateRecordsCSVFormatV5"
ONLY_CRTSH = Authority("Alder Undisclosed CA").self_signed().der
SAMPLE_FILES = sorted(path for day in ("2023-05-08", "2024-05-08") for path in (SAMPLE / day).iterdir())


@pytest.fixture(scope="module")
def content() -> Content:
    return sample_content([ONLY_CRTSH])


@pytest.fixture
async def standin(content: Content) -> AsyncIterator[StandIn]:
    async with StandIn(content) as server:
        yield server


@pytest.fixture
async def client(standin: StandIn) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(standin.url) as session:
        yield session


async def body(client: aiohttp.ClientSession, path: str) -> bytes:
    async with client.get(path) as response:
        assert response.status == 200
        return await response.read()


def served_at(path: Path) -> str:
    """Return where a file of the sample is served."""
    name = path.stem
    if name == "root_trust":
        return f"/{path.parent.name}/root_trust.csv"
    return f"/{path.parent.name}/ccadb/{name.replace('_NotBeforeYear_', '?NotBeforeYear=')}"


@pytest.mark.parametrize("path", SAMPLE_FILES, ids=served_at)
async def test_the_sample_is_served_as_it_lies_there(path: Path, client: aiohttp.ClientSession) -> None:
    assert await body(client, served_at(path)) == path.read_bytes()


@pytest.mark.parametrize("day", ["/2023-05-08", "/2024-05-08"])
async def test_a_year_without_certificates_is_a_header(day: str, client: aiohttp.ClientSession) -> None:
    assert await body(client, f"{day}/ccadb/AllCertificatePEMsCSVFormat?NotBeforeYear=1994") == PEM_HEADER


@pytest.mark.parametrize(
    "path",
    ["/", "/ccadb/AllIncludedRootCertsCSV", f"{DAY}/ccadb/AllCertificatePEMsCSVFormat?NotBeforeYear=x"],
)
async def test_what_is_not_there_is_not_found(path: str, client: aiohttp.ClientSession) -> None:
    async with client.get(path) as response:
        assert response.status == 404


async def test_the_halves_are_the_whole(client: aiohttp.ClientSession) -> None:
    def rows(report: bytes) -> list[list[str]]:
        return list(csv.reader(io.StringIO(report.decode(), newline="")))[1:]

    whole = rows(await body(client, V5))
    half_a, half_b = [rows(await body(client, f"{V5[:-2]}{half}")) for half in ("V4a", "V4b")]
    assert half_a
    assert half_b
    assert sorted(half_a + half_b) == sorted(whole)


def trusted(items: list[Item], *, programs: set[str]) -> set[tuple[str, ...]]:
    """Return what items say of roots that are not disabled."""
    return {
        (row.root_program, row.sha256, row.purpose, str(row.ev_policy_oid), str(row.notbefore_until))
        for row in items
        if isinstance(row, TrustRow) and row.root_program in programs and row.disabled_from is None
    }


async def test_mozillas_report_says_what_the_table_of_trust_says(
    client: aiohttp.ClientSession, content: Content, tmp_path: Path
) -> None:
    report = tmp_path / "report.csv"
    report.write_bytes(await body(client, f"{DAY}/mozilla/IncludedCACertificateReportPEMCSV"))
    items = list(mozilla_roots.read(report))
    table = list(read_root_trust(SAMPLE / "2024-05-08" / "root_trust.csv"))
    assert trusted(items, programs={"mozilla"}) == trusted(table, programs={"mozilla"}) != set()
    ders = {item.der for item in items if isinstance(item, CertificateRow)}
    assert ders <= set(content.listed)
    assert any("2022-11-30" in row[-1] for row in trusted(items, programs={"mozilla"}))


async def test_ccadbs_report_says_what_the_table_of_trust_says(
    client: aiohttp.ClientSession, tmp_path: Path
) -> None:
    """As far as it can: it knows no EV policies and no dates."""
    report = tmp_path / "report.csv"
    report.write_bytes(await body(client, f"{DAY}/ccadb/AllIncludedRootCertsCSV"))
    programs = {"apple", "chrome", "microsoft", "mozilla"}
    table = trusted(list(read_root_trust(SAMPLE / "2024-05-08" / "root_trust.csv")), programs=programs)
    told = trusted(list(ccadb_roots.read(report)), programs=programs)
    assert {row[:3] for row in told} == {row[:3] for row in table if row[2] != "ev_tls"} != set()


async def test_crtsh_lists_the_certificates_on_a_key_and_gives_their_bytes(
    client: aiohttp.ClientSession, content: Content
) -> None:
    key = read_certificate(ONLY_CRTSH).spki_sha256
    async with client.get("/crtsh/", params={"spkisha256": key, "output": "json"}) as response:
        assert response.content_type == "application/json"
        (entry,) = await response.json()
    assert entry["id"] == crtsh.FIRST + len(content.listed) - 1
    assert (entry["name_value"], entry["entry_timestamp"]) == (key, None)
    for asked in (entry["id"], sha256_hex(ONLY_CRTSH), sha256_hex(ONLY_CRTSH).upper()):
        async with client.get(f"/crtsh/?d={asked}") as response:
            assert response.content_type == "application/pkix-cert"
            assert await response.text() == pem(ONLY_CRTSH)


async def test_crtsh_has_every_certificate_under_a_number_that_stays(content: Content) -> None:
    one, other = crtsh.CrtSh(content.listed), crtsh.CrtSh(content.listed)
    for number, der in enumerate(content.listed, start=crtsh.FIRST):
        answer = one.answer({"d": str(number)})
        assert answer == other.answer({"d": sha256_hex(der)})
        assert answer is not None
        assert answer.body.decode() == pem(der)


async def test_an_unknown_key_has_an_empty_list(client: aiohttp.ClientSession) -> None:
    assert await body(client, f"/crtsh/?spkisha256={'0' * 64}&output=json") == b"[]"


@pytest.mark.parametrize("asked", ["1", "0" * 64, "-1", "9" * 30, "²", ""])
async def test_an_unknown_certificate_is_not_found(asked: str, client: aiohttp.ClientSession) -> None:
    async with client.get("/crtsh/", params={"d": asked}) as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("id=1&output=json", "Certificate not found"),
        ("caid=1&output=json", "CA not found"),
        ("spkisha256=zz&output=json", "Invalid value: 'zz'"),
        ("serial=01&output=json", "Unsupported output type: json"),
    ],
)
async def test_crtsh_says_no_with_200(query: str, said: str, client: aiohttp.ClientSession) -> None:
    async with client.get(f"/crtsh/?{query}") as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert said in await response.text()


async def test_other_methods_are_not_allowed(client: aiohttp.ClientSession, standin: StandIn) -> None:
    async with client.head("/crtsh/?d=1000") as response:
        assert response.status == 405
    assert [(asked.method, asked.answered) for asked in standin.log] == [("HEAD", "405")]


async def test_what_has_not_changed_is_not_sent_again(
    client: aiohttp.ClientSession, standin: StandIn, content: Content
) -> None:
    async with client.get(V5) as response:
        etag, modified = response.headers["ETag"], response.headers["Last-Modified"]
    for known in ({"If-None-Match": etag}, {"If-Modified-Since": modified}):
        async with client.get(V5, headers=known) as response:
            assert (response.status, await response.read()) == (304, b"")
            assert response.headers["ETag"] == etag
    assert [(asked.answered, asked.conditional) for asked in standin.log] == [
        ("200", False),
        ("304", True),
        ("304", True),
    ]
    assert (standin.conditional, len(standin.asked_for("*V5")), standin.asked_for("*V4?")) == (2, 3, [])
    standin.content = content.with_files({V5: File(b"another")})
    async with client.get(V5, headers={"If-None-Match": etag, "If-Modified-Since": modified}) as response:
        assert await response.read() == b"another"
        assert response.headers["ETag"] != etag


@pytest.mark.parametrize(
    ("accepted", "encodings", "used"),
    [
        ("gzip, br", ("gzip",), "gzip"),
        ("gzip, br", ("br", "gzip"), "br"),
        ("gzip", ("br", "gzip"), "gzip"),
        ("identity", ("br", "gzip"), None),
    ],
)
@pytest.mark.parametrize("chunked", [False, True])
async def test_bodies_come_packed_as_the_client_takes_them(
    accepted: str,
    encodings: tuple[str, ...],
    used: str | None,
    chunked: bool,
    client: aiohttp.ClientSession,
    standin: StandIn,
) -> None:
    standin.encodings, standin.chunked = encodings, chunked
    async with client.get(V5, headers={"Accept-Encoding": accepted}) as response:
        assert response.headers.get("Content-Encoding") == used
        assert ("Content-Length" in response.headers, "Transfer-Encoding" in response.headers) == (
            not chunked,
            chunked,
        )
        assert await response.read() == (SAMPLE / "2024-05-08" / f"{V5.rpartition('/')[2]}.csv").read_bytes()


async def test_a_port_that_is_taken_is_told_at_once(content: Content) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="address already in use"), serve_in_thread(content, port=port):
            pass


@pytest.mark.realdata
async def test_the_real_reports_are_served_as_they_lie_there(real_dir: Path) -> None:
    content = real_content(real_dir)
    async with StandIn(content) as standin, aiohttp.ClientSession(standin.url) as client:
        paths = sorted((real_dir / "ccadb_pem").iterdir())
        for path in paths:
            served = await body(
                client, f"/real/ccadb/{path.name.replace('_NotBeforeYear_', '?NotBeforeYear=')}"
            )
            assert served == path.read_bytes()
        assert await body(client, "/real/ccadb/AllCertificatePEMsCSVFormat?NotBeforeYear=1990") == PEM_HEADER
        der = next(iter(certificates(paths[-1]).values()))
        assert await body(client, f"/crtsh/?d={sha256_hex(der)}") == pem(der).encode()
        slices = sorted((real_dir / "ccadb_records").glob("*.csv"))
        assert [await body(client, f"/real/records/{path.name}") for path in slices] == [
            path.read_bytes() for path in slices
        ]
