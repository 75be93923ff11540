"""JSON answers with an ETag, for pages that poll."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse


def json_with_etag(content: Mapping[str, Any]) -> BaseResponse:
    """Return JSON with the ETag of its bytes; 304 without a body if the client has the same."""
    answer: Response = jsonify(content)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.vary.add("Cookie")
    answer.add_etag()
    return answer.make_conditional(request)
