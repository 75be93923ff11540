"""Finding drawings: filters, order, pages and counts, in bounded time for any number of drawings.

Facets (`core.storage.facets`) bound the time. A page scans the newest drawings, which suffices for
a common filter. For a rare one it seeks in the index of each matching facet, and reads at most one
page of rows from each. It uses plain SQL on the driver's cursor: a seek takes 4 µs, a statement of
SQLAlchemy 60 µs, and there may be thousands of facets.

A version learns from at most 40,000 drawings, which are scanned in order of arrival.
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

N_SCANNED: Final = 10_000
"""Maximum number of rows to scan before seeking facet by facet; takes 10 ms."""
N_RANKED: Final = 2_000
"""Number of a contributor's, version's or time span's newest drawings to sort by confidence."""
COUNT_LIMIT: Final = 10_000
FOREVER: Final = 2**62

Key = tuple[float, int]
"""Position of a drawing in a list: its time or confidence, then its number."""


class Sort(StrEnum):
    """The order of a list."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LEAST_SURE = "least_sure"
    MOST_SURE = "most_sure"

    @property
    def by_confidence(self) -> bool:
        """Whether it orders by confidence; drawings without a prediction are left out then."""
        return self in (Sort.LEAST_SURE, Sort.MOST_SURE)

    @property
    def is_rising(self) -> bool:
        """Whether the order is ascending."""
        return self in (Sort.OLDEST, Sort.LEAST_SURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which drawings match; None means no restriction."""

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
    """A version that learned from the drawings."""
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""

    @property
    def is_by_facet(self) -> bool:
        """Whether facets alone decide which drawings match."""
        others = (self.contributor, self.version, self.since, self.until)
        return all(other is None for other in others)


@dataclass(frozen=True, slots=True)
class DrawingsPage:
    """A page of a list."""

    numbers: list[int]
    """Numbers of the drawings, in order."""
    next: Key | None
    """The key to continue after; None at the end."""
    is_capped: bool = False
    """Whether only the newest `N_RANKED` were sorted."""


@dataclass(frozen=True, slots=True)
class DrawingsCount:
    """The number of matching drawings; it stops at `COUNT_LIMIT` where they have to be counted."""

    n: int
    is_exact: bool
    by: dict[str, dict[str, int]] | None
    """By label, predicted, …; None unless facets alone decide which drawings match."""


def find(
    session: Session, filters: Filters, sort: Sort, after: Key | None, limit: int
) -> DrawingsPage:
    """A page of at most `limit` matching drawings after the key `after`."""
    if sort.by_confidence and not filters.is_by_facet:
        return _ranked(session, filters, sort, after, limit)
    keys = _keys(session, filters, sort, after, limit + 1)
    return _found(keys, limit)


def tally(session: Session, filters: Filters) -> DrawingsCount:
    """Count the matching drawings: exact up to 10,000, and always for filters by facet."""
    sizes, matches = _sizes(session), _matching_facets(filters)
    if filters.is_by_facet:
        return DrawingsCount(int(sizes[matches].sum()), True, _by_axis(sizes, filters))
    sql, values = _all_matching(session, filters, np.flatnonzero(matches & (sizes > 0)))
    counting = f"SELECT count(*) FROM ({sql} LIMIT {COUNT_LIMIT + 1})"  # noqa: S608  (SQL of this module)
    ((n,),) = _run(session, counting, values)
    return DrawingsCount(min(n, COUNT_LIMIT), n <= COUNT_LIMIT, None)


def _found(keys: Sequence[Key], limit: int, *, is_capped: bool = False) -> DrawingsPage:
    shown = keys[:limit]
    after = shown[-1] if len(keys) > limit else None
    return DrawingsPage([number for _, number in shown], after, is_capped)


def _keys(
    session: Session, filters: Filters, sort: Sort, after: Key | None, n: int
) -> Sequence[Key]:
    matches = _matching_facets(filters)
    if filters.version is not None:
        return _of_version(session, filters, matches, sort, after, n)
    span = _Span.of(filters, sort, after)
    if filters.contributor is not None:
        present = _facets_of(session, filters.contributor)
        present = present[matches[present]]
        present = present[np.argsort(-_sizes(session)[present], kind="stable")]
        return _by_facets(session, present, span, filters.contributor, n)
    sizes = _sizes(session)
    present = np.flatnonzero(matches & (sizes > 0))
    n_matching = int(sizes[present].sum())
    needed = n * int(sizes.sum()) // max(1, n_matching)
    if not sort.by_confidence and needed <= N_SCANNED // 4:
        # If spread evenly, they are within `needed` rows; scan up to four times as many.
        scanned = _scan(session, present, span, n, 4 * needed)
        if len(scanned) == n:
            return scanned
    largest_first = present[np.argsort(-sizes[present], kind="stable")]
    return _by_facets(session, largest_first, span, None, n)


def _ranked(
    session: Session, filters: Filters, sort: Sort, after: Key | None, limit: int
) -> DrawingsPage:
    """A page by confidence, of the newest `N_RANKED` that match."""
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
    """The part of an index that a page comes from: from `low` to `high`, after the key `after`."""

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
        """The part that may have keys before `worst`."""
        low, high = (self.low, worst[0]) if self.is_rising else (worst[0], self.high)
        return _Span(self.column, low, high, self.after, self.is_rising)

    def sql(self, index: str, where: str = "", more: str = "") -> str:
        """SQL for rows of (column, number, more columns) within the span, in order, by this index.

        Its parameters are those of `where`, then `values`, then the limit.
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


def _scan(
    session: Session, present: NDArray[np.intp], span: _Span, n: int, n_scanned: int
) -> Sequence[Key]:
    """The first `n` that match among the next `n_scanned` of all drawings."""
    sql = (
        f"SELECT {span.column}, number FROM ({span.sql('created_at', more=', facet')}) "  # noqa: S608
        "WHERE facet IN (SELECT value FROM json_each(?)) LIMIT ?"
    )
    return _run(session, sql, (*span.values(), n_scanned, json.dumps(present.tolist()), n))


def _by_facets(
    session: Session, numbers: NDArray[np.intp], span: _Span, contributor: str | None, n: int
) -> Sequence[Key]:
    """The first `n` of all facets. Each is queried only for keys before the n-th so far.

    Bands of confidence are ordered: once a band has filled the page, later bands are not queried.
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
            if len(best) >= 2 * n:  # not after each facet: sorting again and again takes long
                best = first(n, best)
                values = span.until(best[-1]).values()
        if span.column == "confidence" and len(best) >= n:
            break
    return first(n, best)


