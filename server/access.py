"""Who may call what: one table, and the rule that whatever is not in it is refused.

A test walks the URL map against it, so that a new route without a row fails.
"""

from __future__ import annotations

from flask import request

from core.base.errors import Forbidden, NotSignedIn
from core.base.kinds import Role
from server import identity
from server.identity import ANYBODY

REVIEWER = Role.REVIEWER.value
ADMIN = Role.ADMIN.value
RANK = {ANYBODY: 0, REVIEWER: 1, ADMIN: 2}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# Rule × method × the least role. HEAD and OPTIONS go with GET and with any method.
ACCESS: dict[str, dict[str, str]] = {
    "/": {"GET": ANYBODY},
    "/admin": {"GET": ANYBODY},
    "/admin/<path:view>": {"GET": ANYBODY},
    "/setup": {"GET": ANYBODY},
    "/assets/<path:name>": {"GET": ANYBODY},
    "/<name>": {"GET": ANYBODY},
    "/openapi.json": {"GET": ANYBODY},
    "/api/docs": {"GET": ANYBODY},
    "/api/docs/<path:name>": {"GET": ANYBODY},
    "/healthz": {"GET": ANYBODY},
    "/readyz": {"GET": ANYBODY},
    "/metrics": {"GET": ADMIN},
    "/api/v1/predictions": {"POST": ANYBODY},
    "/api/v1/predictions/image": {"POST": ANYBODY},
    "/api/v1/drawings": {"GET": REVIEWER, "POST": ANYBODY},
    "/api/v1/drawings/image": {"POST": ANYBODY},
    "/api/v1/drawings/mine": {"GET": ANYBODY},
    "/api/v1/drawings/summary": {"GET": REVIEWER},
    "/api/v1/drawings/changes": {"POST": REVIEWER},
    "/api/v1/drawings/changes/<int:change_id>/undo": {"POST": REVIEWER},
    "/api/v1/drawings/<drawing_id>/record": {"GET": REVIEWER},
    "/api/v1/drawings/<drawing_id>/readings": {"GET": REVIEWER},
    "/api/v1/drawings/<drawing_id>": {"GET": ANYBODY, "PATCH": ANYBODY, "DELETE": ANYBODY},
    "/api/v1/drawings/<drawing_id>/restore": {"POST": ANYBODY},
    "/api/v1/drawings/<drawing_id>/ink.png": {"GET": ANYBODY},
    "/api/v1/review": {"GET": REVIEWER, "DELETE": REVIEWER},
    "/api/v1/review/<drawing_id>": {"POST": REVIEWER},
    "/api/v1/review/<drawing_id>/undo": {"POST": REVIEWER},
    "/api/v1/learned": {"GET": ANYBODY},
    "/api/v1/stats": {"GET": ANYBODY},
    "/api/v1/overview": {"GET": REVIEWER},
    "/api/v1/models": {"GET": ADMIN},
    "/api/v1/models/champion": {"GET": ANYBODY},
    "/api/v1/models/<int:version>": {"GET": ADMIN},
    "/api/v1/models/<int:version>/files/<name>": {"GET": ADMIN},
    "/api/v1/models/<int:version>/confusion": {"GET": ADMIN},
    "/api/v1/models/<int:version>/confusion/<int:label>/<int:read_as>": {"GET": ADMIN},
    "/api/v1/compare/<int:a>/<int:b>": {"GET": REVIEWER},
    "/api/v1/map": {"GET": REVIEWER},
    "/api/v1/map/inks": {"GET": REVIEWER},
    "/api/v1/maps": {"GET": REVIEWER, "POST": ADMIN},
    "/api/v1/models/<int:version>/promote": {"POST": ADMIN},
    "/api/v1/models/<int:version>/anchor": {"POST": ADMIN},
    "/api/v1/models/rollback": {"POST": ADMIN},
    "/api/v1/runs": {"GET": ANYBODY, "POST": ADMIN},
    "/api/v1/runs/<int:run_id>": {"GET": ANYBODY},
    "/api/v1/runs/<int:run_id>/drawings": {"GET": REVIEWER},
    "/api/v1/runs/<int:run_id>/cancel": {"POST": ADMIN},
    "/api/v1/webhook": {"GET": ADMIN, "PUT": ADMIN, "DELETE": ADMIN},
    "/api/v1/webhook/test": {"POST": ADMIN},
    "/api/v1/schedule": {"GET": ANYBODY, "PUT": ADMIN},
    "/api/v1/schedule/preview": {"GET": REVIEWER},
    "/api/v1/contributors": {"GET": ADMIN},
    "/api/v1/contributors/<int:number>": {"GET": ADMIN},
    "/api/v1/contributors/<int:number>/block": {"POST": ADMIN},
    "/api/v1/contributors/<int:number>/unblock": {"POST": ADMIN},
    "/api/v1/contributors/<int:number>/erasure": {"GET": ADMIN, "POST": ADMIN},
    "/api/v1/users": {"GET": ADMIN, "POST": ADMIN},
    "/api/v1/users/<int:user_id>": {"PATCH": ADMIN},
    "/api/v1/users/<int:user_id>/password": {"POST": ADMIN},
    "/api/v1/sessions": {"GET": REVIEWER},
    "/api/v1/sessions/<int:session_id>": {"DELETE": REVIEWER},
    "/api/v1/audit": {"GET": ADMIN},
    "/api/v1/audit.csv": {"GET": ADMIN},
    "/api/v1/audit.jsonl": {"GET": ADMIN},
    "/api/v1/setup": {"POST": ANYBODY},
    "/api/v1/login": {"POST": ANYBODY},
    "/api/v1/logout": {"POST": ANYBODY},
    "/api/v1/me": {"GET": ANYBODY},
    "/api/v1/me/password": {"PUT": REVIEWER},
    "/api/v1/me/data": {"GET": ANYBODY, "DELETE": ANYBODY},
    "/api/v1/me/data.zip": {"GET": ANYBODY},
    "/api/v1/me/data/restore": {"POST": ANYBODY},
    "/api/v1/me/consent": {"PUT": ANYBODY},
    "/api/v1/me/links": {"POST": ANYBODY, "DELETE": ANYBODY},
    "/api/v1/me/join": {"POST": ANYBODY},
    "/api/v1/me/join/preview": {"POST": ANYBODY},
    "/api/v1/export": {"GET": REVIEWER},
    "/api/v1/export/estimate": {"GET": REVIEWER},
    "/api/v1/import": {"POST": ADMIN},
    "/api/v1/transfers": {"GET": REVIEWER},
    "/api/v1/transfers/<int:transfer_id>": {"GET": REVIEWER},
    "/api/v1/transfers/<int:transfer_id>/store": {"POST": ADMIN},
    "/api/v1/transfers/<int:transfer_id>/undo": {"POST": ADMIN},
    "/api/v1/tokens": {"GET": ADMIN, "POST": ADMIN},
    "/api/v1/tokens/<int:token_id>": {"DELETE": ADMIN},
}


