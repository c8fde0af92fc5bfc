"""Rule files become tables, views become views, and every rule cites its source."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cagraph.errors import WarehouseError
from cagraph.resources import queries_dir
from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.policy import (
    compile_views,
    create_views,
    install_policy,
    load_rules,
    policy_state,
    read_rules,
    rule_files,
    view_files,
)
from cagraph.warehouse.rule_check import KEYS, RANGES, WORDS, check_rules, check_thresholds


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def rules(folder: Path, text: str, name: str = "limits.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_have_types_by_their_names(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rules(
        tmp_path, "name,days,effective,end_date,citation\na,7,2024-05-08,,MRSP 3.1\nb,,,2025-01-01,BR 8.1\n"
    )
    assert load_rules(connection, tmp_path) == ["rule_limits"]
    assert connection.execute("FROM rule_limits").fetchall() == [
        ("a", 7, date(2024, 5, 8), None, "MRSP 3.1"),
        ("b", None, None, date(2025, 1, 1), "BR 8.1"),
    ]


def test_loading_again_replaces_and_forgets_what_is_gone(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = rules(tmp_path, "name,citation\na,x\nb,x\n")
    load_rules(connection, tmp_path)
    path.unlink()
    rules(tmp_path, "name,citation\nc,x\n", "other.csv")
    load_rules(connection, tmp_path)
    assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("rule_other",)]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("name,citation\na,x\n\nb,\n", 4, "no citation"),
        ("name,citation\na,  \n", 2, "no citation"),
        ('name,citation\n"a\nb",x\nc,\n', 4, "no citation"),
        ("name,source\na,x\n", 1, "no column `citation`"),
        ("name,citation\na\n", 2, "1 cells under 2 columns"),
        ("days,citation\nseven,x\n", 2, "days: not a whole number: 'seven'"),
        ("effective,citation\n8.5.2024,x\n", 2, "effective: not a date as 2024-05-08: '8.5.2024'"),
        ("Name,citation\na,x\n", 1, "not a column name"),
        ("name,name,citation\na,b,x\n", 1, "there twice"),
        ('name,citation\n"a" b,x\n', 2, "expected after"),
        ("", 1, "no column `citation`"),
    ],
)
def test_bad_rule_names_file_and_line(tmp_path: Path, text: str, line: int, reason: str) -> None:
    path = rules(tmp_path, text)
    with pytest.raises(WarehouseError) as caught:
        read_rules(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert reason in str(caught.value)


ASKS = "root_program,purpose,audit_kind,severity,period_basis,effective,citation\n"
ASKS_UNTIL = "root_program,purpose,audit_kind,severity,period_basis,effective,until,citation\n"
VERDICTS = "test,step,reason,verdict,severity,sentence,citation\n"


@pytest.mark.parametrize(
    ("name", "text", "line", "reason"),
    [
        (
            "audit_requirements",
            f"{ASKS}mozilla,server_auth,TLS BR,gap,always,,x\nmozila,server_auth,TLS BR,gap,always,,x\n",
            3,
            "unknown root program 'mozila': did you mean mozilla?",
        ),
        (
            "audit_requirements",
            f"{ASKS}mozilla,secure_mail,TLS BR,gap,always,,x\n",
            2,
            "unknown purpose 'secure_mail': did you mean secure_email?",
        ),
        (
            "audit_requirements",
            f"{ASKS}mozilla,server_auth,TLS-BR,gap,always,,x\n",
            2,
            "unknown audit kind 'TLS-BR': did you mean TLS BR?",
        ),
        (
            "audit_requirements",
            f"{ASKS}mozilla,server_auth,TLS BR,grave,always,,x\n",
            2,
            "unknown severity 'grave': there are gap, note, warning",
        ),
        (
            "audit_requirements",
            f"{ASKS}mozilla,server_auth,TLS BR,,always,,x\n",
            2,
            "no severity: one of gap, note, warning",
        ),
        (
            "audit_requirements",
            f"{ASKS}mozilla,server_auth,TLS BR,gap,end_after,2024-01-01,x\n",
            2,
            "unknown period basis 'end_after': did you mean ends_after?",
        ),
        (
            "audit_requirements",
            f"{ASKS}mozilla,server_auth,TLS BR,gap,ends_after,,x\n",
            2,
            "no effective date: ends_after which day?",
        ),
        (
            "audit_requirements",
            f"{ASKS_UNTIL}mozilla,ev_tls,TLS BR,gap,ends_after,2024-01-01,2024-01-01,x\n",
            2,
            "never holds: effective 2024-01-01, until 2024-01-01, which is no later",
        ),
        (
            "exemptions",
            "root_program,purpose,ground,certainty,citation\nmozilla,ev_tls,no_names,guessed,x\n",
            2,
            "unknown certainty 'guessed': there are inferred, stated",
        ),
        (
            "exemptions",
            "root_program,purpose,ground,certainty,citation\nmozilla,ev_tls,no_names,,x\n",
            2,
            "no certainty: one of inferred, stated",
        ),
        (
            "exemptions",
            "root_program,purpose,ground,certainty,citation\nmozilla,ev_tls,nameless,stated,x\n",
            2,
            "unknown ground 'nameless': did you mean no_names?",
        ),
        (
            "verdicts",
            f"{VERDICTS}10,0,not_ca,put,,s,x\n",
            2,
            "unknown verdict 'put': did you mean out?",
        ),
    ],
)
def test_unknown_word_names_file_and_line(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, name: str, text: str, line: int, reason: str
) -> None:
    path = rules(tmp_path, text, f"{name}.csv")
    with pytest.raises(WarehouseError) as caught:
        load_rules(connection, tmp_path)
    assert str(caught.value) == f"{path}:{line}: {reason}"
    assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == []


@pytest.mark.parametrize(
    ("name", "text", "about"),
    [
        (
            "verdicts",
            f"{VERDICTS}10,7a,wrong_kind,gap,gap,s,x\n90,7a,other,gap,gap,s,x\n11,7a,wrong_kind,note,,t,y\n",
            "7a, wrong_kind",
        ),
        ("thresholds", "name,days,citation\ndue,7,x\nlate,8,x\ndue,9,x\n", "due"),
        (
            "constrained_usages",
            "purpose,usage,eku_oid,citation\n"
            "ev_tls,required,1.2,x\nev_tls,required,1.3,x\nev_tls,forbidden,1.2,x\n",
            "ev_tls, 1.2",
        ),
        ("no_known_file", "a,b,citation\n1,2,x\n1,3,x\n1,2,x\n", "1, 2, x"),
    ],
)
def test_same_rule_twice_names_both_rows(tmp_path: Path, name: str, text: str, about: str) -> None:
    path = rules(tmp_path, text, f"{name}.csv")
    with pytest.raises(WarehouseError) as caught:
        check_rules([read_rules(path)])
    assert str(caught.value) == f"{path}:4: the same rule as in {path}:2: {about}"


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ("gap,always,,", "warning,always,,", True),
        ("gap,always,,", "gap,ends_after,2024-01-01,", True),
        ("gap,always,,2024-01-01", "gap,ends_after,2024-01-01,", False),
        ("warning,ends_after,2023-01-01,", "gap,ends_after,2024-01-01,", True),
        ("warning,ends_after,2023-01-01,2024-01-01", "gap,ends_after,2024-01-01,", False),
        ("warning,ends_after,2023-01-01,2024-01-02", "gap,ends_after,2024-01-01,", True),
        ("gap,ends_after,2024-01-01,", "warning,ends_after,2023-01-01,2024-01-01", False),
        ("gap,starts_after,2023-01-01,2025-01-01", "gap,starts_after,2023-06-01,2023-07-01", True),
    ],
)
def test_two_rules_for_one_period_name_both_rows(
    tmp_path: Path, first: str, second: str, overlap: bool
) -> None:
    """A rule holds from its effective date on, until before the other one."""
    other = "mozilla,secure_email,Standard,gap,always,,,x"
    asked = "mozilla,secure_email,NetSec"
    path = rules(
        tmp_path, f"{ASKS_UNTIL}{asked},{first},x\n{other}\n{asked},{second},x\n", "audit_requirements.csv"
    )
    tables = [read_rules(path)]
    if not overlap:
        check_rules(tables)
        return
    with pytest.raises(WarehouseError) as caught:
        check_rules(tables)
    assert str(caught.value) == (
        f"{path}:4: holds at the same time as {path}:2: mozilla, secure_email, NetSec"
    )


def test_two_rules_overlap_without_the_column_until_too(tmp_path: Path) -> None:
    asked = "mozilla,secure_email,NetSec,gap,ends_after"
    path = rules(tmp_path, f"{ASKS}{asked},2023-01-01,x\n{asked},2024-01-01,x\n", "audit_requirements.csv")
    with pytest.raises(WarehouseError, match=r":3: holds at the same time as .*:2: mozilla"):
        check_rules([read_rules(path)])


def test_rule_of_a_program_that_is_not_listed_is_found(tmp_path: Path) -> None:
    """Nothing would be asked for such a program: its questions come from root_programs.csv."""
    programs = rules(tmp_path, "root_program,title,citation\nmozilla,Mozilla,x\n", "root_programs.csv")
    asks = rules(tmp_path, f"{ASKS}chrome,server_auth,TLS BR,gap,always,,x\n", "audit_requirements.csv")
    with pytest.raises(WarehouseError) as caught:
        check_rules([read_rules(programs), read_rules(asks)])
    assert str(caught.value) == f"{asks}:2: root program 'chrome' is not in root_programs.csv"


def test_blank_word_where_it_may_be_blank(tmp_path: Path) -> None:
    kinds = "audit_kind,purpose,period_basis,effective,citation\nStandard,,always,,x\n"
    check_rules([read_rules(rules(tmp_path, kinds, "statement_kinds.csv"))])
    check_rules([read_rules(rules(tmp_path, f"{VERDICTS}10,0,not_ca,out,,s,x\n", "verdicts.csv"))])


def test_threshold_that_a_view_asks_for_is_there(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    view = tmp_path / "10_base.sql"
    view.write_text("-- A comment.\nCREATE OR REPLACE VIEW base AS\nSELECT threshold('audit_overdue') AS n;")
    rules(tmp_path, "name,days,citation\naudit_over,7,x\n", "thresholds.csv")
    load_rules(connection, tmp_path)
    with pytest.raises(WarehouseError) as caught:
        create_views(connection, tmp_path)
    assert str(caught.value) == (
        f"{view}:3: no threshold 'audit_overdue' in data/thresholds.csv: did you mean audit_over?"
    )


def test_the_rules_of_this_version_pass() -> None:
    tables = {path.stem: read_rules(path) for path in rule_files()}
    check_rules(tables.values())
    limits = [record.cells["name"] for record in tables["thresholds"].records()]
    asking = [*view_files(), *sorted(queries_dir().glob("*.sql"))]
    for path in asking:
        check_thresholds(path, path.read_text(encoding="utf-8"), [str(name) for name in limits])


def test_the_checks_speak_of_files_and_columns_that_there_are() -> None:
    """A file or a column renamed would no longer be checked."""
    tables = {path.stem: read_rules(path) for path in rule_files()}
    assert set(KEYS) | set(RANGES) <= set(tables)
    for name, key in [*KEYS.items(), *RANGES.items()]:
        assert set(key) <= set(tables[name].columns)
    columns = {column for table in tables.values() for column in table.columns}
    for place in WORDS:
        file, _, column = place.rpartition(".")
        assert column in (tables[file].columns if file else columns)


def test_files_of_views_run_in_order_of_name(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "20_top.sql").write_text("CREATE OR REPLACE VIEW top AS SELECT plus(n) AS n FROM base;")
    (tmp_path / "10_base.sql").write_text(
        "CREATE OR REPLACE MACRO plus(n) AS n + 1; CREATE OR REPLACE VIEW base AS SELECT 1 AS n;"
    )
    assert create_views(connection, tmp_path) == ["10_base.sql", "20_top.sql"]
    assert connection.execute("FROM top").fetchall() == [(2,)]
    assert compile_views(connection) == 2


def test_broken_view_names_its_file(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "10_base.sql").write_text("CREATE OR REPLACE VIEW base AS SELECT x FROM nowhere;")
    with pytest.raises(WarehouseError, match=r"10_base\.sql: Catalog Error.*nowhere"):
        create_views(connection, tmp_path)


def test_view_that_no_longer_fits_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TABLE t (a INTEGER); CREATE VIEW v AS SELECT a FROM t; DROP TABLE t")
    with pytest.raises(WarehouseError, match="view v: "):
        compile_views(connection)


def test_policy_goes_in_whole_or_not_at_all(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "views").mkdir()
    (tmp_path / "views" / "10_base.sql").write_text("CREATE OR REPLACE VIEW base AS FROM nowhere;")
    rules(tmp_path, "name,citation\nnew,x\n")
    monkeypatch.setattr("cagraph.warehouse.policy.queries_dir", lambda: tmp_path)
    monkeypatch.setattr("cagraph.warehouse.policy.data_dir", lambda: tmp_path)
    connection.execute("CREATE TABLE rule_limits AS SELECT 'old' AS name")
    with pytest.raises(WarehouseError):
        install_policy(connection)
    assert connection.execute("FROM rule_limits").fetchall() == [("old",)]

    (tmp_path / "views" / "10_base.sql").write_text("CREATE OR REPLACE VIEW base AS FROM rule_limits;")
    assert policy_state(connection) == "none"
    install_policy(connection)
    assert connection.execute("SELECT name FROM base").fetchall() == [("new",)]
    assert policy_state(connection) == "current"
    rules(tmp_path, "name,citation\nnewer,x\n")
    assert policy_state(connection) == "other"


@pytest.mark.parametrize("path", rule_files(), ids=lambda path: path.name)
def test_rule_file_of_the_project_is_well(path: Path) -> None:
    assert read_rules(path).rows


def test_policy_of_the_project_goes_into_its_schema(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb", write=True) as connection:
        install_policy(connection)
        install_policy(connection)
        compile_views(connection)


def test_views_that_stand_stay_and_others_are_made_again(tmp_path: Path) -> None:
    """Also after the file was closed; one that was changed, or reads a table that was, is as it should be."""
    path = tmp_path / "w.duckdb"
    with open_warehouse(path, write=True) as connection:
        install_policy(connection)
        connection.execute("CREATE OR REPLACE VIEW ca_owner AS SELECT 1 AS nonsense")
    with open_warehouse(path, write=True) as connection:
        install_policy(connection)
        columns = [row[0] for row in connection.execute("DESCRIBE ca_owner").fetchall()]
        assert "owner" in columns
        connection.execute("ALTER TABLE root_trust ADD COLUMN extra VARCHAR")
        install_policy(connection)
        compile_views(connection)


def test_views_of_a_file_that_was_closed_are_not_made_again(tmp_path: Path) -> None:
    """DuckDB spells a view otherwise when it reads it back; one with another operator is another view."""
    path = tmp_path / "w.duckdb"
    oids = "SELECT view_name, view_oid FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
    with open_warehouse(path, write=True) as connection:
        install_policy(connection)
    for _ in range(3):
        with open_warehouse(path, write=True) as connection:
            before = connection.execute(oids).fetchall()
            install_policy(connection)
            assert connection.execute(oids).fetchall() == before
    with open_warehouse(path, write=True) as connection:
        row = connection.execute("SELECT sql FROM duckdb_views() WHERE view_name = 'ca_owner'").fetchone()
        assert row is not None
        changed = row[0].replace("CREATE VIEW", "CREATE OR REPLACE VIEW").replace("=", "<>")
        connection.execute(changed)
        before = connection.execute(oids).fetchall()
        install_policy(connection)
        assert connection.execute(oids).fetchall() != before
