"""What can be odd about a file: names and facts, and their English sentences.

The pages make sentences of their own in each language from the same names and facts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something odd about a file, for a person to see before anything is stored."""

    name: str
    facts: Facts

    @property
    def sentence(self) -> str:
        """In English."""
        return NOTICES[self.name](self.facts)


def percent(share: float) -> str:
    """A share for a sentence, cut: 100 % only for all."""
    whole = math.floor(share * 100 + 1e-6) if share < 1 else 100
    return f"{whole} %"


def repair_sentence(repair: str) -> str:
    """What a repair changes, such as "dark and light are inverted"."""
    return " and ".join(_part(name) for name in repair.split("+") if name)


def proposal_sentence(repair: str, agreement: float | None) -> str:
    """A proposal as a question; `agreement` is None if no version is live."""
    how = repair_sentence(repair)
    if agreement is None:
        return f"They look like other data sets if {how}: change them so?"
    return f"{percent(agreement)} agree if {how}: change them so?"


_PARTS: Final = {
    "transpose": "the pictures are turned (rows and columns swapped)",
    "rotate_left": "the pictures are turned to the left",
    "rotate_right": "the pictures are turned to the right",
    "upside_down": "the pictures are turned upside down",
    "mirror": "the pictures are mirrored",
    "flip": "the pictures are mirrored from top to bottom",
    "invert": "dark and light are inverted",
    "scale": "the levels are scaled to 0 to 255",
    "shift_labels:0": "the label 10 means 0",
    "shift_labels:-1": "each label is lowered by one",
    "shift_labels:1": "each label is raised by one",
}


def _part(name: str) -> str:
    key, _, value = name.partition(":")
    if key == "label_column":
        return f"the labels are taken from {value}"
    return _PARTS.get(name) or f"{value} is added to each label"


def _values_0_and_1(_facts: Facts) -> str:
    return "The pixels have only the values 0 and 1: they are read as paper and full ink."


def _values_stretched(facts: Facts) -> str:
    return (
        f"The pixels have values from {facts['low']:g} to {facts['high']:g} instead of 0 to 255: "
        "they are scaled to that range."
    )


def _dim_pictures(facts: Facts) -> str:
    return (
        f"{percent(facts['share'])} of the pictures are dim: their paper is darker than mid-grey. "
        "They are read as photographs: look whether the ink below is right."
    )


def _dark_on_light(facts: Facts) -> str:
    return (
        f"{percent(facts['share'])} of the pictures are dark on light, as on paper. Models learn "
        "light ink on black: they should be inverted."
    )


def _dim(facts: Facts) -> str:
    return (
        f"{percent(facts['share'])} of the pictures are dim, or on grey instead of black: their "
        "levels should be scaled to 0 to 255."
    )


def _labels_to_10(facts: Facts) -> str:
    meaning = "10 is taken as 0" if facts["shift"] == 0 else "each is lowered by one"
    return f"The labels run from 1 to 10: {meaning}, so {percent(facts['share'])} agree."


def _label_unclear(facts: Facts) -> str:
    return (
        f"It is not certain where the labels are: {facts['taken']} is taken, and "
        f"{', '.join(facts['others'])} is possible. Compare the samples with their labels; the "
        "repair label_column chooses another."
    )


def _agrees_if_repaired(facts: Facts) -> str:
    return (
        f"{percent(facts['share'])} of {facts['n']:,} labels agree with what version "
        f"{facts['version']} reads, and {percent(facts['repaired'])} if "
        f"{repair_sentence(facts['repair'])}."
    )


def _low_agreement(facts: Facts) -> str:
    return (
        f"Only {percent(facts['share'])} of {facts['n']:,} labels agree with what version "
        f"{facts['version']} reads: are these digits, and are the labels right? No usual repair "
        "helps, so a person must confirm it."
    )


NOTICES: Final[Mapping[str, Callable[[Facts], str]]] = {
    "values_0_and_1": _values_0_and_1,
    "values_stretched": _values_stretched,
    "dim_pictures": _dim_pictures,
    "dark_on_light": _dark_on_light,
    "dim": _dim,
    "labels_to_10": _labels_to_10,
    "label_unclear": _label_unclear,
    "agrees_if_repaired": _agrees_if_repaired,
    "low_agreement": _low_agreement,
}
