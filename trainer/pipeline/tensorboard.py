"""Write a run's curves as TensorBoard event files, in `instance/logs/tensorboard/<run>`."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from torch.utils.tensorboard import SummaryWriter

FLUSH_SECONDS = 5


class TensorBoardCurves:
    """A progress listener that records loss and accuracy, one group a phase.

    The writer has a thread of its own.
    """

    def __init__(self, instance: Path, run_id: int) -> None:
        folder = instance / "logs" / "tensorboard" / f"run{run_id:05d}"
        self._writer = SummaryWriter(str(folder), flush_secs=FLUSH_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._writer.close()

    def enter(self, phase: str) -> None:
        """Do nothing: curves are named after their phase."""

    def step(
        self, phase: str, step: int, n_steps: int, *, loss: float | None, accuracy: float | None
    ) -> None:
        """Record one point."""
        if loss is not None:
            self._writer.add_scalar(f"loss/{phase}", loss, step)
        if accuracy is not None:
            self._writer.add_scalar(f"accuracy/{phase}", accuracy, step)
