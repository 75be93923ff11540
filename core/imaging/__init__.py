"""From strokes or a picture to ink, the 28 × 28 pixels that the model sees.

Serving, training, import and export all use this one implementation. A change of its output must
increment `IMAGING_VERSION`; `inkloop data re-ink` then recomputes the ink of stored drawings.

    strokes, points     strokes to ink; parsing and storing them
    pictures, files     pictures to ink; decoding PNG, JPEG and WebP
    paper, components   the sheet in a photograph; connected components
    ink                 what strokes and pictures share: box, centring, averaging
    decode_process      decoding of untrusted pictures in a process of its own
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
