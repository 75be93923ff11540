"""Step of a run: choose its drawings, read them as arrays, and record them as its lineage.

Shapes: N drawings. Inks are (N, 28, 28) uint8, 0 = paper, 255 = ink.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from core.base.arrays import Inks, Mask
from core.base.errors import InvalidInput
from core.base.kinds import DrawingStatus, Split
from core.drawings import queries as drawing_queries
from core.drawings.holdout import MANY_CONTRIBUTORS
from core.runs import lifecycle as runs
from core.storage import counters
from core.storage.tables import Contributor, Drawing, RunDrawing
from core.symbols.reference_set import LabelledImages
from trainer.pipeline.baselines import Baselines
from trainer.pipeline.context import TrainerContext
from trainer.pipeline.interface import Claim, Progress

NEW_LIMIT = 20_000
"""Largest number of new drawings in one run; the others stay new for the next. 16 MB of ink."""
OLDER_LIMIT = 20_000
EXAM_LIMIT = 10_000
"""Largest number of holdout drawings of each kind, the newest: as many as the digits' exam."""
CONTRIBUTOR_LIMIT = 50
CONTRIBUTOR_SHARE = 0.05
CONTRIBUTOR_FLOOR = 10
"""Every contributor may give this many: with 20 contributors, a cap of 5 % each would leave all
with as many drawings as the contributor with the fewest."""
CHUNK = 500  # numbers in one query; SQLite takes 32,766 parameters
SHUFFLER = 2_654_435_761  # Knuth's multiplicative hash: a prime near 2**32 / golden ratio

_Fields = Row[int, bytes, int, str]  # number, ink, label, contributor


@dataclass(frozen=True, slots=True)
class Drawings:
    """Drawings as arrays, in order of arrival."""

    numbers: NDArray[np.int64]
    inks: Inks
    labels: NDArray[np.uint8]
    contributors: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.numbers)

    def images(self) -> LabelledImages:
        """Return inks and labels."""
        return LabelledImages(self.inks, self.labels)

    def none(self) -> Drawings:
        """Return an empty selection."""
        return self.where(np.zeros(len(self), dtype=np.bool_))

    def where(self, mask: Mask) -> Drawings:
        """Return the drawings for which `mask` (N,) is true."""
        return Drawings(
            self.numbers[mask], self.inks[mask], self.labels[mask], self.contributors[mask]
        )


@dataclass(frozen=True, slots=True)
class Gathered:
    """All drawings that a run trains on or evaluates on."""

    new: Drawings
    """Drawings that no finished run trained on."""
    older: Drawings
    holdout_known: Drawings
    holdout_new: Drawings

    @property
    def n_trained(self) -> int:
        """Number of drawings that the run trains on."""
        return len(self.new) + len(self.older)

    def trained_inks(self) -> Inks:
        """(N, 28, 28) inks of all drawings that the run trains on."""
        return np.concatenate([self.new.inks, self.older.inks])

    def lineage(self) -> Iterator[tuple[int, int, bool]]:
        """Yield (drawing number, label, is new) of each drawing that the run trains on."""
        for part, is_new in ((self.new, True), (self.older, False)):
            for number, label in zip(part.numbers, part.labels, strict=True):
                yield int(number), int(label), is_new


def gather_drawings(context: TrainerContext, claim: Claim, baselines: Baselines | None) -> Gathered:
    """Read a run's drawings. Raises: InvalidInput, if there are none to fine-tune on."""
    with context.database.read() as session:
        gathered = gather(session, claim.run_id, claim.seed)
    if baselines is None:
        # The first model trains on the reference set alone: no model can check the labels yet.
        return replace(gathered, new=gathered.new.none(), older=gathered.older.none())
    if not gathered.n_trained:
        raise InvalidInput(
            "there are no drawings to learn from yet: draw some digits, then ask for a run"
        )
    return gathered


def record_lineage(
    context: TrainerContext,
    claim: Claim,
    baselines: Baselines | None,
    gathered: Gathered,
    progress: Progress,
) -> None:
    """Record which drawings the run trains on, with the labels that they have now."""
    progress.log("gathered", n_new=len(gathered.new), n_older=len(gathered.older))
    progress.check_cancelled()
    with context.database.write() as session:
        runs.record_lineage(session, claim.run_id, gathered.lineage(), fence=claim.fence)
        runs.describe_run(
            session,
            claim.run_id,
            fence=claim.fence,
            base_version=None if baselines is None else baselines.champion.version,
            n_new=len(gathered.new),
            n_drawings=gathered.n_trained,
        )


def gather(session: Session, run_id: int, seed: int) -> Gathered:
    """Select a run's drawings; the same ones if the run continues after an interruption.

    Above the limit, older drawings are sampled by the run's seed.
    """
    new, older = _resumed(session, run_id) or _chosen(session, seed)
    return Gathered(
        new=new,
        older=older,
        holdout_known=_exam(session, Split.HOLDOUT_KNOWN),
        holdout_new=_exam(session, Split.HOLDOUT_NEW),
    )


def is_accepted(session: Session, number: int) -> bool:
    """Return whether a drawing has the status that training requires."""
    status = session.scalars(select(Drawing.status).where(Drawing.number == number)).one()
    return status == DrawingStatus.ACCEPTED


def within_caps(contributors: Sequence[str]) -> Mask:
    """Cap the drawings of each contributor; earlier drawings have priority.

    Args:
        contributors: the contributor of each of the N drawings.

    Returns: (N,) whether each drawing is within its contributor's cap.
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
    """Return the drawings that an earlier attempt of this run recorded, as (new, older).

    None if there was no attempt, or if one of its drawings has been deleted, relabelled or
    quarantined since: the run then starts over.
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
    return _from_unblocked().where(Drawing.split == Split.TRAIN)


def _exam(session: Session, split: Split) -> Drawings:
    newest = _from_unblocked().where(Drawing.split == split).order_by(None)
    return _read(session, newest.order_by(Drawing.number.desc()).limit(EXAM_LIMIT))


def _from_unblocked() -> Select[Drawing]:
    return (
        select(Drawing)
        .join(Contributor, Contributor.id == Drawing.contributor_id)
        .where(Drawing.status == DrawingStatus.ACCEPTED, Contributor.blocked_at.is_(None))
        .order_by(Drawing.number)
    )


def _read(session: Session, found: Select[Drawing]) -> Drawings:
    return _arrays(_rows(session, found))


def _rows(session: Session, found: Select[Drawing]) -> Sequence[_Fields]:
    # Load the needed columns only: strokes and pictures are many times larger than the ink.
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
