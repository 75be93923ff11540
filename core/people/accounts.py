"""Users, passwords, sessions and tokens. Only hashes of secrets are kept.

A password is hashed slowly (argon2id), since people choose it; a session, token or set-up link is
256 random bits, so one SHA-256 is enough.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.base.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from core.base.kinds import Role
from core.storage.audit import audit
from core.storage.tables import ApiToken, LoginSession, SetupToken, User

MIN_PASSWORD_LENGTH = 12  # characters; ASVS 5.0 asks for 8 at least and advises 15
MAX_PASSWORD_LENGTH = 256  # characters; hashing is work, so a bound
MIN_LETTERS = 5  # different ones; "aaaaaaaaaaaa" and "121212121212" are guessed at once
# Of the lists of passwords that leaked most often, those that are long enough to pass.
KNOWN_PASSWORDS = frozenset(
    """
    123456789012 1234567890123 123456789abc 1234567890qwe 0123456789ab 1q2w3e4r5t6y q1w2e3r4t5y6
    1qaz2wsx3edc qwertyuiop12 qwerty123456 qwerty1234567 qwertyuiop123 asdfghjkl123 abcdefghijkl
    abcdefgh1234 abcd12345678 password1234 password12345 password123456 passwordpassword
    administrator admin1234567 changeme1234 letmein12345 welcome12345 iloveyou1234 iloveyou12345
    superman1234 football1234 inkloopinkloop correcthorsebatterystaple
    """.split()
)
SESSION_LASTS = timedelta(hours=12)
SETUP_LINK_LASTS = timedelta(days=7)
TOKEN_PREFIX = "inkloop_"  # noqa: S105  (says whose token it is; no secret)
# OWASP's least for argon2id is 19 MiB and two passes; this is 64 MiB and three: about 0.1 s.
HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
# Verified when the account is unknown, so that the answer takes as long as for a known one. Of a
# random password, with HASHER's own costs; made beforehand, since hashing takes 0.1 s at import.
DUMMY_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=1$aXlrYPhVJyC0uoZEgdOSpQ$"
    "/6nMtHHNa38DF4uuoghWsvE91a1DajuIGGihwZ39NzM"
)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def hash_password(password: str) -> str:
    """An argon2id hash. Raises: InvalidInput, if the password is too short, too long or known."""
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise InvalidInput(
            f"a password has {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters: "
            "a few words in a row do well"
        )
    if password.lower() in KNOWN_PASSWORDS or len(set(password)) < MIN_LETTERS:
        raise InvalidInput(
            "this is one of the first passwords that anybody would guess: take a few words in a row"
        )
    return HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether it is this password; takes about 0.1 s."""
    try:
        return HASHER.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _clean_email(email: str) -> str:
    email = email.strip().lower()
    if len(email) > 254 or not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        raise InvalidInput(f"{email!r} is no e-mail address")
    return email


def create_user(
    session: Session, email: str, password_hash: str, role: Role, *, by: str, now: datetime
) -> User:
    """Make an account. Hash the password before the transaction: hashing is slow.

    Raises: InvalidInput; Conflict, if the address has one already.
    """
    email = _clean_email(email)
    if session.scalars(select(User.id).where(User.email == email)).one_or_none() is not None:
        raise Conflict(f"{email} has an account already: `inkloop admin passwd` sets its password")
    user = User(email=email, password_hash=password_hash, role=role, created_at=now)
    session.add(user)
    session.flush()
    audit(session, by=by, action="create_user", subject=f"user:{user.id}", now=now, role=role)
    return user


def set_password(
    session: Session, email: str, password_hash: str, *, by: str, now: datetime
) -> None:
    """Replace a password; every session of the account ends. Raises: NotFound, InvalidInput."""
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
    """Give an account another password; its sessions end, but for the one that asked for it."""
    user.password_hash = password_hash
    end_sessions(session, user.id, now=now, but_session=but_session)
    audit(session, by=by, action="set_password", subject=f"user:{user.id}", now=now)


