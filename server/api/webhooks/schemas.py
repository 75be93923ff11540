"""Schemas of the webhook and its deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from core.webhooks.signing import MAX_URL
from server.api.shared.schemas import RequestModel, ResponseModel

Event = Literal["promoted", "held", "failed"]


class DeliveryOut(ResponseModel):
    """One delivery to the webhook, and its outcome."""

    id: int
    event: Literal["promoted", "held", "failed", "test"]
    run_id: int | None
    created_at: datetime
    attempted_at: datetime | None
    n_attempts: int
    is_waiting: bool
    """Whether it will be sent, perhaps again."""
    outcome: str | None
    sentence: str | None
    facts: dict[str, Any]
    """The figures of the outcome."""


class WebhookIn(RequestModel):
    """The receiver and its events. `renew_secret` makes a new secret, as a new receiver does."""

    url: Annotated[str, StringConstraints(min_length=1, max_length=MAX_URL)]
    events: Annotated[list[Event], Field(min_length=1, max_length=3)]
    renew_secret: bool = False


class WebhookOut(ResponseModel):
    """The webhook; `secret` is shown once, when it is new."""

    url: str | None
    events: list[Event]
    updated_at: datetime | None
    allows_private: bool
    secret: str | None
    deliveries: list[DeliveryOut]
    """The last ten, newest first."""
