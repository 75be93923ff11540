"""Which drawings need a reviewer most, as this process last worked it out.

A look at everything would take minutes at a million drawings. So a window is read: what is
quarantined, the newest that were read otherwise when they were drawn, the newest of the others,
and a stretch of the whole that moves on every ten minutes. What the live version makes of a
drawing is kept for as long as it is live: a round reads only what is new in the window.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from core.base.kinds import DrawingStatus
from core.review import order as review_order
from core.storage.database import Database
from core.storage.tables import DISPUTED, OPEN_TO_REVIEW, Contributor, Drawing
from server.serving.live_model import LiveModel
from server.serving.predictor import SIDE_PX, LoadedModel

FRESH_FOR = timedelta(minutes=2)
STRETCH_FOR = timedelta(minutes=10)
N_QUARANTINED = 400
N_DISPUTED = 600
N_NEWEST = 400
N_STRETCH = 400
BATCH = 256  # inks in one call: 5 to 10 ms, and no worker grows by it
COUNTED_TO = 10_000
UNSURE_BELOW = 0.5
"""A lead of the first digit over the second under which "it is not sure" is the reason."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a version makes of one drawing."""

    version: int
    probabilities_K: NDArray[np.float32]
    features_F: NDArray[np.float32]

    @property
    def best_two(self) -> tuple[int, int]:
        """The most probable digit, and the next."""
        second, first = np.argsort(self.probabilities_K, kind="stable")[-2:]
        return int(first), int(second)


@dataclass(frozen=True, slots=True)
class _Candidate:
    number: int
    label: int
    is_quarantined: bool


class ReviewQueue:
    """The order of this process, worked out anew after two minutes or with another version."""

    def __init__(self, database: Database, live: LiveModel) -> None:
        self._database = database
        self._live = live
        self._lock = threading.Lock()
        self._readings: dict[int, Reading] = {}
        self._order: list[int] = []
        self._version: int | None = None
        self._made_at: datetime | None = None

    def order(self, now: datetime, *, is_anew: bool = False) -> list[int]:
        """Numbers of drawings, the one to review first first. Some may have been reviewed since."""
        with self._lock:
            model = self._live.current
            version = None if model is None else model.version
            is_old = self._made_at is None or not now - self._made_at < FRESH_FOR
            if is_anew or is_old or version != self._version:
                self._work_out(model, now)
                self._version, self._made_at = version, now
            return self._order

    def reading(self, number: int) -> Reading | None:
        """What the live version makes of a drawing; None if it was not in the window."""
        return self._readings.get(number)

    def _work_out(self, model: LoadedModel | None, now: datetime) -> None:
        with self._database.read() as session:
            window = list(_window(session, now))
            readings = {} if model is None else self._read(session, model, window)
        self._readings = readings
        if model is None:
            ordered = sorted(window, key=lambda one: (not one.is_quarantined, -one.number))
        else:
            ordered = _by_urgency(window, readings, seed=model.version)
        self._order = [one.number for one in ordered]

    def _read(
        self, session: Session, model: LoadedModel, window: Sequence[_Candidate]
    ) -> dict[int, Reading]:
        kept = {
            one.number: reading
            for one in window
            if (reading := self._readings.get(one.number)) is not None
            and reading.version == model.version
        }
        unread = [one.number for one in window if one.number not in kept]
        for start in range(0, len(unread), BATCH):
            numbers = unread[start : start + BATCH]
            rows = session.execute(
                select(Drawing.number, Drawing.ink).where(Drawing.number.in_(numbers))
            ).all()
            inks = np.frombuffer(b"".join(row.ink for row in rows), np.uint8)
            probabilities_NK, features_NF = model.examine(inks.reshape(-1, SIDE_PX, SIDE_PX))
            for place, row in enumerate(rows):
                kept[row.number] = Reading(
                    model.version, probabilities_NK[place], features_NF[place]
                )
        return kept


def _window(session: Session, now: datetime) -> Iterable[_Candidate]:
    """Drawings that wait for a reviewer, each once."""
    trusted = (
        select(Drawing.number, Drawing.label, Drawing.status)
        .join(Contributor, Contributor.id == Drawing.contributor_id)
        .where(Contributor.blocked_at.is_(None))
    )
    open_ones = trusted.where(text(OPEN_TO_REVIEW))
    newest_first = Drawing.number.desc()
    quarantined = open_ones.where(Drawing.status == DrawingStatus.QUARANTINED)
    disputed = trusted.where(text(DISPUTED))
    parts = (
        quarantined.order_by(newest_first).limit(N_QUARANTINED),
        disputed.order_by(newest_first).limit(N_DISPUTED),
        open_ones.order_by(newest_first).limit(N_NEWEST),
        open_ones.where(Drawing.number >= _stretch_from(session, now))
        .order_by(Drawing.number)
        .limit(N_STRETCH),
    )
    seen: dict[int, _Candidate] = {}
    for part in parts:
        for number, label, status in session.execute(part):
            candidate = _Candidate(number, label, status == DrawingStatus.QUARANTINED)
            seen.setdefault(number, candidate)
    return seen.values()


def _stretch_from(session: Session, now: datetime) -> int:
    """Where the stretch begins: another place every ten minutes, the same in all processes."""
    highest = session.scalars(select(func.max(Drawing.number))).one() or 0
    turn = int(now.timestamp() // STRETCH_FOR.total_seconds())
    return int(np.random.default_rng(turn).integers(0, highest + 1))


def _by_urgency(
    window: Sequence[_Candidate], readings: dict[int, Reading], *, seed: int
) -> list[_Candidate]:
    if not window:
        return []
    found = [readings[one.number] for one in window]
    order = review_order.order(
        np.stack([reading.probabilities_K for reading in found]),
        np.array([one.label for one in window], np.int64),
        np.stack([reading.features_F for reading in found]),
        np.array([one.is_quarantined for one in window], np.bool_),
        seed,
    )
    return [window[place] for place in order]


def n_left(session: Session) -> tuple[int, bool]:
    """How many drawings wait for a reviewer, and whether these are all: it stops at 10,000."""
    some = select(Drawing.number).where(text(OPEN_TO_REVIEW)).limit(COUNTED_TO + 1)
    n = _n_of(session, some)
    if n > COUNTED_TO:
        return COUNTED_TO, False
    is_blocked = Contributor.blocked_at.is_not(None)
    if session.scalars(select(Contributor.number).where(is_blocked).limit(1)).one_or_none() is None:
        return n, True
    # What blocked contributors drew is in no queue. Only now every drawing is looked at.
    of_others = some.join(Contributor, Contributor.id == Drawing.contributor_id).where(~is_blocked)
    return _n_of(session, of_others), True


def _n_of(session: Session, found: Select[int]) -> int:
    return session.scalars(select(func.count()).select_from(found.subquery())).one()
