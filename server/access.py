"""Access control: each route declares the least role that may call it; other routes are refused.

`docs/access.txt` lists the role of every route, and a test compares it with the URL map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue

from core.base.errors import Forbidden, NotSignedIn
from server import identity
from server.roles import ANYBODY, RANK

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ROLE_ATTRIBUTE = "__inkloop_role__"
AnyView = TypeVar("AnyView", bound=Callable[..., ResponseReturnValue])


def allow(role: str) -> Callable[[AnyView], AnyView]:
    """Declare the least role that may call a view: `ANYBODY`, `REVIEWER` or `ADMIN`."""
    assert role in RANK, role

    def decorate(view: AnyView) -> AnyView:
        setattr(view, ROLE_ATTRIBUTE, role)
        return view

    return decorate


def role_of(app: Flask, endpoint: str) -> str | None:
    """Return the role that an endpoint's view declares; None if it declares none."""
    role = getattr(app.view_functions[endpoint], ROLE_ATTRIBUTE, None)
    assert role is None or isinstance(role, str)
    return role


def access_table(app: Flask) -> Iterator[tuple[str, str, str | None]]:
    """Yield rule, method and role of every route. HEAD and OPTIONS follow the other methods."""
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield rule.rule, method, role_of(app, rule.endpoint)


def check_access() -> None:
    """Before each request: check the role and, for a change, that the request is same-origin.

    Raises: Forbidden, NotSignedIn.
    """
    if request.url_rule is None or request.method == "OPTIONS":
        return  # without a matching route, Flask answers 404 or 405
    needed = role_of(current_app, request.url_rule.endpoint)
    if needed is None:
        raise Forbidden("this route declares no role, so it is refused")
    if request.method not in SAFE_METHODS:
        check_same_origin()
    if needed != ANYBODY:
        require(needed)


def require(needed: str) -> None:
    """Check that the caller has this role or a higher one. Raises: NotSignedIn, Forbidden."""
    role = identity.role()
    if RANK[role] >= RANK[needed]:
        return
    if role == ANYBODY:
        raise NotSignedIn(f"this needs the role {needed}: sign in at /admin, or send a token")
    raise Forbidden(f"this needs the role {needed}: you are {role}")


def check_same_origin() -> None:
    """Refuse requests that a page of another site made a browser send. Raises: Forbidden.

    Browsers send Sec-Fetch-Site to https and to localhost. To a plain http address on the local
    network they send Origin only. A client that is not a browser sends neither header, and holds
    no cookies that another site could use.
    """
    fetch_site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if fetch_site is not None:
        is_same = fetch_site in {"same-origin", "none"}
    else:
        is_same = origin is None or origin.partition("://")[2] == request.host
    if not is_same:
        raise Forbidden("the request came from another site: do it on Inkloop's own page")
