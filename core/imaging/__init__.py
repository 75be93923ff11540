"""The one path from what people draw or photograph to the ink that the model sees.

Serving, training, import and export all come through here. Whoever changes what comes out raises
`IMAGING_VERSION`, and `inkloop data re-ink` makes the stored drawings' ink anew.
"""

from __future__ import annotations

from typing import Final

from core.imaging.files import MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS
from core.imaging.ink import INK_SIDE_PX, Inking, Reason, Step
from core.imaging.pictures import ink_from_picture
from core.imaging.points import (
    MAX_POINTS,
    MAX_STROKES,
    Strokes,
    decode_strokes,
    encode_strokes,
    parse_strokes,
)
from core.imaging.strokes import ink_from_strokes

IMAGING_VERSION: Final = 2

__all__ = [
    "IMAGING_VERSION",
    "INK_SIDE_PX",
    "MAX_PICTURE_BYTES",
    "MAX_PICTURE_PIXELS",
    "MAX_POINTS",
    "MAX_STROKES",
    "Inking",
    "Reason",
    "Step",
    "Strokes",
    "decode_strokes",
    "encode_strokes",
    "ink_from_picture",
    "ink_from_strokes",
    "parse_strokes",
]
