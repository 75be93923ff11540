"""Tokens for programs. Only the hashes of their secrets are stored."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from core.base.errors import NotFound
from core.base.kinds import Role
from core.people.secret_hash import secret_hash
from core.storage.audit import audit
from core.storage.tables import ApiToken, User

TOKEN_PREFIX = "inkloop_"  # noqa: S105  (identifies the product in leaked secrets; not a secret)


def make_token(session: Session, user_id: int, name: str, role: Role, *, now: datetime) -> str:
    """Make a token. Returns its secret, which cannot be shown again."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        token_hash=secret_hash(secret), name=name, role=role, user_id=user_id, created_at=now
    )
    session.add(token)
    session.flush()
    facts = {"name": name, "role": role}
    subject = f"token:{token.id}"
    audit(session, by=f"user:{user_id}", action="make_token", subject=subject, now=now, **facts)
    return secret


def find_token(session: Session, secret: str) -> ApiToken | None:
    """The token with that secret; None if it is unknown or revoked, or its user is disabled."""
    return session.scalars(
        select(ApiToken)
        .join(User, User.id == ApiToken.user_id)
        .where(
            ApiToken.token_hash == secret_hash(secret),
            ApiToken.revoked_at.is_(None),
            User.disabled_at.is_(None),
        )
    ).one_or_none()


def tokens(session: Session) -> Sequence[Row[ApiToken, str]]:
    """All tokens, revoked ones included, with the address of their user, newest first."""
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
