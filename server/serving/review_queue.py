"""The review queue: drawings that need a reviewer, ordered by the live version's readings.

Reading all of a million drawings would take minutes. Each process orders a window of them instead:
quarantined drawings, the newest drawings whose prediction differs from their label, the newest
others, and a section of the whole table that moves every ten minutes. Readings are kept while
their version is live, so that an update reads only the drawings that are new in the window.
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
SECTION_FOR = timedelta(minutes=10)
N_QUARANTINED = 400
N_DISPUTED = 600
N_NEWEST = 400
N_SECTION = 400
BATCH = 256  # inks in one call: 5 to 10 ms, and no growth of the worker's memory
MAX_COUNTED = 10_000
UNSURE_BELOW = 0.5
"""With a smaller lead of the first digit over the second, the version counts as unsure."""


@dataclass(frozen=True, slots=True)
class ReviewReading:
    """A version's outputs for one drawing."""

    version: int
    probabilities_K: NDArray[np.float32]
    features_F: NDArray[np.float32]

    @property
    def best_two(self) -> tuple[int, int]:
        """The most probable digit and the second most probable one."""
        second, first = np.argsort(self.probabilities_K, kind="stable")[-2:]
        return int(first), int(second)


@dataclass(frozen=True, slots=True)
class _Candidate:
    number: int
    label: int
    is_quarantined: bool


class ReviewQueue:
    """This process's order, updated after two minutes or when another version is live."""

    def __init__(self, database: Database, live: LiveModel) -> None:
        self._database = database
        self._live = live
        self._lock = threading.Lock()
        self._readings: dict[int, ReviewReading] = {}
        self._order: list[int] = []
        self._version: int | None = None
        self._updated_at: datetime | None = None

    def order(self, now: datetime, *, refresh: bool = False) -> list[int]:
        """Return drawing numbers, most urgent first. Some may have been reviewed since.

        `refresh` updates the order even if it is recent.
        """
        with self._lock:
            model = self._live.current
            version = None if model is None else model.version
            is_old = self._updated_at is None or not now - self._updated_at < FRESH_FOR
            if refresh or is_old or version != self._version:
                self._update(model, now)
                self._version, self._updated_at = version, now
            return self._order

    def reading(self, number: int) -> ReviewReading | None:
        """Return the live version's reading of a drawing; None if it was not in the window."""
        return self._readings.get(number)

    def _update(self, model: LoadedModel | None, now: datetime) -> None:
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
    ) -> dict[int, ReviewReading]:
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
            inks_NHW = inks.reshape(-1, SIDE_PX, SIDE_PX)
            probabilities_NK, features_NF = model.read_features(inks_NHW)
            for place, row in enumerate(rows):
                kept[row.number] = ReviewReading(
                    model.version, probabilities_NK[place], features_NF[place]
                )
        return kept


def _window(session: Session, now: datetime) -> Iterable[_Candidate]:
    """Return drawings that wait for a reviewer, without duplicates."""
    trusted = (
        select(Drawing.number, Drawing.label, Drawing.status)
        .join(Contributor, Contributor.id == Drawing.contributor_id)
        .where(Contributor.blocked_at.is_(None))
    )
    unreviewed = trusted.where(text(OPEN_TO_REVIEW))
    newest_first = Drawing.number.desc()
    quarantined = unreviewed.where(Drawing.status == DrawingStatus.QUARANTINED)
    disputed = trusted.where(text(DISPUTED))
    parts = (
        quarantined.order_by(newest_first).limit(N_QUARANTINED),
        disputed.order_by(newest_first).limit(N_DISPUTED),
        unreviewed.order_by(newest_first).limit(N_NEWEST),
        unreviewed.where(Drawing.number >= _section_start(session, now))
        .order_by(Drawing.number)
        .limit(N_SECTION),
    )
    seen: dict[int, _Candidate] = {}
    for part in parts:
        for number, label, status in session.execute(part):
            candidate = _Candidate(number, label, status == DrawingStatus.QUARANTINED)
            seen.setdefault(number, candidate)
    return seen.values()


def _section_start(session: Session, now: datetime) -> int:
    """Return a random start that changes every ten minutes and is the same in all processes."""
    highest = session.scalars(select(func.max(Drawing.number))).one() or 0
    seed = int(now.timestamp() // SECTION_FOR.total_seconds())
    return int(np.random.default_rng(seed).integers(0, highest + 1))


def _by_urgency(
    window: Sequence[_Candidate], readings: dict[int, ReviewReading], *, seed: int
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
    """Count the drawings that wait for a reviewer, up to 10,000; and whether the count is exact."""
    some = select(Drawing.number).where(text(OPEN_TO_REVIEW)).limit(MAX_COUNTED + 1)
    n = _count(session, some)
    if n > MAX_COUNTED:
        return MAX_COUNTED, False
    is_blocked = Contributor.blocked_at.is_not(None)
    if session.scalars(select(Contributor.number).where(is_blocked).limit(1)).one_or_none() is None:
        return n, True
    # Drawings of blocked contributors are in no queue. Only in this case the join is needed.
    of_others = some.join(Contributor, Contributor.id == Drawing.contributor_id).where(~is_blocked)
    return _count(session, of_others), True


def _count(session: Session, found: Select[int]) -> int:
    return session.scalars(select(func.count()).select_from(found.subquery())).one()
