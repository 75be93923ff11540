"""Whether a database has all acknowledged drawings of one moment, and no half transactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.system.load_clients import Acknowledged, ClientLog
from core.base.settings import Settings
from core.storage.database import Database

# What one transaction writes has to agree at every consistent moment: (violation, query for its
# number of rows).
INVARIANTS: Final = (
    ("drawings without a label event",
     "SELECT count(*) FROM drawings d WHERE NOT EXISTS "
     "(SELECT 1 FROM label_events e WHERE e.drawing_number = d.number) AND length(d.ink) > 0"),
    ("drawings whose label is not their last event's",
     "SELECT count(*) FROM drawings d WHERE length(d.ink) > 0 AND d.label <> (SELECT e.label FROM "
     "label_events e WHERE e.drawing_number = d.number ORDER BY e.id DESC LIMIT 1)"),
    ("statuses whose counter differs from the drawings",
     "SELECT count(*) FROM (SELECT 'status:' || status name, count(*) m FROM drawings GROUP BY 1) "
     "LEFT JOIN counters c USING (name) WHERE c.n IS NOT m"),
    ("facets whose total differs from the drawings",
     "SELECT count(*) FROM (SELECT facet, count(*) m FROM drawings GROUP BY 1) "
     "LEFT JOIN drawing_facets f USING (facet) WHERE f.n IS NOT m"),
    ("contributors with fewer drawings counted than there are",
     "SELECT count(*) FROM contributors c WHERE c.n_drawings < "
     "(SELECT count(*) FROM drawings d WHERE d.contributor_id = c.id)"),
    ("imports whose count differs from their drawings",
     "SELECT count(*) FROM transfers t WHERE t.kind = 'import' AND t.status IN ('storing', 'done') "
     "AND t.n_new <> (SELECT count(*) FROM imported_drawings i WHERE i.transfer_id = t.id)"),
    ("runs that ended without a verdict",
     "SELECT count(*) FROM runs r WHERE r.status IN ('promoted', 'held') "
     "AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.run_id = r.id)"),
    ("promoted runs without their version live",
     "SELECT count(*) FROM runs r WHERE r.status = 'promoted' "
     "AND NOT EXISTS (SELECT 1 FROM promotions p WHERE p.version = r.version)"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Consistency:
    """The result of a check."""

    n_drawings: int
    n_missing: int
    """Acknowledged drawings that are missing."""
    n_wrong: int
    """Drawings whose first label is not the acknowledged one."""
    problems: list[str]


def check(settings: Settings, log: ClientLog, before: float = inf) -> Consistency:
    """Compare a database with what was acknowledged `before` a monotonic time, in seconds."""
    database = Database(settings)
    try:
        with database.read() as session:
            return _check(session, log, before)
    finally:
        database.dispose()


def _check(session: Session, log: ClientLog, before: float) -> Consistency:
    first_labels: dict[str, int] = dict(
        session.execute(
            text(
                "SELECT d.id, e.label FROM drawings d JOIN label_events e ON e.id = (SELECT "
                "min(id) FROM label_events WHERE drawing_number = d.number) "
                "WHERE d.source = 'drawn'"
            )
        ).all()
    )
    due = {key: one.label for key, one in log.drawings.items() if one.stored_at < before}
    problems = [str(row) for row in session.execute(text("PRAGMA integrity_check")).scalars()]
    problems = [] if problems == ["ok"] else problems
    problems += [str(row) for row in session.execute(text("PRAGMA foreign_key_check"))]
    for what, question in INVARIANTS:
        if n := session.scalar(text(question)):
            problems.append(f"{n} {what}")
    problems += _half_changes(session, log, before) + _two_moments(first_labels, log.drawings)
    return Consistency(
        n_drawings=session.scalar(text("SELECT count(*) FROM drawings")) or 0,
        n_missing=sum(key not in first_labels for key in due),
        n_wrong=sum(first_labels.get(key, label) != label for key, label in due.items()),
        problems=problems,
    )


def _half_changes(session: Session, log: ClientLog, before: float) -> list[str]:
    """Bulk changes that are missing or incomplete."""
    stored: dict[int, int] = dict(
        session.execute(text("SELECT id, json_array_length(before) FROM drawing_changes")).all()
    )
    due = {key: n for key, (n, at) in log.changes.items() if at < before}
    return [
        f"change {key} is missing or incomplete" for key, n in due.items() if stored.get(key) != n
    ]


def _two_moments(stored: Mapping[str, object], drawings: Mapping[str, Acknowledged]) -> list[str]:
    """Missing drawings that were acknowledged before a stored drawing was sent."""
    newest = max((one.sent_at for key, one in drawings.items() if key in stored), default=-inf)
    n = sum(one.stored_at < newest for key, one in drawings.items() if key not in stored)
    return (
        [f"{n} drawings are missing that were acknowledged before stored ones were sent"]
        if n
        else []
    )
