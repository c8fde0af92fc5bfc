"""The case the project exists for (Mozilla bug 1904494), from the real certificates, end to end.

A cross-certificate stood in the TLS statement and not in the S/MIME statement; whoever compared the
statement with the list that it was made from saw nothing. Checked against what the certificates themselves
say, it is missing.
"""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cagraph.cli.main import cli
from cagraph.report.scope import Question, scope_rows
from cagraph.warehouse.database import open_warehouse
from tests.audit.letters import letter

pytestmark = pytest.mark.realdata

DAY = "2024-04-09"
OWNER = "Asseco Data Systems S.A."
FIRST, LAST = date(2023, 2, 11), date(2024, 2, 10)
PERIOD = "February 11, 2023 to February 10, 2024"
CROSS = "949424dc2ccaab5e9e80d66e0e3f7deeb3201c607d4315ef4c6f2d93a917279d"
TWIN = "5c58468d55f58e497e743982d2b50010b6d165374acf83a7d4a32db768c4408e"

Check = Callable[..., tuple[Result, list[dict[str, Any]]]]


@pytest.fixture(scope="module")
def scope(real_db: Path) -> dict[str, dict[str, str]]:
    """What must stand in each statement: kind to SHA-256 to name."""
    with open_warehouse(real_db, write=False, as_of=date.fromisoformat(DAY)) as connection:
        table = scope_rows(connection, Question(FIRST, LAST, owner=OWNER))
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row["audit_kind"], {})[row["sha256"]] = row["subject"]
    return found


@pytest.fixture
def check(real_db: Path, tmp_path: Path) -> Check:
    def run(body: bytes, *more: str, db: Path | None = real_db) -> tuple[Result, list[dict[str, Any]]]:
        path = tmp_path / "letter.pdf"
        path.write_bytes(body)
        args = ["statement", "check", str(path), "--as-of", DAY, "--json", "-q", *more]
        result = CliRunner().invoke(cli, [*args, "--db", str(db)] if db else args)
        return result, json.loads(result.stdout) if result.stdout else []

    return run


def test_it_is_missing_from_the_smime_statement(scope: dict[str, dict[str, str]], check: Check) -> None:
    wanted = scope["S/MIME BR"]
    assert CROSS in wanted
    listed = [(name, sha256) for sha256, name in wanted.items() if sha256 != CROSS]
    result, problems = check(letter(OWNER, "S/MIME BR", PERIOD, [(name, sha) for name, sha in listed]))
    assert result.exit_code == 3
    [missing] = problems
    assert (missing["problem"], missing["sha256"], missing["audit_kind"]) == ("missing", CROSS, "S/MIME BR")
    assert missing["owner"] == OWNER
    assert missing["witness"].startswith("CN=Certum CA, ")
    assert missing["witness"].endswith("[949424dc]")
    assert TWIN in missing["siblings_listed"]
    assert "permits the purpose" in missing["why"]


def test_it_stands_in_the_tls_statement(scope: dict[str, dict[str, str]], check: Check) -> None:
    assert CROSS in scope["TLS BR"]
    listed = [(name, sha256) for sha256, name in scope["TLS BR"].items()]
    result, problems = check(letter(OWNER, "TLS BR", PERIOD, listed))
    assert (result.exit_code, problems) == (0, [])


def test_once_it_is_added_the_statement_is_clean(scope: dict[str, dict[str, str]], check: Check) -> None:
    listed = [(name, sha256) for sha256, name in scope["S/MIME BR"].items()]
    result, problems = check(letter(OWNER, "S/MIME BR", PERIOD, listed))
    assert (result.exit_code, problems) == (0, [])


def test_a_misprint_is_told_from_a_gap(scope: dict[str, dict[str, str]], check: Check) -> None:
    wrong = CROSS[:-1] + ("0" if CROSS[-1] != "0" else "1")
    listed = [(name, wrong if sha == CROSS else sha) for sha, name in scope["S/MIME BR"].items()]
    result, problems = check(letter(OWNER, "S/MIME BR", PERIOD, listed))
    assert result.exit_code == 3
    found = {problem["problem"]: problem for problem in problems}
    assert set(found) == {"misprint", "unknown"}
    assert (found["misprint"]["sha256"], found["misprint"]["printed"]) == (CROSS, wrong.upper())


def test_the_list_that_it_was_made_from_lacks_it_too(
    scope: dict[str, dict[str, str]], check: Check, tmp_path: Path
) -> None:
    """To compare letter and list with each other finds nothing: that was the root of the case."""
    listed = [(name, sha256) for sha256, name in scope["S/MIME BR"].items() if sha256 != CROSS]
    own = tmp_path / "list.csv"
    own.write_text("SHA-256 Fingerprint\n" + "".join(f"{sha256}\n" for _, sha256 in listed))
    result, problems = check(letter(OWNER, "S/MIME BR", PERIOD, listed), "--against", str(own))
    assert result.exit_code == 3
    [missing] = problems
    assert (missing["problem"], missing["sha256"], missing["missing_from"]) == ("missing", CROSS, "both")


def test_a_list_with_a_column_for_each_statement(
    scope: dict[str, dict[str, str]], check: Check, tmp_path: Path
) -> None:
    """It stood on the list, and was ticked for TLS alone."""
    listed = [(name, sha256) for sha256, name in scope["S/MIME BR"].items()]
    rows = "".join(f"{sha256},yes,{'no' if sha256 == CROSS else 'yes'}\n" for _, sha256 in listed)
    own = tmp_path / "list.csv"
    own.write_text(f"SHA-256 Fingerprint,TLS BR,S/MIME BR\n{rows}")
    result, problems = check(letter(OWNER, "S/MIME BR", PERIOD, listed), "--against", str(own))
    assert result.exit_code == 3
    [forgotten] = problems
    assert (forgotten["problem"], forgotten["sha256"]) == ("forgotten", CROSS)


def test_from_their_own_certificates_alone(
    scope: dict[str, dict[str, str]],
    check: Check,
    real_db: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On the draft, without CCADB: the roots are meant for what the programs trust them for."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAGRAPH_DB", raising=False)
    with open_warehouse(real_db, write=False) as connection:
        rows = connection.execute(
            "SELECT to_base64(der), sha256 IN (SELECT sha256 FROM root_trust WHERE purpose = 'secure_email'),"
            " sha256 FROM certificate WHERE sha256 IN"
            " (SELECT sha256 FROM ccadb_record WHERE ca_owner = ?) ORDER BY sha256",
            [OWNER],
        ).fetchall()
    block = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"
    (tmp_path / "own.pem").write_text("".join(block.format(der) for der, *_ in rows))
    roots = "".join(f"{sha256} secure_email\n" for _, is_root, sha256 in rows if is_root)
    (tmp_path / "meant.txt").write_text(roots)
    listed = [(name, sha256) for sha256, name in scope["S/MIME BR"].items() if sha256 != CROSS]
    body = letter(OWNER, "S/MIME BR", PERIOD, listed)
    result, problems = check(body, "--certs", "own.pem", "--intend", "meant.txt", db=None)
    assert result.exit_code == 3
    assert {row["sha256"] for row in problems if row["severity"] == "gap"} == {CROSS}
