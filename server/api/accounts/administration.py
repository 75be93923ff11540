"""Administration of accounts, sessions and API tokens. Passwords: see `core.people.accounts`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from core.base.errors import Conflict, NotFound
from core.base.kinds import Role
from core.people.accounts import end_sessions
from core.storage.counters import audit
from core.storage.tables import ApiToken, LoginSession, User


def user_of(session: Session, user_id: int) -> User:
    """Return the account with this id. Raises: NotFound."""
    found = session.get(User, user_id)
    if found is None:
        raise NotFound("account", user_id)
    return found


def set_role(session: Session, user_id: int, role: Role, *, by: str, now: datetime) -> User:
    """Change an account's role. Its tokens of a higher role are revoked.

    Raises: NotFound; Conflict, if no admin would be left.
    """
    user = user_of(session, user_id)
    if role == user.role:
        return user
    if role != Role.ADMIN:
        _require_another_admin(session, user)
        admin_tokens = (ApiToken.user_id == user_id, ApiToken.role == Role.ADMIN)
        session.execute(
            update(ApiToken)
            .where(*admin_tokens, ApiToken.revoked_at.is_(None))
            .values(revoked_at=now)
        )
    facts = {"role_before": user.role, "role": role}
    user.role = role
    audit(session, by=by, action="set_role", subject=f"user:{user_id}", now=now, **facts)
    return user


def disable(session: Session, user_id: int, *, by: str, now: datetime) -> User:
    """Disable an account: its sessions end, and its tokens are refused while it is disabled.

    Raises: NotFound; Conflict, if no admin would be left.
    """
    user = user_of(session, user_id)
    if user.disabled_at is None:
        _require_another_admin(session, user)
        user.disabled_at = now
        end_sessions(session, user_id, now=now)
        audit(session, by=by, action="disable_user", subject=f"user:{user_id}", now=now)
    return user


def enable(session: Session, user_id: int, *, by: str, now: datetime) -> User:
    """Enable a disabled account. Raises: NotFound."""
    user = user_of(session, user_id)
    if user.disabled_at is not None:
        user.disabled_at = None
        audit(session, by=by, action="enable_user", subject=f"user:{user_id}", now=now)
    return user


def _require_another_admin(session: Session, user: User) -> None:
    if user.role != Role.ADMIN or user.disabled_at is not None:
        return
    others = select(func.count()).where(
        User.role == Role.ADMIN, User.disabled_at.is_(None), User.id != user.id
    )
    if session.scalars(others).one() == 0:
        raise Conflict(f"{user.email} is the last admin: make another one first")


def users(session: Session, *, now: datetime) -> Sequence[Row[User, int, int, datetime | None]]:
    """Return all accounts with counts of open sessions and valid tokens, and the last sign-in."""
    logins = (
        select(
            LoginSession.user_id,
            func.count()
            .filter(LoginSession.ended_at.is_(None), LoginSession.expires_at > now)
            .label("n_open"),
            func.max(LoginSession.created_at).label("last_at"),
        )
        .group_by(LoginSession.user_id)
        .subquery()
    )
    tokens = (
        select(ApiToken.user_id, func.count().label("n"))
        .where(ApiToken.revoked_at.is_(None))
        .group_by(ApiToken.user_id)
        .subquery()
    )
    return session.execute(
        select(
            User,
            func.coalesce(logins.c.n_open, 0),
            func.coalesce(tokens.c.n, 0),
            logins.c.last_at,
        )
        .outerjoin(logins, logins.c.user_id == User.id)
        .outerjoin(tokens, tokens.c.user_id == User.id)
        .order_by(User.id)
    ).all()


def open_sessions(
    session: Session, user_id: int | None, *, now: datetime
) -> Sequence[Row[LoginSession, str]]:
    """Return open sessions with the account's address, newest first; None: of all accounts."""
    found = (
        select(LoginSession, User.email)
        .join(User, User.id == LoginSession.user_id)
        .where(LoginSession.ended_at.is_(None), LoginSession.expires_at > now)
        .order_by(LoginSession.id.desc())
    )
    if user_id is not None:
        found = found.where(LoginSession.user_id == user_id)
    return session.execute(found).all()


def end_one_session(
    session: Session, session_id: int, user_id: int | None, *, by: str, now: datetime
) -> None:
    """End a session of the account `user_id`; None: of any account.

    Raises: NotFound, also if the session has ended or belongs to another account.
    """
    is_open = (LoginSession.id == session_id, LoginSession.ended_at.is_(None))
    owner = () if user_id is None else (LoginSession.user_id == user_id,)
    ended = session.scalars(
        update(LoginSession)
        .where(*is_open, *owner)
        .values(ended_at=now)
        .returning(LoginSession.user_id)
    ).one_or_none()
    if ended is None:
        raise NotFound("session", session_id)
    audit(session, by=by, action="end_session", subject=f"user:{ended}", now=now)


def tokens(session: Session) -> Sequence[Row[ApiToken, str]]:
    """Return all tokens, including revoked ones, with the account's address, newest first."""
    return session.execute(
        select(ApiToken, User.email)
        .join(User, User.id == ApiToken.user_id)
        .order_by(ApiToken.id.desc())
    ).all()


def revoke_token(session: Session, token_id: int, *, by: str, now: datetime) -> None:
    """Revoke a token. Raises: NotFound, also if it was revoked before."""
    token = session.get(ApiToken, token_id)
    if token is None or token.revoked_at is not None:
        raise NotFound("token", token_id)
    token.revoked_at = now
    subject = f"token:{token_id}"
    audit(session, by=by, action="revoke_token", subject=subject, now=now, name=token.name)
