"""What is on a map: a fixed sample of MNIST's test set, and drawings of everybody.

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

from core.base.errors import DataError
from core.base.kinds import DrawingStatus, MapSource
from core.base.settings import Settings
from core.storage.tables import Contributor, Drawing
from core.symbols.digits import mnist

N_MNIST = 1_500
N_DRAWINGS = 1_500
N_CONTRIBUTORS = 1_500
SEED = 20_261_123  # fixed: the same MNIST images are on every map, and keep it in place
SHOWN = (DrawingStatus.ACCEPTED, DrawingStatus.QUARANTINED)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sample:
    """The points of a map, before they have a place on it: MNIST first, then drawings."""

    sources: Sequence[MapSource]
    numbers: NDArray[np.int64]
    """Of a drawing, or the index in MNIST's test set."""
    inks: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.numbers)


def take_sample(session: Session, settings: Settings) -> Sample:
    """MNIST's part and the drawings' part; without MNIST's files, drawings alone.

    Of MNIST it takes the test set: no version has learned from it, as no version has learned from
    a drawing it has not seen, so that what lies among others lies there for its looks. Nothing is
    chosen by it.
    """
    mnist_numbers, mnist_inks, mnist_labels = _mnist_part(settings)
    drawings = fair_drawings(session, N_DRAWINGS)
    inks = b"".join(ink for _, ink, _ in drawings)
    n_mnist, n_drawn = len(mnist_numbers), len(drawings)
    return Sample(
        sources=[MapSource.MNIST] * n_mnist + [MapSource.DRAWING] * n_drawn,
        numbers=np.array([*mnist_numbers, *(number for number, _, _ in drawings)], dtype=np.int64),
        inks=np.concatenate([mnist_inks, np.frombuffer(inks, dtype=np.uint8).reshape(-1, 28, 28)]),
        labels=np.concatenate(
            [mnist_labels, np.array([label for _, _, label in drawings], dtype=np.uint8)]
        ),
    )


def balanced(labels_N: NDArray[np.uint8], n: int) -> NDArray[np.int64]:
    """Indices of `n` images, as many of each digit as can be, in order; the same at every call."""
    rng = np.random.default_rng(SEED)
    chosen = [rng.permutation(np.flatnonzero(labels_N == digit))[: n // 10] for digit in range(10)]
    return np.sort(np.concatenate(chosen))


def fair_drawings(session: Session, n: int) -> list[tuple[int, bytes, int]]:
    """(number, ink, label) of at most `n` drawings, in order of arrival.

    Everybody's newest, then everybody's second newest, and so on until there are `n`: nobody is
    crowded out by whoever draws most. Of so many contributors that not each can have one, the
    newest. Those of blocked contributors and those rejected are left out.
    """
    contributors = session.execute(
        select(Contributor.id, Contributor.n_drawings)
        .where(Contributor.blocked_at.is_(None), Contributor.n_drawings > 0)
        .order_by(Contributor.number.desc())
        .limit(N_CONTRIBUTORS)
    ).all()
    # Twice what a fair share needs: some of the newest may be deleted or rejected.
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
    """How many drawings of each contributor make `n` together, where some have fewer."""
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


def _mnist_part(
    settings: Settings,
) -> tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.uint8]]:
    try:
        labels = mnist.read_idx(settings.mnist_cache / "t10k-labels-idx1-ubyte")
        images = mnist.read_idx(settings.mnist_cache / "t10k-images-idx3-ubyte")
    except DataError as error:
        log.warning("the map has no MNIST images", why=str(error))
        nothing = np.zeros(0, np.uint8)
        return np.zeros(0, np.int64), np.zeros((0, 28, 28), np.uint8), nothing
    chosen = balanced(labels, N_MNIST)
    return chosen, images[chosen], labels[chosen]
