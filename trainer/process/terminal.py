"""A run in the terminal: one bar for the phase it is in, on the standard error."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class TerminalBar:
    """Shows phase, steps, loss and accuracy while the run lasts, then leaves the terminal clean."""

    def __init__(self, console: Console | None = None) -> None:
        self._bars = Progress(
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[figures]}"),
            console=console or Console(stderr=True),
            transient=True,
        )
        self._task = self._bars.add_task("", total=None, figures="")

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def enter(self, phase: str) -> None:
        """A phase begins; until its first step the bar only shows that something happens."""
        self._bars.reset(self._task, total=None, description=phase, figures="")

    def add(
        self, phase: str, step: int, n_steps: int, *, loss: float | None, accuracy: float | None
    ) -> None:
        """`step` of `n_steps` are done; the screen is painted ten times a second at most."""
        figures = "" if loss is None else f"loss {loss:.3f}"
        if accuracy is not None:
            figures += f"  accuracy {accuracy:.1%}"
        self._bars.update(
            self._task, description=phase, completed=step, total=n_steps, figures=figures
        )
