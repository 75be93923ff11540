"""The roles that a caller can have."""

from __future__ import annotations

from core.base.kinds import Role

ANYBODY = "anybody"
REVIEWER = Role.REVIEWER.value
ADMIN = Role.ADMIN.value
RANK = {ANYBODY: 0, REVIEWER: 1, ADMIN: 2}
