"""Python values as JSON carries them."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

Json = dict[str, Any]


def iso(moment: datetime | None) -> str | None:
    """`2026-11-23T03:00:00.000000Z`: always UTC, always as long, so that it sorts."""
    if moment is None:
        return None
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def to_base64(data: bytes) -> str:
    """Bytes as JSON carries them."""
    return base64.b64encode(data).decode("ascii")
