"""How far a run is, honestly: how long each phase took, and how long it will yet take. Pure.

Learning has steps, so its pace is measured. The phases after it have none: they take what they
took in the last run of the kind, and where there was none nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

PHASES: Final = ("gather", "train", "evaluate", "gate", "export", "publish")
"""In their order; a second look goes back from the gate to evaluate."""
MEASURED: Final = "train"
N_POINTS: Final = 20
"""The pace is that of the newest points: other work on the machine comes and goes."""
LEAST_SECONDS: Final = 1.0
SILENT_SECONDS: Final = 30.0
"""Without a sign of life for so long nothing is promised any more."""


class Line(NamedTuple):
    """One line of a run's log."""

    at: datetime
    name: str
    facts: Mapping[str, Any]


class Point(NamedTuple):
    """One point of a run's curves."""

    at: datetime
    phase: str
    step: int


@dataclass(frozen=True, slots=True)
class Left:
    """How long a run will take yet; `is_whole` is False where only this phase is known of."""

    seconds: float
    is_whole: bool


def phase_seconds(lines: Sequence[Line], now: datetime) -> dict[str, float]:
    """How long each phase of a run took so far, in seconds; what was broken off counts to its end.

    Args:
        lines: the run's log, oldest first.
        now: until when the phase that is on has lasted.
    """
    taken: dict[str, float] = {}
    phase: str | None = None
    since = now
    for at, name, facts in lines:
        if phase is not None and name in {"phase", "resumed", "stopped", "ended"}:
            taken[phase] = taken.get(phase, 0.0) + (at - since).total_seconds()
            phase = None
        if name == "phase":
            phase, since = str(facts["phase"]), at
    if phase is not None:
        taken[phase] = taken.get(phase, 0.0) + max(0.0, (now - since).total_seconds())
    return taken


def time_left(
    phase: str,
    n_steps: int | None,
    points: Sequence[Point],
    taken: Mapping[str, float],
    usual: Mapping[str, float] | None,
    now: datetime,
) -> Left | None:
    """Estimate how long a run will take yet; None where that would be a guess.

    Args:
        phase: the one that is on.
        n_steps: of this phase.
        points: of this attempt, oldest first.
        taken: `phase_seconds` of this run so far.
        usual: `phase_seconds` of the last run of the kind, if there was one.
    """
    if phase not in PHASES:
        return None
    here = _by_pace(n_steps, points, now) if phase == MEASURED else _as_usual(phase, taken, usual)
    if here is None:
        return None
    later = PHASES[PHASES.index(phase) + 1 :]
    if usual is None:
        return Left(here, is_whole=not later)
    return Left(here + sum(usual.get(name, 0.0) for name in later), is_whole=True)


def _by_pace(n_steps: int | None, points: Sequence[Point], now: datetime) -> float | None:
    newest = [point for point in points if point.phase == MEASURED][-N_POINTS:]
    if n_steps is None or len(newest) < 2:
        return None
    first, last = newest[0], newest[-1]
    seconds = (last.at - first.at).total_seconds()
    silent = (now - last.at).total_seconds()
    if last.step <= first.step or seconds < LEAST_SECONDS or silent > SILENT_SECONDS:
        return None
    pace = seconds / (last.step - first.step)
    return max(0.0, (n_steps - last.step) * pace - max(0.0, silent))


def _as_usual(
    phase: str, taken: Mapping[str, float], usual: Mapping[str, float] | None
) -> float | None:
    if usual is None or phase not in usual:
        return None
    left = usual[phase] - taken.get(phase, 0.0)
    return left if left > 0 else None  # it takes longer than last time, and nobody knows how much
