"""The pages of the catalogue: what the headers say, nothing of it taken for Markdown, renewed as a whole."""

from pathlib import Path

import pytest

from cagraph.report.catalogue_pages import INDEX, MARK, example, index, page, pages, write_pages
from cagraph.warehouse.catalogue import Query, load_catalogue, read_query

ODD = """\
-- title: Roots | of <all> *kinds*
-- description: Counts `a|b` and a_b, [x](y) & more.
-- param: sha256 varchar required a certificate | its name
-- param: word varchar NULL a <b>word</b>
-- param: most integer 20 so many
-- denominator: things_ known
-- of: SELECT 1
-- columns: a, b_c
WITH x AS (
    -- ```
    SELECT 1 AS a
)

SELECT a, '```' AS b_c FROM x;
"""


@pytest.fixture
def odd(tmp_path: Path) -> Query:
    (tmp_path / "odd.sql").write_text(ODD, encoding="utf-8")
    return read_query(tmp_path / "odd.sql")


def test_docs_are_those_of_the_catalogue(repo_dir: Path) -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in (repo_dir / "docs/queries").iterdir()}
    wanted = pages(load_catalogue())
    assert there == wanted, "docs/queries is not what queries/ makes: renew it with `make docs`"


def test_every_query_is_on_the_list_in_order_of_name() -> None:
    catalogue = load_catalogue()
    lines = index(reversed(catalogue.values())).splitlines()
    assert [line.split("]")[0][3:] for line in lines if line.startswith("| [")] == sorted(catalogue)


def test_words_are_shown_as_they_are(odd: Query) -> None:
    text = page(odd)
    assert "# Roots \\| of \\<all\\> \\*kinds\\*\n" in text
    assert "\nCounts `a\\|b` and a_b, \\[x\\](y) \\& more.\n" in text
    assert "\nThe rows are some of: things\\_ known.\n" in text


def test_parameters_are_a_table(odd: Query) -> None:
    assert [line for line in page(odd).splitlines() if line.startswith("|")] == [
        "| Name | Kind | Default | Meaning |",
        "| --- | --- | --- | --- |",
        "| `sha256` | varchar | required | a certificate \\| its name |",
        "| `word` | varchar | none | a \\<b\\>word\\</b\\> |",
        "| `most` | integer | `20` | so many |",
    ]


def test_code_stands_in_a_fence_that_it_cannot_end(odd: Query) -> None:
    assert f"````sql\n{ODD[ODD.index('WITH') :].strip()}\n````\n" in page(odd)


def test_example_gives_what_is_required_and_nothing_else(odd: Query) -> None:
    assert example(odd).startswith("cagraph query odd -p sha256=d911aabe")
    assert "word" not in example(odd)


def test_pages_of_queries_that_are_gone_go_and_others_stay(odd: Query, tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "queries"
    write_pages(folder, {"gone": odd})
    (folder / "by-hand.md").write_text("# By hand\n")
    write_pages(folder, {"odd": odd})
    assert sorted(path.name for path in folder.iterdir()) == [INDEX, "by-hand.md", "odd.md"]
    assert (folder / "odd.md").read_text(encoding="utf-8").startswith(MARK)


def test_writing_again_changes_nothing(odd: Query, tmp_path: Path) -> None:
    write_pages(tmp_path / "docs", {"odd": odd})
    before = {path.name: path.read_bytes() for path in (tmp_path / "docs").iterdir()}
    write_pages(tmp_path / "docs", {"odd": odd})
    assert {path.name: path.read_bytes() for path in (tmp_path / "docs").iterdir()} == before
