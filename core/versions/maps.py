"""State changes of a version's map: requested, started, finished or failed.

A map is wanted while the champion has none. Trainers make maps between runs and without the lease:
if two make the same map, each writes the same rows in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from core.base.kinds import DrawingStatus, MapSource
from core.storage.audit import audit
from core.storage.tables import DigitMap, Drawing, Embedding
from core.versions.lifecycle import live_promotion

N_STORED = 20
"""How many maps are stored, those made last; 400 kB each."""
STALE_AFTER = timedelta(minutes=15)
"""An attempt that started this long ago counts as dead, with its trainer."""
CHUNK = 500  # numbers in one query; SQLite takes 32,766 parameters


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a map; see `core.storage.tables.Embedding` for the fields."""

    source: MapSource
    number: int
    place: int
    x: float
    y: float
    predicted: int
    near_label: int
    depth: float


def wanted(session: Session) -> tuple[int, datetime | None] | None:
    """The champion's version and when its map was requested, if it has to be made; else None."""
    live = live_promotion(session)
    if live is None:
        return None
    row = session.get(DigitMap, live.version)
    if row is None:
        return live.version, None
    return (live.version, row.asked_at) if is_owed(row) else None


def is_owed(row: DigitMap) -> bool:
    """Whether the map was not made since it was last requested."""
    return row.made_at is None or row.asked_at > row.made_at


def is_under_way(row: DigitMap, now: datetime) -> bool:
    """Whether a trainer is making it."""
    return row.started_at is not None and now - row.started_at < STALE_AFTER


def ask_for_map(session: Session, version: int, *, by: str, now: datetime) -> DigitMap:
    """Request a new map of a version. Does nothing while one is being made."""
    row = session.get(DigitMap, version)
    if row is not None and is_under_way(row, now):
        return row
    if row is None:
        row = DigitMap(version=version, asked_at=now)
        session.add(row)
    row.asked_at, row.failure = now, None
    audit(session, by=by, action="ask_for_map", subject=f"version:{version}", now=now)
    return row


def begin_map(session: Session, version: int, *, now: datetime) -> None:
    """Record the start of an attempt."""
    row = session.get(DigitMap, version)
    if row is None:
        row = DigitMap(version=version, asked_at=now)
        session.add(row)
    row.started_at, row.phase, row.failure = now, "read", None


def enter_phase(session: Session, version: int, phase: str) -> None:
    """Record the phase of an attempt."""
    session.get_one(DigitMap, version).phase = phase


def finish_map(
    session: Session,
    version: int,
    points: Sequence[Point],
    *,
    newest_number: int,
    seconds: float,
    now: datetime,
) -> None:
    """Replace the map of a version. Drawings that were deleted meanwhile are left out."""
    drawn = [point.number for point in points if point.source == MapSource.DRAWING]
    undeleted = _undeleted(session, drawn)
    kept = [p for p in points if p.source == MapSource.MNIST or p.number in undeleted]
    session.execute(delete(Embedding).where(Embedding.version == version))
    if kept:
        session.execute(insert(Embedding), [{"version": version, **asdict(p)} for p in kept])
    row = session.get_one(DigitMap, version)
    row.made_at, row.seconds, row.newest_number = now, seconds, newest_number
    row.started_at, row.phase, row.failure = None, None, None
    _delete_old(session, version)


def end_attempt(session: Session, version: int, failure: str | None) -> None:
    """Record a failed attempt, or with None one that was interrupted because the trainer stops."""
    row = session.get(DigitMap, version)
    if row is None or row.started_at is None:
        return
    row.started_at, row.phase, row.failure = None, None, failure


def _undeleted(session: Session, numbers: Sequence[int]) -> set[int]:
    undeleted: set[int] = set()
    for start in range(0, len(numbers), CHUNK):
        chosen = Drawing.number.in_(numbers[start : start + CHUNK])
        query = select(Drawing.number).where(chosen, Drawing.status != DrawingStatus.DELETED)
        undeleted.update(session.scalars(query))
    return undeleted


def _delete_old(session: Session, newest: int) -> None:
    made = select(DigitMap.version).where(DigitMap.version != newest)
    old = session.scalars(made.order_by(DigitMap.made_at.desc()).offset(N_STORED - 1)).all()
    if old:
        session.execute(delete(Embedding).where(Embedding.version.in_(old)))
        session.execute(delete(DigitMap).where(DigitMap.version.in_(old)))
