"""PNG, JPEG and WebP files to grey levels. All limits are checked before decoding."""

from __future__ import annotations

import io
import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.base.errors import BadPicture, TooLarge, UnsupportedType

Grey = NDArray[np.uint8]

MAX_PICTURE_BYTES: Final = 8 * 2**20
MAX_PICTURE_PIXELS: Final = 16_777_216
# A digit that spans an eighth of a photo still has 50 px, more than the 20 px box.
WORK_SIDE_PX: Final = 400
ORIENTATION_TAG: Final = 0x0112

# How to turn an array with this EXIF orientation upright: (mirror first, quarter turns).
_UPRIGHT: Final = {
    2: (True, 0), 3: (False, 2), 4: (True, 2), 5: (True, 1), 6: (False, 3), 7: (True, 3),
    8: (False, 1),
}  # fmt: skip

# What Pillow raises for damaged files; 8,000 corrupted ones raised the first three. UserWarning
# (about damaged EXIF) is raised only where warnings are errors.
_DAMAGED: Final = (
    OSError, SyntaxError, ValueError, EOFError, OverflowError, TypeError, KeyError, IndexError,
    struct.error, MemoryError, UserWarning,
)  # fmt: skip


def read_grey(data: bytes) -> Grey:
    """Decode a picture to grey levels, upright, on white where it is transparent.

    Returns: (H, W) uint8, the longer side at most 400.
    Raises: TooLarge (over 8 MB or 16,777,216 pixels), UnsupportedType (not a PNG, JPEG or WebP by
    content, or animated), BadPicture (truncated or damaged).
    """
    if len(data) > MAX_PICTURE_BYTES:
        raise TooLarge("a picture may have at most 8 MB: send a smaller one")
    kind = _kind(data)
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as picture:
            _check_size(picture)
            if kind == "JPEG":
                # Decodes 12 million pixels at an eighth of the size, in a tenth of the time. JPEGs
                # of phones may have more frames (depth, gain map): the first is the picture.
                picture.draft("L", (WORK_SIDE_PX, WORK_SIDE_PX))
            elif getattr(picture, "n_frames", 1) > 1:
                raise UnsupportedType("this picture is animated: send a still one")
            orientation = picture.getexif().get(ORIENTATION_TAG)
            grey = _small(_grey(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        raise _too_many_pixels() from exc
    except _DAMAGED as exc:
        raise BadPicture("this picture is cut or damaged: send it again or another") from exc
    return _turned(np.asarray(grey), orientation)


def to_png(grey_HW: Grey) -> bytes:
    """Encode grey levels as a PNG without any metadata.

    This is what is stored of an uploaded picture: the exact input of the imaging, so that its ink
    can be recomputed, without colour, place, date or camera.
    """
    file = io.BytesIO()
    Image.fromarray(grey_HW).save(file, "PNG", optimize=True)
    return file.getvalue()


def _kind(data: bytes) -> str:
    """The format by content; names and declared types are ignored."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    raise UnsupportedType("only PNG, JPEG and WebP pictures can be read")


def _check_size(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PICTURE_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> TooLarge:
    return TooLarge("a picture may have at most 16.7 million pixels: send a smaller one")


def _grey(picture: Image.Image) -> Image.Image:
    """Convert to mode L, copying single channels only: memory never holds two colour copies."""
    if picture.mode.startswith("I"):  # 16-bit grey; `convert` would clip instead of scale
        high_bytes = np.asarray(picture) >> 8
        return Image.fromarray(high_bytes.clip(0, 255).astype(np.uint8))
    if picture.mode in ("P", "RGB", "L") and "transparency" in picture.info:
        picture = picture.convert("RGBA")
    grey = picture.convert("L")
    if "A" not in picture.getbands():
        return grey
    on_white = Image.new("L", picture.size, 255)
    on_white.paste(grey, mask=picture.getchannel("A"))
    return on_white


def _small(grey: Image.Image) -> Image.Image:
    longer = max(grey.size)
    if longer <= WORK_SIDE_PX:
        return grey
    scale = WORK_SIDE_PX / longer
    size = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
    return grey.resize(size, Image.Resampling.BOX)


def _turned(grey: Grey, orientation: object) -> Grey:
    mirrored, quarter_turns = _UPRIGHT.get(orientation, (False, 0))  # type: ignore[call-overload]
    return np.ascontiguousarray(np.rot90(grey[:, ::-1] if mirrored else grey, quarter_turns))
