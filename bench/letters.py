"""Times the reading of many long letters on all processors, beside the least that any reader must do.

    python bench/letters.py [LETTERS]    default: 200, of 40 pages and 500 fingerprints each

The letters are drawn first, in three layouts, every fingerprint another one; drawing is not timed. What is
read must be what was drawn. The floor is PDFium's plain text of the same letters, without places, in as many
processes. Each row is a process that starts the others, which is timed too; memory is the largest resident
set of any of them.
"""

import io
import json
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path

PAGES, FINGERPRINTS, SEED = 40, 500, 20261128
ROWS = 20
"""Fingerprints on a page of the list, which is the letter's end."""
WORKERS = os.cpu_count() or 1
PROSE = "maintained effective controls to provide reasonable assurance that the integrity of keys"
REPORT = (
    "To the management of Example Trust: we have examined the assertion by the management of Example Trust,",
    "throughout the period January 1, 2025 to December 31, 2025, based on the WebTrust Principles and",
    "Criteria for Certification Authorities - SSL Baseline - Version 2.8.",
)
NAMES = ("Example Root X1", "Example Root R3", "Example TLS CA E5", "Example S/MIME CA 2C", "Example ECC A0")

Lines = list[tuple[float, str]]
"""Of a cell: how far below its top, and what stands there."""


def one_line(digits: str) -> Lines:
    return [(0, digits)]


def two_lines(digits: str) -> Lines:
    return [(0, digits[:52]), (8, digits[52:])]


def colons(digits: str) -> Lines:
    pairs = ":".join(digits[index : index + 2] for index in range(0, 64, 2))
    return [(0, pairs[:60]), (8, pairs[60:])]


LAYOUTS: list[Callable[[str], Lines]] = [one_line, two_lines, colons]


def fingerprints(number: int) -> list[str]:
    """Return what a letter lists."""
    rng = random.Random(SEED + number)
    return [f"{rng.getrandbits(256):064X}" for _ in range(FINGERPRINTS)]


def draw(folder: Path, number: int) -> None:
    """Write a letter: prose, then a table of names and fingerprints."""
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=True)
    listed = iter(fingerprints(number))
    for page in range(PAGES):
        if page < PAGES - FINGERPRINTS // ROWS:
            canvas.setFont("Helvetica", 9)
            for line, text in enumerate([*(() if page else REPORT), *[PROSE] * 40]):
                canvas.drawString(50, 780 - 16 * line, text)
        else:
            canvas.setFont("Helvetica", 7)
            for row, digits in enumerate(islice(listed, ROWS)):
                top = 780 - 32 * row
                # Over two lines as the fingerprint is, and ending in hex digits beside its halves.
                canvas.drawString(50, top, f"CN={NAMES[row % 5]}")
                canvas.drawString(50, top - 8, f"O=Example Trust {row:02X}")
                for below, text in LAYOUTS[number % len(LAYOUTS)](digits):
                    canvas.drawString(200, top - below, text)
        canvas.showPage()
    canvas.save()
    (folder / f"{number:04}.pdf").write_bytes(stream.getvalue())


def bodies(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.iterdir()):
        yield path.read_bytes()


def plain_text(path: Path) -> int:
    """Return how many characters PDFium finds in a letter."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return sum(len(page.get_textpage().get_text_range()) for page in document)


def read_text(folder: Path) -> None:
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, mp_context=spawned) as pool:
        if not all(pool.map(plain_text, sorted(folder.iterdir()))):
            raise SystemExit("a letter without text")


def read_letters(folder: Path) -> None:
    from cagraph.audit.statement import read_statements

    for number, statement in enumerate(read_statements(bodies(folder), WORKERS)):
        found = [each.sha256.upper() for each in statement.fingerprints]
        if found != fingerprints(number):
            missing, besides = set(fingerprints(number)) - set(found), set(found) - set(fingerprints(number))
            raise SystemExit(
                f"letter {number}: {statement.unreadable}: {len(missing)} missing, {len(besides)} besides,"
                f" {len(found)} in all"
            )


def measure(work: Callable[[Path], None], folder: Path, said: Path) -> None:
    """Do some work in this process, and write down its seconds and the memory of those it started."""
    started = time.perf_counter()
    work(folder)
    seconds = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = {
        "seconds": seconds,
        "cpu": usage.ru_utime + usage.ru_stime,
        "megabytes": usage.ru_maxrss / 1024,
    }
    said.write_text(json.dumps(figures))


def measured(work: Callable[[Path], None], folder: Path, scratch: Path) -> dict[str, float]:
    """Return the figures of some work, in a process of its own that has little memory to begin with."""
    said = scratch / work.__name__
    process = multiprocessing.get_context("spawn").Process(target=measure, args=(work, folder, said))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(process.exitcode)
    figures: dict[str, float] = json.loads(said.read_text())
    return figures


def main() -> None:
    """Draw the letters and print a row for each way to read them."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        folder = scratch / "letters"
        folder.mkdir()
        with ProcessPoolExecutor(WORKERS) as pool:
            list(pool.map(partial(draw, folder), range(count)))
        size = sum(path.stat().st_size for path in folder.iterdir()) / 2**20
        each = f"{PAGES} pages and {FINGERPRINTS} fingerprints"
        print(f"{count} letters of {each}, {size:.0f} MB; {WORKERS} processes")
        floor = 0.0
        for title, work in {"floor: plain text": read_text, "cagraph: every statement": read_letters}.items():
            took = measured(work, folder, scratch)
            floor = floor or took["seconds"]
            print(
                f"{title:26} {took['seconds']:7.1f} s  {count / took['seconds']:6.1f} letters/s"
                f"  {took['cpu']:7.1f} s cpu  {took['megabytes']:5.0f} MB a worker"
                f"  {took['seconds'] / floor:5.1f} x floor",
                flush=True,
            )


if __name__ == "__main__":
    main()
