"""The interface's description, and Swagger UI to browse it."""

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
OURS = Path(__file__).resolve().parent
# The package is found without importing it: of what it holds, only these two files are used.
SWAGGER = "flask_openapi3_swagger/templates/swagger"
SWAGGER_FILES = {"swagger-ui.css": "css", "swagger-ui-bundle.js": "js"}


@blueprint.get("/openapi.json")
@allow(ANYBODY)
def openapi() -> BaseResponse:
    """OpenAPI 3.1"""
    answer: Response = jsonify(describe(current_app._get_current_object()))  # type: ignore[attr-defined]
    answer.headers["Cache-Control"] = "no-cache"
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.get("/api/docs")
@allow(ANYBODY)
def page() -> BaseResponse:
    """Swagger UI"""
    return send_from_directory(OURS, "index.html", max_age=0)


@blueprint.get("/api/docs/<path:name>")
@allow(ANYBODY)
def part(name: str) -> BaseResponse:
    """A part of Swagger UI's page"""
    if name == "start.js":
        return send_from_directory(OURS, name, max_age=0)
    if name not in SWAGGER_FILES:
        raise NotFound("file", name)
    folder = Path(str(distribution("flask-openapi3-swagger").locate_file(SWAGGER)))
    return send_from_directory(folder / SWAGGER_FILES[name], name, max_age=3600)
