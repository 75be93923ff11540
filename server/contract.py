"""Route contracts: a decorator that validates a route's input and describes it for OpenAPI."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from werkzeug.datastructures import FileStorage

from core.base.errors import StorageFull, TooLarge, UnsupportedType
from server.access import allow

MAX_JSON_BYTES = 1_000_000
MAX_FIELDS_BYTES = 10_000  # the fields of a form, without its file
ATTRIBUTE = "__inkloop_contract__"
View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One operation of the HTTP interface."""

    summary: str
    role: str
    """The least role that may call it."""
    body: type[BaseModel] | None = None
    """JSON in the request's body."""
    query: type[BaseModel] | None = None
    form: type[BaseModel] | None = None
    """multipart/form-data with one `file`."""
    answers: dict[int, type[BaseModel] | None]
    """The schema of each successful status; None: the answer is not JSON, or is empty."""
    refusals: tuple[int, ...] = ()
    """Error statuses beyond those that the role and the inputs imply."""
    media_type: str = "application/json"
    operation_id: str | None = None
    """Set where clients know the operation by another id than the endpoint's."""
    is_body_optional: bool = False


def contract(
    summary: str,
    *,
    role: str,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    form: type[BaseModel] | None = None,
    answers: dict[int, type[BaseModel] | None],
    refusals: tuple[int, ...] = (),
    media_type: str = "application/json",
    operation_id: str | None = None,
    max_file_bytes: int | None = None,
    is_body_optional: bool = False,
) -> Callable[[View], View]:
    """Declare a route's role, input and answers.

    The view is called with the validated input as `body`, `query`, or `form` and `file`. `file`
    is bytes; with `max_file_bytes` it is a stream that Werkzeug spools to disk. A request without
    an optional body has the defaults of all its fields.

    Raises, per request: ValidationError, UnsupportedType, TooLarge.
    """
    declared = Contract(
        summary=summary,
        role=role,
        body=body,
        query=query,
        form=form,
        answers=answers,
        refusals=refusals,
        media_type=media_type,
        operation_id=operation_id,
        is_body_optional=is_body_optional,
    )

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def checked(**path: Any) -> ResponseReturnValue:
            if body is not None:
                is_absent = is_body_optional and not request.is_json and not request.get_data()
                path["body"] = body() if is_absent else _read_json(body)
            if query is not None:
                path["query"] = query.model_validate(_query_values())
            if form is not None:
                if max_file_bytes is None:
                    path["form"], path["file"] = _read_form(form)
                else:
                    path["form"], path["file"] = _read_large_form(form, max_file_bytes)
            return view(**path)

        setattr(checked, ATTRIBUTE, declared)
        return allow(role)(checked)

    return decorate


def _read_json(model: type[BaseModel]) -> BaseModel:
    """Validate the request's JSON. Raises: UnsupportedType, TooLarge, ValidationError."""
    if not request.is_json:
        raise UnsupportedType("send it as JSON, with Content-Type: application/json")
    if (request.content_length or 0) > MAX_JSON_BYTES:
        raise _json_too_large()
    data = request.get_data(cache=False)
    if len(data) > MAX_JSON_BYTES:
        raise _json_too_large()
    return model.model_validate_json(data)


def _json_too_large() -> TooLarge:
    return TooLarge(f"JSON may have {MAX_JSON_BYTES:,} bytes: send fewer points, or a picture")


def _query_values() -> dict[str, str | list[str]]:
    """Return the query's values. A repeated name stays a list, which no field accepts."""
    return {
        name: values[0] if len(values) == 1 else values
        for name, values in request.args.to_dict(flat=False).items()
    }


def _read_form(model: type[BaseModel]) -> tuple[BaseModel, bytes]:
    """Return the form's fields and its file's bytes. Raises: UnsupportedType, ValidationError.

    The file's name and content type come from the sender, so they are ignored.
    """
    if request.mimetype != "multipart/form-data":
        raise UnsupportedType("send it as multipart/form-data, with the picture in `file`")
    fields: dict[str, object] = dict(request.form)
    uploaded = request.files.get("file")
    data = b"" if uploaded is None else uploaded.read()
    fields |= dict.fromkeys(request.files, "…")
    return model.model_validate(fields), data


def _read_large_form(model: type[BaseModel], max_bytes: int) -> tuple[BaseModel, FileStorage]:
    """As `_read_form`, for a file that does not fit in a worker's memory."""
    request.max_content_length = max_bytes + MAX_FIELDS_BYTES
    if request.mimetype != "multipart/form-data":
        raise UnsupportedType("send it as multipart/form-data, with the file in `file`")
    try:
        fields: dict[str, object] = dict(request.form)
    except OSError as exc:
        raise StorageFull("the disk is too full for this file: make room first") from exc
    uploaded = request.files.get("file") or FileStorage()
    fields |= dict.fromkeys(request.files, "…")
    return model.model_validate(fields), uploaded
