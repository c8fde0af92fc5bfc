"""What a letter prints beside its fingerprints: whose certificate it is, its serial number, its validity.

Read from the columns of a table or from the labels of a block of lines. It will be compared with the
certificate, and a difference told to an auditor: what cannot be told apart is not given.
"""

from collections.abc import Iterable, Sequence

from cagraph.audit.columns import Mark
from cagraph.audit.headings import SHA256, Headings
from cagraph.audit.labels import DATES, NAMES, NOT_AFTER, NOT_BEFORE, VALIDITY, days_in, name_of, serials_of
from cagraph.audit.layout import Page
from cagraph.audit.pieces import Piece, Run
from cagraph.audit.records import cells_labelled
from cagraph.audit.tables import Cell, cells_beside


def beside(
    pages: Sequence[Page], headings: Headings, found: Sequence[Sequence[Piece]]
) -> list[dict[str, str]]:
    """Return for each fingerprint, given by its pieces, what stands beside it; keys only where printed."""
    numbered = {page.number: page for page in pages}
    tables: dict[tuple[int, int], list[Mark]] = {}
    labelled: list[Mark] = []
    for index, pieces in enumerate(found):
        marks = _marks(index, pieces)
        if headings.before(_run(pieces)):
            labelled += marks
            continue
        for mark in marks:
            # The rest of a fingerprint is a row of its page's table: the row above the next one's.
            said, page, line = headings.place(_run(mark.pieces))
            if said == SHA256:
                tables.setdefault((page, line), []).append(mark)
    cells = [*cells_beside(tables, numbered), *cells_labelled(labelled, numbered)]
    return _values(cells, len(found))


def _run(pieces: Sequence[Piece]) -> Run:
    """Return the first line of pieces as a run, to be asked for its heading."""
    first = pieces[0]
    line = tuple(piece for piece in pieces if (piece.page, piece.line) == (first.page, first.line))
    return Run(line, begins=False, ends=False)


def _marks(index: int, pieces: Sequence[Piece]) -> list[Mark]:
    """Return a fingerprint's mark, or one on each of its pages."""
    numbers = dict.fromkeys(piece.page for piece in pieces)
    return [
        Mark(index, [piece for piece in pieces if piece.page == number], whole=len(numbers) == 1)
        for number in numbers
    ]


def _values(cells: Iterable[Cell], count: int) -> list[dict[str, str]]:
    """Return what the cells say, by fingerprint; two cells of one kind say nothing."""
    by_kind: dict[str, dict[int, list[Cell]]] = {}
    for cell in cells:
        by_kind.setdefault(cell.kind, {}).setdefault(cell.index, []).append(cell)
    single = {kind: [each[0] for each in found.values() if len(each) == 1] for kind, found in by_kind.items()}
    values: list[dict[str, str]] = [{} for _ in range(count)]
    for kind in NAMES:
        for cell in single.get(kind, ()):
            name = name_of(cell.lines)
            if name is not None:
                values[cell.index][kind] = name
    _put_serials(single.get("serial", []), values)
    _put_days([cell for kind in DATES for cell in single.get(kind, ())], values)
    return values


def _put_serials(cells: Sequence[Cell], values: list[dict[str, str]]) -> None:
    for heading in dict.fromkeys(cell.heading for cell in cells):
        here = [cell for cell in cells if cell.heading == heading]
        read = serials_of(["".join(cell.lines) for cell in here], heading)
        for cell, serial in zip(here, read, strict=True):
            if serial is not None:
                values[cell.index][serial[0]] = serial[1]


def _put_days(cells: Sequence[Cell], values: list[dict[str, str]]) -> None:
    for cell, days in zip(cells, days_in([" ".join(cell.lines) for cell in cells]), strict=True):
        if cell.kind == VALIDITY and len(days) == 2 and days[0] < days[1]:
            values[cell.index].setdefault(NOT_BEFORE, days[0])
            values[cell.index].setdefault(NOT_AFTER, days[1])
        elif cell.kind != VALIDITY and len(days) == 1:
            values[cell.index][cell.kind] = days[0]
