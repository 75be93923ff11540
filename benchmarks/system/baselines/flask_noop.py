"""A Flask application that does nothing: the upper bound of the bench `serve`.

Run by `granian --interface wsgi flask_noop:app`. Imports nothing of Inkloop.
"""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.post("/")
def nothing() -> dict[str, bool]:
    """Answer without reading the request."""
    return {"ok": True}
