"""Tells how far a long step is, on stderr: a bar on a terminal, now and then a plain line elsewhere.

Called as `progress(step, done, total)`; knows nothing of what the steps do.
"""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from cagraph.report.terminal import safe

if TYPE_CHECKING:
    from rich.progress import TaskID

_SECONDS_BETWEEN_LINES = 3.0


class Silent:
    """Says nothing."""

    def __call__(self, step: str, done: int, total: int | None, detail: str = "") -> None:
        """Ignore it."""

    def __enter__(self) -> "Silent":
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Lines:
    """One plain line, at most every few seconds: for logs."""

    def __init__(self, stream: TextIO, seconds: float = _SECONDS_BETWEEN_LINES) -> None:
        self._stream = stream
        self._seconds = seconds
        # A run that is over before the first pause says nothing at all.
        self._last = time.monotonic()

    def __call__(self, step: str, done: int, total: int | None, detail: str = "") -> None:
        """Print a line if the last one is long enough ago."""
        if time.monotonic() - self._last < self._seconds:
            return
        self._last = time.monotonic()
        of = f" of {total:,}" if total is not None else ""
        more = f", {safe(detail)}" if detail else ""
        print(f"{safe(step)}: {done:,}{of}{more}", file=self._stream, flush=True)

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Bars:
    """A bar for each step, drawn by rich, gone when the command is done."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            ProgressColumn,
            Task,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.text import Text

        class Rate(ProgressColumn):
            """How many a second."""

            def render(self, task: Task) -> Text:
                return Text(f"{task.speed:,.1f}/s" if task.speed else "", style="progress.data.speed")

        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            Rate(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[detail]}", markup=False),
            console=Console(file=stream),
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, step: str, done: int, total: int | None, detail: str = "") -> None:
        """Move the step's bar, or add one."""
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(safe(step), total=total, detail="")
        self._progress.update(self._tasks[step], completed=done, total=total, detail=safe(detail))

    def __enter__(self) -> "Bars":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


def open_progress(*, quiet: bool = False, stream: TextIO | None = None) -> Silent | Lines | Bars:
    """Return the reporter that fits; use it in a `with` block."""
    stream = stream if stream is not None else sys.stderr
    if quiet:
        return Silent()
    return Bars(stream) if stream.isatty() else Lines(stream)
