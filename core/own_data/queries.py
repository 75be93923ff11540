"""Figures of the data that is stored about a contributor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from core.base.kinds import DrawingStatus
from core.storage.tables import CarryLink, Consent, Drawing
from core.versions import queries as version_queries


@dataclass(frozen=True, slots=True)
class OwnData:
    """Figures of the data that is stored about a contributor."""

    n_drawings: int
    n_with_strokes: int
    n_pictures: int
    first_at: datetime | None
    last_at: datetime | None
    versions: list[int]
    """The versions that learned from their drawings."""
    consented_at: datetime | None
    is_link_open: bool


def own_data(session: Session, contributor_id: str, *, now: datetime) -> OwnData:
    """Return figures of all data that is stored about a contributor."""
    n, n_strokes, n_pictures, first_at, last_at = session.execute(
        select(
            func.count(),
            func.count(Drawing.strokes),
            func.count(Drawing.picture),
            func.min(Drawing.created_at),
            func.max(Drawing.created_at),
        ).where(undeleted_drawings(contributor_id))
    ).one()
    consent = session.get(Consent, contributor_id)
    link = select(CarryLink.id).where(CarryLink.contributor_id == contributor_id, open_links(now))
    return OwnData(
        n_drawings=n,
        n_with_strokes=n_strokes,
        n_pictures=n_pictures,
        first_at=first_at,
        last_at=last_at,
        versions=version_queries.versions_that_learned_from(session, contributor_id),
        consented_at=None if consent is None else consent.at,
        is_link_open=session.scalars(link.limit(1)).one_or_none() is not None,
    )


def n_drawings(session: Session, contributor_id: str) -> int:
    """The number of their drawings that are not deleted."""
    count = select(func.count()).select_from(Drawing).where(undeleted_drawings(contributor_id))
    return session.scalars(count).one()


def undeleted_drawings(contributor_id: str) -> ColumnElement[bool]:
    """The condition on drawings of this contributor that are not deleted."""
    return and_(Drawing.contributor_id == contributor_id, Drawing.status != DrawingStatus.DELETED)


def open_links(now: datetime) -> ColumnElement[bool]:
    """The condition on links that can still be used."""
    return and_(CarryLink.used_at.is_(None), CarryLink.expires_at > now)
