"""Shapes of what the overview shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from server.api.runs.schemas import RunOut, VerdictOut
from server.api.shared.schemas import Answer


class NeedOut(Answer):
    """Something that needs a person; the page has the words for each kind."""

    kind: Literal[
        "model",
        "worker",
        "shared_file",
        "trainer_silent",
        "trainer_missing",
        "sqlite",
        "disk",
        "no_model",
        "run_failed",
        "run_held",
        "quarantined",
        "anchor",
        "import_ready",
        "webhook",
        "schedule_off",
    ]
    facts: dict[str, str | int]


class LiveOut(Answer):
    """What is live, since when, why, and by whom."""

    version: int
    previous_version: int | None
    since: datetime
    kind: Literal["gate", "promote", "rollback"]
    why: str
    """The verdict as a sentence, or the words of the person who changed it."""
    verdict: VerdictOut | None
    """Of the run that made it, if the gate promoted it."""
    by: Literal["gate", "command", "user"]
    by_name: str | None
    """The account; only for admins."""


class QueuesOut(Answer):
    """What waits, and for what."""

    n_to_review: int
    is_exact: bool
    """Whether these are all: it is counted up to 10,000."""
    n_quarantined: int
    n_new: int
    min_new_drawings: int


class DigitOut(Answer):
    """The drawings of one label; `n_read` of them were read, `n_disagreed` as another digit."""

    n: int
    n_read: int
    n_disagreed: int


class DayOut(DigitOut):
    """What arrived on a day (UTC) and is not deleted."""

    day: str


class MeasureOut(Answer):
    """How many of how many a version read right."""

    n_correct: int
    n: int


class MeasuredOut(Answer):
    """A version's scores when it was made."""

    version: int
    created_at: datetime
    was_live: bool
    mnist_test: MeasureOut | None
    holdout_known: MeasureOut | None
    holdout_new: MeasureOut | None


class PromotionOut(Answer):
    """From then on this version was live."""

    version: int
    at: datetime
    kind: Literal["gate", "promote", "rollback"]


class OverviewOut(Answer):
    """All that the overview shows beside the front pages' figures."""

    needs: list[NeedOut]
    live: LiveOut | None
    anchor: int | None
    last_run: RunOut | None
    """The newest that is over."""
    queues: QueuesOut
    n_contributors: int
    n_new_contributors: int
    """In the last seven days."""
    by_day: list[DayOut]
    by_digit: Annotated[list[DigitOut], Field(min_length=10, max_length=10)]
    versions: list[MeasuredOut]
    promotions: list[PromotionOut]
