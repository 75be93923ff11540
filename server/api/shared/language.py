"""The language of the sentences in an answer."""

from __future__ import annotations

from flask import request

from core.runs import verdicts as sentences


def language() -> str:
    """The language that the client would rather read: `en` or `zh`."""
    return request.accept_languages.best_match(sentences.LANGUAGES, "en")
