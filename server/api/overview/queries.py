"""Queries of the overview. They use stored counts and do not read drawings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.base.kinds import DrawingStatus
from core.storage import facets
from core.storage.tables import Contributor, DrawingFacet, ModelVersion, Promotion

MAX_VERSIONS = 200
"""More than a chart can show."""


@dataclass(frozen=True, slots=True)
class DigitCounts:
    """Counts of one label's drawings, without deleted ones."""

    n: int
    n_read: int
    """Drawings with a prediction."""
    n_disagreed: int
    """Drawings whose prediction is not their label."""


@dataclass(frozen=True, slots=True)
class ScoredVersion:
    """A version's scores at publication, and whether it was ever live."""

    version: int
    created_at: datetime
    scores: dict[str, Any]
    was_live: bool


def by_digit(session: Session) -> list[DigitCounts]:
    """Return the counts of the labels 0 to 9, from the stored sizes of facets."""
    label = DrawingFacet.facet % 10
    predicted = DrawingFacet.facet.op("/")(10) % 11  # integer division
    deleted = facets.of_status(DrawingStatus.DELETED)
    # Summed by the database: a million drawings have a few thousand facets, deleted ones last.
    rows = session.execute(
        select(label, predicted, func.sum(DrawingFacet.n))
        .where(DrawingFacet.facet < deleted.start)
        .group_by(label, predicted)
    ).all()
    counts = np.zeros((10, 3), np.int64)
    for digit, read_as, n in rows:
        is_read = read_as != facets.NOTHING_READ
        counts[digit] += (n, n * is_read, n * (is_read and read_as != digit))
    return [DigitCounts(*(int(n) for n in row)) for row in counts]


def n_contributors_since(session: Session, since: datetime) -> int:
    """Count contributors whose first drawing is newer; counting 5,000 takes 1 ms."""
    newer = select(func.count()).where(Contributor.created_at >= since)
    return session.scalars(newer).one()


def scored_versions(session: Session) -> list[ScoredVersion]:
    """Return the newest versions, oldest first, without their manifests."""
    rows = session.execute(
        select(ModelVersion.version, ModelVersion.created_at, ModelVersion.scores)
        .order_by(ModelVersion.version.desc())
        .limit(MAX_VERSIONS)
    ).all()
    once_live = set(session.scalars(select(Promotion.version).distinct()))
    return [
        ScoredVersion(row.version, row.created_at, row.scores, row.version in once_live)
        for row in reversed(rows)
    ]


def promotions(session: Session) -> Sequence[Promotion]:
    """Return the newest promotions, oldest first."""
    newest = select(Promotion).order_by(Promotion.id.desc()).limit(MAX_VERSIONS)
    return list(reversed(session.scalars(newest).all()))
