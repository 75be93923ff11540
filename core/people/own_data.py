"""What contributors may do with all that is kept of them: delete it, restore it, carry it along."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter as Tally
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from core.base.errors import Conflict, Forbidden, Gone, InvalidInput
from core.base.kinds import DrawingStatus
from core.drawings.lifecycle import BY_CONTRIBUTOR, RESTORE_WITHIN, new_contributor
from core.storage.audit import audit
from core.storage.counters import count
from core.storage.tables import CarryLink, Consent, Contributor, Drawing, ModelVersion, RunDrawing

LINK_LASTS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a contributor."""

    n_drawings: int
    n_with_strokes: int
    n_pictures: int
    first_at: datetime | None
    last_at: datetime | None
    versions: list[int]
    """Those that learned from their drawings."""
    consented_at: datetime | None
    is_link_open: bool


def kept(session: Session, contributor_id: str, *, now: datetime) -> Kept:
    """All that there is, in figures."""
    theirs = and_(Drawing.contributor_id == contributor_id, Drawing.status != DrawingStatus.DELETED)
    n, n_strokes, n_pictures, first_at, last_at = session.execute(
        select(
            func.count(),
            func.count(Drawing.strokes),
            func.count(Drawing.picture),
            func.min(Drawing.created_at),
            func.max(Drawing.created_at),
        ).where(theirs)
    ).one()
    consent = session.get(Consent, contributor_id)
    open_link = select(CarryLink.id).where(
        CarryLink.contributor_id == contributor_id, _is_open(now)
    )
    return Kept(
        n_drawings=n,
        n_with_strokes=n_strokes,
        n_pictures=n_pictures,
        first_at=first_at,
        last_at=last_at,
        versions=versions_that_learned(session, contributor_id),
        consented_at=None if consent is None else consent.at,
        is_link_open=session.scalars(open_link.limit(1)).one_or_none() is not None,
    )


def versions_that_learned(session: Session, contributor_id: str) -> list[int]:
    """The versions that learned from any of a contributor's drawings."""
    learned = (
        select(RunDrawing.run_id)
        .join(Drawing, Drawing.number == RunDrawing.drawing_number)
        .where(Drawing.contributor_id == contributor_id, RunDrawing.run_id == ModelVersion.run_id)
        .correlate(ModelVersion)
    )
    found = select(ModelVersion.version).where(learned.exists()).order_by(ModelVersion.version)
    return list(session.scalars(found))


def record_consent(session: Session, contributor_id: str, wording: int, *, now: datetime) -> None:
    """They were told what is kept, and went on. The first time they saw a wording stands."""
    statement = insert(Consent).values(contributor_id=contributor_id, wording=wording, at=now)
    session.execute(
        statement.on_conflict_do_update(
            ["contributor_id"],
            set_={"wording": wording, "at": now},
            where=Consent.wording < wording,
        )
    )


def delete_all(session: Session, contributor_id: str, *, now: datetime) -> int:
    """Delete every drawing of theirs at once; they can be restored for a minute. Returns how many.

    Raises: Conflict, if there is none.
    """
    theirs = and_(Drawing.contributor_id == contributor_id, Drawing.status != DrawingStatus.DELETED)
    totals = _totals(session, theirs)
    n = -totals["drawings"]
    if not n:
        raise Conflict("there is no drawing of yours to delete")
    session.execute(
        update(Drawing)
        .where(theirs)
        .values(status_before=Drawing.status, status=DrawingStatus.DELETED, deleted_at=now)
        .execution_options(synchronize_session=False)
    )
    totals[f"status:{DrawingStatus.DELETED}"] += n
    count(session, totals)
    _audit(session, contributor_id, "delete_all", now, n_drawings=n)
    return n


