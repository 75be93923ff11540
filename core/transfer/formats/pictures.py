"""Image files to records, and inks to image files: what PNG and Label Studio have in common."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
from PIL import Image

from core.base.errors import BadPicture, TooLarge, UnsupportedType
from core.imaging import IMAGING_VERSION, INK_SIDE_PX
from core.imaging.files import read_grey, to_png
from core.imaging.ink import Stopwatch
from core.imaging.pictures import ink_from_grey
from core.transfer.formats.records import DrawingRecord, Skipped

DARK_BELOW: Final = 128  # mean grey level of a picture with light ink on dark ground, as in MNIST


def record_of_picture(
    data: bytes, label: int, where: str, drawing_id: str | None = None
) -> DrawingRecord | Skipped:
    """Make a record of an image file; unusable ones are skipped. `where` names it in messages.

    A light digit on a dark ground of 28 × 28 pixels is used as ink; any other picture goes through
    the imaging, and is kept.
    """
    try:
        grey_HW = read_grey(data)
    except (BadPicture, TooLarge, UnsupportedType) as exc:
        return Skipped(f"{where}: {exc}")
    if grey_HW.shape == (INK_SIDE_PX, INK_SIDE_PX) and grey_HW.mean() < DARK_BELOW:
        if not grey_HW.any():
            return Skipped(f"{where} is blank")
        ink = grey_HW.tobytes()
        return DrawingRecord(id=drawing_id, label=label, ink=ink, imaging_version=IMAGING_VERSION)
    inking = ink_from_grey(grey_HW, Stopwatch())
    if not inking.ink_HW.any():
        return Skipped(f"{where}: no ink was found on it")
    return DrawingRecord(
        id=drawing_id,
        label=label,
        ink=inking.ink_HW.tobytes(),
        picture=to_png(grey_HW),
        imaging_version=IMAGING_VERSION,
    )


def ink_png(ink: bytes) -> bytes:
    """The ink as a PNG of 28 × 28 pixels, light on dark as in MNIST."""
    file = io.BytesIO()
    pixels_HW = np.frombuffer(ink, np.uint8).reshape(INK_SIDE_PX, INK_SIDE_PX)
    Image.fromarray(pixels_HW).save(file, "PNG")
    return file.getvalue()
