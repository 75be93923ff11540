"""Schemas of the overview."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from server.api.runs.schemas import RunOut, VerdictOut
from server.api.shared.schemas import ResponseModel


class NeedOut(ResponseModel):
    """An open task for a person; the page has the text for each kind."""

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


class LiveOut(ResponseModel):
    """The live version, and the promotion that made it live."""

    version: int
    previous_version: int | None
    since: datetime
    kind: Literal["gate", "promote", "rollback"]
    why: str
    """The verdict as a sentence, or the reason that a person gave."""
    verdict: VerdictOut | None
    """Of the run that made the version, if the gate promoted it."""
    by: Literal["gate", "command", "user"]
    by_name: str | None
    """The account's address; only for admins."""


class QueuesOut(ResponseModel):
    """Lengths of the queues."""

    n_to_review: int
    is_exact: bool
    """False where the count stopped at 10,000."""
    n_quarantined: int
    n_new: int
    min_new_drawings: int


class DigitOut(ResponseModel):
    """Counts of one label's drawings: `n_read` had a prediction, `n_disagreed` another digit."""

    n: int
    n_read: int
    n_disagreed: int


class OverviewDay(DigitOut):
    """Counts of the drawings that arrived on a day (UTC); deleted ones are left out."""

    day: str


class MeasureOut(ResponseModel):
    """How many of n a version read right."""

    n_correct: int
    n: int


class MeasuredOut(ResponseModel):
    """A version's scores at publication."""

    version: int
    created_at: datetime
    was_live: bool
    mnist_test: MeasureOut | None
    holdout_known: MeasureOut | None
    holdout_new: MeasureOut | None


class PromotionOut(ResponseModel):
    """The moment from which a version was live."""

    version: int
    at: datetime
    kind: Literal["gate", "promote", "rollback"]


class OverviewOut(ResponseModel):
    """The overview, without the front pages' figures."""

    needs: list[NeedOut]
    live: LiveOut | None
    anchor: int | None
    last_run: RunOut | None
    """The newest that has ended."""
    queues: QueuesOut
    n_contributors: int
    n_new_contributors: int
    """Of the last seven days."""
    by_day: list[OverviewDay]
    by_digit: Annotated[list[DigitOut], Field(min_length=10, max_length=10)]
    versions: list[MeasuredOut]
    promotions: list[PromotionOut]
