"""Sign-in sessions of browsers. Only the hashes of their secrets are stored."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from core.base.errors import NotFound
from core.people.secret_hash import secret_hash
from core.storage.audit import audit
from core.storage.tables import LoginSession, User

SESSION_LASTS = timedelta(hours=12)


def start_session(
    session: Session, user_id: int, *, now: datetime, browser: str | None = None
) -> str:
    """Sign a browser in. Returns the secret for its cookie."""
    secret = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=secret_hash(secret),
            user_id=user_id,
            created_at=now,
            expires_at=now + SESSION_LASTS,
            browser=browser,
        )
    )
    audit(session, by=f"user:{user_id}", action="sign_in", subject=f"user:{user_id}", now=now)
    return secret


def session_user(session: Session, secret: str, *, now: datetime) -> User | None:
    """The user that the secret of a session belongs to; None once the session has ended."""
    found = find_session(session, secret, now=now)
    return None if found is None else found[0]


def find_session(
    session: Session, secret: str, *, now: datetime
) -> tuple[User, LoginSession] | None:
    """The user and session that the secret belongs to; None once the session has ended."""
    found = session.execute(
        select(User, LoginSession)
        .join(LoginSession, LoginSession.user_id == User.id)
        .where(
            LoginSession.token_hash == secret_hash(secret),
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
            User.disabled_at.is_(None),
        )
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def end_session(session: Session, secret: str, *, now: datetime) -> None:
    """Sign a browser out, on the server: its cookie is invalid from now on."""
    user_id = session.scalars(
        update(LoginSession)
        .where(LoginSession.token_hash == secret_hash(secret), LoginSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(LoginSession.user_id)
    ).one_or_none()
    if user_id is not None:
        by = f"user:{user_id}"
        audit(session, by=by, action="sign_out", subject=by, now=now)


def end_one_session(
    session: Session, session_id: int, user_id: int | None, *, by: str, now: datetime
) -> None:
    """Sign one browser out; `user_id` restricts it to sessions of that user.

    Raises: NotFound, also if the session has ended or is another user's.
    """
    wanted = (LoginSession.id == session_id, LoginSession.ended_at.is_(None))
    whose = () if user_id is None else (LoginSession.user_id == user_id,)
    ended = session.scalars(
        update(LoginSession)
        .where(*wanted, *whose)
        .values(ended_at=now)
        .returning(LoginSession.user_id)
    ).one_or_none()
    if ended is None:
        raise NotFound("session", session_id)
    audit(session, by=by, action="end_session", subject=f"user:{ended}", now=now)


def end_sessions(
    session: Session, user_id: int, *, now: datetime, but_session: int | None = None
) -> None:
    """Sign an account out everywhere, except for `but_session`."""
    theirs = (LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    others = () if but_session is None else (LoginSession.id != but_session,)
    session.execute(update(LoginSession).where(*theirs, *others).values(ended_at=now))


def open_sessions(
    session: Session, user_id: int | None, *, now: datetime
) -> Sequence[Row[LoginSession, str]]:
    """Open sessions with the user's address, newest first; of one user, or of all for None."""
    found = (
        select(LoginSession, User.email)
        .join(User, User.id == LoginSession.user_id)
        .where(LoginSession.ended_at.is_(None), LoginSession.expires_at > now)
        .order_by(LoginSession.id.desc())
    )
    if user_id is not None:
        found = found.where(LoginSession.user_id == user_id)
    return session.execute(found).all()
