"""State changes of a contributor's own data: consent, deleting and restoring drawings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from core.base.errors import Conflict, Gone
from core.base.kinds import DrawingStatus
from core.drawings.erasing import RESTORE_WITHIN
from core.drawings.storing import BY_CONTRIBUTOR
from core.drawings.totals import deletion_of, restoration_of, totals_of_matching
from core.own_data.queries import undeleted_drawings
from core.storage.audit import audit
from core.storage.counters import count
from core.storage.tables import Consent, Contributor, Drawing


def record_consent(session: Session, contributor_id: str, wording: int, *, now: datetime) -> None:
    """Record a contributor's consent to the privacy notice, with the number of its wording.

    The time of the first consent to a wording is kept.
    """
    statement = insert(Consent).values(contributor_id=contributor_id, wording=wording, at=now)
    session.execute(
        statement.on_conflict_do_update(
            ["contributor_id"],
            set_={"wording": wording, "at": now},
            where=Consent.wording < wording,
        )
    )


def delete_all(session: Session, contributor_id: str, *, now: datetime) -> int:
    """Delete all their drawings; they can be restored for a minute. Returns how many.

    Raises: Conflict, if there is none.
    """
    theirs = undeleted_drawings(contributor_id)
    totals = totals_of_matching(session, theirs)
    n = totals["drawings"]
    if not n:
        raise Conflict("there is no drawing of yours to delete")
    session.execute(
        update(Drawing)
        .where(theirs)
        .values(status_before=Drawing.status, status=DrawingStatus.DELETED, deleted_at=now)
        .execution_options(synchronize_session=False)
    )
    count(session, deletion_of(totals))
    audit_contributor(session, contributor_id, "delete_all", now, n_drawings=n)
    return n


def restore_all(
    session: Session, contributor_id: str, deleted_at: datetime, *, now: datetime
) -> int:
    """Restore what `delete_all` deleted at that moment. Returns how many.

    Raises: Gone, if that was more than a minute ago; Conflict, if nothing was deleted then.
    """
    if now - deleted_at > RESTORE_WITHIN:
        raise Gone("this was deleted more than a minute ago: the ink is gone")
    theirs = and_(
        Drawing.contributor_id == contributor_id,
        Drawing.status == DrawingStatus.DELETED,
        Drawing.deleted_at == deleted_at,
        Drawing.ink != b"",
    )
    totals = totals_of_matching(session, theirs, Drawing.status_before)
    n = totals["drawings"]
    if not n:
        raise Conflict("nothing of yours was deleted at that moment")
    session.execute(
        update(Drawing)
        .where(theirs)
        .values(status=Drawing.status_before, status_before=None, deleted_at=None)
        .execution_options(synchronize_session=False)
    )
    count(session, restoration_of(totals))
    audit_contributor(session, contributor_id, "restore_all", now, n_drawings=n)
    return n


def audit_contributor(
    session: Session, contributor_id: str, action: str, now: datetime, **facts: object
) -> None:
    """Record an action of a contributor in the audit log, by their number, never by their id."""
    row = session.get(Contributor, contributor_id)
    subject = "contributor:new" if row is None else f"contributor:{row.number}"
    audit(session, by=BY_CONTRIBUTOR, action=action, subject=subject, now=now, **facts)
