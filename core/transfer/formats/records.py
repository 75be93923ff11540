"""What a file holds, drawing by drawing, before anything of it is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.base.errors import InvalidInput
from core.imaging import IMAGING_VERSION, INK_SIDE_PX
from core.transfer.storing import Arrival, LabelGiven, Told

INK_BYTES: Final = INK_SIDE_PX * INK_SIDE_PX
MAX_DRAWINGS: Final = 5_000_000
CONTRIBUTOR_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

__all__ = ["Arrival", "Arrivals", "LabelGiven", "Refusal", "Told", "arrival_of"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one entry of a file cannot be used; the rest of the file still can."""

    sentence: str


Arrivals = Iterator[Arrival | Refusal]


def arrival_of(label: int, ink: bytes, where: str) -> Arrival | Refusal:
    """A digit that came as ink, unless it is blank paper.

    Raises: InvalidInput, if the label is no digit or the ink no 28 by 28 bytes: then the file is
    not what it says, and none of it is to be trusted.
    """
    if not 0 <= label <= 9:
        raise InvalidInput(f"{where} has the label {label}: labels are the digits 0 to 9")
    if len(ink) != INK_BYTES:
        raise InvalidInput(f"{where} has {len(ink)} pixels: a digit has 28 × 28 = 784")
    if not any(ink):
        return Refusal(f"{where} is blank paper")
    return Arrival(label=label, ink=ink, imaging_version=IMAGING_VERSION)