def end_sessions(
    session: Session, user_id: int, *, now: datetime, but_session: int | None = None
) -> None:
    """Sign an account out everywhere, but for one session where that is wanted."""
    theirs = (LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    others = () if but_session is None else (LoginSession.id != but_session,)
    session.execute(update(LoginSession).where(*theirs, *others).values(ended_at=now))


def check_password(session: Session, email: str, password: str) -> int:
    """The id of the user with that address and password. It takes about 0.1 s either way.

    Raises: NotSignedIn, with the same words whether the address or the password is wrong.
    """
    user = session.scalars(select(User).where(User.email == email.strip().lower())).one_or_none()
    known_hash = user.password_hash if user is not None and user.disabled_at is None else None
    if not matches(known_hash or DUMMY_HASH, password) or user is None or known_hash is None:
        raise NotSignedIn("no account has this address and password: check both")
    return user.id


def start_session(
    session: Session, user_id: int, *, now: datetime, browser: str | None = None
) -> str:
    """Sign a browser in. Returns the secret for its cookie; only the hash is kept."""
    secret = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=_digest(secret),
            user_id=user_id,
            created_at=now,
            expires_at=now + SESSION_LASTS,
            browser=browser,
        )
    )
    audit(session, by=f"user:{user_id}", action="sign_in", subject=f"user:{user_id}", now=now)
    return secret


def session_user(session: Session, secret: str, *, now: datetime) -> User | None:
    """Whose browser holds this secret; None once the session has ended."""
    found = find_session(session, secret, now=now)
    return None if found is None else found[0]


def find_session(
    session: Session, secret: str, *, now: datetime
) -> tuple[User, LoginSession] | None:
    """The user and the session that a browser's secret stands for; None once it has ended."""
    found = session.execute(
        select(User, LoginSession)
        .join(LoginSession, LoginSession.user_id == User.id)
        .where(
            LoginSession.token_hash == _digest(secret),
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
            User.disabled_at.is_(None),
        )
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def end_session(session: Session, secret: str, *, now: datetime) -> None:
    """Sign a browser out, on the server: the cookie is worth nothing from now on."""
    user_id = session.scalars(
        update(LoginSession)
        .where(LoginSession.token_hash == _digest(secret), LoginSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(LoginSession.user_id)
    ).one_or_none()
    if user_id is not None:
        by = f"user:{user_id}"
        audit(session, by=by, action="sign_out", subject=by, now=now)


def make_token(session: Session, user_id: int, name: str, role: Role, *, now: datetime) -> str:
    """Make a token for programs. Returns its secret, which is never to be seen again."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        token_hash=_digest(secret), name=name, role=role, user_id=user_id, created_at=now
    )
    session.add(token)
    session.flush()
    facts = {"name": name, "role": role}
    subject = f"token:{token.id}"
    audit(session, by=f"user:{user_id}", action="make_token", subject=subject, now=now, **facts)
    return secret


def find_token(session: Session, secret: str) -> ApiToken | None:
    """The token with that secret; None if it is unknown, revoked, or its user disabled."""
    return session.scalars(
        select(ApiToken)
        .join(User, User.id == ApiToken.user_id)
        .where(
            ApiToken.token_hash == _digest(secret),
            ApiToken.revoked_at.is_(None),
            User.disabled_at.is_(None),
        )
    ).one_or_none()


def has_admin(session: Session) -> bool:
    """Whether anybody can administrate yet."""
    n_admins = select(func.count()).select_from(User).where(User.role == Role.ADMIN)
    return session.scalars(n_admins).one() > 0


def make_setup_token(session: Session, *, now: datetime) -> str:
    """Make the one-time link's secret; links made before are worth nothing from now on."""
    secret = secrets.token_urlsafe(32)
    session.execute(update(SetupToken).where(SetupToken.used_at.is_(None)).values(used_at=now))
    session.add(SetupToken(token_hash=_digest(secret), created_at=now))
    return secret


def create_first_admin(
    session: Session, secret: str, email: str, password_hash: str, *, now: datetime
) -> User:
    """Use the one-time link up and make the first admin.

    Raises: NotSignedIn, if the link is wrong, used or too old; Conflict, if there is an admin.
    """
    if has_admin(session):
        raise Conflict("there is an administrator already: sign in, or ask them for an account")
    used = session.scalars(
        update(SetupToken)
        .where(
            SetupToken.token_hash == _digest(secret),
            SetupToken.used_at.is_(None),
            SetupToken.created_at > now - SETUP_LINK_LASTS,
        )
        .values(used_at=now)
        .returning(SetupToken.id)
    ).one_or_none()
    if used is None:
        raise NotSignedIn("this link was used or is too old: restart Inkloop for a new one")
    return create_user(session, email, password_hash, Role.ADMIN, by="setup", now=now)
