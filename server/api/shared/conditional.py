"""Answers that pages poll: whoever has the newest already gets 304 and no body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse


def polled(content: Mapping[str, Any]) -> BaseResponse:
    """JSON with an ETag of its bytes; 304 if the client's is the same."""
    answer: Response = jsonify(content)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.vary.add("Cookie")
    answer.add_etag()
    return answer.make_conditional(request)
