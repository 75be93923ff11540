"""Finding drawings: filters, order, pages and counts whose work is bounded however many there are.

Time and size are bounded by facets (`core.storage.facets`). A page walks the newest drawings, which
fills it for a common filter; a rare one is found by one seek in the index of each facet that fits,
and no facet gives more rows than the page has. Plain SQL on the driver's own cursor: a seek takes 4
µs, SQLAlchemy's statement around it 60 µs, and there may be thousands of facets.

Versions learn from at most 40,000 drawings, which are looked through in order of arrival.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.storage import facets
from core.storage.database import EPOCH
from core.storage.tables import ModelVersion

N_WALKED: Final = 10_000
"""At most so many rows are looked at before the facets are asked one by one: 10 ms."""
N_RANKED: Final = 2_000
"""Of a contributor, a version or a span of time the newest so many are ordered by confidence."""
COUNT_LIMIT: Final = 10_000
FOREVER: Final = 2**62

Key = tuple[float, int]
"""Where a drawing stands in a list: its moment or confidence, then its number."""


class Sort(StrEnum):
    """The order of a list."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LEAST_SURE = "least_sure"
    MOST_SURE = "most_sure"

    @property
    def by_confidence(self) -> bool:
        """Whether the version's confidence gives the order: what has none is left out."""
        return self in (Sort.LEAST_SURE, Sort.MOST_SURE)

    @property
    def is_rising(self) -> bool:
        """Whether small comes first."""
        return self in (Sort.OLDEST, Sort.LEAST_SURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which drawings; what is None does not matter."""

    label: int | None = None
    predicted: int | None = None
    confidence: str | None = None
    """A band of `core.storage.facets.BANDS`."""
    source: str | None = None
    split: str | None = None
    status: str | None = None
    disagrees: bool | None = None
    contributor: str | None = None
    version: int | None = None
    """Those that this version learned from."""
    since: datetime | None = None
    until: datetime | None = None
    """Not included."""

    @property
    def is_by_facet(self) -> bool:
        """Whether the facets alone say which."""
        others = (self.contributor, self.version, self.since, self.until)
        return all(other is None for other in others)


@dataclass(frozen=True, slots=True)
class Found:
    """A page: numbers of drawings in their order, and where to go on; None at the end."""

    numbers: list[int]
    next: Key | None
    is_capped: bool = False
    """Whether only the newest `N_RANKED` were put in order."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many drawings there are; at most `COUNT_LIMIT` where they have to be counted."""

    n: int
    is_exact: bool
    by: dict[str, dict[str, int]] | None
    """By label, predicted, …: known where the facets alone say which."""


def find(session: Session, filters: Filters, sort: Sort, after: Key | None, limit: int) -> Found:
    """One page of at most `limit` drawings that fit, behind `after`."""
    if sort.by_confidence and not filters.is_by_facet:
        return _ranked(session, filters, sort, after, limit)
    keys = _keys(session, filters, sort, after, limit + 1)
    return _found(keys, limit)


def tally(session: Session, filters: Filters) -> Counted:
    """How many drawings fit, exactly up to 10,000, and always exactly for filters by facet."""
    sizes, fits = _sizes(session), _fitting(filters)
    if filters.is_by_facet:
        return Counted(int(sizes[fits].sum()), True, _by_axis(sizes, filters))
    sql, values = _all_that_fit(session, filters, np.flatnonzero(fits & (sizes > 0)))
    counting = f"SELECT count(*) FROM ({sql} LIMIT {COUNT_LIMIT + 1})"  # noqa: S608  (ours)
    ((n,),) = _run(session, counting, values)
    return Counted(min(n, COUNT_LIMIT), n <= COUNT_LIMIT, None)


def _found(keys: Sequence[Key], limit: int, *, is_capped: bool = False) -> Found:
    shown = keys[:limit]
    after = shown[-1] if len(keys) > limit else None
    return Found([number for _, number in shown], after, is_capped)


def _keys(
    session: Session, filters: Filters, sort: Sort, after: Key | None, n: int
) -> Sequence[Key]:
    fits = _fitting(filters)
    if filters.version is not None:
        return _of_version(session, filters, fits, sort, after, n)
    span = _Span.of(filters, sort, after)
    if filters.contributor is not None:
        present = _facets_of(session, filters.contributor)
        present = present[fits[present]]
        present = present[np.argsort(-_sizes(session)[present], kind="stable")]
        return _by_facets(session, present, span, filters.contributor, n)
    sizes = _sizes(session)
    present = np.flatnonzero(fits & (sizes > 0))
    n_fit = int(sizes[present].sum())
    needed = n * int(sizes.sum()) // max(1, n_fit)
    if not sort.by_confidence and needed <= N_WALKED // 4:
        # Evenly spread they are found within `needed` rows; four times as many are given a try.
        walked = _walk(session, present, span, n, 4 * needed)
        if len(walked) == n:
            return walked
    largest_first = present[np.argsort(-sizes[present], kind="stable")]
    return _by_facets(session, largest_first, span, None, n)


def _ranked(session: Session, filters: Filters, sort: Sort, after: Key | None, limit: int) -> Found:
    """A page by confidence, of the newest `N_RANKED` that fit."""
    newest = _keys(session, filters, Sort.NEWEST, None, N_RANKED + 1)
    numbers = json.dumps([number for _, number in newest[:N_RANKED]])
    sql = (
        "SELECT confidence, number FROM drawings WHERE confidence IS NOT NULL "
        "AND number IN (SELECT value FROM json_each(?))"
    )
    keys = sorted(_run(session, sql, (numbers,)), reverse=not sort.is_rising)
    if after is not None:
        keys = [key for key in keys if (key > after) == sort.is_rising and key != after]
    return _found(keys[: limit + 1], limit, is_capped=len(newest) > N_RANKED)


@dataclass(frozen=True, slots=True)
class _Span:
    """The part of an index that a page may come from: from `low` to `high`, behind `after`."""

    column: str
    low: float
    high: float
    after: Key | None
    is_rising: bool

    @classmethod
    def of(cls, filters: Filters, sort: Sort, after: Key | None) -> _Span:
        if sort.by_confidence:
            return cls("confidence", 0.0, 1.0, after, sort.is_rising)._behind()
        low = 0 if filters.since is None else _micros(filters.since)
        high = FOREVER if filters.until is None else _micros(filters.until) - 1
        return cls("created_at", low, high, after, sort.is_rising)._behind()

    def _behind(self) -> _Span:
        if self.after is None:
            return self
        if self.is_rising:
            low, high = max(self.low, self.after[0]), self.high
        else:
            low, high = self.low, min(self.high, self.after[0])
        return _Span(self.column, low, high, self.after, self.is_rising)

    def until(self, worst: Key) -> _Span:
        """The part in which something better than `worst` may be."""
        low, high = (self.low, worst[0]) if self.is_rising else (worst[0], self.high)
        return _Span(self.column, low, high, self.after, self.is_rising)

    def sql(self, index: str, where: str = "", more: str = "") -> str:
        """Rows of (column, number, more columns) within the span, in order, by this index.

        Takes `values` after those of `where`, then the limit.
        """
        sign, way = (">", "ASC") if self.is_rising else ("<", "DESC")
        behind = "" if self.after is None else f" AND ({self.column}, number) {sign} (?, ?)"
        return (
            f"SELECT {self.column}, number{more} FROM drawings "  # noqa: S608
            f"INDEXED BY ix_drawings_{index} WHERE {where}"
            f"{self.column} BETWEEN ? AND ?{behind}"
            f" ORDER BY {self.column} {way}, number {way} LIMIT ?"
        )

    def values(self) -> tuple[float, ...]:
        return (self.low, self.high, *(self.after or ()))


def _walk(
    session: Session, present: NDArray[np.intp], span: _Span, n: int, n_walked: int
) -> Sequence[Key]:
    """The first `n` that fit among the next `n_walked` of all drawings."""
    sql = (
        f"SELECT {span.column}, number FROM ({span.sql('created_at', more=', facet')}) "  # noqa: S608
        "WHERE facet IN (SELECT value FROM json_each(?)) LIMIT ?"
    )
    return _run(session, sql, (*span.values(), n_walked, json.dumps(present.tolist()), n))


def _by_facets(
    session: Session, numbers: NDArray[np.intp], span: _Span, contributor: str | None, n: int
) -> Sequence[Key]:
    """The first `n` of all facets: each is asked only for what would come before the n-th.

    By confidence the bands follow each other: once the page is full, the next band has nothing.
    """
    index, where = f"facet_{span.column}", "facet = ? AND "
    fixed: tuple[str, ...] = ()
    if contributor is not None:
        index, where = f"contributor_id_{index}", f"contributor_id = ? AND {where}"
        fixed = (contributor,)
    first = heapq.nsmallest if span.is_rising else heapq.nlargest
    execute = _driver(session).execute
    sql, values = span.sql(index, where), span.values()
    best: list[Key] = []
    for group in _groups(numbers, span):
        for facet in group:
            best += execute(sql, (*fixed, facet, *values, n)).fetchall()
            if len(best) >= 2 * n:  # not after each: sorting the few thousand again takes long
                best = first(n, best)
                values = span.until(best[-1]).values()
        if span.column == "confidence" and len(best) >= n:
            break
    return first(n, best)


def _groups(numbers: NDArray[np.intp], span: _Span) -> list[list[int]]:
    """The facets in the order in which they are asked; by confidence band after band."""
    if span.column != "confidence":
        return [numbers.tolist()]
    bands = facets.AXES["confidence"][0][numbers]
    order = range(1, len(facets.BANDS))  # the first band has no confidence at all
    return [numbers[bands == band].tolist() for band in (order if span.is_rising else order[::-1])]


def _of_version(
    session: Session,
    filters: Filters,
    fits: NDArray[np.bool_],
    sort: Sort,
    after: Key | None,
    n: int,
) -> Sequence[Key]:
    """Drawings that a version learned from, by their order of arrival."""
    sql, values = _all_that_fit(session, filters, np.flatnonzero(fits))
    sign, way = (">", "ASC") if sort.is_rising else ("<", "DESC")
    if after is not None:
        sql += f" AND r.drawing_number {sign} ?"
        values = (*values, after[1])
    rows = _run(session, f"{sql} ORDER BY r.drawing_number {way} LIMIT ?", (*values, n))
    return [(number, number) for (number,) in rows]


def _all_that_fit(
    session: Session, filters: Filters, present: NDArray[np.intp]
) -> tuple[str, tuple[Any, ...]]:
    """SQL for the numbers of all drawings that fit, without an order."""
    span = _Span.of(filters, Sort.NEWEST, None)
    where = "d.facet IN (SELECT value FROM json_each(?)) AND d.created_at BETWEEN ? AND ?"
    values: tuple[Any, ...] = (json.dumps(present.tolist()), span.low, span.high)
    if filters.contributor is not None:
        where += " AND d.contributor_id = ?"
        values = (*values, filters.contributor)
    if filters.version is None:
        return f"SELECT d.number FROM drawings d WHERE {where}", values  # noqa: S608
    run_id = session.scalars(
        select(ModelVersion.run_id).where(ModelVersion.version == filters.version)
    ).one_or_none()
    # CROSS JOIN: SQLite starts from the left, which is to be the side with fewer rows. The index
    # is a fiftieth of the table: 20,000 look-ups in it take 20 ms, in the table 200.
    learned, others = "run_drawings r", "drawings d INDEXED BY ix_drawings_number_facet_created_at"
    is_rare = _sizes(session)[present].sum() <= N_WALKED
    sides = ("drawings d", learned) if is_rare else (learned, others)
    if not is_rare:
        # With the plus SQLite compares, rather than seeking every facet for every drawing: 9 s.
        where = "+" + where
    sql = (
        f"SELECT r.drawing_number FROM {' CROSS JOIN '.join(sides)} "  # noqa: S608
        f"ON d.number = r.drawing_number WHERE {where} AND r.run_id = ?"
    )
    return sql, (*values, run_id)


def _facets_of(session: Session, contributor: str) -> NDArray[np.intp]:
    """The facets that a contributor's drawings have, by one seek for each."""
    sql = (
        "WITH RECURSIVE f(x) AS (SELECT min(facet) FROM drawings WHERE contributor_id = ?1 "
        "UNION ALL SELECT (SELECT min(facet) FROM drawings WHERE contributor_id = ?1 "
        "AND facet > x) FROM f WHERE x IS NOT NULL) SELECT x FROM f WHERE x IS NOT NULL"
    )
    return np.array([facet for (facet,) in _run(session, sql, (contributor,))], np.intp)


def _fitting(filters: Filters) -> NDArray[np.bool_]:
    given = {name: getattr(filters, name) for name in facets.AXES}
    by_axis = {name: value for name, value in given.items() if value is not None}
    return facets.chosen(by_axis, filters.disagrees)


def _sizes(session: Session) -> NDArray[np.int64]:
    """(N_FACETS,) how many drawings have each facet."""
    sizes = np.zeros(facets.N_FACETS, np.int64)
    for facet, n in _run(session, "SELECT facet, n FROM drawing_facets", ()):
        sizes[facet] = n
    return sizes


def _by_axis(sizes: NDArray[np.int64], filters: Filters) -> dict[str, dict[str, int]]:
    """For each filter what its other choices would find, the rest of the filters as they are."""
    given = {name: getattr(filters, name) for name in facets.AXES}
    by: dict[str, dict[str, int]] = {}
    for name, (places, meanings) in facets.AXES.items():
        others = {k: v for k, v in given.items() if v is not None and k != name}
        fits = facets.chosen(others, filters.disagrees)
        totals = np.bincount(places[fits], sizes[fits], minlength=len(meanings))
        by[name] = {
            str(meaning): int(total) for meaning, total in zip(meanings, totals, strict=False)
        }
    del by["status"]["deleted"]  # nobody lists those
    return by


def _run(session: Session, sql: str, values: tuple[Any, ...]) -> list[Any]:
    """All rows, by the driver's own cursor: see the top of this module."""
    rows: list[Any] = _driver(session).execute(sql, values).fetchall()
    return rows


def _driver(session: Session) -> Any:
    """The driver's own connection, in the session's transaction."""
    connection = session.connection().connection.driver_connection
    assert connection is not None
    return connection


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def encode_key(key: Key) -> str:
    """What stands in `after`: the key as text."""
    return f"{key[0]!r}/{key[1]}"


def decode_key(text: str) -> Key:
    """The key of a text. Raises: ValueError, if it is none."""
    place, _, number = text.partition("/")
    value = float(place) if "." in place or "e" in place else int(place)
    return value, int(number)
