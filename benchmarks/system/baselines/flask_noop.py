"""The least that Flask can do with a request: what `inkloop bench serve` measures a share of.

Run by `granian --interface wsgi flask_noop:app`. Nothing of Inkloop is imported.
"""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.post("/")
def nothing() -> dict[str, bool]:
    """Answer without looking at what was sent."""
    return {"ok": True}
