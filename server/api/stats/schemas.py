"""Schemas of the figures on the front pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from server.api.runs.schemas import RunOut
from server.api.shared.schemas import Named, ResponseModel


class ChampionOut(ResponseModel):
    """The live version."""

    version: int
    accuracy: float | None
    promoted_at: datetime


class DayOut(ResponseModel):
    """How many drawings arrived on a day (UTC)."""

    day: str
    n: int


class StatsOut(ResponseModel):
    """The figures of the front pages."""

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


class RightOut(ResponseModel):
    """How many of n drawings the live version and the previous one read right."""

    n: int
    n_right: int
    n_right_before: int | None


class LearnedOut(RightOut):
    """Accuracy on the caller's own drawings; `exam`: on the held-out ones among them."""

    version: int | None
    previous_version: int | None
    promoted_at: datetime | None
    exam: RightOut
