"""Accounts: making them, what they may do, shutting them out, and one's own password."""

from __future__ import annotations

import secrets

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from core.base.clock import utc_now
from core.base.errors import Forbidden
from core.base.kinds import Role
from core.people import accounts
from server import identity
from server.api.accounts import administration
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
MADE_UP_BYTES = 12  # 96 random bits, 16 characters


@blueprint.get("/api/v1/users")
@contract("All accounts", role=ADMIN, answers={200: UsersOut})
def all_users() -> ResponseReturnValue:
    """Who may sign in, with which role, and when they last did"""
    return {"items": _users_json(), "next": None}


@blueprint.post("/api/v1/users")
@contract(
    "Make an account", role=ADMIN, body=UserIn, answers={201: PasswordOut}, refusals=(409, 429)
)
def make(body: UserIn) -> ResponseReturnValue:
    """Make an account; a password that was made up for it is shown this once"""
    made_up, password_hash = _hashed(body.password)
    with services().database.write() as session:
        user = accounts.create_user(
            session,
            body.email,
            password_hash,
            Role(body.role),
            by=identity.who().by,
            now=utc_now(),
        )
        return {"id": user.id, "email": user.email, "password": made_up}, 201


@blueprint.patch("/api/v1/users/<int:user_id>")
@contract(
    "Change an account", role=ADMIN, body=UserChange, answers={200: UserOut}, refusals=(404, 409)
)
def change(user_id: int, body: UserChange) -> ResponseReturnValue:
    """Give an account another role, disable it or let it in again"""
    by, now = identity.who().by, utc_now()
    with services().database.write() as session:
        administration.user_of(session, user_id)
        if body.role is not None:
            administration.set_role(session, user_id, Role(body.role), by=by, now=now)
        if body.disabled is not None:
            switch = administration.disable if body.disabled else administration.enable
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
    """Give an account another password; all its sessions end"""
    made_up, password_hash = _hashed(body.password)
    by, now = identity.who().by, utc_now()
    with services().database.write() as session:
        user = administration.user_of(session, user_id)
        accounts.replace_password(session, user, password_hash, by=by, now=now)
        return {"id": user.id, "email": user.email, "password": made_up}


@blueprint.put("/api/v1/me/password")
@contract(
    "Change one's password", role=REVIEWER, body=OwnPasswordIn, answers={204: None}, refusals=(429,)
)
def change_own(body: OwnPasswordIn) -> ResponseReturnValue:
    """Change one's own password; every other session of the account ends"""
    who, parts = identity.who(), services()
    assert who.user_id is not None
    with parts.database.read() as session:
        user = administration.user_of(session, who.user_id)
        email, present_hash = user.email, user.password_hash
    parts.limits.login(email, request.remote_addr)
    with one_hash_at_a_time():
        is_known = accounts.matches(present_hash, body.current)
    if not is_known:
        raise Forbidden("this is not your present password: type it again")
    _, password_hash = _hashed(body.new)
    with parts.database.write() as session:
        accounts.replace_password(
            session,
            administration.user_of(session, who.user_id),
            password_hash,
            by=who.by,
            now=utc_now(),
            but_session=who.session_id,
        )
    return "", 204


def _hashed(password: str | None) -> tuple[str | None, str]:
    """The password if it had to be made up, and the hash of either."""
    made_up = secrets.token_urlsafe(MADE_UP_BYTES) if password is None else None
    with one_hash_at_a_time():
        return made_up, accounts.hash_password(made_up or password or "")


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
            for user, n_sessions, n_tokens, last_at in administration.users(session, now=now)
        ]
