"""Schemas of the figures on the front pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from server.api.runs.schemas import RunOut
from server.api.shared.schemas import Answer, Named


class ChampionOut(Answer):
    """The live version, in short."""

    version: int
    accuracy: float | None
    promoted_at: datetime


class DayOut(Answer):
    """How many drawings arrived on a day (UTC)."""

    day: str
    n: int


class StatsOut(Answer):
    """What the front pages show."""

    champion: ChampionOut | None
    next_run_at: datetime | None
    schedule_sentence: str
    schedule_description: Named
    run: RunOut | None
    n_drawings: int
    n_contributors: int
    n_new: int
    by_label: Annotated[list[int], Field(min_length=10, max_length=10)]
    by_day: list[DayOut]
    by_status: dict[str, int]
    min_new_drawings: int


class RightOut(Answer):
    """How many of n drawings are read right, by the live version and the one before."""

    n: int
    n_right: int
    n_right_before: int | None


class LearnedOut(RightOut):
    """ "Did it learn me?": over one's own drawings, exam drawings apart."""

    version: int | None
    previous_version: int | None
    promoted_at: datetime | None
    exam: RightOut
