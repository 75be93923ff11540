"""Durations of a run's phases, and an estimate of the time left. Pure functions.

Training has steps, so its pace is measured. The other phases are estimated from the last run of
the same kind; without one there is no estimate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

PHASES: Final = ("gather", "train", "evaluate", "gate", "export", "publish")
"""In order; a second candidate returns from the gate to evaluate."""
MEASURED: Final = "train"
N_POINTS: Final = 20
"""The pace is measured on the newest points, since other load on the machine varies."""
LEAST_SECONDS: Final = 1.0
SILENT_SECONDS: Final = 30.0
"""After so long without progress there is no estimate."""


class LogLine(NamedTuple):
    """One line of a run's log."""

    at: datetime
    name: str
    facts: Mapping[str, Any]


class CurvePoint(NamedTuple):
    """One point of a run's learning curves."""

    at: datetime
    phase: str
    step: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """Estimated time left; `is_whole` is False if it covers the current phase only."""

    seconds: float
    is_whole: bool


def phase_seconds(lines: Sequence[LogLine], now: datetime) -> dict[str, float]:
    """Return the seconds that each phase has taken so far, including interrupted attempts.

    Args:
        lines: the run's log, oldest first.
        now: the end of the current phase so far.
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
    points: Sequence[CurvePoint],
    taken: Mapping[str, float],
    usual: Mapping[str, float] | None,
    now: datetime,
) -> Estimate | None:
    """Estimate a run's remaining time; None without enough data.

    Args:
        phase: the current phase.
        n_steps: the number of steps of this phase.
        points: points of the current attempt, oldest first.
        taken: `phase_seconds` of this run so far.
        usual: `phase_seconds` of the last run of the same kind, if there is one.
    """
    if phase not in PHASES:
        return None
    here = _by_pace(n_steps, points, now) if phase == MEASURED else _as_usual(phase, taken, usual)
    if here is None:
        return None
    later = PHASES[PHASES.index(phase) + 1 :]
    if usual is None:
        return Estimate(here, is_whole=not later)
    return Estimate(here + sum(usual.get(name, 0.0) for name in later), is_whole=True)


def _by_pace(n_steps: int | None, points: Sequence[CurvePoint], now: datetime) -> float | None:
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
    return left if left > 0 else None  # it already takes longer than last time: no estimate
