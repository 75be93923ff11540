"""Conversions of Python values to JSON."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

Json = dict[str, Any]


def iso(moment: datetime | None) -> str | None:
    """Format a moment as `2026-11-23T03:00:00.000000Z`: UTC, of fixed length, sortable."""
    if moment is None:
        return None
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def to_base64(data: bytes) -> str:
    """Encode bytes as base64 text."""
    return base64.b64encode(data).decode("ascii")
