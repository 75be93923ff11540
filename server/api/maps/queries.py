"""Queries of maps: points, inks, and progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from core.base.kinds import DrawingStatus, MapSource
from core.base.settings import Settings
from core.storage.tables import DigitMap, Drawing, Embedding
from core.symbols import digits

INK_BYTES = 784
SHOWN = (DrawingStatus.ACCEPTED, DrawingStatus.QUARANTINED)

MnistPoint = Row[int, int, float, float, int, int, float]
"""place, number, x, y, predicted, near_label, depth."""
DrawnPoint = Row[int, int, float, float, int, int, float, str, int]
"""The same, and the drawing's id and label."""
_COLUMNS = (
    Embedding.place,
    Embedding.number,
    Embedding.x,
    Embedding.y,
    Embedding.predicted,
    Embedding.near_label,
    Embedding.depth,
)


@dataclass(frozen=True, slots=True)
class MapPoints:
    """The points of a map, each kind in the order of its places."""

    mnist: Sequence[MnistPoint]
    drawings: Sequence[DrawnPoint]
    """Without drawings that were deleted or rejected since."""


def points(session: Session, version: int) -> MapPoints:
    """Return all points of a version's map, with the drawings' present labels."""
    of_version = select(*_COLUMNS).where(Embedding.version == version).order_by(Embedding.place)
    drawn = (
        of_version.add_columns(Drawing.id, Drawing.label)
        .join(Drawing, Drawing.number == Embedding.number)
        .where(Embedding.source == MapSource.DRAWING, Drawing.status.in_(SHOWN))
    )
    sampled = of_version.where(Embedding.source == MapSource.MNIST)
    return MapPoints(session.execute(sampled).all(), session.execute(drawn).all())


def inks(session: Session, settings: Settings, version: int) -> bytes:
    """Return 784 bytes for each place of the map; zeros where the drawing was deleted."""
    drawn = session.execute(
        select(Embedding.place, Drawing.ink)
        .join(Drawing, Drawing.number == Embedding.number)
        .where(
            Embedding.version == version,
            Embedding.source == MapSource.DRAWING,
            Drawing.status.in_(SHOWN),
        )
    ).all()
    sampled = session.execute(
        select(Embedding.place, Embedding.number).where(
            Embedding.version == version, Embedding.source == MapSource.MNIST
        )
    ).all()
    n_places = 1 + max((place for place, _ in (*drawn, *sampled)), default=-1)
    inks_NP = np.zeros((n_places, INK_BYTES), dtype=np.uint8)
    for place, ink in drawn:
        inks_NP[place] = np.frombuffer(ink, dtype=np.uint8)
    images = digits.load(settings).exam_images()
    if images is not None:
        for place, number in sampled:
            if number < len(images):
                inks_NP[place] = images[number].ravel()
    return inks_NP.tobytes()


def n_since(session: Session, row: DigitMap) -> int:
    """Count the drawings that arrived since the map was made, including deleted ones."""
    newest = session.scalar(select(func.max(Drawing.number))) or 0
    return int(max(0, newest - (row.newest_number or 0)))


def made_maps(session: Session) -> Sequence[DigitMap]:
    """Return all existing maps, newest version first."""
    made = select(DigitMap).where(DigitMap.made_at.is_not(None))
    return session.scalars(made.order_by(DigitMap.version.desc())).all()


def last_seconds(session: Session) -> float | None:
    """Return how long the newest map took; None without a map."""
    newest = select(DigitMap.seconds).where(DigitMap.made_at.is_not(None))
    return session.scalars(newest.order_by(DigitMap.made_at.desc()).limit(1)).one_or_none()
