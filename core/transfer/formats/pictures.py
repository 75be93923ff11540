"""Image files to records, and inks to image files: what PNG and Label Studio have in common."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.base.errors import BadPicture, TooLarge, UnsupportedType
from core.imaging import IMAGING_VERSION, INK_SIDE_PX
from core.imaging.files import read_grey, to_png
from core.imaging.ink import Stopwatch
from core.imaging.pictures import ink_from_grey
from core.transfer.formats.records import DrawingRecord, Skipped

DARK_GROUND: Final = 32
"""Median grey level of the border of a picture with light ink on dark ground, as in MNIST.

In photographs of the darkest room that people send, paper has 60 and more.
"""
PAPER_ABOVE: Final = 128
"""Level of paper from which a small picture is no longer dim."""


def record_of_picture(
    data: bytes, label: int, where: str, drawing_id: str | None = None
) -> DrawingRecord | Skipped:
    """Make a record of an image file; unusable ones are skipped. `where` names it in messages.

    A light digit on a black ground of 28 × 28 pixels is used as ink; any other picture goes through
    the imaging, and is kept.
    """
    try:
        grey_HW = read_grey(data)
    except (BadPicture, TooLarge, UnsupportedType) as exc:
        return Skipped(f"{where}: {exc}")
    ground = border_level(grey_HW)
    is_small = grey_HW.shape == (INK_SIDE_PX, INK_SIDE_PX)
    if is_small and ground <= DARK_GROUND:
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
        is_dim=is_small and ground < PAPER_ABOVE,
    )


def record_of_turned_picture(
    record: DrawingRecord, turn: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
) -> DrawingRecord:
    """A record of a kept picture, turned and read by the imaging again."""
    grey_HW = np.ascontiguousarray(turn(read_grey(record.picture or b"")))
    ink_HW = ink_from_grey(grey_HW, Stopwatch()).ink_HW
    if not ink_HW.any():
        ink_HW = np.ascontiguousarray(turn(picture_of_ink(record.ink)))
    return replace(record, ink=ink_HW.tobytes(), picture=to_png(grey_HW))


def border_level(grey_HW: NDArray[np.uint8]) -> float:
    """The median level of the outermost pixels."""
    edges = (grey_HW[0], grey_HW[-1], grey_HW[:, 0], grey_HW[:, -1])
    return float(np.median(np.concatenate(edges)))


def picture_of_ink(ink: bytes) -> NDArray[np.uint8]:
    """Ink as an array of (28, 28)."""
    return np.frombuffer(ink, np.uint8).reshape(INK_SIDE_PX, INK_SIDE_PX)


def ink_png(ink: bytes) -> bytes:
    """The ink as a PNG of 28 × 28 pixels, light on dark as in MNIST."""
    file = io.BytesIO()
    Image.fromarray(picture_of_ink(ink)).save(file, "PNG")
    return file.getvalue()
