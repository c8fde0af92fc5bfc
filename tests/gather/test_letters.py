"""From a letter on a server to a verdict: crawled, archived, read, listed or not.

Root ─► Listed CA        CCADB shows all three, audits as their parent's; Root's record names three letters:
     └► Forgotten CA     Standard lists Root and Listed CA, TLS BR is a page and no letter, NetSec is broken
"""

import json
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner, Result

from cagraph.cli.main import cli
from cagraph.crawl.archive import folder_of
from tests.gather.conftest import run, standin_of
from tests.pki import Authority
from tests.policy.lab import TRUST, audits, record
from tests.sources.ccadb_files import V5, table
from tests.standin.content import Content, File, pem_report

DAY = "2024-05-08"
ROOT = Authority("Root", "Own")
ROOT_CERT = ROOT.self_signed(not_before="2020-01-01", not_after="2040-01-01")
LISTED, FORGOTTEN = (
    ROOT.issue(Authority(name, "Own"), not_before="2020-01-01", not_after="2035-01-01")
    for name in ("Listed CA", "Forgotten CA")
)
LETTER = "\n".join(
    (
        "REPORT OF THE INDEPENDENT ACCOUNTANT",
        "To the management of Own:",
        "We have examined the assertion throughout the period April 1, 2023 to March 31, 2024, based on the",
        "WebTrust Principles and Criteria for Certification Authorities v2.2.2.",
        "In our opinion the assertion is fairly stated.",
        "Auditor LLP",
        "May 1, 2024",
        "SHA-256 Fingerprint",
        ROOT_CERT.sha256.upper(),
        "",
        LISTED.sha256.upper(),
    )
).encode()
GONE = b"<html><body>This page has moved.</body></html>"
BROKEN = b"%PDF-1.7 broken"


def content(url: str) -> Content:
    """Return what the stand-in at `url` serves."""
    cells: dict[str, str] = {}
    for kind, name in (("Standard", "letter.txt"), ("TLS BR", "gone.pdf"), ("NetSec", "broken.pdf")):
        cells |= audits((kind,), url=f"{url}/{name}")
    rows = [
        record(ROOT_CERT, "R", **cells),
        *(
            record(each, each.sha256[:8], "R", **{"Audits Same as Parent": "True"})
            for each in (LISTED, FORGOTTEN)
        ),
    ]
    pems = pem_report([each.der for each in (ROOT_CERT, LISTED, FORGOTTEN)])
    trust = f"{TRUST}mozilla,{ROOT_CERT.sha256},server_auth,,,,2020-01-01\n"
    return Content(
        {
            f"/{DAY}/ccadb/AllCertificateRecordsCSVFormatV5": File(table(V5, *rows).encode()),
            f"/{DAY}/ccadb/AllCertificatePEMsCSVFormat?NotBeforeYear=2020": File(pems),
            f"/{DAY}/root_trust.csv": File(trust.encode()),
            "/letter.txt": File(LETTER, "text/plain"),
            "/gone.pdf": File(GONE, "text/html"),
            "/broken.pdf": File(BROKEN, "application/pdf"),
        }
    )


