"""Who asks: a contributor by signed cookie, a user by session cookie, a program by token."""

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
from core.people import accounts
from server.roles import ANYBODY
from server.services import services

CONTRIBUTOR_COOKIE = "inkloop_contributor"
SESSION_COOKIE = "inkloop_session"
# Browsers cap a cookie's life at 400 days; every visit of the page renews it.
CONTRIBUTOR_COOKIE_SECONDS = 400 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Who:
    """The user behind a request; `anybody` when nobody is signed in."""

    role: str = ANYBODY
    user_id: int | None = None
    email: str | None = None
    token_id: int | None = None
    session_id: int | None = None

    @property
    def holder(self) -> str:
        """Which browser or program: two browsers of one person are two."""
        if self.token_id is not None:
            return f"token:{self.token_id}"
        return f"session:{self.session_id}"

    @property
    def by(self) -> str:
        """As label events and the audit log name them."""
        return f"user:{self.user_id}"


def who() -> Who:
    """The user that the request's token or session belongs to, looked up once.

    Raises: NotSignedIn, if it carries a token that is unknown or revoked. A session that has
    ended is no error: the browser then is anybody's.
    """
    if "who" not in g:
        g.who = _look_up(request)
    found = g.who
    assert isinstance(found, Who)
    return found


def role() -> str:
    """`anybody`, `reviewer` or `admin`."""
    return who().role


def _look_up(asked: Request) -> Who:
    now = utc_now()
    if asked.authorization is not None:
        secret = asked.authorization.token if asked.authorization.type == "bearer" else None
        with services().database.read() as session:
            token = accounts.find_token(session, secret) if secret else None
            if token is None:
                raise NotSignedIn("this token is unknown or revoked: ask an administrator for one")
            return Who(role=token.role, user_id=token.user_id, token_id=token.id)
    secret = asked.cookies.get(SESSION_COOKIE)
    if not secret:
        return Who()
    with services().database.read() as session:
        return known_by(session, secret, now=now)


def known_by(session: Session, secret: str, *, now: datetime) -> Who:
    """The user whose browser holds this secret; anybody once the session has ended."""
    found = accounts.find_session(session, secret, now=now)
    if found is None:
        return Who()
    user, login = found
    return Who(role=user.role, user_id=user.id, email=user.email, session_id=login.id)


def contributor() -> str | None:
    """The contributor's id by the signed cookie, or by the token of a program; None without."""
    if "contributor" not in g:
        g.contributor = _known_contributor()
    found = g.contributor
    assert found is None or isinstance(found, str)
    return found


def contributor_or_new() -> str:
    """The contributor's id; one who has none gets one, and its cookie with the answer."""
    found = contributor()
    if found is None:
        found = g.contributor = g.new_contributor = secrets.token_hex(16)
    return found


def _known_contributor() -> str | None:
    if request.authorization is not None:
        return f"token-{who().token_id}"
    signed = request.cookies.get(CONTRIBUTOR_COOKIE)
    if signed is None:
        return None
    try:
        return _signer().unsign(signed).decode("ascii")
    except (BadSignature, UnicodeError):
        return None  # signed with another key, or made up: a new one is handed out


def _signer() -> Signer:
    return Signer(
        services().secret,
        salt="contributor",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )


def hand_out_contributor_cookie(answer: Response) -> Response:
    """After a request: give a new contributor the cookie, and renew it where the page asks."""
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
    """The contributor's id, with a cookie that lives on from today."""
    found = g.renewed_contributor = contributor_or_new()
    return found


def become(contributor_id: str) -> None:
    """This browser is that contributor from now on: its cookie goes with the answer."""
    g.contributor = g.new_contributor = contributor_id


def set_session_cookie(answer: Response, secret: str) -> None:
    """Sign the browser in."""
    _set_cookie(answer, SESSION_COOKIE, secret, max_age=int(accounts.SESSION_LASTS.total_seconds()))


def drop_session_cookie(answer: Response) -> None:
    """Have the browser forget its session."""
    answer.delete_cookie(SESSION_COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)


def _set_cookie(answer: Response, name: str, value: str, *, max_age: int) -> None:
    answer.set_cookie(
        name, value, max_age=max_age, httponly=True, samesite="Lax", secure=request.is_secure
    )
