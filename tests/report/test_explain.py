"""An explanation says what the views say: every verdict once, with its rule, and safe to show."""

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cagraph.report.explain import Trace, trace_of
from cagraph.report.explain_text import explain_lines
from cagraph.report.explain_words import ENDINGS
from cagraph.resources import data_dir
from cagraph.warehouse.database import open_warehouse
from cagraph.warehouse.day import beside

DAYS = ("2024-05-08", "2025-09-01")
BIRCH_CROSS = "d911aabe03bf74d9bb0ce2cc37d55bc75602678244be3a2049905f5d391838bb"
HOSTILE = "CN=Evil\x1b[2J\nGAP CA \u202emoc.elpmaxe"


@pytest.fixture(scope="module", params=DAYS)
def day(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def connection(sample_db: Path, day: str) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(sample_db, write=False, as_of=date.fromisoformat(day)) as connection:
        yield connection


@pytest.fixture(scope="module")
def traces(connection: duckdb.DuckDBPyConnection) -> list[Trace]:
    """The traces of every fourth certificate and of the incident's; what all read is worked out once."""
    beside(connection, "finding scope_state revocation_claim")
    found = connection.execute("SELECT sha256 FROM certificate ORDER BY sha256").fetchall()
    return [trace_of(connection, sha256) for (sha256,) in {*found[::4], (BIRCH_CROSS,)}]


def words(trace: Trace) -> str:
    """The text without its line breaks."""
    return re.sub(r"\s+", " ", "\n".join(explain_lines(trace)))


def test_every_answer_of_the_sample_is_in_the_trace(traces: list[Trace], day: str) -> None:
    """ANSWERS.csv was written by hand: a verdict for each program, purpose and required kind."""
    told = set()
    for trace in traces:
        sha256 = trace["certificate"]["sha256"]
        for scope in trace["scopes"]:
            told.add((sha256, scope["root_program"], scope["purpose"], "", scope["verdict"], scope["reason"]))
        for audit in trace["audits"]:
            kind, verdict = audit["audit_kind"] or "", audit["verdict"]
            told.add((sha256, audit["root_program"], audit["purpose"], kind, verdict, audit["reason"]))
    with (data_dir() / "sample" / "ANSWERS.csv").open(encoding="utf-8", newline="") as stream:
        columns = ("sha256", "root_program", "purpose", "audit_kind", "verdict", "reason")
        answers = {
            tuple(row[name] for name in columns) for row in csv.DictReader(stream) if row["as_of"] == day
        }
    traced = {sha256 for sha256, *_ in told}
    assert {answer for answer in answers if answer[0] in traced} <= told
    assert {kind for _, _, _, kind, *_ in told} > {"Standard", "TLS BR", "S/MIME BR"}


def test_every_verdict_is_told_with_its_rule(traces: list[Trace]) -> None:
    for trace in traces:
        text = words(trace)
        for scope in trace["scopes"]:
            if not scope["in_scope"]:
                assert f"{scope['sentence']} ({scope['citation']})" in text
        for row in [*trace["audits"], *trace["findings"]]:
            assert f"{row['sentence']} ({row['citation']}" in text
        for audit in trace["audits"]:
            assert audit["url"] is None or audit["url"] in text
            assert audit["verdict"] != "gap" or "GAP" in text


def test_tests_of_the_table_come_in_order_and_end_where_nothing_goes_on(traces: list[Trace]) -> None:
    for trace in traces:
        lines = list(explain_lines(trace))
        steps = [int(line[0]) for line in lines if re.match(r"\d  ", line)]
        assert steps == sorted(set(steps))
        assert steps[0] == 0
        assert (6 in steps) == any(scope["in_scope"] for scope in trace["scopes"])
        last = max(int(scope["step"][0]) if scope["step"] else 6 for scope in trace["scopes"])
        assert set(range(last + 1)) <= set(steps)
        assert not {step for step in steps if last < step < 7}


def test_no_line_is_wider_than_a_screen(traces: list[Trace]) -> None:
    for trace in traces:
        for line in explain_lines(trace):
            assert len(line) <= 110 or "https://" in line


def test_hostile_names_are_shown_and_not_obeyed(traces: list[Trace]) -> None:
    trace = next(trace for trace in traces if trace["certificate"]["sha256"] == BIRCH_CROSS)
    hostile = {
        **trace,
        "certificate": {**trace["certificate"], "subject": HOSTILE, "issuer": HOSTILE, "owner": HOSTILE},
        "records": [
            {**record, "ca_owner": HOSTILE, "source": HOSTILE, "record_type": HOSTILE}
            for record in trace["records"]
        ],
        "audits": [{**audit, "url": HOSTILE, "detail": HOSTILE} for audit in trace["audits"]],
    }
    lines = list(explain_lines(hostile))
    assert lines[0] == r"CN=Evil\x1b[2J\nGAP CA \u202emoc.elpmaxe"
    assert not re.search(r"[\x00-\x1f\u202e]", "".join(lines))


def test_every_rule_says_what_comes_next() -> None:
    with (data_dir() / "verdicts.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["reason"] for row in csv.DictReader(stream) if not row["change"]] == []


def test_a_reason_without_words_is_told_all_the_same(traces: list[Trace]) -> None:
    trace = next(trace for trace in traces if any(scope["reason"] for scope in trace["scopes"]))
    unheard = {**trace, "scopes": [{**scope, "reason": "unheard_of"} for scope in trace["scopes"]]}
    assert list(explain_lines(unheard))


def test_every_ending_of_a_way_up_has_words(connection: duckdb.DuckDBPyConnection) -> None:
    endings = {
        ending for (ending,) in connection.execute("SELECT DISTINCT ending FROM record_ending").fetchall()
    }
    assert endings <= set(ENDINGS)
