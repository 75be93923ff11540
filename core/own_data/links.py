"""Links that carry a contributor's drawings to another browser."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.base.errors import Conflict, Forbidden, Gone
from core.drawings.holdout import new_contributor
from core.own_data.lifecycle import audit_contributor
from core.own_data.queries import n_drawings, open_links
from core.storage.tables import CarryLink, Contributor, Drawing

LINK_LASTS = timedelta(minutes=15)


def make_link(session: Session, contributor_id: str, *, now: datetime) -> tuple[str, datetime]:
    """Make the secret of a link that works once, within 15 minutes. Revokes earlier links.

    Returns: the secret and its expiry. Only the hash of the secret is stored.
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
    """Revoke all their links."""
    session.execute(delete(CarryLink).where(CarryLink.contributor_id == contributor_id))


def n_to_join(session: Session, token: str, here: str, *, now: datetime) -> tuple[int, int]:
    """The number of drawings behind a link, and of this browser's that would join them.

    Raises: Gone, if the link was used, revoked, or is too old; Conflict, if this browser made it.
    """
    there = _contributor_of(session, token, here, now=now)
    return n_drawings(session, there), n_drawings(session, here)


def join(session: Session, token: str, here: str, *, secret: bytes, now: datetime) -> str:
    """Use a link: this browser gets the contributor of the link, and its drawings move to it.

    Both are one person: later drawings are held out only if both contributors were. The split of
    each stored drawing stays. Returns the contributor's id.

    Raises: Gone, if the link was used, revoked, or is too old; Conflict, if this browser made it;
    Forbidden, if either contributor is blocked: no drawing may leave a blocked contributor.
    """
    there = _contributor_of(session, token, here, now=now)
    used = session.scalars(
        update(CarryLink)
        .where(CarryLink.token_hash == _hash(token), open_links(now))
        .values(used_at=now)
        .returning(CarryLink.id)
    ).one_or_none()
    if used is None:
        raise _expired()
    mine, theirs = session.get(Contributor, here), session.get(Contributor, there)
    if any(row is not None and row.blocked_at is not None for row in (mine, theirs)):
        raise Forbidden("drawings from one of these browsers are no longer accepted")
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
    audit_contributor(session, there, "join", now)
    return there


def _contributor_of(session: Session, token: str, here: str, *, now: datetime) -> str:
    found = session.scalars(
        select(CarryLink.contributor_id).where(
            CarryLink.token_hash == _hash(token), open_links(now)
        )
    ).one_or_none()
    if found is None:
        raise _expired()
    if found == here:
        raise Conflict("this browser has these drawings already: open the link on another one")
    return found


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _expired() -> Gone:
    return Gone("this link was used already or is over 15 minutes old: make a new one")
