"""Progress: a bar for people, a line now and then for logs, nothing when told to be quiet."""

import io

import pytest

from cagraph.report.progress import Bars, Lines, Silent, open_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_reporter_fits_the_stream() -> None:
    assert isinstance(open_progress(stream=io.StringIO()), Lines)
    assert isinstance(open_progress(stream=Terminal()), Bars)
    assert isinstance(open_progress(quiet=True, stream=Terminal()), Silent)


def test_lines_come_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    stream = io.StringIO()
    with Lines(stream) as progress:
        for done in range(10):
            progress("walk\x1b", done * 1000, 9000 if done < 5 else None)
            now += 1.0
    assert stream.getvalue() == "walk\\x1b: 3,000 of 9,000\nwalk\\x1b: 6,000\nwalk\\x1b: 9,000\n"


def test_bars_are_gone_when_done() -> None:
    stream = Terminal()
    with open_progress(stream=stream) as progress:
        progress("[red]walk", 1, 2)
        progress("[red]walk", 2, 2)
    assert "[red]walk" in stream.getvalue()


def test_silent_says_nothing() -> None:
    with open_progress(quiet=True) as progress:
        progress("walk", 1, 2)
