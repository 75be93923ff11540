"""Schemas of the schedule."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server.api.shared.schemas import Named, RequestModel, ResponseModel


class ScheduleIn(RequestModel):
    """When runs are due: POSIX cron in an IANA time zone; an empty zone is the machine's."""

    cron: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    timezone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    min_new_drawings: Annotated[int, Field(ge=1, le=1_000_000)] = 20
    enabled: bool = True


class SchedulePreview(BaseModel):
    """A rule and a zone that are not saved."""

    model_config = ConfigDict(extra="forbid")
    cron: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    timezone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""


class ScheduleOut(ResponseModel):
    """When runs are due, and the outcome of the last due time."""

    cron: str
    timezone: str
    min_new_drawings: int
    enabled: bool
    next_run_at: datetime | None
    last_run_at: datetime | None
    last_outcome: str | None
    sentence: str
    description: Named
    rule_sentence: str
    """The rule in words, even while it is switched off."""
    rule_description: Named
    next_runs: list[datetime]
    """The next five due times; empty while it is switched off."""
    zone: str
    """The zone in use: the machine's, where `timezone` is empty."""


class SchedulePreviewOut(ResponseModel):
    """A rule in words, and its next due times."""

    sentence: str
    description: Named
    next_runs: list[datetime]
