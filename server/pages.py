"""The built web pages: HTML is revalidated on each load, hashed assets are cached for a year."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, send_from_directory
from werkzeug.wrappers import Response as BaseResponse

from core.base.errors import NotFound
from server import identity
from server.access import allow
from server.roles import ANYBODY

blueprint = Blueprint("pages", __name__)
DIST = Path(__file__).resolve().parent.parent / "webui" / "dist"
A_YEAR_SECONDS = 365 * 24 * 3600
AN_HOUR_SECONDS = 3600
NOT_BUILT = "The pages are not built yet: run `make setup`, then load this page again.\n"
# Files beside the pages without a hash in their names.
UNHASHED = frozenset({"favicon.svg", "favicon.ico", "manifest.webmanifest", "robots.txt"})


@blueprint.get("/")
@allow(ANYBODY)
def draw() -> BaseResponse:
    """Return the draw page; a new browser becomes a contributor"""
    identity.renew_contributor()
    return _page("index.html")


@blueprint.get("/admin")
@blueprint.get("/admin/<path:view>")
@blueprint.get("/setup")
@allow(ANYBODY)
def admin(view: str = "") -> BaseResponse:
    """Return the dashboard; its views are routed in the browser"""
    return _page("admin.html")


@blueprint.get("/assets/<path:name>")
@allow(ANYBODY)
def asset(name: str) -> BaseResponse:
    """Return a built file, whose name contains a hash of its content"""
    if not (DIST / "assets").is_dir():
        raise NotFound("file", name)
    answer = send_from_directory(DIST / "assets", name, max_age=A_YEAR_SECONDS)
    answer.cache_control.immutable = True
    answer.cache_control.public = True
    return answer


@blueprint.get("/<name>")
@allow(ANYBODY)
def unhashed(name: str) -> BaseResponse:
    """Return the icon or another unhashed file"""
    if name not in UNHASHED or not (DIST / name).is_file():
        raise NotFound("page", f"/{name}")
    return send_from_directory(DIST, name, max_age=AN_HOUR_SECONDS)


def _page(name: str) -> BaseResponse:
    if not (DIST / name).is_file():
        return Response(NOT_BUILT, status=503, mimetype="text/plain")
    answer = send_from_directory(DIST, name)
    answer.headers["Cache-Control"] = "no-cache"
    return answer
