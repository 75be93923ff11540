"""What a route takes and answers, declared above it: checked at the door, and described from.

flask-openapi3 4.3 was tried first: it reads bodies with `get_json(silent=True)`, so broken JSON and
a wrong content type come out as "input should be an object"; it turns form fields into JSON, so
the label "7" would pass; and it builds each query's JSON schema anew at every request.
"""

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

MAX_JSON_BYTES = 1_000_000
FORM_BYTES = 10_000  # of a form beside its file
ATTRIBUTE = "__inkloop_contract__"
View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One operation of the interface."""

    summary: str
    body: type[BaseModel] | None = None
    """JSON, in the request's body."""
    query: type[BaseModel] | None = None
    form: type[BaseModel] | None = None
    """multipart/form-data; its `file` is passed on as bytes."""
    answers: dict[int, type[BaseModel] | None]
    """What each good status carries; None: no JSON."""
    refusals: tuple[int, ...] = ()
    """Statuses beside those that its role and its inputs imply."""
    media_type: str = "application/json"


def contract(
    summary: str,
    *,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    form: type[BaseModel] | None = None,
    answers: dict[int, type[BaseModel] | None],
    refusals: tuple[int, ...] = (),
    media_type: str = "application/json",
    max_file_bytes: int | None = None,
) -> Callable[[View], View]:
    """Declare a route; it is called with `body`, `query` or `form` (and `file`) checked.

    With `max_file_bytes` the file is passed on as a stream, which the system keeps on the disk.

    Raises, when called: ValidationError, UnsupportedType, TooLarge.
    """
    declared = Contract(
        summary=summary,
        body=body,
        query=query,
        form=form,
        answers=answers,
        refusals=refusals,
        media_type=media_type,
    )

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def checked(**path: Any) -> ResponseReturnValue:
            if body is not None:
                path["body"] = read_json(body)
            if query is not None:
                path["query"] = query.model_validate(_single_values())
            if form is not None:
                if max_file_bytes is None:
                    path["form"], path["file"] = _read_form(form)
                else:
                    path["form"], path["file"] = _read_large_form(form, max_file_bytes)
            return view(**path)

        setattr(checked, ATTRIBUTE, declared)
        return checked

    return decorate


def read_json(model: type[BaseModel]) -> BaseModel:
    """The request's JSON, checked. Raises: UnsupportedType, TooLarge, ValidationError."""
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


def _single_values() -> dict[str, str | list[str]]:
    """The query; a name that comes twice stays a list, which no field takes."""
    return {
        name: values[0] if len(values) == 1 else values
        for name, values in request.args.to_dict(flat=False).items()
    }


def _read_form(model: type[BaseModel]) -> tuple[BaseModel, bytes]:
    """The form's fields, and the bytes of its one file. Raises: UnsupportedType, ValidationError.

    The file's own name and type are claims of the sender: nobody looks at them.
    """
    if request.mimetype != "multipart/form-data":
        raise UnsupportedType("send it as multipart/form-data, with the picture in `file`")
    fields: dict[str, object] = dict(request.form)
    uploaded = request.files.get("file")
    data = b"" if uploaded is None else uploaded.read()
    fields |= dict.fromkeys(request.files, "…")
    return model.model_validate(fields), data


def _read_large_form(model: type[BaseModel], max_bytes: int) -> tuple[BaseModel, FileStorage]:
    """As `_read_form`, for a file that no worker could hold in memory."""
    request.max_content_length = max_bytes + FORM_BYTES
    if request.mimetype != "multipart/form-data":
        raise UnsupportedType("send it as multipart/form-data, with the file in `file`")
    try:
        fields: dict[str, object] = dict(request.form)
    except OSError as exc:
        raise StorageFull("there is no room to take this file in: make room first") from exc
    uploaded = request.files.get("file") or FileStorage()
    fields |= dict.fromkeys(request.files, "…")
    return model.model_validate(fields), uploaded
