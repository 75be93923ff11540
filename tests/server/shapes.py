"""Request bodies as a browser sends them."""

from __future__ import annotations

from typing import Any

from tests.support.factories import new_id

# A seven on a canvas of 280: across, then down. Small models do not depend on the digit.
SEVEN = [[[80, 60, 0, 0.5], [200, 60, 90, 0.5], [120, 230, 220, 0.5]]]


def strokes(strokes_given: object = SEVEN) -> dict[str, Any]:
    """Return strokes on a square canvas."""
    return {"strokes": strokes_given, "width": 280, "height": 280}


def drawing(**given: object) -> dict[str, Any]:
    """Return a labelled drawing, valid but for what is `given`."""
    return {"id": new_id(), "label": 7, **strokes(), **given}
