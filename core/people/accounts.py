"""User accounts: creating them, passwords, roles, disabling; and the set-up of the first admin."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from core.base.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from core.base.kinds import Role
from core.people import passwords
from core.people.secret_hash import secret_hash
from core.people.sessions import end_sessions
from core.storage.audit import audit
from core.storage.tables import ApiToken, LoginSession, SetupToken, User

SETUP_LINK_LASTS = timedelta(days=7)


def create_user(
    session: Session, email: str, password_hash: str, role: Role, *, by: str, now: datetime
) -> User:
    """Create an account. Hash the password before the transaction, since hashing is slow.

    Raises: InvalidInput, for a bad address; Conflict, if the address has an account.
    """
    email = _clean_email(email)
    if session.scalars(select(User.id).where(User.email == email)).one_or_none() is not None:
        raise Conflict(f"{email} has an account already: `inkloop admin passwd` sets its password")
    user = User(email=email, password_hash=password_hash, role=role, created_at=now)
    session.add(user)
    session.flush()
    audit(session, by=by, action="create_user", subject=f"user:{user.id}", now=now, role=role)
    return user


def _clean_email(email: str) -> str:
    email = email.strip().lower()
    if len(email) > 254 or not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        raise InvalidInput(f"{email!r} is not an e-mail address")
    return email


def set_password(
    session: Session, email: str, password_hash: str, *, by: str, now: datetime
) -> None:
    """Replace the password of an account, and end its sessions. Raises: NotFound, InvalidInput."""
    user = session.scalars(select(User).where(User.email == _clean_email(email))).one_or_none()
    if user is None:
        raise NotFound("account", email)
    replace_password(session, user, password_hash, by=by, now=now)


def replace_password(
    session: Session,
    user: User,
    password_hash: str,
    *,
    by: str,
    now: datetime,
    but_session: int | None = None,
) -> None:
    """Replace the password of an account, and end its sessions except for `but_session`."""
    user.password_hash = password_hash
    end_sessions(session, user.id, now=now, but_session=but_session)
    audit(session, by=by, action="set_password", subject=f"user:{user.id}", now=now)


def check_password(session: Session, email: str, password: str) -> int:
    """The id of the user with that address and password. Takes about 0.1 s, right or wrong.

    Raises: NotSignedIn, with one message for a wrong address and a wrong password.
    """
    user = session.scalars(select(User).where(User.email == email.strip().lower())).one_or_none()
    known_hash = user.password_hash if user is not None and user.disabled_at is None else None
    is_right = passwords.matches(known_hash or passwords.DUMMY_HASH, password)
    if not is_right or user is None or known_hash is None:
        raise NotSignedIn("no account has this address and password: check both")
    return user.id


def user_of(session: Session, user_id: int) -> User:
    """The account with that id. Raises: NotFound."""
    found = session.get(User, user_id)
    if found is None:
        raise NotFound("account", user_id)
    return found


def set_role(session: Session, user_id: int, role: Role, *, by: str, now: datetime) -> User:
    """Change the role of an account, and revoke its tokens with a higher role.

    Raises: NotFound; Conflict, if no admin would be left.
    """
    user = user_of(session, user_id)
    if role == user.role:
        return user
    if role != Role.ADMIN:
        _require_another_admin(session, user)
        theirs = (ApiToken.user_id == user_id, ApiToken.role == Role.ADMIN)
        session.execute(
            update(ApiToken).where(*theirs, ApiToken.revoked_at.is_(None)).values(revoked_at=now)
        )
    facts = {"role_before": user.role, "role": role}
    user.role = role
    audit(session, by=by, action="set_role", subject=f"user:{user_id}", now=now, **facts)
    return user


def disable(session: Session, user_id: int, *, by: str, now: datetime) -> User:
    """Disable an account: its sessions end, and its tokens are refused until it is enabled.

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
    """All accounts with their open sessions, valid tokens and last sign-in, oldest first."""
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


def has_admin(session: Session) -> bool:
    """Whether there is an admin."""
    n_admins = select(func.count()).select_from(User).where(User.role == Role.ADMIN)
    return session.scalars(n_admins).one() > 0


def make_setup_token(session: Session, *, now: datetime) -> str:
    """Make the secret of a one-time set-up link. Invalidates earlier links."""
    secret = secrets.token_urlsafe(32)
    session.execute(update(SetupToken).where(SetupToken.used_at.is_(None)).values(used_at=now))
    session.add(SetupToken(token_hash=secret_hash(secret), created_at=now))
    return secret


def create_first_admin(
    session: Session, secret: str, email: str, password_hash: str, *, now: datetime
) -> User:
    """Create the first admin with a set-up link.

    Raises: NotSignedIn, if the link is wrong, used or too old; Conflict, if there is an admin.
    """
    if has_admin(session):
        raise Conflict("there is an administrator already: sign in, or ask them for an account")
    used = session.scalars(
        update(SetupToken)
        .where(
            SetupToken.token_hash == secret_hash(secret),
            SetupToken.used_at.is_(None),
            SetupToken.created_at > now - SETUP_LINK_LASTS,
        )
        .values(used_at=now)
        .returning(SetupToken.id)
    ).one_or_none()
    if used is None:
        raise NotSignedIn("this link was used or is too old: restart Inkloop for a new one")
    return create_user(session, email, password_hash, Role.ADMIN, by="setup", now=now)
