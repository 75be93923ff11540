"""Routes of sessions and API tokens: list and revoke."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from core.base.clock import utc_now
from core.people import sessions, tokens
from server import identity
from server.access import require
from server.api.accounts.schemas import SessionsOut, SessionsQuery, TokensOut
from server.api.shared.json_values import iso
from server.contract import contract
from server.roles import ADMIN, REVIEWER
from server.services import services

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/api/v1/sessions")
@contract("Signed-in browsers", role=REVIEWER, query=SessionsQuery, answers={200: SessionsOut})
def all_sessions(query: SessionsQuery) -> ResponseReturnValue:
    """List the caller's own sessions, or for admins all"""
    who = identity.who()
    if query.whose == "all":
        require(ADMIN)
    user_id = None if query.whose == "all" else who.user_id
    with services().database.read() as session:
        items = [
            {
                "id": login.id,
                "email": email,
                "browser": login.browser,
                "created_at": iso(login.created_at),
                "expires_at": iso(login.expires_at),
                "is_current": login.id == who.session_id,
            }
            for login, email in sessions.open_sessions(session, user_id, now=utc_now())
        ]
    return {"items": items, "next": None}


@blueprint.delete("/api/v1/sessions/<int:session_id>")
@contract("End a session", role=REVIEWER, answers={204: None}, refusals=(404,))
def end(session_id: int) -> ResponseReturnValue:
    """End a session: one's own, or for admins any"""
    who = identity.who()
    owner = None if who.role == ADMIN else who.user_id
    with services().database.write() as session:
        sessions.end_one_session(session, session_id, owner, by=who.by, now=utc_now())
    return "", 204


@blueprint.get("/api/v1/tokens")
@contract("All tokens", role=ADMIN, answers={200: TokensOut})
def all_tokens() -> ResponseReturnValue:
    """List all API tokens, including revoked ones; secrets are not stored"""
    with services().database.read() as session:
        items = [
            {
                "id": token.id,
                "name": token.name,
                "role": token.role,
                "email": email,
                "created_at": iso(token.created_at),
                "revoked_at": iso(token.revoked_at),
            }
            for token, email in tokens.tokens(session)
        ]
    return {"items": items, "next": None}


@blueprint.delete("/api/v1/tokens/<int:token_id>")
@contract("Revoke a token", role=ADMIN, answers={204: None}, refusals=(404,))
def revoke(token_id: int) -> ResponseReturnValue:
    """Revoke a token"""
    with services().database.write() as session:
        tokens.revoke_token(session, token_id, by=identity.who().by, now=utc_now())
    return "", 204
