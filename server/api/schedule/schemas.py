"""Schemas of the schedule."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server.api.shared.schemas import Answer, Named, Sent


class ScheduleIn(Sent):
    """When runs are due: POSIX cron in an IANA time zone; an empty zone is the machine's own."""

    cron: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    timezone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    min_new_drawings: Annotated[int, Field(ge=1, le=1_000_000)] = 20
    enabled: bool = True


class SchedulePreview(BaseModel):
    """A rule and a zone that are not saved yet."""

    model_config = ConfigDict(extra="forbid")
    cron: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    timezone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""


class ScheduleOut(Answer):
    """When runs are due, and what the last due moment did."""

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
    """The rule in words, switched off or not."""
    rule_description: Named
    next_runs: list[datetime]
    """The next five moments; none while it is switched off."""
    zone: str
    """The zone that counts: where `timezone` is empty, the machine's own."""


class SchedulePreviewOut(Answer):
    """A rule in words, and when it would be due next."""

    sentence: str
    description: Named
    next_runs: list[datetime]
