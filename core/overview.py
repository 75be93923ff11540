"""What the overview tells of drawings, versions and promotions. Nothing here looks at a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import facets
from core.models import Contributor, DrawingFacet, ModelVersion, Promotion

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
    sizes = np.zeros(facets.N_FACETS, np.int64)
    for facet, n in session.execute(select(DrawingFacet.facet, DrawingFacet.n)):
        sizes[facet] = n
    label_of_facet, _ = facets.AXES["label"]

    def counted(disagrees: bool | None) -> list[int]:
        weights = np.where(facets.chosen({}, disagrees), sizes, 0)
        return [int(n) for n in np.bincount(label_of_facet, weights, minlength=10)]

    everything, otherwise, alike = counted(None), counted(True), counted(False)
    return [
        DigitFigures(n=n, n_read=n_disagreed + n_agreed, n_disagreed=n_disagreed)
        for n, n_disagreed, n_agreed in zip(everything, otherwise, alike, strict=True)
    ]


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
