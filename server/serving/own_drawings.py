"""Count how many of a contributor's own drawings versions read right.

Shape: N drawings, newest first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.errors import ModelFileError
from core.base.kinds import DrawingStatus, Split
from core.storage.tables import Drawing
from server.serving.live_model import LiveModel
from server.serving.predictor import SIDE_PX

MAX_READ = 1000  # newest drawings of a contributor; two versions read them in about 60 ms
USABLE = (DrawingStatus.ACCEPTED, DrawingStatus.QUARANTINED)


@dataclass(frozen=True, slots=True)
class OwnDrawings:
    """A contributor's inks with their labels."""

    inks_NHW: NDArray[np.uint8]
    labels_N: NDArray[np.int64]
    is_exam_N: NDArray[np.bool_]
    """Held out: no version ever trains on it."""


def load_own_drawings(session: Session, contributor_id: str) -> OwnDrawings:
    """Load a contributor's newest drawings that are accepted or in quarantine."""
    rows = session.execute(
        select(Drawing.ink, Drawing.label, Drawing.split)
        .where(Drawing.contributor_id == contributor_id, Drawing.status.in_(USABLE))
        .order_by(Drawing.number.desc())
        .limit(MAX_READ)
    ).all()
    inks = np.frombuffer(b"".join(row.ink for row in rows), np.uint8)
    return OwnDrawings(
        inks_NHW=inks.reshape(-1, SIDE_PX, SIDE_PX),
        labels_N=np.array([row.label for row in rows], np.int64),
        is_exam_N=np.array([row.split != Split.TRAIN for row in rows], np.bool_),
    )


def right(live: LiveModel, own: OwnDrawings, version: int) -> NDArray[np.bool_] | None:
    """Return which drawings a version reads right; None if its files cannot be loaded."""
    if not len(own.labels_N):
        return np.zeros(0, np.bool_)
    try:
        model = live.version(version)
    except ModelFileError:
        return None
    right_N: NDArray[np.bool_] = model.labels(own.inks_NHW) == own.labels_N
    return right_N