def check_access() -> None:
    """Pass whom the table names; before every request that has a route.

    Raises: Forbidden, NotSignedIn.
    """
    if request.url_rule is None:
        return  # there is no such route: Flask answers 404 or 405
    method = "GET" if request.method == "HEAD" else request.method
    if method == "OPTIONS":
        return
    needed = ACCESS.get(request.url_rule.rule, {}).get(method)
    if needed is None:
        raise Forbidden("nobody may do this: the route is not in the table of roles")
    if method not in SAFE_METHODS:
        check_same_origin()
    if needed != ANYBODY:
        require(needed)


def require(needed: str) -> None:
    """Pass whoever has the role, or more. Raises: NotSignedIn, Forbidden."""
    role = identity.role()
    if RANK[role] >= RANK[needed]:
        return
    if role == ANYBODY:
        raise NotSignedIn(f"this needs the role {needed}: sign in at /admin, or send a token")
    raise Forbidden(f"this needs the role {needed}: you are {role}")


def check_same_origin() -> None:
    """Refuse what another site makes a browser send. Raises: Forbidden.

    Browsers send Sec-Fetch-Site to https and to localhost; to a plain http address on the local
    network they send only Origin. A client that is no browser sends neither, and has no cookies
    that another site could use.
    """
    fetch_site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if fetch_site is not None:
        is_ours = fetch_site in {"same-origin", "none"}
    else:
        is_ours = origin is None or origin.partition("://")[2] == request.host
    if not is_ours:
        raise Forbidden("the request came from another site: do it on Inkloop's own page")
