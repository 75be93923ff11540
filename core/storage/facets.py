"""A drawing's facet: all that lists filter by, packed into one number that the database works out.

Label, predicted digit, band of confidence, source, split and status give 19,800 facets, of which a
million drawings use some thousands. One index by (facet, time) then serves every combination of
filters, and the kept size of each facet every count: no page ever looks at a million rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

STATUSES: Final = ("accepted", "quarantined", "rejected", "deleted")
SPLITS: Final = ("train", "holdout_known", "holdout_new")
SOURCES: Final = ("drawn", "uploaded", "imported")
BANDS: Final = ("unknown", "below_60", "60_to_90", "90_to_99", "above_99")
"""How sure the version was of the digit it read, in percent; unknown: nobody asked a version."""
BAND_EDGES: Final = (0.60, 0.90, 0.99)
NOTHING_READ: Final = 10
"""The predicted digit of a drawing in which no digit was seen, or for which nobody asked."""


def _case(column: str, words: tuple[str, ...]) -> str:
    cases = " ".join(f"WHEN '{word}' THEN {place}" for place, word in enumerate(words))
    return f"CASE {column} {cases} END"


_BAND_SQL = (
    "CASE WHEN confidence IS NULL THEN 0 "
    + " ".join(
        f"WHEN confidence < {edge:.2f} THEN {n}" for n, edge in enumerate(BAND_EDGES, start=1)
    )
    + " ELSE 4 END"
)
FACET_SQL: Final = (
    f"(((({_case('status', STATUSES)}) * 3 + ({_case('split', SPLITS)})) * 3"
    f" + ({_case('source', SOURCES)})) * 5 + ({_BAND_SQL})) * 110"
    f" + coalesce(predicted_label, {NOTHING_READ}) * 10 + label"
)
"""The generated column `drawings.facet`; migration 0002 has a copy, which a test compares."""


@dataclass(frozen=True, slots=True)
class Facet:
    """What the number stands for."""

    label: int
    predicted: int | None
    band: str
    source: str
    split: str
    status: str

    @property
    def disagrees(self) -> bool | None:
        """Whether the version read another digit than the label; None if it read none."""
        return None if self.predicted is None else self.predicted != self.label


@cache  # at most N_FACETS of them; the figures of contributors ask for tens of thousands
def unpack(number: int) -> Facet:
    """The facet of a number that the database worked out."""
    rest, label = divmod(number, 10)
    rest, predicted = divmod(rest, 11)
    rest, band = divmod(rest, len(BANDS))
    rest, source = divmod(rest, len(SOURCES))
    status, split = divmod(rest, len(SPLITS))
    return Facet(
        label=label,
        predicted=None if predicted == NOTHING_READ else predicted,
        band=BANDS[band],
        source=SOURCES[source],
        split=SPLITS[split],
        status=STATUSES[status],
    )


def of_status(status: str) -> range:
    """The facets of all drawings of a status: they lie side by side."""
    n_each = N_FACETS // len(STATUSES)
    first = STATUSES.index(status) * n_each
    return range(first, first + n_each)


N_FACETS: Final = len(STATUSES) * len(SPLITS) * len(SOURCES) * len(BANDS) * 11 * 10
# All facets in a grid: status, split, source, band, predicted, label. What a filter asks of each
# is then one comparison of arrays, however many facets there are.
_SHAPE = (len(STATUSES), len(SPLITS), len(SOURCES), len(BANDS), 11, 10)
_STATUS, _SPLIT, _SOURCE, _BAND, _PREDICTED, _LABEL = np.unravel_index(np.arange(N_FACETS), _SHAPE)
AXES: Final[dict[str, tuple[NDArray[np.intp], tuple[str | int, ...]]]] = {
    "label": (_LABEL, tuple(range(10))),
    "predicted": (_PREDICTED, tuple(range(10))),
    "confidence": (_BAND, BANDS),
    "source": (_SOURCE, SOURCES),
    "split": (_SPLIT, SPLITS),
    "status": (_STATUS, STATUSES),
}
"""For each filter the place of every facet on its axis, and what the places mean."""
_IS_READ = _PREDICTED != NOTHING_READ
_DISAGREES = _IS_READ & (_PREDICTED != _LABEL)


def chosen(filters: dict[str, str | int], disagrees: bool | None) -> NDArray[np.bool_]:
    """Which of all facets fit the filters by axis; deleted drawings only where they are asked for.

    Returns: (N_FACETS,) truth values, by facet number.
    """
    fits = np.ones(N_FACETS, np.bool_)
    if "status" not in filters:
        fits &= STATUSES.index("deleted") != _STATUS
    for name, value in filters.items():
        places, meanings = AXES[name]
        fits &= places == meanings.index(value)
    if disagrees is not None:
        fits &= _DISAGREES if disagrees else _IS_READ & ~_DISAGREES
    return fits
