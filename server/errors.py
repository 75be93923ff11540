"""Errors as HTTP answers: the only place that maps error classes to statuses.

All errors have one JSON shape: {"error": "Conflict", "message": "this id belongs to …"}
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from flask import Flask, Response, g, jsonify
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from core.base import errors
from server.overload import RETRY_SECONDS

log = structlog.get_logger()

STATUS: dict[type[errors.InkloopError], int] = {
    errors.NotSignedIn: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.ModelFileError: 409,
    errors.StorageError: 409,
    errors.Gone: 410,
    errors.TooLarge: 413,
    errors.UnsupportedType: 415,
    errors.InvalidInput: 422,
    errors.TooManyRequests: 429,
    errors.NotReady: 503,
    errors.NotSwitched: 504,
    errors.StorageFull: 507,
}
# Errors that Werkzeug raises, as our class and message.
HTTP_ERRORS = {
    400: ("InvalidInput", "the request is not well-formed HTTP: compare it with /api/docs"),
    404: ("NotFound", "there is nothing at this address: /api/docs lists all routes"),
    405: ("MethodNotAllowed", "this address does not take this method: see /api/docs"),
    413: ("TooLarge", "the request is too large: a picture may have 10 MB, JSON 1 MB"),
    415: ("UnsupportedType", "send it as application/json"),
    500: ("InternalError", "something went wrong here: try again, and tell the administrator"),
}
MAX_ERRORS_SHOWN = 5
SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is not known here: leave it out",
    "json_invalid": "is not valid JSON",
    "model_type": "must be a JSON object",
    "model_attributes_type": "must be a JSON object",
    "int_type": "must be a whole number, without quotes or a decimal point",
    "int_from_float": "must be a whole number, without quotes or a decimal point",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "string_type": "must be a string",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
}


def status_of(error: errors.InkloopError) -> int:
    """Return an error's status, by its nearest listed class; 500 if none is listed."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def register_error_handlers(app: Flask) -> None:
    """Answer expected errors in the common shape, and unexpected ones with a bare 500."""
    app.register_error_handler(errors.InkloopError, _inkloop_error)
    app.register_error_handler(ValidationError, _validation_error)
    # Flask turns an unexpected exception into a 500 of this class. Under TESTING it raises it
    # instead, so that a test shows the traceback.
    app.register_error_handler(HTTPException, _http_error)


def error_answer(status: int, name: str, message: str, **facts: object) -> Response:
    """Return an error in the common JSON shape."""
    answer = jsonify({"error": name, "message": message, **facts})
    answer.status_code = status
    return answer


def _inkloop_error(error: errors.InkloopError) -> Response:
    status = status_of(error)
    if status == 500:
        log.error("unexpected error", exc_info=error)
    facts = error.facts if isinstance(error, errors.NotReady | errors.NotMade) else {}
    answer = error_answer(status, type(error).__name__, str(error), **facts)
    if isinstance(error, errors.TooManyRequests):
        answer.headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, errors.NotReady):
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(error, errors.NotSignedIn):
        answer.headers["WWW-Authenticate"] = 'Bearer realm="inkloop"'
    return answer


def _validation_error(error: ValidationError) -> Response:
    found = error.errors(include_url=False, include_input=False)
    return error_answer(422, "InvalidInput", sentences(found))


def sentences(found: Iterable[ErrorDetails]) -> str:
    """Describe validation errors, such as `label must be a whole number, …; id is missing`."""
    described = list(dict.fromkeys(_sentence(one) for one in found))
    rest = len(described) - MAX_ERRORS_SHOWN
    return "; ".join(described[:MAX_ERRORS_SHOWN]) + (f"; and {rest} more" if rest > 0 else "")


def _sentence(found: ErrorDetails) -> str:
    place = ".".join(str(part) for part in found["loc"]) or "the body"
    if found["type"] in SENTENCES:
        return f"{place} {SENTENCES[found['type']]}"
    message = found["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{place} {message}"


def _http_error(error: HTTPException) -> BaseResponse:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    name, message = HTTP_ERRORS.get(
        code, (error.name.replace(" ", ""), "this cannot be answered: see /api/docs")
    )
    if code == 500:
        message += f", with this request's id: {g.get('request_id')}"
    answer = error_answer(code, name, message)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer
