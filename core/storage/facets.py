"""Facets: every value that lists filter by, packed into one number that the database computes.

Label, predicted digit, band of confidence, source, split and status give 19,800 facets, of which a
million drawings use some thousands. One index by (facet, time) serves every combination of filters,
and the stored count of each facet serves every total, so that no page scans a million rows.
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
"""The version's confidence in percent; unknown: the drawing came without a prediction."""
BAND_EDGES: Final = (0.60, 0.90, 0.99)
NOTHING_READ: Final = 10
"""The predicted digit of a drawing that reads as no digit, or came without a prediction."""


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
"""The generated column `drawings.facet`. Migration 0002 has a copy, which a test compares."""


@dataclass(frozen=True, slots=True)
class Facet:
    """The values that a facet's number packs."""

    label: int
    predicted: int | None
    band: str
    source: str
    split: str
    status: str

    @property
    def disagrees(self) -> bool | None:
        """Whether prediction and label differ; None without a prediction."""
        return None if self.predicted is None else self.predicted != self.label


@cache  # at most N_FACETS entries; pages of contributors unpack tens of thousands
def unpack(number: int) -> Facet:
    """Return the values of a facet's number."""
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
    """Return the facets of a status, which are consecutive numbers."""
    n_each = N_FACETS // len(STATUSES)
    first = STATUSES.index(status) * n_each
    return range(first, first + n_each)


N_FACETS: Final = len(STATUSES) * len(SPLITS) * len(SOURCES) * len(BANDS) * 11 * 10
# All facets as a grid: status, split, source, band, predicted, label. A filter is one comparison
# of arrays.
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
"""For each filter: the index of every facet on its axis, and the values of the axis."""
_IS_READ = _PREDICTED != NOTHING_READ
_DISAGREES = _IS_READ & (_PREDICTED != _LABEL)


def chosen(filters: dict[str, str | int], disagrees: bool | None) -> NDArray[np.bool_]:
    """Return which facets match the filters. Deleted drawings match only if `status` names them.

    Returns: (N_FACETS,) booleans, by facet number.
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