def cagraph(*args: str) -> Result:
    """Run the command line as a user would."""
    return CliRunner().invoke(cli, args, prog_name="cagraph")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database and its archive after a crawl of records, certificates, trust and letters."""
    folder = tmp_path_factory.mktemp("crawled")
    path = folder / "db.duckdb"
    with standin_of(Content()) as standin:
        standin.content = content(standin.url)
        run(path, standin, sources=("ccadb", "extra", "audits"))
    assert cagraph("analyze", "--db", str(path), "-q").exit_code == 0
    return folder


@pytest.fixture
def db(crawled: Path, tmp_path: Path) -> Path:
    """A copy of it to oneself."""
    return Path(copytree(crawled, tmp_path / "crawled")) / "db.duckdb"


def verdicts(db: Path) -> set[tuple[str, str, str]]:
    """Return (certificate's name, kind, verdict and reason), by JSON from the command line."""
    query = (
        "SELECT DISTINCT subject, audit_kind, verdict || ' ' || reason AS said"
        " FROM coverage JOIN certificate USING (sha256) WHERE audit_kind IN ('Standard', 'TLS BR')"
    )
    rows = json.loads(cagraph("sql", query, "--db", str(db), "--as-of", DAY, "--json", "-q").stdout)
    return {(row["subject"].split(",")[0], row["audit_kind"], row["said"]) for row in rows}


def test_letters_are_read_once_and_decide(db: Path) -> None:
    """Before the reading all is claimed; after it, each letter says what it can."""
    assert {said for _, _, said in verdicts(db)} == {"claimed own", "claimed inherited"}
    result = cagraph("statement", "read", "--all", "--db", str(db))
    assert result.exit_code == 0, result.stderr
    assert "3 letters read now; of 3 documents: no_list 1, read 1, unreadable 1" in result.stderr
    assert verdicts(db) == {
        ("CN=Root", "Standard", "listed listed_own"),
        ("CN=Listed CA", "Standard", "listed listed_inherited"),
        ("CN=Forgotten CA", "Standard", "gap not_listed"),
        *((name, "TLS BR", "unknown no_letter") for name in ("CN=Root", "CN=Listed CA", "CN=Forgotten CA")),
    }
    assert "0 letters read now" in cagraph("statement", "read", "--all", "--db", str(db)).stderr
    assert "3 letters read now" in cagraph("statement", "read", "--all", "--again", "--db", str(db)).stderr
    # No path follows from a letter: the analysis is as fresh as before.
    assert "Analysed after the newest ingest" in cagraph("status", "--db", str(db)).stdout


def test_a_document_that_the_archive_lost_is_told(db: Path) -> None:
    """One body gone: the others are read, and the command ends with 4."""
    bodies = sorted((folder_of(db) / "bodies").rglob("*.gz"), key=lambda path: path.stat().st_size)
    bodies[0].unlink()
    result = cagraph("statement", "read", "--all", "--db", str(db))
    assert result.exit_code == 4
    assert "2 letters read now; of 3 documents: no_list 1, read 1, unread 1" in result.stderr
    assert "lacks the body" in result.stderr


def test_a_sweep_reads_the_letters_too(db: Path) -> None:
    """Into a new database, from the archive alone."""
    again = db.with_name("again.duckdb")
    result = cagraph(
        "sweep", "--offline", "--archive", str(folder_of(db)), "--db", str(again), "--as-of", DAY
    )
    assert result.exit_code == 0, result.stderr
    assert ("CN=Forgotten CA", "Standard", "gap not_listed") in verdicts(again)


def test_a_letter_had_by_hand_stands_at_its_address(db: Path, tmp_path: Path) -> None:
    """The page at the TLS address is no letter; one that somebody saved is stored in its place."""
    letter = tmp_path / "saved.txt"
    criteria = b"WebTrust Principles and Criteria for Certification Authorities"
    letter.write_bytes(LETTER.replace(criteria + b" v2.2.2", criteria + b" - SSL Baseline v2.8"))
    sql = cagraph(
        "sql", "SELECT url FROM audit_link WHERE url LIKE '%gone%'", "--db", str(db), "--json", "-q"
    )
    [row] = json.loads(sql.stdout)
    result = cagraph("statement", "read", str(letter), "--url", row["url"], "--db", str(db))
    assert result.exit_code == 0, result.stderr
    assert f"{row['url']}: 1 record here names it" in result.stderr
    assert ("CN=Listed CA", "TLS BR", "listed listed_inherited") in verdicts(db)


@pytest.mark.parametrize("address", ["", "letter.pdf", "https://a.example/1; https://a.example/2"])
def test_a_letter_stands_at_no_address_that_is_none(db: Path, tmp_path: Path, address: str) -> None:
    """Nothing would ever look for it there: it is refused, and nothing is stored."""
    letter = tmp_path / "saved.txt"
    letter.write_bytes(LETTER.replace(b"May 1", b"May 2"))
    result = cagraph("statement", "read", str(letter), "--url", address, "--db", str(db), "-q")
    assert result.exit_code == 2
    assert "is not one URL" in result.stderr
    count = "SELECT count(*) AS n FROM fetched WHERE source = 'audits'"
    assert json.loads(cagraph("sql", count, "--db", str(db), "--json", "-q").stdout) == [{"n": 3}]


def test_what_cannot_be_read_is_not_stored(db: Path, tmp_path: Path) -> None:
    """A slip of a file name does not take a letter's place."""
    assert cagraph("statement", "read", "--all", "--db", str(db)).exit_code == 0
    before = verdicts(db)
    (tmp_path / "slip.pdf").write_bytes(BROKEN)
    sql = cagraph(
        "sql", "SELECT url FROM audit_link WHERE url LIKE '%letter.txt'", "--db", str(db), "--json", "-q"
    )
    url = json.loads(sql.stdout)[0]["url"]
    result = cagraph("statement", "read", str(tmp_path / "slip.pdf"), "--url", url, "--db", str(db))
    assert result.exit_code == 4
    assert "not stored" in result.stderr
    assert verdicts(db) == before


@pytest.mark.parametrize(
    "args", [(), ("--again", "x.txt"), ("--all", "x.txt"), ("--url", "https://a.example/", "x.txt", "y.txt")]
)
def test_what_makes_no_sense_together_is_refused(args: tuple[str, ...], tmp_path: Path) -> None:
    for name in ("x.txt", "y.txt"):
        (tmp_path / name).write_text("text")
    paths = [str(tmp_path / each) if each.endswith(".txt") else each for each in args]
    assert cagraph("statement", "read", *paths).exit_code == 2
