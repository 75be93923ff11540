"""What may happen to the map of a version: asked for, begun, made or failed.

A map is wanted while the live version has none. It is made beside the runs, without their lease:
two trainers that make the same one write the same rows, each in one transaction.
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
from core.versions.lifecycle import champion

KEPT = 20
"""Maps of the newest versions that stay, 400 kB each."""
STALE_AFTER = timedelta(minutes=15)
"""An attempt that began so long ago died with its trainer."""
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
    """The live version, and when its map was asked for, while it has to be made; else None."""
    live = champion(session)
    if live is None:
        return None
    row = session.get(DigitMap, live.version)
    if row is None:
        return live.version, None
    return (live.version, row.asked_at) if is_owed(row) else None


def is_owed(row: DigitMap) -> bool:
    """Whether there is no map yet, or none since it was last asked for."""
    return row.made_at is None or row.asked_at > row.made_at


def is_under_way(row: DigitMap, now: datetime) -> bool:
    """Whether somebody is making it."""
    return row.started_at is not None and now - row.started_at < STALE_AFTER


def ask_for_map(session: Session, version: int, *, by: str, now: datetime) -> DigitMap:
    """Have the map of a version made anew. Asking while it is being made changes nothing."""
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
    """An attempt begins."""
    row = session.get(DigitMap, version)
    if row is None:
        row = DigitMap(version=version, asked_at=now)
        session.add(row)
    row.started_at, row.phase, row.failure = now, "read", None


def enter_phase(session: Session, version: int, phase: str) -> None:
    """The attempt goes on to its next part."""
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
    """Put a map in the place of the one before. What was erased meanwhile does not get onto it."""
    drawn = [point.number for point in points if point.source == MapSource.DRAWING]
    there = _still_there(session, drawn)
    kept = [p for p in points if p.source == MapSource.MNIST or p.number in there]
    session.execute(delete(Embedding).where(Embedding.version == version))
    if kept:
        session.execute(insert(Embedding), [{"version": version, **asdict(p)} for p in kept])
    row = session.get_one(DigitMap, version)
    row.made_at, row.seconds, row.newest_number = now, seconds, newest_number
    row.started_at, row.phase, row.failure = None, None, None
    _forget_old(session, version)


def end_attempt(session: Session, version: int, failure: str | None) -> None:
    """The attempt came to nothing, for a reason, or because the trainer stops (None)."""
    row = session.get(DigitMap, version)
    if row is None or row.started_at is None:
        return
    row.started_at, row.phase, row.failure = None, None, failure


def _still_there(session: Session, numbers: Sequence[int]) -> set[int]:
    there: set[int] = set()
    for start in range(0, len(numbers), CHUNK):
        chosen = Drawing.number.in_(numbers[start : start + CHUNK])
        query = select(Drawing.number).where(chosen, Drawing.status != DrawingStatus.DELETED)
        there.update(session.scalars(query))
    return there


def _forget_old(session: Session, newest: int) -> None:
    made = select(DigitMap.version).where(DigitMap.version != newest)
    old = session.scalars(made.order_by(DigitMap.made_at.desc()).offset(KEPT - 1)).all()
    if old:
        session.execute(delete(Embedding).where(Embedding.version.in_(old)))
        session.execute(delete(DigitMap).where(DigitMap.version.in_(old)))
