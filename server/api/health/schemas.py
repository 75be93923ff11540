"""Schemas of the health checks."""

from __future__ import annotations

from typing import Literal

from server.api.shared.schemas import ResponseModel


class ReadyOut(ResponseModel):
    """Readiness, with the problems found."""

    status: Literal["ok", "degraded", "not_ready"]
    problems: list[str]
    version: int | None
    sqlite: str
