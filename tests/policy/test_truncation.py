"""A budget that cuts paths leaves an open question, never a false answer."""

from collections.abc import Iterator
from datetime import date
from itertools import permutations

import duckdb
import pytest

from cagraph.analysis import analyze
from cagraph.ingest import ingest
from cagraph.warehouse.database import open_warehouse
from tests.pki import Authority

TRUST = "root_program,sha256,purpose,ev_policy_oid,disabled_from,notbefore_until,as_of\n"
CAS = 5


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Root → CA 0, and CAs 0 to 4 that have all certified each other and themselves; each test analyses."""
    folder = tmp_path_factory.mktemp("mesh")
    root = Authority("Mesh Root")
    anchor = root.self_signed()
    cas = [Authority(f"Mesh CA {number}") for number in range(CAS)]
    issued = [anchor, root.issue(cas[0]), *(ca.self_signed() for ca in cas)]
    issued += [one.issue(other) for one, other in permutations(cas, 2)]
    (folder / "mesh.pem").write_text("\n".join(certificate.pem for certificate in issued))
    trusted = TRUST + f"mozilla,{anchor.sha256},server_auth,,,,2024-01-01\n"
    (folder / "trust.csv").write_text(trusted)
    with open_warehouse(folder / "mesh.duckdb", write=True, as_of=date(2024, 5, 8)) as opened:
        ingest(opened, [folder / "mesh.pem", folder / "trust.csv"], dated=date(2024, 5, 8))
        yield opened


def states(connection: duckdb.DuckDBPyConnection) -> dict[str | None, int]:
    return dict(
        connection.execute(
            "SELECT out_reason, count(*) FROM scope_state"
            " WHERE root_program = 'mozilla' AND purpose = 'server_auth' GROUP BY 1"
        ).fetchall()
    )


def test_with_room_every_certificate_is_in_scope(connection: duckdb.DuckDBPyConnection) -> None:
    assert analyze(connection).truncated == 0
    # Those that the others issued to CA 0 lead back to where every path came from: no CA twice.
    assert states(connection) == {None: 2 + CAS * CAS - (CAS - 1), "no_trusted_path": CAS - 1}


def test_without_room_the_rest_is_unknown_never_out(connection: duckdb.DuckDBPyConnection) -> None:
    analyze(connection)
    in_scope = states(connection)[None]
    report = analyze(connection, budget=1)
    assert report.truncated > 0
    found = states(connection)
    assert set(found) == {None, "paths_truncated"}
    assert found[None] < in_scope
    assert sum(found.values()) == 2 + CAS * CAS
    unknown = "SELECT sha256, root_program, purpose FROM {} WHERE {} = 'paths_truncated' ORDER BY ALL"
    said = connection.execute(unknown.format("scope_state", "out_reason")).fetchall()
    assert said == connection.execute(unknown.format("coverage", "reason")).fetchall()
