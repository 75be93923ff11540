"""Routes to sign in and out, to set up the first admin, and to create API tokens."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from core.base.clock import utc_now
from core.base.kinds import Role
from core.people import accounts, passwords, sessions, tokens
from server import identity
from server.api.accounts.browser_name import browser_name
from server.api.accounts.hashing import one_hash_at_a_time
from server.api.accounts.schemas import LoginIn, MeOut, SetupIn, TokenIn, TokenOut
from server.contract import contract
from server.roles import ADMIN, ANYBODY
from server.services import services

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/api/v1/me")
@contract("Who am I?", role=ANYBODY, answers={200: MeOut})
def me() -> ResponseReturnValue:
    """Return the caller's role, address and contributor id; a new browser gets an id"""
    return _me(identity.who())


def _me(who: identity.Who) -> Response:
    with services().database.read() as session:
        needs_setup = not accounts.has_admin(session)
    answer = jsonify(
        role=who.role,
        email=who.email,
        contributor=identity.renew_contributor(),
        needs_setup=needs_setup,
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/api/v1/login")
@contract("Sign in", role=ANYBODY, body=LoginIn, answers={200: MeOut}, refusals=(401, 429))
def login(body: LoginIn) -> ResponseReturnValue:
    """Sign a browser in; the session lasts twelve hours"""
    parts = services()
    parts.limits.login(body.email, request.remote_addr)
    with one_hash_at_a_time(), parts.database.read() as session:
        user_id = accounts.check_password(session, body.email, body.password)
    return _signed_in(user_id)


@blueprint.post("/api/v1/setup")
@contract(
    "Make the first admin",
    role=ANYBODY,
    body=SetupIn,
    answers={200: MeOut},
    refusals=(401, 409, 429),
)
def setup(body: SetupIn) -> ResponseReturnValue:
    """Create the first admin with the one-time link from the terminal, and sign in"""
    parts = services()
    parts.limits.login(body.email, request.remote_addr)
    with one_hash_at_a_time():
        password_hash = passwords.hash_password(body.password)
    with parts.database.write() as session:
        user = accounts.create_first_admin(
            session, body.token, body.email, password_hash, now=utc_now()
        )
        user_id = user.id
    return _signed_in(user_id)


def _signed_in(user_id: int) -> Response:
    """Start a new session for this sign-in, and end the browser's previous one."""
    now = utc_now()
    old = request.cookies.get(identity.SESSION_COOKIE)
    with services().database.write() as session:
        if old:
            sessions.end_session(session, old, now=now)
        browser = browser_name(request.user_agent.string)
        secret = sessions.start_session(session, user_id, now=now, browser=browser)
        g.who = identity.session_user(session, secret, now=now)
    answer = _me(g.who)
    identity.set_session_cookie(answer, secret)
    return answer


@blueprint.post("/api/v1/logout")
@contract("Sign out", role=ANYBODY, answers={204: None})
def logout() -> ResponseReturnValue:
    """End the session on the server; its cookie is no longer accepted"""
    secret = request.cookies.get(identity.SESSION_COOKIE)
    if secret:
        with services().database.write() as session:
            sessions.end_session(session, secret, now=utc_now())
    answer = Response(status=204)
    identity.drop_session_cookie(answer)
    return answer


@blueprint.post("/api/v1/tokens")
@contract("Make a token", role=ADMIN, body=TokenIn, answers={201: TokenOut})
def make_token(body: TokenIn) -> ResponseReturnValue:
    """Create an API token; its secret is shown only here"""
    user_id = identity.who().user_id
    assert user_id is not None
    with services().database.write() as session:
        secret = tokens.make_token(session, user_id, body.name, Role(body.role), now=utc_now())
    return {"token": secret, "name": body.name, "role": body.role}, 201
