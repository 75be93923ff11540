"""What the overview tells of drawings, versions and promotions. Nothing here looks at a drawing."""

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

N_VERSIONS = 200
"""More than a chart has room for."""


@dataclass(frozen=True, slots=True)
class DigitFigures:
    """The drawings of one label, deleted ones apart."""

    n: int
    n_read: int
    """Those in which a version saw a digit when they were drawn."""
    n_disagreed: int
    """Those among them that it read as another digit than their label says."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a version scored when it was made, and whether it was ever live."""

    version: int
    created_at: datetime
    scores: dict[str, Any]
    was_live: bool


def by_digit(session: Session) -> list[DigitFigures]:
    """The figures of the labels 0 to 9, from the kept sizes of the facets."""
    label = DrawingFacet.facet % 10
    predicted = DrawingFacet.facet.op("/")(10) % 11  # of whole numbers: without a remainder
    deleted = facets.of_status(DrawingStatus.DELETED)
    # Summed by the database: a million drawings have some thousands of facets, deleted ones last.
    rows = session.execute(
        select(label, predicted, func.sum(DrawingFacet.n))
        .where(DrawingFacet.facet < deleted.start)
        .group_by(label, predicted)
    ).all()
    figures = np.zeros((10, 3), np.int64)
    for digit, read_as, n in rows:
        is_read = read_as != facets.NOTHING_READ
        figures[digit] += (n, n * is_read, n * (is_read and read_as != digit))
    return [DigitFigures(*(int(n) for n in row)) for row in figures]


def n_contributors_since(session: Session, since: datetime) -> int:
    """How many drew their first drawing since then; 5,000 of them are counted in 1 ms."""
    newer = select(func.count()).where(Contributor.created_at >= since)
    return session.scalars(newer).one()


def measured_versions(session: Session) -> list[Measured]:
    """The newest versions, in order, without their manifests."""
    rows = session.execute(
        select(ModelVersion.version, ModelVersion.created_at, ModelVersion.scores)
        .order_by(ModelVersion.version.desc())
        .limit(N_VERSIONS)
    ).all()
    once_live = set(session.scalars(select(Promotion.version).distinct()))
    return [
        Measured(row.version, row.created_at, row.scores, row.version in once_live)
        for row in reversed(rows)
    ]


def promotions(session: Session) -> Sequence[Promotion]:
    """The newest promotions, in order."""
    newest = select(Promotion).order_by(Promotion.id.desc()).limit(N_VERSIONS)
    return list(reversed(session.scalars(newest).all()))
