"""Print the input of `webui/src/contract.ts`: python -m scripts.print_openapi

An OpenAPI document with the schemas of all requests and answers, without prose, so that a
reworded description does not make the contract stale. No server is started and no instance
is touched.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from flask import Flask

from core.base.settings import Settings
from server.api.docs.openapi import describe
from server.app import create_app

PROSE = {"description", "title"}


def schemas_of(app: Flask) -> str:
    """The document as JSON: the same text for the same schemas."""
    described = describe(app)
    document = {
        "openapi": described["openapi"],
        "info": {"title": "Inkloop", "version": "0"},
        "paths": {},
        "components": {"schemas": _without_prose(described["components"]["schemas"])},
    }
    return json.dumps(document, indent=1)


def _without_prose(node: Any) -> Any:
    """A copy without descriptions and titles; properties of these names are kept."""
    if isinstance(node, list):
        return [_without_prose(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_prose(value)
        for key, value in node.items()
        if not (key in PROSE and isinstance(value, str))
    }


def main() -> None:
    """Print the document of this working copy."""
    with tempfile.TemporaryDirectory() as folder:
        print(schemas_of(create_app(Settings.from_env({}, instance=Path(folder)))))


if __name__ == "__main__":
    main()
