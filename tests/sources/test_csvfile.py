"""The CSV reader: the csv module's own answers on sound files, every row accounted for on damaged ones."""

import csv
import io
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cagraph.errors import SourceError
from cagraph.sources.csvfile import CsvItem, CsvRow, read_csv
from cagraph.sources.rows import Issue, Truncated

FINGERPRINT = "ab" * 32


def rows(path: Path, text: str | bytes, limit: int = 4 * 1024 * 1024) -> list[CsvItem]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_csv(path, limit)[2])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def test_lines_are_those_on_which_rows_start(path: Path) -> None:
    assert rows(path, 'a,b\n1,"x\ny\nz"\n\n2,w\n') == [CsvRow(2, ["1", "x\ny\nz"]), CsvRow(6, ["2", "w"])]


def test_byte_order_mark_and_crlf(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbfa,b\r\n1,2\r\n")
    line, header, items = read_csv(path)
    assert (line, header, list(items)) == (1, ["a", "b"], [CsvRow(2, ["1", "2"])])


@pytest.mark.parametrize("header", ["a,b", "a,b,", "a,b,,"])
def test_trailing_commas_add_no_cells(path: Path, header: str) -> None:
    assert rows(path, f"{header}\n1,2,\n3,4,,\n5,\n") == [
        CsvRow(2, ["1", "2"]),
        CsvRow(3, ["3", "4"]),
        CsvRow(4, ["5", ""]),
    ]


def test_rows_of_the_wrong_width_are_rejected_with_their_width_and_fingerprint(path: Path) -> None:
    short, good, wide = rows(path, f"a,b,c\n{FINGERPRINT.upper()},1\n1,2,3\n1,2,3,4\n")
    assert isinstance(short, Issue)
    assert isinstance(wide, Issue)
    assert short.reason == "2 cells where the header has 3"
    assert (short.rejected, short.sha256) == (True, FINGERPRINT)
    assert good == CsvRow(3, ["1", "2", "3"])
    assert wide.reason == "4 cells where the header has 3"


@pytest.mark.parametrize(
    "end",
    ['1,"open\nand on\n', "1,2\n1\n", "1,2\n1", '1,"', "1,2\n3,unquo", "1,2\n3,"],
)
def test_a_file_that_breaks_off_says_so(path: Path, end: str) -> None:
    items = rows(path, f"a,b\n{end}")
    assert isinstance(items[-1], Truncated)


@pytest.mark.parametrize("end", ["1,2\n", "1,2\r\n", '1,"2"', "1,2,", "1,2\n\n\n"])
def test_a_file_that_is_whole_does_not(path: Path, end: str) -> None:
    assert not [item for item in rows(path, f"a,b\n{end}") if isinstance(item, Truncated)]


def test_a_lost_quote_costs_one_row(path: Path) -> None:
    text = f'a,b\n{FINGERPRINT},"lost\nnext,1\n3,"quoted"\n4,5\n'
    issue, *others = rows(path, text)
    assert isinstance(issue, Issue)
    assert (issue.line, issue.sha256) == (2, FINGERPRINT)
    assert others == [CsvRow(3, ["next", "1"]), CsvRow(4, ["3", "quoted"]), CsvRow(5, ["4", "5"])]


def test_a_lost_quote_between_multi_line_cells_costs_one_row_and_its_rest(path: Path) -> None:
    text = 'a,b\n1,"BEGIN\nx\nEND\n2,"BEGIN\ny\nEND"\n'
    items = rows(path, text)
    assert items[-1] == CsvRow(5, ["2", "BEGIN\ny\nEND"])
    assert all(isinstance(item, Issue) for item in items[:-1])


def test_bytes_that_are_no_text_are_replaced_and_told(path: Path) -> None:
    note, row, nul, other = rows(path, b"a,b\n\xff,2\n3,\x004\n")
    assert isinstance(note, Issue)
    assert isinstance(nul, Issue)
    assert (note.line, note.rejected, note.reason) == (2, False, "not UTF-8: bytes replaced")
    assert (nul.line, nul.rejected, nul.reason) == (3, False, "NUL bytes: replaced")
    assert row == CsvRow(2, ["�", "2"])
    assert other == CsvRow(3, ["3", "�4"])


def test_a_long_line_is_one_issue_and_reading_goes_on(path: Path) -> None:
    text = f'a,b\n1,2\n{FINGERPRINT},{"x" * 5000}\n3,"y\n{"z" * 5000}\n5,6\n'
    items = rows(path, text, limit=1000)
    assert items[0] == CsvRow(2, ["1", "2"])
    assert [item.line for item in items if isinstance(item, Issue)] == [3, 4, 5]
    assert isinstance(items[1], Issue)
    assert items[1].reason == "longer than 1,000 bytes: not read"
    assert items[1].sha256 == FINGERPRINT
    assert items[-1] == CsvRow(6, ["5", "6"])


def test_a_row_of_many_short_lines_is_bounded_too(path: Path) -> None:
    items = rows(path, 'a,b\n1,"x\n' + "y\n" * 2000 + "2,3\n4,5\n", limit=1000)
    assert items[-2:] == [CsvRow(2003, ["2", "3"]), CsvRow(2004, ["4", "5"])]


@pytest.mark.parametrize("text", ["", "\n\n", '"a\n'])
def test_no_header_is_an_error(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(SourceError, match="header"):
        read_csv(path)


CELL = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\ufeff"), max_size=12
) | st.sampled_from(['"', '""', "\n", ",", " ", '",\n"', "a;b"])


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_what_the_csv_module_wrote_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], line_end: str
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=line_end).writerows([["a", "b", "c"], *table])
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    items = rows(path, out.getvalue())
    assert [item.cells for item in items if isinstance(item, CsvRow)] == table
    assert len(items) == len(table)


@given(st.binary(max_size=400))
def test_every_file_ends_in_items_or_a_source_error(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes
) -> None:
    path = tmp_path_factory.mktemp("csv") / "junk.csv"
    try:
        items = rows(path, b"a,b\n" + junk, limit=64)
    except SourceError:
        return
    lines = [item.line for item in items if not isinstance(item, Truncated)]
    assert lines == sorted(lines)


def test_a_line_of_200_megabytes_is_read_in_constant_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n1,2\n")
        for _ in range(200):
            file.write(b"x" * 1_000_000)
        file.write(b"\n3,4\n")
    script = (
        "import sys, pathlib; from cagraph.sources.csvfile import read_csv\n"
        "print(len(list(read_csv(pathlib.Path(sys.argv[1]))[2])))"
    )
    bound = 150 * 1024 * 1024

    def limit_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))

    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit_memory,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.stdout.strip() == "3", done.stderr
