"""Counts of contributors' drawings, from the stored sizes of their facets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.kinds import DrawingStatus, Split
from core.storage.facets import Facet, unpack
from core.storage.tables import ContributorFacet


@dataclass(slots=True)
class ContributorCounts:
    """Counts of a contributor's drawings; all but `n_deleted` leave out deleted ones."""

    n: int = 0
    n_quarantined: int = 0
    n_rejected: int = 0
    n_exam: int = 0
    n_deleted: int = 0
    n_read: int = 0
    """Drawings with a prediction."""
    n_agreed: int = 0
    """Drawings whose prediction is their label."""
    by_label: list[int] = field(default_factory=lambda: [0] * 10)


def count_drawings(
    session: Session, contributor_ids: Collection[str]
) -> dict[str, ContributorCounts]:
    """Return the counts of each of these contributors."""
    rows = session.execute(
        select(ContributorFacet.contributor_id, ContributorFacet.facet, ContributorFacet.n).where(
            ContributorFacet.contributor_id.in_(contributor_ids)
        )
    )
    found = {contributor_id: ContributorCounts() for contributor_id in contributor_ids}
    for contributor_id, facet, n in rows:
        _add(found[contributor_id], unpack(facet), n)
    return found


def _add(sums: ContributorCounts, facet: Facet, n: int) -> None:
    if facet.status == DrawingStatus.DELETED:
        sums.n_deleted += n
        return
    sums.n += n
    sums.by_label[facet.label] += n
    sums.n_quarantined += n * (facet.status == DrawingStatus.QUARANTINED)
    sums.n_rejected += n * (facet.status == DrawingStatus.REJECTED)
    sums.n_exam += n * (facet.split != Split.TRAIN)
    sums.n_read += n * (facet.predicted is not None)
    sums.n_agreed += n * (facet.disagrees is False)
