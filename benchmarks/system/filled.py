"""Fill an instance with many drawings, as a year of use would: MNIST images by many contributors.

The first fifth comes from one import, the rest from 2,000 contributors, a few of whom gave most.
One drawing in 25 has a wrong prediction. Images that repeat are shifted by a pixel. Plain SQL fills
all tables that lists, counts and charts read: storing drawings one by one would take an hour.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.base.settings import Settings
from core.imaging import IMAGING_VERSION, encode_strokes, parse_strokes
from core.storage import migrate
from core.storage.database import EPOCH, Database
from core.symbols.digits.mnist import Mnist

BEGAN: Final = datetime(2025, 11, 1, tzinfo=UTC)
N_DAYS: Final = 365
N_CONTRIBUTORS: Final = 2_000
N_RUNS: Final = 10
LEARNED_BY_A_RUN: Final = 20_000
NEW_IN_A_RUN: Final = 1_000
CHUNK: Final = 20_000
N_ON_MAP: Final = 3_000
IMPORTER: Final = "c0000"
STATUSES: Final = (
    ("accepted", 0.955),
    ("quarantined", 0.02),
    ("rejected", 0.02),
    ("deleted", 0.005),
)
SPLITS: Final = (("train", 0.78), ("holdout_known", 0.2), ("holdout_new", 0.02))
COLUMNS: Final = (
    *("number", "id", "contributor_id", "label", "status", "split", "source", "ink"),
    *("imaging_version", "strokes", "predicted_label", "predicted_version", "confidence"),
    *("created_at", "used_in_run_id"),
)


def fill(settings: Settings, images: Mnist, n: int, say: Callable[[str], None]) -> None:
    """Fill a new instance with `n` drawings. 1,000,000 take some minutes and 3 GB."""
    migrate.upgrade(settings)
    database = Database(settings)
    columns = _Columns(n)
    _people_and_runs(database)
    strokes = _some_strokes()
    for first in range(0, n, CHUNK):
        say(f"filling the database: {first:,} of {n:,} drawings")
        last = min(n, first + CHUNK)
        with database.write() as session:
            connection = session.connection()
            _many(
                connection, "drawings", COLUMNS, list(_rows(columns, images, strokes, first, last))
            )
            history = [
                (i + 1, int(columns.labels[i]), "contributor", columns.at(i))
                for i in range(first, last)
            ]
            _many(connection, "label_events", ("drawing_number", "label", "by", "at"), history)
    _totals(database, columns)
    _map(database, columns)
    database.dispose()


class _Columns:
    """Random attributes of N drawings, as arrays with N entries."""

    def __init__(self, n: int) -> None:
        chance = np.random.default_rng(7)
        self.n = n
        self.labels = chance.integers(0, 10, n)
        misread = chance.random(n) < 0.04
        read = np.where(misread, chance.integers(0, 10, n), self.labels)
        self.is_imported = np.arange(n) < n // 5
        self.read = np.where(self.is_imported | (chance.random(n) < 0.02), -1, read)
        sure = 1 - chance.beta(0.3, 12, n)
        self.confidence = np.where(self.read != self.labels, chance.uniform(0.3, 1, n), sure)
        self.statuses = _drawn(chance, STATUSES, n)
        self.splits = _drawn(chance, SPLITS, n)
        self.is_uploaded = chance.random(n) < 0.1
        rank = np.minimum(chance.zipf(1.3, n), N_CONTRIBUTORS - 1)
        self.contributors = np.where(self.is_imported, 0, rank)
        self._moments = np.sort(chance.integers(0, N_DAYS * 86_400_000_000, n))
        self._began = (BEGAN - EPOCH) // timedelta(microseconds=1)

    def at(self, place: int) -> int:
        """The time of a drawing, in microseconds since 1970."""
        return self._began + int(self._moments[place])


def _drawn(
    chance: np.random.Generator, shares: tuple[tuple[str, float], ...], n: int
) -> NDArray[np.str_]:
    words = np.array([word for word, _ in shares])
    chosen: NDArray[np.str_] = chance.choice(words, n, p=[share for _, share in shares])
    return chosen


def _some_strokes() -> bytes:
    """An encoded stroke of sixty points, of a usual size."""
    points = [[40.0 + n * 3, 60.0 + (n * 37) % 160, n * 16.0, 0.5] for n in range(60)]
    return encode_strokes(parse_strokes([points], 280, 280), 280, 280)


def _rows(
    columns: _Columns, images: Mnist, strokes: bytes, first: int, last: int
) -> Iterator[tuple[Any, ...]]:
    of_digit = [np.flatnonzero(images.train_labels == digit) for digit in range(10)]
    for place in range(first, last):
        label, read = int(columns.labels[place]), int(columns.read[place])
        mine = of_digit[label]
        turn, which = divmod(place, len(mine))
        ink = np.roll(images.train_images[mine[which]], turn % 3 - 1, axis=1)
        is_imported = bool(columns.is_imported[place])
        source = (
            "imported" if is_imported else ("drawn", "uploaded")[int(columns.is_uploaded[place])]
        )
        is_used = columns.splits[place] == "train" and place < columns.n * 0.99
        yield (
            place + 1,
            str(uuid.UUID(int=(place + 1) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)),
            f"c{columns.contributors[place]:04d}",
            label,
            str(columns.statuses[place]),
            str(columns.splits[place]),
            source,
            ink.tobytes(),
            IMAGING_VERSION,
            strokes if source == "drawn" else None,
            None if read < 0 else read,
            None if read < 0 else 1 + place * N_RUNS // columns.n,
            None if read < 0 else float(columns.confidence[place]),
            columns.at(place),
            1 + place * N_RUNS // columns.n if is_used else None,
        )


def _people_and_runs(database: Database) -> None:
    now = (BEGAN - EPOCH) // timedelta(microseconds=1)
    people = [(f"c{k:04d}", now, k + 1, 0, 0) for k in range(N_CONTRIBUTORS)]
    runs = [(k, "promoted", "schedule", 0, now, now, now, 1, k, k) for k in range(1, N_RUNS + 1)]
    versions = [
        (k, "compact", "0" * 64, "0" * 64, k, now, "{}", "{}") for k in range(1, N_RUNS + 1)
    ]
    with database.write() as session:
        connection = session.connection()
        columns = ("id", "created_at", "number", "is_held_out", "n_drawings")
        _many(connection, "contributors", columns, people)
        first = ("id", "status", "requested_by", "is_forced", "queued_at", "started_at")
        more = ("finished_at", "n_attempts", "seed", "version")
        _many(connection, "runs", (*first, *more), runs)
        names = ("version", "network", "sha256", "manifest_sha256", "run_id", "created_at")
        _many(connection, "model_versions", (*names, "scores", "manifest"), versions)


def _totals(database: Database, columns: _Columns) -> None:
    """Counters, and the drawings of each run."""
    chance = np.random.default_rng(8)
    counts: dict[str, int] = {"contributors": N_CONTRIBUTORS}
    is_kept = columns.statuses != "deleted"
    counts["drawings"] = int(is_kept.sum())
    counts |= {f"label:{d}": int((is_kept & (columns.labels == d)).sum()) for d in range(10)}
    counts |= {f"status:{word}": int((columns.statuses == word).sum()) for word, _ in STATUSES}
    each = min(LEARNED_BY_A_RUN, columns.n // 4)
    given = np.bincount(columns.contributors, minlength=N_CONTRIBUTORS)
    with database.write() as session:
        connection = session.connection()
        _many(connection, "counters", ("name", "n"), list(counts.items()))
        for run in range(1, N_RUNS + 1):
            numbers = np.sort(
                chance.choice(
                    columns.n * run // N_RUNS, min(each, columns.n * run // N_RUNS), False
                )
            )
            first_new = numbers[-min(NEW_IN_A_RUN, len(numbers))]
            rows = [(run, int(k) + 1, int(columns.labels[k]), int(k >= first_new)) for k in numbers]
            names = ("run_id", "drawing_number", "label", "is_new")
            _many(connection, "run_drawings", names, rows)
        connection.exec_driver_sql(
            "UPDATE contributors SET n_drawings = ? WHERE id = ?",
            [(int(n), f"c{k:04d}") for k, n in enumerate(given)],
        )


def _map(database: Database, columns: _Columns) -> None:
    """The map of the newest version, with as many points as a real one."""
    chance = np.random.default_rng(9)
    n = min(N_ON_MAP, columns.n)
    places = np.arange(n) * columns.n // n
    points = [
        (
            N_RUNS,
            "drawing",
            int(k) + 1,
            place,
            *chance.uniform(-1, 1, 2).tolist(),
            label,
            label,
            0.5,
        )
        for place, (k, label) in enumerate(
            zip(places, columns.labels[places].tolist(), strict=True)
        )
    ]
    with database.write() as session:
        connection = session.connection()
        names = ("version", "asked_at", "made_at", "seconds", "newest_number")
        _many(connection, "maps", names, [(N_RUNS, columns.at(0), columns.at(0), 9.0, columns.n)])
        where = ("version", "source", "number", "place", "x", "y")
        _many(connection, "embeddings", (*where, "predicted", "near_label", "depth"), points)


def _many(connection: Any, table: str, columns: tuple[str, ...], rows: list[Any]) -> None:
    places = ", ".join("?" * len(columns))
    names = ", ".join(f'"{name}"' for name in columns)
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({names}) VALUES ({places})",  # noqa: S608  (names of our own)
        rows,
    )
