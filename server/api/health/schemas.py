"""Schemas of the health checks."""

from __future__ import annotations

from typing import Literal

from server.api.shared.schemas import Answer


class ReadyOut(Answer):
    """Whether everything is well, and what is not."""

    status: Literal["ok", "degraded", "not_ready"]
    problems: list[str]
    version: int | None
    sqlite: str
