"""What certificates and records point to: missing issuers, CRLs and audit statements, from a real server.

Root ─► Hidden CA ─► Web CA        CCADB shows Root and Web CA; Web CA says where Hidden CA's is
Root's CRL revokes Hidden CA; Root's record says where the CRL is, and its audit statement
"""

import json
from pathlib import Path

import duckdb

from cagraph.analysis import analyze
from tests.crls import crl
from tests.gather.conftest import DAY, run, standin_of
from tests.pki import Authority, Issued, extension, oid, tlv
from tests.sources.ccadb_files import RECORD, V5, table
from tests.standin.content import Content, File, pem_report

ROOT, HIDDEN, WEB = Authority("Root", "R"), Authority("Hidden CA", "R"), Authority("Web CA", "R")
PREFIX = "/2024-05-08"
LETTER = b"%PDF-1.7 a letter\n"


def aia(url: str) -> bytes:
    """authorityInfoAccess with one caIssuers address (RFC 5280 4.2.2.1)."""
    entry = tlv(0x30, oid("1.3.6.1.5.5.7.48.2"), tlv(0x86, url.encode()))
    return extension("1.3.6.1.5.5.7.1.1", tlv(0x30, entry))


def ecosystem(
    url: str, *, at: str | None = None, signer: Authority = ROOT
) -> tuple[Content, dict[str, Issued]]:
    """Return what the stand-in at `url` serves, and the certificates."""
    root = ROOT.self_signed(not_before="2020-01-01", not_after="2040-01-01")
    hidden = ROOT.issue(HIDDEN, not_before="2020-01-01", not_after="2035-01-01")
    link = aia(at or f"{url}/hidden.cer")
    web = HIDDEN.issue(WEB, not_before="2020-01-01", not_after="2035-01-01", extra=[link])
    record = {
        **RECORD,
        "Certificate Record Type": "Root Certificate",
        "SHA-256 Fingerprint": root.sha256.upper(),
        "JSON Array of All Full CRL URLs": json.dumps([f"{url}/root.crl", "ldap://x.example/cn=crl"]),
        "Standard Audit URL": f"{url}/letter.pdf",
    }
    revoked = crl(ROOT, (hidden.serial, "2024-02-01", "keyCompromise"), number=1, signer=signer)
    files = {
        f"{PREFIX}/ccadb/AllCertificateRecordsCSVFormatV5": File(table(V5, record).encode()),
        f"{PREFIX}/ccadb/AllCertificatePEMsCSVFormat?NotBeforeYear=2020": File(
            pem_report([root.der, web.der])
        ),
        "/hidden.cer": File(hidden.der, "application/pkix-cert"),
        "/root.crl": File(revoked, "application/pkix-crl"),
        "/letter.pdf": File(LETTER, "application/pdf"),
    }
    return Content(files), {"root": root, "hidden": hidden, "web": web}


def gather(db: Path, *sources: str, at: str | None = None, signer: Authority = ROOT) -> dict[str, Issued]:
    """Crawl it, records and certificates first; return the certificates."""
    with standin_of(Content()) as standin:
        content, issued = ecosystem(standin.url, at=at, signer=signer)
        standin.content = content
        run(db, standin, sources=("ccadb", *sources))
    return issued


def ask(db: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(query).fetchall()


def claims(db: Path) -> list[tuple[object, ...]]:
    """Return what the views take for revoked, and by which source."""
    with duckdb.connect(str(db)) as connection:
        analyze(connection)
        connection.execute(f"SET VARIABLE as_of = DATE '{DAY}'")
        return connection.execute(
            "SELECT sha256, source, revoked_at::DATE::VARCHAR FROM revocation_claim"
        ).fetchall()


def test_a_missing_issuer_is_found_where_its_child_says(tmp_path: Path) -> None:
    issued = gather(tmp_path / "db.duckdb", "aia")
    assert {row[0] for row in ask(tmp_path / "db.duckdb", "SELECT sha256 FROM certificate")} == {
        certificate.sha256 for certificate in issued.values()
    }
    assert ask(tmp_path / "db.duckdb", "SELECT rounds FROM crawl") == [(2,)]


def test_an_address_that_is_none_is_told(tmp_path: Path) -> None:
    gather(tmp_path / "db.duckdb", "aia", at="ldap://x.example/cn=Hidden")
    found = ask(tmp_path / "db.duckdb", "SELECT state, url, error FROM frontier WHERE source = 'aia'")
    assert [(state, url) for state, url, _ in found] == [("refused", "ldap://x.example/cn=Hidden")]
    assert "neither http nor https" in str(found[0][2])


def test_a_crl_revokes_when_its_signature_is_proved(tmp_path: Path) -> None:
    issued = gather(tmp_path / "db.duckdb", "aia", "crl")
    assert claims(tmp_path / "db.duckdb") == [(issued["hidden"].sha256, "crl", "2024-02-01")]
    states = ask(tmp_path / "db.duckdb", "SELECT state FROM frontier WHERE source = 'crl' ORDER BY url")
    assert states == [("done",), ("refused",)]


def test_a_crl_that_somebody_else_signed_revokes_nothing(tmp_path: Path) -> None:
    gather(tmp_path / "db.duckdb", "aia", "crl", signer=WEB)
    assert ask(tmp_path / "db.duckdb", "SELECT count(*) FROM revocation_entry") == [(1,)]
    assert claims(tmp_path / "db.duckdb") == []


def test_an_audit_statement_is_kept_unread(tmp_path: Path) -> None:
    gather(tmp_path / "db.duckdb", "audits")
    kept = ask(tmp_path / "db.duckdb", "SELECT body_bytes FROM fetched WHERE source = 'audits'")
    assert kept == [(len(LETTER),)]
