"""Repairs of drawings that were saved in another way than Inkloop keeps them.

A repair is written as a list of names: `transpose`, `invert`, `scale`, `shift_labels:-1`,
`label_column:last`. The last one changes how the file is read, the others change each drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.base.errors import InvalidInput
from core.transfer.formats.archive import printable
from core.transfer.formats.pictures import (
    border_level,
    picture_of_ink,
    record_of_turned_picture,
)
from core.transfer.formats.records import DrawingRecord

Grey = NDArray[np.uint8]
TURNS: Final[Mapping[str, Callable[[Grey], Grey]]] = {
    "transpose": lambda grey: grey.T,
    "rotate_left": lambda grey: np.rot90(grey, 1),
    "rotate_right": lambda grey: np.rot90(grey, -1),
    "upside_down": lambda grey: np.rot90(grey, 2),
    "mirror": lambda grey: grey[:, ::-1],
    "flip": lambda grey: grey[::-1],
}
INVERT: Final = "invert"
SCALE: Final = "scale"
SHIFT: Final = "shift_labels"
COLUMN: Final = "label_column"
NONE: Final = "none"
NOISE_SHARE: Final = 0.08
"""Of the contrast: what differs less from the ground is paper, when levels are stretched."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What is changed in each drawing before it is stored."""

    turn: str | None = None
    """One of `TURNS`."""
    is_inverted: bool = False
    is_scaled: bool = False
    shift: int | None = None
    """Added to each label, modulo 10. 0 turns a label of 10 into 0."""
    label_column: str | None = None

    @property
    def names(self) -> list[str]:
        """As it is written and recorded."""
        found = [self.turn] if self.turn is not None else []
        found += [INVERT] if self.is_inverted else []
        found += [SCALE] if self.is_scaled else []
        found += [f"{SHIFT}:{self.shift}"] if self.shift is not None else []
        found += [f"{COLUMN}:{self.label_column}"] if self.label_column is not None else []
        return found

    @property
    def written(self) -> str:
        """The names in one text, such as `transpose+invert`; empty without any."""
        return "+".join(self.names)

    def and_then(self, other: Repair) -> Repair:
        """This repair and another one on top, which wins where both change the same."""
        return Repair(
            turn=other.turn or self.turn,
            is_inverted=self.is_inverted or other.is_inverted,
            is_scaled=self.is_scaled or other.is_scaled,
            shift=self.shift if other.shift is None else other.shift,
            label_column=other.label_column or self.label_column,
        )

    def ink(self, ink_HW: Grey) -> Grey:
        """The repaired pixels of one ink."""
        if self.turn is not None:
            ink_HW = TURNS[self.turn](ink_HW)
        if self.is_scaled:
            ink_HW = stretched(255 - ink_HW if self.is_inverted else ink_HW)
        elif self.is_inverted:
            ink_HW = 255 - ink_HW
        return np.ascontiguousarray(ink_HW)

    def label(self, label: int) -> int:
        """The repaired label."""
        return label if self.shift is None else (label + self.shift) % 10

    def record(self, record: DrawingRecord) -> DrawingRecord:
        """A drawing with everything changed. A picture that the imaging read is turned with it."""
        if record.provenance is not None or not self.names:
            return record
        label = self.label(record.label)
        if record.picture is not None:
            if self.turn is None:
                return replace(record, label=label)
            return record_of_turned_picture(replace(record, label=label), TURNS[self.turn])
        return replace(record, label=label, ink=self.ink(picture_of_ink(record.ink)).tobytes())


def stretched(ink_HW: Grey) -> Grey:
    """Ink with the level of its border as paper, and its highest level as full ink."""
    ground = border_level(ink_HW)
    top = float(ink_HW.max())
    if top <= ground:
        return np.zeros_like(ink_HW)
    shares_HW = (ink_HW.astype(np.float32) - ground) / (top - ground)
    shares_HW = np.where(shares_HW < NOISE_SHARE, 0, np.clip(shares_HW, 0, 1))
    scaled_HW: Grey = np.rint(shares_HW * 255).astype(np.uint8)
    return scaled_HW


def parse(names: Iterable[str]) -> Repair:
    """The repair of these names. Raises: InvalidInput, for unknown ones or two turns."""
    repair = Repair()
    for name in names:
        made = _parse_one(name)
        if made.turn is not None and repair.turn is not None:
            raise InvalidInput(f"a repair can turn the pictures once: {repair.turn} or {made.turn}")
        repair = repair.and_then(made)
    return repair


def _parse_one(name: str) -> Repair:
    key, _, value = name.partition(":")
    if name in TURNS:
        return Repair(turn=name)
    if name == INVERT:
        return Repair(is_inverted=True)
    if name == SCALE:
        return Repair(is_scaled=True)
    if key == COLUMN and value:
        return Repair(label_column=value)
    if key == SHIFT and value.removeprefix("-").isdecimal() and len(value) <= 2:
        return Repair(shift=int(value))
    raise InvalidInput(
        f"unknown repair {printable(name)!r}: known are {', '.join(TURNS)}, {INVERT}, {SCALE}, "
        f"{SHIFT}:-1 and {COLUMN}:NAME, joined by +"
    )


def parse_written(text: str) -> Repair:
    """The repair of a text such as `transpose+invert`. Raises: InvalidInput."""
    names = [name.strip() for name in text.split("+")]
    return Repair() if names == [NONE] else parse(name for name in names if name)
