"""The OpenAPI 3.1 document, generated from routes and their contracts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from core import __version__
from server.access import SAFE_METHODS
from server.api.shared.schemas import ErrorOut
from server.contract import ATTRIBUTE, Contract
from server.errors import STATUS
from server.roles import ANYBODY

Json = dict[str, Any]
REF = "#/components/schemas/{model}"
DESCRIPTIONS = {
    200: "Done",
    201: "Stored",
    202: "Accepted",
    204: "Done, without content",
    401: "Not signed in",
    403: "The role is too low, or the request came from another site",
    404: "Not found, or another person's",
    409: "In conflict with the present state",
    410: "Deleted",
    413: "Too large",
    415: "Wrong media type",
    422: "Invalid input",
    429: "Too many requests; Retry-After has the seconds to wait",
    503: "Not ready",
    504: "Not all workers switched within 30 s",
    507: "The disk is full",
}


def describe(app: Flask) -> Json:
    """Return the OpenAPI document; routes without a contract (pages, assets) are left out."""
    operations = list(_operations(app))
    models = {model for _, declared in operations for model in _models(declared)} | {ErrorOut}
    modes = [(model, "validation") for model in sorted(models, key=lambda m: m.__name__)]
    _, schemas = models_json_schema(modes, ref_template=REF)  # type: ignore[arg-type]
    paths: Json = {}
    for rule, declared in operations:
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            operation = _operation(app, rule, method, declared)
            paths.setdefault(_path(rule), {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Inkloop",
            "version": __version__,
            "description": "Reads handwritten digits, collects corrections, and trains on them.",
        },
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "inkloop_session"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operations(app: Flask) -> Iterator[tuple[Rule, Contract]]:
    for rule in app.url_map.iter_rules():
        declared = getattr(app.view_functions[rule.endpoint], ATTRIBUTE, None)
        if declared is not None:
            yield rule, declared


def _models(declared: Contract) -> Iterator[type[BaseModel]]:
    yield from (model for model in (declared.body, declared.form) if model is not None)
    yield from (model for model in declared.answers.values() if model is not None)


def _path(rule: Rule) -> str:
    """Return Flask's `<int:version>` as OpenAPI's `{version}`."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)


def _tag(rule: Rule) -> str:
    """Return the tag: `drawings` under /api/v1/drawings, `health` outside /api."""
    _, api, _, resource, *_ = [*rule.rule.split("/"), "", "", ""]
    return resource if api == "api" else "health"


def _operation(app: Flask, rule: Rule, method: str, declared: Contract) -> Json:
    described: Json = {
        "operationId": declared.operation_id or rule.endpoint.replace(".", "_"),
        "tags": [_tag(rule)],
        "summary": declared.summary,
        "description": (app.view_functions[rule.endpoint].__doc__ or "").strip()
        + f"\n\nRole: {declared.role}.",
        "parameters": [*_path_parameters(rule), *_query_parameters(declared)],
        "responses": _responses(method, declared),
    }
    if declared.role != ANYBODY:
        described["security"] = [{"session": []}, {"token": []}]
    body = declared.body or declared.form
    if body is not None:
        media_type = "application/json" if declared.body else "multipart/form-data"
        schema = {"$ref": REF.format(model=body.__name__)}
        described["requestBody"] = {
            "required": not declared.is_body_optional,
            "content": {media_type: {"schema": schema}},
        }
    return described


def _path_parameters(rule: Rule) -> Iterator[Json]:
    for name in sorted(rule.arguments):
        is_integer = f"<int:{name}>" in rule.rule
        schema = {"type": "integer", "minimum": 0} if is_integer else {"type": "string"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(declared: Contract) -> Iterator[Json]:
    if declared.query is None:
        return
    schema = declared.query.model_json_schema()
    for name, described in schema["properties"].items():
        yield {"name": name, "in": "query", "required": False, "schema": described}


def _responses(method: str, declared: Contract) -> Json:
    responses: Json = {}
    for status, model in declared.answers.items():
        responses[str(status)] = {"description": DESCRIPTIONS[status]}
        if status != 204:
            schema = {} if model is None else {"$ref": REF.format(model=model.__name__)}
            responses[str(status)]["content"] = {declared.media_type: {"schema": schema}}
    error = {"application/json": {"schema": {"$ref": REF.format(model="ErrorOut")}}}
    for status in sorted(_refusals(method, declared) - declared.answers.keys()):
        responses[str(status)] = {"description": DESCRIPTIONS[status], "content": error}
    return responses


def _refusals(method: str, declared: Contract) -> set[int]:
    """Return the error statuses: declared ones, and those that role, method and input imply."""
    refusals = set(declared.refusals)
    if method not in SAFE_METHODS:
        refusals |= {403, 503, 507}
    if declared.role != ANYBODY:
        refusals |= {401, 403}
    if declared.body is not None or declared.form is not None:
        refusals |= {413, 415, 422}
    if declared.query is not None:
        refusals.add(422)
    assert refusals <= set(STATUS.values()), refusals
    return refusals
