"""`cagraph paths` beyond its examples: what is asked for, what was cut, certificates that a file brings."""

import json
from collections.abc import Iterable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.sample import DAY, leaf
from tests.pki import SECURE_EMAIL, Authority, Issued

BRIDGED = "Alder Mail"
"""Reached from the newer root, and from the older one by each of three cross-certificates."""


@pytest.fixture
def sample(tmp_path: Path, sample_db: Path) -> Path:
    """The sample's database at the default place."""
    target = tmp_path / "cagraph.duckdb"
    target.write_bytes(sample_db.read_bytes())
    return target


def rows(run: Run, *args: str) -> list[dict[str, Any]]:
    result = run("paths", *args, "--as-of", DAY, "-q", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def lines(found: Iterable[dict[str, Any]]) -> set[tuple[str, ...]]:
    return {tuple(each["sha256"] for each in path["certificates"]) for path in found}


def test_what_counts_and_what_does_not_are_all_paths(sample: Path, run: Run) -> None:
    everything = rows(run, BRIDGED)
    capable, broken = rows(run, BRIDGED, "--capable"), rows(run, BRIDGED, "--broken")
    assert {path["total"] for path in everything} == {len(everything)} == {4}
    assert all(path["complete"] for path in everything)
    assert lines(everything) == lines(capable) | lines(broken)
    assert not lines(capable) & lines(broken)
    assert {path["state"] for path in broken} == {"revoked", "expired"}


def test_what_stands_between_a_path_and_a_program(sample: Path, run: Run) -> None:
    """Nothing where it counts; else every reason, those of the program and the purpose too."""
    found = rows(run, BRIDGED, "--to-program", "chrome", "--purpose", "server_auth")
    assert not any(path["state"] == "counts" for path in found)
    for path in found:
        reasons = {(each["reason"], each["purpose"], each["root_program"]) for each in path["breakers"]}
        assert ("extended_key_usage", "server_auth", None) in reasons
    counting = rows(run, BRIDGED, "--to-program", "mozilla", "--purpose", "secure_email", "--capable")
    assert len(counting) == 2
    assert [path["breakers"] for path in counting] == [[], []]


def test_no_more_than_asked_for_and_said_so(sample: Path, run: Run) -> None:
    result = run("paths", BRIDGED, "--max", "1", "--as-of", DAY)
    assert "note: 1 of 4 paths: --max shows more" in result.stderr
    assert len(rows(run, BRIDGED, "--max", "1")) == 1


def test_reissued_certificates_stand_together(sample: Path, run: Run) -> None:
    """Four paths by way of two rows of CAs: the older root and its cross-certificates are told once."""
    told = run("paths", BRIDGED, "--as-of", DAY, "-q").stdout
    assert told.count("CN=Alder Root CA") == 1
    assert told.count(", cross-certificate, 3 siblings") == 3
    tree = run("paths", BRIDGED, "--as-of", DAY, "-q", "--tree").stdout
    assert tree.startswith("CN=Alder Mail CA")
    assert tree.count("CN=Alder Root CA") == 3


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ([], "which certificate?"),
        (["Alder Mail", "--cert", "leaf.pem"], "which certificate?"),
        (["Alder Mail", "--tree", "--json"], "--tree is for reading"),
        (["--cert", "nowhere.pem"], "does not exist"),
        (["Alder Mail", "--purpose", "tls"], "'tls' is not one of"),
        (["Alder Mail", "--max", "0"], "0 is not in the range"),
    ],
)
def test_usage(sample: Path, run: Run, args: list[str], reason: str) -> None:
    Path("leaf.pem").write_text(leaf().pem)
    result = run("paths", *args)
    assert result.exit_code == 2
    assert reason in result.stderr


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"nothing of the kind", "is no certificate in PEM, DER or PKCS #7"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "line 1"),
        (leaf().pem.encode()[:200], "line 1"),
        (leaf().der[:100], "bad.pem"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "holds no certificate"),
        (b"", "is no certificate"),
    ],
)
def test_a_file_that_holds_no_certificate(sample: Path, run: Run, content: bytes, reason: str) -> None:
    Path("bad.pem").write_bytes(content)
    result = run("paths", "--cert", "bad.pem", "-q")
    assert (result.exit_code, result.stdout) == (4, "")
    assert reason in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_subscriber_whose_issuer_nobody_knows(sample: Path, run: Run) -> None:
    Path("lost.pem").write_text(Authority("Nobody").issue(Authority("lost.example"), ca=False).pem)
    result = run("paths", "--cert", "lost.pem", "-q")
    assert result.exit_code == 0
    assert result.stdout.startswith("no path: ")


def test_the_name_of_a_stranger_is_shown_safely(sample: Path, run: Run) -> None:
    hostile = Authority("evil\x1b[2J\u202e.example")
    issuer = Authority("Alder TLS EV CA", "Alder Trust Example")
    Path("evil.pem").write_text(issuer.issue(hostile, ca=False, eku=[SECURE_EMAIL]).pem)
    for form in ([], ["--tree"], ["--json"]):
        told = run("paths", "--cert", "evil.pem", "--as-of", DAY, "-q", *form).stdout
        assert "evil" in told
        assert "\x1b" not in told
        assert "\u202e" not in told


def test_nothing_is_written_for_a_question(sample: Path, run: Run) -> None:
    Path("leaf.pem").write_text(leaf().pem)
    before = sample.read_bytes()
    assert run("paths", "--cert", "leaf.pem", "--as-of", DAY, "-q").exit_code == 0
    assert sample.read_bytes() == before


def mesh(size: int) -> list[Issued]:
    """Return roots that all certify each other, and a CA below the first."""
    cas = [Authority(f"Mesh {number}") for number in range(size)]
    issued = [ca.self_signed() for ca in cas] + [one.issue(other) for one, other in permutations(cas, 2)]
    return [*issued, cas[0].issue(Authority("Mesh Sub"))]


def test_what_a_budget_cut_is_counted_and_judged_without_it(run: Run) -> None:
    """With a budget of one, the path from Mesh 3, which Mozilla trusts, is not stored; it still counts.

    To Mesh Sub: 1 path from Mesh 0 alone, and from each of the three others 1 + 2 + 2 orders of the rest.
    """
    certificates = mesh(4)
    Path("mesh.pem").write_text("\n".join(each.pem for each in certificates))
    Path("trust.csv").write_text(
        "root_program,sha256,purpose,ev_policy_oid,disabled_from,notbefore_until,as_of\n"
        f"mozilla,{certificates[3].sha256},secure_email,,,,2024-01-01\n"
    )
    assert run("ingest", "mesh.pem", "trust.csv", "-q").exit_code == 0
    assert run("analyze", "--budget", "1", "-q").exit_code == 0
    result = run("paths", "Mesh Sub", "--as-of", DAY, "--json")
    (path,) = json.loads(result.stdout)
    assert (path["state"], path["complete"]) == ("not trusted", False)
    assert "note: 16 paths in all: `cagraph analyze --budget` stores more" in result.stderr
    assert "note: by all its paths it is capable of secure_email in mozilla" in result.stderr
