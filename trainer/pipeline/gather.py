"""Which drawings a run trains on and is examined by, as arrays.

Shapes: N drawings. Inks are (N, 28, 28) uint8, 0 = paper, 255 = ink.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from core.base.kinds import DrawingStatus, Split
from core.drawings import queries as drawing_queries
from core.drawings.holdout import MANY_CONTRIBUTORS
from core.storage import counters
from core.storage.tables import Contributor, Drawing, RunDrawing

NEW_LIMIT = 20_000
"""New drawings of one run; more stay new for the next. 16 MB of ink."""
OLDER_LIMIT = 20_000
EXAM_LIMIT = 10_000
"""The newest exam drawings of each kind: as many as MNIST's test set."""
CONTRIBUTOR_LIMIT = 50
CONTRIBUTOR_SHARE = 0.05
CONTRIBUTOR_FLOOR = 10
"""Nobody is cut below this: with 20 contributors, 5 % each would leave all with as many drawings as
the one who gave fewest."""
CHUNK = 500  # numbers in one query; SQLite takes 32,766 parameters
SHUFFLER = 2_654_435_761  # Knuth's multiplicative hash, prime, near 2**32 / golden ratio

_Fields = Row[int, bytes, int, str]  # number, ink, label, contributor


@dataclass(frozen=True, slots=True)
class Drawings:
    """Some drawings, in order of arrival."""

    numbers: NDArray[np.int64]
    inks: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    contributors: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.numbers)

    def none(self) -> Drawings:
        """Not one of them."""
        return self.where(np.zeros(len(self), dtype=np.bool_))

    def where(self, mask: NDArray[np.bool_]) -> Drawings:
        """Those for which `mask` (N,) is true."""
        return Drawings(
            self.numbers[mask], self.inks[mask], self.labels[mask], self.contributors[mask]
        )


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything drawn that a run looks at."""

    new: Drawings
    """No finished run trained on them."""
    older: Drawings
    holdout_known: Drawings
    holdout_new: Drawings

    def trained_inks(self) -> NDArray[np.uint8]:
        """(N, 28, 28) of all that is trained on."""
        return np.concatenate([self.new.inks, self.older.inks])

    def lineage(self) -> Iterator[tuple[int, int, bool]]:
        """(drawing number, label, is new) of what is trained on."""
        for part, is_new in ((self.new, True), (self.older, False)):
            for number, label in zip(part.numbers, part.labels, strict=True):
                yield int(number), int(label), is_new


def gather(session: Session, run_id: int, seed: int) -> Gathered:
    """What the run learns from; the same again if it goes on after an interruption.

    Older drawings beyond the limit are drawn by lot, by the run's seed.
    """
    new, older = _resumed(session, run_id) or _chosen(session, seed)
    return Gathered(
        new=new,
        older=older,
        holdout_known=_exam(session, Split.HOLDOUT_KNOWN),
        holdout_new=_exam(session, Split.HOLDOUT_NEW),
    )


def is_accepted(session: Session, number: int) -> bool:
    """Whether a drawing may be trained on, as far as its status goes."""
    status = session.scalars(select(Drawing.status).where(Drawing.number == number)).one()
    return status == DrawingStatus.ACCEPTED


def within_caps(contributors: Sequence[str]) -> NDArray[np.bool_]:
    """Which drawings may take part when nobody may give more than their share, first come first.

    Args:
        contributors: who drew each of the N drawings.

    Returns: (N,) bool.
    """
    totals = Counter(contributors)
    n_within = sum(min(total, CONTRIBUTOR_LIMIT) for total in totals.values())
    share = max(CONTRIBUTOR_FLOOR, int(CONTRIBUTOR_SHARE * n_within))
    limit = min(CONTRIBUTOR_LIMIT, share)
    taken: Counter[str] = Counter()
    mask = np.zeros(len(contributors), dtype=np.bool_)
    for position, contributor in enumerate(contributors):
        mask[position] = taken[contributor] < limit
        taken[contributor] += 1
    return mask


def _chosen(session: Session, seed: int) -> tuple[Drawings, Drawings]:
    new = _read(session, drawing_queries.new_drawings().limit(NEW_LIMIT))
    by_lot = (Drawing.number * SHUFFLER + seed) % 2**32
    used = _trainable().where(Drawing.used_in_run_id.is_not(None)).order_by(None)
    older = _read(session, used.order_by(by_lot).limit(OLDER_LIMIT))
    if counters.totals(session, "contributors").get("", 0) < MANY_CONTRIBUTORS:
        return new, older
    mask = within_caps([*new.contributors, *older.contributors])
    return new.where(mask[: len(new)]), older.where(mask[len(new) :])


def _resumed(session: Session, run_id: int) -> tuple[Drawings, Drawings] | None:
    """What an earlier attempt of this run recorded; None if there was none, or one was withdrawn.

    A drawing that was deleted, relabelled or put aside meanwhile makes the run start over.
    """
    rows = session.scalars(select(RunDrawing).where(RunDrawing.run_id == run_id)).all()
    if not rows:
        return None
    labels = {row.drawing_number: row.label for row in rows}
    found = _by_number(session, labels)
    same = len(found) == len(rows) and all(
        labels[int(number)] == int(label)
        for number, label in zip(found.numbers, found.labels, strict=True)
    )
    if not same:
        return None
    is_new = {row.drawing_number for row in rows if row.is_new}
    mask = np.array([int(number) in is_new for number in found.numbers], dtype=np.bool_)
    return found.where(mask), found.where(~mask)


def _by_number(session: Session, numbers: Collection[int]) -> Drawings:
    ordered = sorted(numbers)
    rows: list[_Fields] = []
    for start in range(0, len(ordered), CHUNK):
        chunk = ordered[start : start + CHUNK]
        rows.extend(_rows(session, _trainable().where(Drawing.number.in_(chunk))))
    return _arrays(rows)


def _trainable() -> Select[Drawing]:
    return _of_trusted().where(Drawing.split == Split.TRAIN)


def _exam(session: Session, split: Split) -> Drawings:
    newest = _of_trusted().where(Drawing.split == split).order_by(None)
    return _read(session, newest.order_by(Drawing.number.desc()).limit(EXAM_LIMIT))


def _of_trusted() -> Select[Drawing]:
    return (
        select(Drawing)
        .join(Contributor, Contributor.id == Drawing.contributor_id)
        .where(Drawing.status == DrawingStatus.ACCEPTED, Contributor.blocked_at.is_(None))
        .order_by(Drawing.number)
    )


def _read(session: Session, found: Select[Drawing]) -> Drawings:
    return _arrays(_rows(session, found))


def _rows(session: Session, found: Select[Drawing]) -> Sequence[_Fields]:
    # Not whole drawings: strokes and pictures are many times larger than the ink.
    columns = (Drawing.number, Drawing.ink, Drawing.label, Drawing.contributor_id)
    return session.execute(found.with_only_columns(*columns, maintain_column_froms=True)).all()


def _arrays(rows: Sequence[_Fields]) -> Drawings:
    rows = sorted(rows, key=lambda row: row.number)
    inks = b"".join(row.ink for row in rows)
    return Drawings(
        numbers=np.array([row.number for row in rows], dtype=np.int64),
        inks=np.frombuffer(inks, dtype=np.uint8).reshape(-1, 28, 28),
        labels=np.array([row.label for row in rows], dtype=np.uint8),
        contributors=np.array([row.contributor_id for row in rows], dtype=np.str_),
    )
