"""The caller: a contributor by signed cookie, a user by session cookie, a program by token."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from flask import Request, Response, g, request
from itsdangerous import BadSignature, Signer
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.errors import NotSignedIn
from core.people import sessions, tokens
from server.roles import ANYBODY
from server.services import services

CONTRIBUTOR_COOKIE = "inkloop_contributor"
SESSION_COOKIE = "inkloop_session"
# Browsers keep a cookie for at most 400 days; each visit of the page renews it.
CONTRIBUTOR_COOKIE_SECONDS = 400 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Who:
    """The user of a request; the role `anybody` if none is signed in."""

    role: str = ANYBODY
    user_id: int | None = None
    email: str | None = None
    token_id: int | None = None
    session_id: int | None = None

    @property
    def holder(self) -> str:
        """Identifies the session or token, so that two browsers of one user differ."""
        if self.token_id is not None:
            return f"token:{self.token_id}"
        return f"session:{self.session_id}"

    @property
    def by(self) -> str:
        """The user's name in label events and in the audit log."""
        return f"user:{self.user_id}"


def who() -> Who:
    """Return the user of the request's token or session, looked up once per request.

    Raises: NotSignedIn, if the token is unknown or revoked. An ended session is no error: the
    caller then has the role `anybody`.
    """
    if "who" not in g:
        g.who = _look_up(request)
    found = g.who
    assert isinstance(found, Who)
    return found


def role() -> str:
    """Return the caller's role."""
    return who().role


def _look_up(incoming: Request) -> Who:
    now = utc_now()
    if incoming.authorization is not None:
        secret = incoming.authorization.token if incoming.authorization.type == "bearer" else None
        with services().database.read() as session:
            token = tokens.find_token(session, secret) if secret else None
            if token is None:
                raise NotSignedIn("this token is unknown or revoked: ask an administrator for one")
            return Who(role=token.role, user_id=token.user_id, token_id=token.id)
    secret = incoming.cookies.get(SESSION_COOKIE)
    if not secret:
        return Who()
    with services().database.read() as session:
        return session_user(session, secret, now=now)


def session_user(session: Session, secret: str, *, now: datetime) -> Who:
    """Return the user of a session; the role `anybody` if the session has ended."""
    found = sessions.find_session(session, secret, now=now)
    if found is None:
        return Who()
    user, login = found
    return Who(role=user.role, user_id=user.id, email=user.email, session_id=login.id)


def contributor() -> str | None:
    """Return the contributor's id from the signed cookie or the API token; None without either."""
    if "contributor" not in g:
        g.contributor = _find_contributor()
    found = g.contributor
    assert found is None or isinstance(found, str)
    return found


def contributor_or_new() -> str:
    """Return the contributor's id; a new browser gets one, with a cookie in the answer."""
    found = contributor()
    if found is None:
        found = g.contributor = g.new_contributor = secrets.token_hex(16)
    return found


def _find_contributor() -> str | None:
    if request.authorization is not None:
        return f"token-{who().token_id}"
    signed = request.cookies.get(CONTRIBUTOR_COOKIE)
    if signed is None:
        return None
    try:
        return _signer().unsign(signed).decode("ascii")
    except (BadSignature, UnicodeError):
        return None  # signed with another key, or forged: the browser gets a new one


def _signer() -> Signer:
    return Signer(
        services().secret,
        salt="contributor",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )


def set_contributor_cookie(answer: Response) -> Response:
    """After a request: set the cookie of a new contributor, or renew it."""
    contributor_id = g.get("new_contributor") or g.get("renewed_contributor")
    if contributor_id is not None and request.authorization is None:
        _set_cookie(
            answer,
            CONTRIBUTOR_COOKIE,
            _signer().sign(contributor_id).decode("ascii"),
            max_age=CONTRIBUTOR_COOKIE_SECONDS,
        )
    return answer


def renew_contributor() -> str:
    """Return the contributor's id, and renew its cookie with the answer."""
    found = g.renewed_contributor = contributor_or_new()
    return found


def become(contributor_id: str) -> None:
    """Make this browser the given contributor; the cookie goes with the answer."""
    g.contributor = g.new_contributor = contributor_id


def set_session_cookie(answer: Response, secret: str) -> None:
    """Set the cookie of a new session."""
    _set_cookie(answer, SESSION_COOKIE, secret, max_age=int(sessions.SESSION_LASTS.total_seconds()))


def drop_session_cookie(answer: Response) -> None:
    """Delete the session cookie."""
    answer.delete_cookie(SESSION_COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)


def _set_cookie(answer: Response, name: str, value: str, *, max_age: int) -> None:
    answer.set_cookie(
        name, value, max_age=max_age, httponly=True, samesite="Lax", secure=request.is_secure
    )
