"""Routes of the OpenAPI document, and of Swagger UI, which shows it."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, request, send_from_directory
from werkzeug.wrappers import Response as BaseResponse

from core.base.errors import NotFound
from server.access import allow
from server.api.docs.openapi import describe
from server.roles import ANYBODY

blueprint = Blueprint("docs", __name__)
PAGE = Path(__file__).resolve().parent
# Found without importing the package: its blueprint has an inline script, which the content
# security policy forbids.
SWAGGER_PACKAGE = "flask-swagger-ui"
SWAGGER_FOLDER = "flask_swagger_ui/dist"
SWAGGER_FILES = frozenset({"swagger-ui.css", "swagger-ui-bundle.js"})


@blueprint.get("/openapi.json")
@allow(ANYBODY)
def openapi() -> BaseResponse:
    """Return the OpenAPI 3.1 document"""
    answer: Response = jsonify(describe(current_app._get_current_object()))  # type: ignore[attr-defined]
    answer.headers["Cache-Control"] = "no-cache"
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.get("/api/docs")
@allow(ANYBODY)
def page() -> BaseResponse:
    """Return the page of Swagger UI"""
    return send_from_directory(PAGE, "index.html", max_age=0)


@blueprint.get("/api/docs/<path:name>")
@allow(ANYBODY)
def part(name: str) -> BaseResponse:
    """Return a script or style of that page"""
    if name == "start.js":
        return send_from_directory(PAGE, name, max_age=0)
    if name not in SWAGGER_FILES:
        raise NotFound("file", name)
    folder = Path(str(distribution(SWAGGER_PACKAGE).locate_file(SWAGGER_FOLDER)))
    return send_from_directory(folder, name, max_age=3600)