def _groups(numbers: NDArray[np.intp], span: _Span) -> list[list[int]]:
    """The facets in the order of queries; by confidence, band after band."""
    if span.column != "confidence":
        return [numbers.tolist()]
    bands = facets.AXES["confidence"][0][numbers]
    order = range(1, len(facets.BANDS))  # the first band has no confidence
    return [numbers[bands == band].tolist() for band in (order if span.is_rising else order[::-1])]


def _of_version(
    session: Session,
    filters: Filters,
    matches: NDArray[np.bool_],
    sort: Sort,
    after: Key | None,
    n: int,
) -> Sequence[Key]:
    """Drawings that a version learned from, by order of arrival."""
    sql, values = _all_matching(session, filters, np.flatnonzero(matches))
    sign, way = (">", "ASC") if sort.is_rising else ("<", "DESC")
    if after is not None:
        sql += f" AND r.drawing_number {sign} ?"
        values = (*values, after[1])
    rows = _run(session, f"{sql} ORDER BY r.drawing_number {way} LIMIT ?", (*values, n))
    return [(number, number) for (number,) in rows]


def _all_matching(
    session: Session, filters: Filters, present: NDArray[np.intp]
) -> tuple[str, tuple[Any, ...]]:
    """SQL for the numbers of all matching drawings, unordered."""
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
    # CROSS JOIN makes SQLite start from the left, which must be the side with fewer rows. The index
    # has a fiftieth of the size of the table: 20,000 look-ups take 20 ms in it, 200 in the table.
    learned, others = "run_drawings r", "drawings d INDEXED BY ix_drawings_number_facet_created_at"
    is_rare = _sizes(session)[present].sum() <= N_SCANNED
    sides = ("drawings d", learned) if is_rare else (learned, others)
    if not is_rare:
        # With the plus SQLite compares. Without, it seeks every facet for every drawing: 9 s.
        where = "+" + where
    sql = (
        f"SELECT r.drawing_number FROM {' CROSS JOIN '.join(sides)} "  # noqa: S608
        f"ON d.number = r.drawing_number WHERE {where} AND r.run_id = ?"
    )
    return sql, (*values, run_id)


def _facets_of(session: Session, contributor: str) -> NDArray[np.intp]:
    """The facets of a contributor's drawings, by one seek each."""
    sql = (
        "WITH RECURSIVE f(x) AS (SELECT min(facet) FROM drawings WHERE contributor_id = ?1 "
        "UNION ALL SELECT (SELECT min(facet) FROM drawings WHERE contributor_id = ?1 "
        "AND facet > x) FROM f WHERE x IS NOT NULL) SELECT x FROM f WHERE x IS NOT NULL"
    )
    return np.array([facet for (facet,) in _run(session, sql, (contributor,))], np.intp)


def _matching_facets(filters: Filters) -> NDArray[np.bool_]:
    given = {name: getattr(filters, name) for name in facets.AXES}
    by_axis = {name: value for name, value in given.items() if value is not None}
    return facets.chosen(by_axis, filters.disagrees)


def _sizes(session: Session) -> NDArray[np.int64]:
    """(N_FACETS,) the number of drawings of each facet."""
    sizes = np.zeros(facets.N_FACETS, np.int64)
    for facet, n in _run(session, "SELECT facet, n FROM drawing_facets", ()):
        sizes[facet] = n
    return sizes


def _by_axis(sizes: NDArray[np.int64], filters: Filters) -> dict[str, dict[str, int]]:
    """For each filter, how many drawings each of its choices would match with the other filters."""
    given = {name: getattr(filters, name) for name in facets.AXES}
    by: dict[str, dict[str, int]] = {}
    for name, (places, meanings) in facets.AXES.items():
        others = {k: v for k, v in given.items() if v is not None and k != name}
        matches = facets.chosen(others, filters.disagrees)
        totals = np.bincount(places[matches], sizes[matches], minlength=len(meanings))
        by[name] = {
            str(meaning): int(total) for meaning, total in zip(meanings, totals, strict=False)
        }
    del by["status"]["deleted"]  # they are never listed
    return by


def _run(session: Session, sql: str, values: tuple[Any, ...]) -> list[Any]:
    """All rows, by the driver's cursor (see the module docstring)."""
    rows: list[Any] = _driver(session).execute(sql, values).fetchall()
    return rows


def _driver(session: Session) -> Any:
    """The driver's connection, in the session's transaction."""
    connection = session.connection().connection.driver_connection
    assert connection is not None
    return connection


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def encode_key(key: Key) -> str:
    """The key as text, for the query parameter `after`."""
    return f"{key[0]!r}/{key[1]}"


def decode_key(text: str) -> Key:
    """Parse the result of `encode_key`. Raises: ValueError."""
    place, _, number = text.partition("/")
    value = float(place) if "." in place or "e" in place else int(place)
    return value, int(number)
