"""The language of the sentences in an answer."""

from __future__ import annotations

from flask import request

from core.runs.verdict_sentences import LANGUAGES


def language() -> str:
    """Return the language that the client prefers: `en` or `zh`."""
    return request.accept_languages.best_match(LANGUAGES, "en")
