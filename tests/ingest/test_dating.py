"""For which day a file speaks, and whether what it does not list is absent."""

import os
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cagraph.ingest import ingest
from tests.ingest.inputs import ANCHOR, DAY, LEAF, V5_NAME, only, write
from tests.sources.ccadb_files import RECORD, V5, table


def test_the_day_is_from_the_nearest_name(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    top = tmp_path / "2020-01-01"
    inner = top / "2021-02-03"
    inner.mkdir(parents=True)
    write(inner / "a 2022-03-04.pem", ANCHOR.pem)
    write(inner / "b_2022-13-04.pem", LEAF.pem)
    write(top / "c.pem", ANCHOR.pem + LEAF.pem)
    days = [(file.dated, file.dated_because) for file in ingest(connection, [top]).files]
    assert days == [
        (date(2022, 3, 4), "file name"),
        (date(2021, 2, 3), "folder name"),
        (date(2020, 1, 1), "folder name"),
    ]


def test_the_day_given_wins_and_the_files_time_is_the_last_resort(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    path = write(folder / "a.pem", ANCHOR.pem)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    assert only(ingest(connection, [path])).dated == date(2001, 9, 9)
    file = only(ingest(connection, [write(folder / "2020-01-01.pem", LEAF.pem)], dated=DAY))
    assert (file.dated, file.dated_because) == (DAY, "given")


@pytest.mark.parametrize(
    ("name", "declared", "complete"),
    [
        (V5_NAME, None, True),
        (f"{V5_NAME}.csv", None, True),
        ("allcertificaterecordscsvformatv2.CSV", None, True),
        ("AllCertificateRecordsCSVFormatV4_2026-08-21 (1).csv", None, True),
        (V5_NAME, "slice", False),
        ("AllCertificateRecordsCSVFormatV4a", None, False),
        ("AllCertificateRecordsCSVFormatV50.csv", None, False),
        ("records.csv", None, False),
        ("records.csv", "complete", True),
        ("my AllCertificateRecordsCSVFormatV5.csv", None, False),
    ],
)
def test_complete_by_name_or_declaration(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, declared: str | None, complete: bool
) -> None:
    path = write(folder / name, table(V5, RECORD))
    file = only(ingest(connection, [path], completeness=declared))
    assert file.complete is complete, file.complete_because
    assert file.complete_because


def test_a_list_of_certificates_is_complete_only_when_declared(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    assert not only(ingest(connection, [write(folder / "a.pem", ANCHOR.pem)])).complete
    assert only(ingest(connection, [write(folder / "b.pem", LEAF.pem)], completeness="complete")).complete


def halves(folder: Path, day_a: str = "2026-08-21", day_b: str = "2026-08-21") -> tuple[Path, Path]:
    other = {**RECORD, "Salesforce Record ID": "A2"}
    return (
        write(folder / f"AllCertificateRecordsCSVFormatV4a_{day_a}.csv", table(V5, RECORD)),
        write(folder / f"AllCertificateRecordsCSVFormatV4b_{day_b}.csv", table(V5, other)),
    )


def test_two_halves_of_one_day_are_whole(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    halves(folder)
    report = ingest(connection, [folder])
    assert [file.complete for file in report.files] == [True, True]
    assert report.files[0].complete_because == "V4a is half of a report and V4b of the same day is here"
    assert connection.execute("SELECT bool_and(complete) FROM snapshot").fetchone() == (True,)
    assert connection.execute("SELECT half FROM snapshot ORDER BY 1").fetchall() == [("V4a",), ("V4b",)]


def test_two_halves_in_two_ingests_are_whole_too(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    first, second = halves(folder)
    alone = only(ingest(connection, [first]))
    assert (alone.complete, alone.complete_because) == (
        False,
        "V4a is half of a report and V4b of the same day is not here",
    )
    assert only(ingest(connection, [second])).complete
    assert connection.execute("SELECT bool_and(complete) FROM snapshot").fetchone() == (True,)


def test_halves_that_are_not_of_one_day_or_break_off(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    first, second = halves(folder, day_b="2026-08-22")
    assert not any(file.complete for file in ingest(connection, [first, second]).files)
    cut = folder / "AllCertificateRecordsCSVFormatV4b_2026-08-21.csv"
    write(cut, second.read_text()[:-3])
    assert not any(file.complete for file in ingest(connection, [first, cut]).files)
    assert connection.execute("SELECT bool_or(complete) FROM snapshot").fetchone() == (False,)
    kept = connection.execute("SELECT day(dated), half FROM snapshot ORDER BY snapshot_id").fetchall()
    assert kept == [(21, "V4a"), (22, "V4b"), (21, None)]


def test_halves_are_told_by_their_column_and_not_by_words(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    first, second = halves(folder)
    ingest(connection, [first])
    connection.execute("UPDATE snapshot SET complete_because = 'in other words'")
    assert only(ingest(connection, [second])).complete
    assert connection.execute("SELECT bool_and(complete) FROM snapshot").fetchone() == (True,)


def test_a_half_that_is_declared_is_no_half(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    first, second = halves(folder)
    ingest(connection, [first], completeness="slice")
    assert not only(ingest(connection, [second])).complete
    stored = connection.execute("SELECT half, complete FROM snapshot ORDER BY snapshot_id").fetchall()
    assert stored == [(None, False), ("V4b", False)]


@pytest.mark.parametrize("cut", [1, 2])
def test_a_file_that_may_break_off_is_complete_only_if_declared(
    connection: duckdb.DuckDBPyConnection, folder: Path, cut: int
) -> None:
    whole = table(V5, {**RECORD, "Country": "Polska"})
    path = write(folder / f"{V5_NAME}.csv", whole[:-cut])
    file = only(ingest(connection, [path]))
    assert (file.complete, file.truncated) == (False, False)
    assert "no line end" in file.complete_because
    other = write(folder / f"{V5_NAME}-other.csv", table(V5, {**RECORD, "Country": "Polen"})[:-cut])
    assert only(ingest(connection, [other], completeness="complete")).complete


@pytest.mark.parametrize("cut", [10, 60, 120])
def test_a_file_that_breaks_off_is_never_complete(
    connection: duckdb.DuckDBPyConnection, folder: Path, cut: int
) -> None:
    records = [{**RECORD, "Salesforce Record ID": f"A{n}", "Country": "Polska"} for n in range(5)]
    whole = table(V5, *records)
    path = write(folder / f"{V5_NAME}.csv", whole[:-cut])
    file = only(ingest(connection, [path], completeness="complete"))
    assert (file.complete, file.truncated) == (False, True)
    assert "breaks off" in file.complete_because
