"""Which certificate is meant: by fingerprint, its first digits, or words of its name."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from cagraph.errors import UsageProblem
from cagraph.report.lookup import find_certificates, one_certificate
from cagraph.warehouse.database import open_warehouse

BIRCH_CROSS = "d911aabe03bf74d9bb0ce2cc37d55bc75602678244be3a2049905f5d391838bb"


@pytest.fixture
def connection(sample_db: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(sample_db, write=False) as opened:
        yield opened


@pytest.mark.parametrize(
    "text",
    [
        BIRCH_CROSS,
        BIRCH_CROSS.upper(),
        BIRCH_CROSS[:8],
        BIRCH_CROSS[:17],
        " D9:11:AA:BE ",
        ":".join(BIRCH_CROSS[i : i + 2] for i in range(0, 64, 2)),
        "D911 AABE 03BF 74D9",
    ],
)
def test_digits(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert one_certificate(connection, text) == BIRCH_CROSS


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Fern Rescued", 1),
        ("rescued FERN", 1),
        ("Birch Network", 2),
        ("Birch", 6),
        ("zz", 83),  # in every name; as digits it would be none
        ("Birch Nobody", 0),
        ("", 0),
        ("%", 0),
        ("0" * 64, 0),
        ("deadbeef", 0),
    ],
)
def test_words(connection: duckdb.DuckDBPyConnection, text: str, number: int) -> None:
    assert len(find_certificates(connection, text)) == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("d911aab", "of a SHA-256 8 digits or more are needed, not 7"),
        ("D9:11", "of a SHA-256 8 digits or more are needed, not 4"),
        ("deadbeef", "no certificate here is 'deadbeef'"),
        ("Nobody", "no certificate here is 'Nobody'"),
        (" ", "no certificate here is ' '"),
        ("Birch Network", "2 certificates fit 'Birch Network'; give the SHA-256 of one"),
    ],
)
def test_none_or_several(connection: duckdb.DuckDBPyConnection, text: str, reason: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        one_certificate(connection, text)
    assert reason in str(caught.value)
    assert len(str(caught.value)) < 110


def test_several_are_named_but_not_too_many(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UsageProblem) as caught:
        one_certificate(connection, "ZZ")
    assert len(caught.value.__notes__) == 6
    assert caught.value.__notes__[-1] == "and 78 more"
