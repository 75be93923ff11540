"""The stored totals of drawings by status and label, and the effect of changes on them.

Deleted drawings count by status only. Callers pass changes to `core.storage.counters.count`.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from core.base.kinds import DrawingStatus
from core.storage.tables import Drawing


def totals_of(status: str, label: int, n: int = 1) -> dict[str, int]:
    """The contribution of `n` drawings of this status and label to the totals."""
    totals = {f"status:{status}": n}
    if status != DrawingStatus.DELETED:
        totals[f"label:{label}"] = n
        totals["drawings"] = n
    return totals


def totals_of_matching(
    session: Session, condition: ColumnElement[bool], status: Any = Drawing.status
) -> Tally[str]:
    """The contribution of all matching drawings, with their status from the column `status`.

    `status=Drawing.status_before` gives the contribution of deleted drawings after a restore.
    """
    totals = Tally[str]()
    rows = session.execute(
        select(status, Drawing.label, func.count()).where(condition).group_by(status, Drawing.label)
    )
    for found_status, label, n in rows:
        totals.update(totals_of(found_status, label, n))
    return totals


def deletion_of(totals: Mapping[str, int]) -> dict[str, int]:
    """The change of the totals when undeleted drawings with these totals are deleted."""
    return {name: -n for name, n in totals.items()} | {
        f"status:{DrawingStatus.DELETED}": totals.get("drawings", 0)
    }


def restoration_of(totals: Mapping[str, int]) -> dict[str, int]:
    """The change of the totals when deleted drawings with these totals are restored."""
    return {name: -n for name, n in deletion_of(totals).items()}
