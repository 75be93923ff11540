"""Show a run's progress in the terminal: one bar for the current phase, on standard error."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich import progress
from rich.console import Console


class TerminalBar:
    """A progress listener that shows phase, steps, loss and accuracy until the end of the run."""

    def __init__(self, console: Console | None = None) -> None:
        self._bars = progress.Progress(
            progress.TextColumn("{task.description:<10}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeRemainingColumn(),
            progress.TextColumn("{task.fields[figures]}"),
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
        """Reset the bar for a phase; it pulses until the first step."""
        self._bars.reset(self._task, total=None, description=phase, figures="")

    def step(
        self, phase: str, step: int, n_steps: int, *, loss: float | None, accuracy: float | None
    ) -> None:
        """Show that `step` of `n_steps` are done. Draws at most ten times a second."""
        figures = "" if loss is None else f"loss {loss:.3f}"
        if accuracy is not None:
            figures += f"  accuracy {accuracy:.1%}"
        self._bars.update(
            self._task, description=phase, completed=step, total=n_steps, figures=figures
        )
