"""Routes of accounts: list, create, change, reset passwords, and change one's own."""

from __future__ import annotations

import secrets

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from core.base.clock import utc_now
from core.base.errors import Forbidden
from core.base.kinds import Role
from core.people import accounts, passwords
from server import identity
from server.api.accounts.hashing import one_hash_at_a_time
from server.api.accounts.schemas import (
    OwnPasswordIn,
    PasswordOut,
    PasswordReset,
    UserChange,
    UserIn,
    UserOut,
    UsersOut,
)
from server.api.shared.json_values import Json, iso
from server.contract import contract
from server.roles import ADMIN, REVIEWER
from server.services import services

blueprint = Blueprint("users", __name__)
GENERATED_BYTES = 12  # 96 random bits, 16 characters


@blueprint.get("/api/v1/users")
@contract("All accounts", role=ADMIN, answers={200: UsersOut})
def all_users() -> ResponseReturnValue:
    """List all accounts with their roles and last sign-ins"""
    return {"items": _users_json(), "next": None}


@blueprint.post("/api/v1/users")
@contract(
    "Make an account", role=ADMIN, body=UserIn, answers={201: PasswordOut}, refusals=(409, 429)
)
def make(body: UserIn) -> ResponseReturnValue:
    """Create an account; a generated password is shown only here"""
    generated, password_hash = _hashed(body.password)
    with services().database.write() as session:
        user = accounts.create_user(
            session,
            body.email,
            password_hash,
            Role(body.role),
            by=identity.who().by,
            now=utc_now(),
        )
        return {"id": user.id, "email": user.email, "password": generated}, 201


@blueprint.patch("/api/v1/users/<int:user_id>")
@contract(
    "Change an account", role=ADMIN, body=UserChange, answers={200: UserOut}, refusals=(404, 409)
)
def change(user_id: int, body: UserChange) -> ResponseReturnValue:
    """Change an account's role, disable it or enable it"""
    by, now = identity.who().by, utc_now()
    with services().database.write() as session:
        accounts.user_of(session, user_id)
        if body.role is not None:
            accounts.set_role(session, user_id, Role(body.role), by=by, now=now)
        if body.disabled is not None:
            switch = accounts.disable if body.disabled else accounts.enable
            switch(session, user_id, by=by, now=now)
    return next(user for user in _users_json() if user["id"] == user_id)


@blueprint.post("/api/v1/users/<int:user_id>/password")
@contract(
    "Reset a password",
    role=ADMIN,
    body=PasswordReset,
    answers={200: PasswordOut},
    refusals=(404, 429),
)
def reset(user_id: int, body: PasswordReset) -> ResponseReturnValue:
    """Set a new password for an account; all its sessions end"""
    generated, password_hash = _hashed(body.password)
    by, now = identity.who().by, utc_now()
    with services().database.write() as session:
        user = accounts.user_of(session, user_id)
        accounts.replace_password(session, user, password_hash, by=by, now=now)
        return {"id": user.id, "email": user.email, "password": generated}


@blueprint.put("/api/v1/me/password")
@contract(
    "Change one's password", role=REVIEWER, body=OwnPasswordIn, answers={204: None}, refusals=(429,)
)
def change_own(body: OwnPasswordIn) -> ResponseReturnValue:
    """Change the caller's own password; all other sessions of the account end"""
    who, parts = identity.who(), services()
    assert who.user_id is not None
    with parts.database.read() as session:
        user = accounts.user_of(session, who.user_id)
        email, current_hash = user.email, user.password_hash
    parts.limits.login(email, request.remote_addr)
    with one_hash_at_a_time():
        is_known = passwords.matches(current_hash, body.current)
    if not is_known:
        raise Forbidden("this is not your current password: type it again")
    _, password_hash = _hashed(body.new)
    with parts.database.write() as session:
        accounts.replace_password(
            session,
            accounts.user_of(session, who.user_id),
            password_hash,
            by=who.by,
            now=utc_now(),
            but_session=who.session_id,
        )
    return "", 204


def _hashed(password: str | None) -> tuple[str | None, str]:
    """Return the password if it was generated, and the hash of the given or generated one."""
    generated = secrets.token_urlsafe(GENERATED_BYTES) if password is None else None
    with one_hash_at_a_time():
        return generated, passwords.hash_password(generated or password or "")


def _users_json() -> list[Json]:
    now = utc_now()
    with services().database.read() as session:
        return [
            {
                "id": user.id,
                "email": user.email,
                "role": user.role,
                "created_at": iso(user.created_at),
                "disabled_at": iso(user.disabled_at),
                "n_sessions": n_sessions,
                "n_tokens": n_tokens,
                "last_sign_in_at": iso(last_at),
            }
            for user, n_sessions, n_tokens, last_at in accounts.users(session, now=now)
        ]
