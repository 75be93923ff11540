"""Folders of pictures, one folder for each digit: `7/anything.png`, also below other folders."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from uuid import UUID

from core.base.errors import BadPicture, InvalidInput, TooLarge, UnsupportedType
from core.imaging import IMAGING_VERSION, INK_SIDE_PX, MAX_PICTURE_BYTES
from core.imaging.files import read_grey, to_png
from core.imaging.ink import Stopwatch
from core.imaging.pictures import ink_from_grey
from core.transfer.formats.archive import opened, shown
from core.transfer.formats.records import Arrival, Arrivals, Refusal

DARK_BELOW: Final = 128  # the mean grey level of ink on the black ground that MNIST has


def read_pictures(path: Path) -> Arrivals:
    """The pictures of an archive. One that cannot be used is left out, with a sentence.

    Raises: InvalidInput, TooLarge, for the archive as a whole.
    """
    with opened(path) as archive:
        names = [name for name in archive.names if _digit(name) is not None]
        if not names:
            raise InvalidInput(
                "the archive has no pictures in folders named 0 to 9, no IDX files and no arrays"
            )
        for name in archive.names:
            label = _digit(name)
            if label is None:
                if "/" in name:  # a list beside the folders, such as our own, needs no sentence
                    yield Refusal(f"{shown(name)} is in no folder named by a digit")
                continue
            if archive.size(name) > MAX_PICTURE_BYTES:
                yield Refusal(f"{shown(name)}: a picture may have at most 8 MB")
                continue
            data = archive.read(name, MAX_PICTURE_BYTES)
            yield arrival_of_picture(data, label, shown(name), uuid_of(Path(name).stem))


def arrival_of_picture(
    data: bytes, label: int, where: str, drawing_id: str | None = None
) -> Arrival | Refusal:
    """A picture of a digit: 28 × 28 light on dark is ink as it is, all else is inked here."""
    try:
        grey_HW = read_grey(data)
    except (BadPicture, TooLarge, UnsupportedType) as exc:
        return Refusal(f"{where}: {exc}")
    if grey_HW.shape == (INK_SIDE_PX, INK_SIDE_PX) and grey_HW.mean() < DARK_BELOW:
        if not grey_HW.any():
            return Refusal(f"{where} is blank paper")
        ink = grey_HW.tobytes()
        return Arrival(id=drawing_id, label=label, ink=ink, imaging_version=IMAGING_VERSION)
    inking = ink_from_grey(grey_HW, Stopwatch())
    if not inking.ink_HW.any():
        return Refusal(f"{where}: there is nothing on it")
    return Arrival(
        id=drawing_id,
        label=label,
        ink=inking.ink_HW.tobytes(),
        picture=to_png(grey_HW),
        imaging_version=IMAGING_VERSION,
    )


def uuid_of(text: object) -> str | None:
    """The uuid that a text is; None if it is none."""
    try:
        return str(UUID(text)) if isinstance(text, str) else None
    except ValueError:
        return None


def _digit(name: str) -> int | None:
    """The nearest folder that is named by a digit."""
    for folder in reversed(name.split("/")[:-1]):
        if len(folder) == 1 and folder in "0123456789":
            return int(folder)
    return None
