"""What the process gives to a run: a claim and a way to report progress. Needs no torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

RUNS_FOLDER: Final = "runs"
"""Folder in the instance with the files of runs that are not over."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One run that this process has claimed and must carry out."""

    run_id: int
    seed: int
    n_attempts: int
    """Including this one."""

    fence: int
    """Fencing token of the lease: writes are refused once another trainer has taken over."""


class ProgressListener(Protocol):
    """Shows progress elsewhere than in the database."""

    def enter(self, phase: str) -> None:
        """A phase begins."""

    def step(
        self, phase: str, step: int, n_steps: int, *, loss: float | None, accuracy: float | None
    ) -> None:
        """`step` of `n_steps` of the phase are done."""


class Progress(Protocol):
    """Progress of a run. Each call may raise, which ends the run: it was stopped or cancelled."""

    def add_listener(self, listener: ProgressListener) -> None:
        """Report each later step to this listener too."""

    def enter(self, phase: str) -> None:
        """Begin a phase."""

    def log(self, name: str, **facts: Any) -> None:
        """Add a line to the run's log; `core.runs.log_lines` renders it."""

    def step(
        self,
        step: int,
        n_steps: int,
        *,
        loss: float | None = None,
        accuracy: float | None = None,
    ) -> None:
        """Report that `step` of `n_steps` of this phase are done. Loss in nats, accuracy 0 to 1."""

    def check_cancelled(self) -> None:
        """Raise if the run must end. For long work that has no steps to report."""


Pipeline = Callable[[Claim, Progress], None]
"""Carries out a claimed run. Raises what `Progress` raises, and the errors of its steps."""


def run_folder(instance: Path, run_id: int) -> Path:
    """Return the folder of a run's files while it is not over."""
    return instance / RUNS_FOLDER / f"{run_id:05d}"
