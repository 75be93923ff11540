"""The description of the interface, OpenAPI 3.1, made from routes, contracts and roles."""

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
MEANINGS = {
    200: "Done",
    201: "Stored",
    202: "Accepted",
    204: "Done, nothing to say",
    401: "Nobody is signed in",
    403: "The role does not allow it, or the request came from another site",
    404: "There is none, or it is somebody else's",
    409: "It does not fit the present state",
    410: "It was deleted",
    413: "Too large",
    415: "The wrong type",
    422: "Invalid",
    429: "Too many requests; Retry-After says when to come back",
    503: "Not ready",
    504: "Not every worker has switched within 30 s",
    507: "The disk is full",
}


def describe(app: Flask) -> Json:
    """The whole interface; routes without a contract (pages, assets) are left out."""
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
            "description": "Draw a digit, see it read, correct it; the next model learned it.",
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
    """Flask's `<int:version>` as `{version}`."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)


def _resource(rule: Rule) -> str:
    """`drawings` for everything under /api/v1/drawings; `health` for what is not under /api."""
    _, api, _, resource, *_ = [*rule.rule.split("/"), "", "", ""]
    return resource if api == "api" else "health"


def _operation(app: Flask, rule: Rule, method: str, declared: Contract) -> Json:
    role = declared.role
    described: Json = {
        "operationId": declared.operation_id or rule.endpoint.replace(".", "_"),
        "tags": [_resource(rule)],
        "summary": declared.summary,
        "description": (app.view_functions[rule.endpoint].__doc__ or "").strip()
        + f"\n\nRole: {role}.",
        "parameters": [*_path_parameters(rule), *_query_parameters(declared)],
        "responses": _responses(rule, method, declared, role),
    }
    if role != ANYBODY:
        described["security"] = [{"session": []}, {"token": []}]
    body = declared.body or declared.form
    if body is not None:
        media_type = "application/json" if declared.body else "multipart/form-data"
        schema = {"$ref": REF.format(model=body.__name__)}
        described["requestBody"] = {"required": True, "content": {media_type: {"schema": schema}}}
    return described


def _path_parameters(rule: Rule) -> Iterator[Json]:
    for name in sorted(rule.arguments):
        is_whole = f"<int:{name}>" in rule.rule
        schema = {"type": "integer", "minimum": 0} if is_whole else {"type": "string"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(declared: Contract) -> Iterator[Json]:
    if declared.query is None:
        return
    schema = declared.query.model_json_schema()
    for name, described in schema["properties"].items():
        yield {"name": name, "in": "query", "required": False, "schema": described}


def _responses(rule: Rule, method: str, declared: Contract, role: str) -> Json:
    responses: Json = {}
    for status, model in declared.answers.items():
        responses[str(status)] = {"description": MEANINGS[status]}
        if status != 204:
            schema = {} if model is None else {"$ref": REF.format(model=model.__name__)}
            responses[str(status)]["content"] = {declared.media_type: {"schema": schema}}
    error = {"application/json": {"schema": {"$ref": REF.format(model="ErrorOut")}}}
    for status in sorted(_refusals(method, declared, role) - declared.answers.keys()):
        responses[str(status)] = {"description": MEANINGS[status], "content": error}
    return responses


def _refusals(method: str, declared: Contract, role: str) -> set[int]:
    """What the route itself refuses, and what its role, method and inputs imply."""
    refusals = set(declared.refusals)
    if method not in SAFE_METHODS:
        refusals |= {403, 503, 507}
    if role != ANYBODY:
        refusals |= {401, 403}
    if declared.body is not None or declared.form is not None:
        refusals |= {413, 415, 422}
    if declared.query is not None:
        refusals.add(422)
    assert refusals <= set(STATUS.values()), refusals
    return refusals
