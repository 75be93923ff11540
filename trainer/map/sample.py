"""The images on a map: a fixed sample of the reference set's exam, and drawings.

Shapes: N points. Inks are (N, 28, 28) uint8, 0 = paper, 255 = ink.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import structlog
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.arrays import Inks, Labels
from core.base.kinds import DrawingStatus, MapSource
from core.storage.tables import Contributor, Drawing
from core.symbols.reference_set import ReferenceSet
from core.symbols.symbols import Symbols

N_REFERENCE = 1_500
N_DRAWINGS = 1_500
N_CONTRIBUTORS = 1_500
SEED = 20_261_123  # fixed: every map has the same reference images, which keep its layout stable
SHOWN = (DrawingStatus.ACCEPTED, DrawingStatus.QUARANTINED)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sample:
    """Images of a map before the layout: reference images first, then drawings."""

    sources: Sequence[MapSource]
    numbers: NDArray[np.int64]
    """Number of the drawing, or index in the exam."""
    inks: Inks
    labels: Labels

    def __len__(self) -> int:
        return len(self.numbers)


def take_sample(session: Session, reference: ReferenceSet, symbols: Symbols) -> Sample:
    """Sample reference images and drawings; drawings only, if the reference set is missing.

    The reference images are from the exam: no version was trained on them, just as no version was
    trained on new drawings, so both are placed by their looks. The map chooses nothing.
    """
    exam_numbers, exam_inks, exam_labels = _reference_part(reference, symbols)
    drawings = fair_drawings(session, N_DRAWINGS)
    inks = b"".join(ink for _, ink, _ in drawings)
    n_exam, n_drawn = len(exam_numbers), len(drawings)
    return Sample(
        sources=[MapSource.MNIST] * n_exam + [MapSource.DRAWING] * n_drawn,
        numbers=np.array([*exam_numbers, *(number for number, _, _ in drawings)], dtype=np.int64),
        inks=np.concatenate([exam_inks, np.frombuffer(inks, dtype=np.uint8).reshape(-1, 28, 28)]),
        labels=np.concatenate(
            [exam_labels, np.array([label for _, _, label in drawings], dtype=np.uint8)]
        ),
    )


def balanced(labels_N: Labels, n: int, symbols: Symbols) -> NDArray[np.int64]:
    """Return sorted indices of at most `n` images with as many of each symbol. Deterministic."""
    rng = np.random.default_rng(SEED)
    n_each = n // len(symbols)
    chosen = [rng.permutation(np.flatnonzero(labels_N == symbol))[:n_each] for symbol in symbols]
    return np.sort(np.concatenate(chosen))


def fair_drawings(session: Session, n: int) -> list[tuple[int, bytes, int]]:
    """Return (number, ink, label) of at most `n` drawings, in order of arrival.

    Takes the newest drawing of each contributor, then the second newest, and so on, so that
    contributors with many drawings do not displace the others. If there are more contributors than
    drawings to take, the newest contributors are represented. Blocked contributors and rejected
    drawings are excluded.
    """
    contributors = session.execute(
        select(Contributor.id, Contributor.n_drawings)
        .where(Contributor.blocked_at.is_(None), Contributor.n_drawings > 0)
        .order_by(Contributor.number.desc())
        .limit(N_CONTRIBUTORS)
    ).all()
    # Twice the fair share: some of the newest drawings may be deleted or rejected.
    share = 2 * _level([n_drawings for _, n_drawings in contributors], n)
    ranked: list[tuple[int, int]] = []
    for contributor_id, _ in contributors:
        newest = session.scalars(
            select(Drawing.number)
            .where(Drawing.contributor_id == contributor_id, Drawing.status.in_(SHOWN))
            .order_by(Drawing.number.desc())
            .limit(share)
        )
        ranked.extend((rank, -number) for rank, number in enumerate(newest))
    chosen = sorted(-number for _, number in sorted(ranked)[:n])
    return _inks(session, chosen)


def _level(available: Sequence[int], n: int) -> int:
    """Return how many drawings to take of each contributor for `n` in all; some have fewer."""
    level, rest = 1, n
    for place, count in enumerate(sorted(available)):
        level = -(-rest // (len(available) - place))
        if count >= level:
            break
        rest -= count
    return max(level, 1)


def _inks(
    session: Session, numbers: Sequence[int], chunk: int = 500
) -> list[tuple[int, bytes, int]]:
    found: list[tuple[int, bytes, int]] = []
    for start in range(0, len(numbers), chunk):
        rows = session.execute(
            select(Drawing.number, Drawing.ink, Drawing.label)
            .where(Drawing.number.in_(numbers[start : start + chunk]))
            .order_by(Drawing.number)
        )
        found.extend((number, ink, label) for number, ink, label in rows)
    return found


def _reference_part(
    reference: ReferenceSet, symbols: Symbols
) -> tuple[NDArray[np.int64], Inks, Labels]:
    labels, images = reference.exam_labels(), reference.exam_images()
    if labels is None or images is None:
        log.warning("map without reference images: their files are missing or damaged")
        nothing = np.zeros(0, np.uint8)
        return np.zeros(0, np.int64), np.zeros((0, 28, 28), np.uint8), nothing
    chosen = balanced(labels, N_REFERENCE, symbols)
    return chosen, images[chosen], labels[chosen]