def restore_all(
    session: Session, contributor_id: str, deleted_at: datetime, *, now: datetime
) -> int:
    """Bring back what `delete_all` deleted at that moment. Returns how many.

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
    totals = _totals(session, theirs, Drawing.status_before)
    n = -totals["drawings"]
    if not n:
        raise Conflict("nothing of yours was deleted at that moment")
    session.execute(
        update(Drawing)
        .where(theirs)
        .values(status=Drawing.status_before, status_before=None, deleted_at=None)
        .execution_options(synchronize_session=False)
    )
    back = {name: -change for name, change in totals.items()}
    count(session, back | {f"status:{DrawingStatus.DELETED}": -n})
    _audit(session, contributor_id, "restore_all", now, n_drawings=n)
    return n


def _totals(
    session: Session, which: ColumnElement[bool], status_column: Any = Drawing.status
) -> Tally[str]:
    """What taking these drawings out of the kept totals changes."""
    totals = Tally[str]()
    rows = session.execute(
        select(status_column, Drawing.label, func.count())
        .where(which)
        .group_by(status_column, Drawing.label)
    )
    for status, label, n in rows:
        totals[f"status:{status}"] -= n
        totals[f"label:{label}"] -= n
        totals["drawings"] -= n
    return totals


def make_link(session: Session, contributor_id: str, *, now: datetime) -> tuple[str, datetime]:
    """A secret that carries them to another browser, once, within 15 minutes. Older ones end.

    Returns: the secret, and when it ends. Only its hash is kept.
    """
    revoke_links(session, contributor_id)
    session.execute(delete(CarryLink).where(CarryLink.expires_at < now - timedelta(days=1)))
    token = secrets.token_urlsafe(24)
    expires_at = now + LINK_LASTS
    session.add(
        CarryLink(
            token_hash=_hash(token),
            contributor_id=contributor_id,
            created_at=now,
            expires_at=expires_at,
        )
    )
    return token, expires_at


def revoke_links(session: Session, contributor_id: str) -> None:
    """No link of theirs works any more."""
    session.execute(delete(CarryLink).where(CarryLink.contributor_id == contributor_id))


def n_to_join(session: Session, token: str, here: str, *, now: datetime) -> tuple[int, int]:
    """How many drawings a link brings, and how many of this browser's would join them.

    Raises: Gone, if the link was used, revoked, or is too old; Conflict, if it is this browser's.
    """
    there = _contributor_of(session, token, here, now=now)
    return _n_drawings(session, there), _n_drawings(session, here)


def join(session: Session, token: str, here: str, *, secret: bytes, now: datetime) -> str:
    """Use a link up: this browser becomes its contributor, and brings its own drawings along.

    It is one person's hand: only if both were held out do their later drawings stay so. What each
    drawing is for was decided when it was stored, and stays. Returns the contributor's id.

    Raises: Gone, if the link was used, revoked, or is too old; Conflict, if it is this browser's;
    Forbidden, if either is blocked, since what a blocked hand drew must not train under another.
    """
    there = _contributor_of(session, token, here, now=now)
    used = session.scalars(
        update(CarryLink)
        .where(CarryLink.token_hash == _hash(token), _is_open(now))
        .values(used_at=now)
        .returning(CarryLink.id)
    ).one_or_none()
    if used is None:
        raise _over()
    mine, theirs = session.get(Contributor, here), session.get(Contributor, there)
    if any(row is not None and row.blocked_at is not None for row in (mine, theirs)):
        raise Forbidden("drawings from one of these browsers are no longer taken")
    if mine is not None and mine.n_drawings:
        if theirs is None:
            theirs = new_contributor(session, there, secret=secret, now=now)
            theirs.is_held_out = mine.is_held_out
        session.flush()
        session.execute(
            update(Drawing)
            .where(Drawing.contributor_id == here)
            .values(contributor_id=there)
            .execution_options(synchronize_session=False)
        )
        theirs.is_held_out = theirs.is_held_out and mine.is_held_out
        theirs.n_drawings += mine.n_drawings
        mine.n_drawings = 0
    _audit(session, there, "join", now)
    return there


def _contributor_of(session: Session, token: str, here: str, *, now: datetime) -> str:
    found = session.scalars(
        select(CarryLink.contributor_id).where(CarryLink.token_hash == _hash(token), _is_open(now))
    ).one_or_none()
    if found is None:
        raise _over()
    if found == here:
        raise Conflict("this browser has these drawings already: open the link on another one")
    return found


def _n_drawings(session: Session, contributor_id: str) -> int:
    theirs = and_(Drawing.contributor_id == contributor_id, Drawing.status != DrawingStatus.DELETED)
    return session.scalars(select(func.count()).select_from(Drawing).where(theirs)).one()


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(CarryLink.used_at.is_(None), CarryLink.expires_at > now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _over() -> Gone:
    return Gone("this link was used already or is over 15 minutes old: make a new one")


def moment_of(text: str) -> datetime:
    """The moment that an answer named. Raises: InvalidInput."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise InvalidInput("deleted_at must be as the deletion answered it") from exc
    if moment.tzinfo is None:
        raise InvalidInput("deleted_at must be as the deletion answered it")
    return moment


def _audit(
    session: Session, contributor_id: str, action: str, now: datetime, **facts: object
) -> None:
    row = session.get(Contributor, contributor_id)
    subject = "contributor:new" if row is None else f"contributor:{row.number}"
    audit(session, by=BY_CONTRIBUTOR, action=action, subject=subject, now=now, **facts)
