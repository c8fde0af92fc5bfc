"""A CA's own list for its auditors against what must be listed: Sectigo's, a column for each statement."""

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from cagraph.model import AuditKind
from cagraph.report.check import check, records
from cagraph.report.scope import Question, scope_rows
from cagraph.sources.own_list import read_own_list
from cagraph.warehouse.database import open_warehouse

pytestmark = pytest.mark.realdata

FIRST, LAST = date(2025, 4, 1), date(2026, 3, 31)
KINDS = (AuditKind.TLS_BR, AuditKind.TLS_EVG, AuditKind.CODE_SIGNING, AuditKind.SMIME_BR)


def test_what_their_list_forgot(real_db: Path, real_dir: Path) -> None:
    folder = real_dir / "peer_lists"
    own = read_own_list(folder / "sectigo_list_for_audit.csv")
    assert (len(own.entries), own.unused) == (1071, ())
    keys = tuple((folder / "sectigo_issuer_keys.txt").read_text().split())
    question = Question(FIRST, LAST, keys=keys)
    with open_warehouse(real_db, write=False, as_of=LAST) as connection:
        rows = records(check(connection, question, KINDS, None, own))
        levels = {row["sha256"]: row["level"] for row in records(scope_rows(connection, question))}
    found = defaultdict(list)
    for row in rows:
        found[row["problem"]].append(row)
    assert set(found) == {"listed", "forgotten", "surplus"}
    # It goes one step down from each key: what it forgot stands deeper, to a certificate.
    assert {levels[row["sha256"]] > 1 for row in found["forgotten"]} == {True}
    reasons: dict[str, int] = defaultdict(int)
    for row in found["surplus"]:
        reasons[row["reason"]] += 1
    # Named one by one in tests/policy/test_real_scope.py; three certificates are in none of CCADB's files.
    assert (reasons["path_ended"], reasons["not_capable"]) == (8, 4)
    assert set(reasons) == {"path_ended", "not_capable", "unknown"}
    assert len({row["sha256"] for row in found["surplus"] if row["reason"] == "unknown"}) == 3
