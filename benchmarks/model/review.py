"""Which drawings a reviewer should see first: by `core.review.order`, against a random order.

A stream of unfamiliar hands has arrived, one label in ten is wrong, and nothing trains before a
reviewer has seen it. The reviewer sees the first so many in either order and sets their labels
right; one run learns these alone. Told is how many a random order needs to read the hands as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.aims import Row, at_least
from benchmarks.model.stream import EVERYTHING, Bench, network_of
from benchmarks.model.streams import Stream, all_streams
from benchmarks.record import Record
from core.review import order as review_order
from core.symbols.digits.mnist import Mnist
from trainer.learning.fine_tune import fine_tune
from trainer.learning.scores import accuracy, predict

ORDERS: Final = ("ours", "random")
WRONG: Final = 0.1
"""Share of wrong labels: that of Quick, Draw!, which is nearest to ours (Northcutt et al. 2021)."""

RUN: Final = replace(EVERYTHING, interpolation=False, min_steps=150, n_drawn=32, n_replay=64)
"""Small batches and the candidate as trained: orders are compared here, not runs."""


@dataclass(frozen=True, slots=True)
class Options:
    """How much to measure."""

    n_seeds: int = 2
    streams: tuple[str, ...] = ("writers", "odd")
    sizes: tuple[int, ...] = (25, 50, 100, 200, 400)
    threads: int = 1


def run(mnist: Mnist, folder: Path, options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure what `folder/review.json` lacks. Returns: all that the file says."""
    torch.set_num_threads(options.threads)
    bench = Bench(mnist, folder)
    question = asdict(options) | {k: list(getattr(options, k)) for k in ("sizes", "streams")}
    record = Record(folder / "review.json", question)
    measured = {}
    for name in options.streams:
        for seed in range(options.n_seeds):
            stream = all_streams(mnist)[name](seed)
            for size in options.sizes:
                for order in ORDERS:
                    say(f"{name}, {order}, {size} reviewed, seed {seed}")
                    piece = f"{name}/{order}/{size}/{seed}"
                    measure = partial(_one, bench, stream, order, size, seed)
                    measured[piece] = record.piece(piece, measure)
    return record.finish(_result(measured, options))


def places_in(order: str, bench: Bench, stream: Stream, seed: int) -> NDArray[np.intp]:
    """The drawings of a stream in the order in which a reviewer sees them."""
    rng = np.random.default_rng(seed)
    if order == "random":
        return rng.permutation(len(stream.labels))
    champion = predict(bench.base(stream.base), stream.inks)
    is_wrong = rng.random(len(stream.labels)) < WRONG
    given = np.where(is_wrong, (stream.labels + rng.integers(1, 10, len(is_wrong))) % 10,
                     stream.labels)  # fmt: skip
    nothing = np.zeros(len(given), dtype=np.bool_)
    return review_order.order(
        champion.probabilities_NK(), given, champion.features_NF, nothing, seed
    )


def _one(bench: Bench, stream: Stream, order: str, size: int, seed: int) -> dict[str, Any]:
    champion = bench.base(stream.base)
    seen = places_in(order, bench, stream, seed)[:size]
    reviewed = replace(stream, inks=stream.inks[seen], labels=stream.labels[seen])
    result = fine_tune(champion, bench.data(reviewed, 0, size), RUN, seed)
    network = network_of(champion, result.candidates[0])
    inks = np.concatenate([stream.known_inks, stream.new_inks])
    labels = np.concatenate([stream.known_labels, stream.new_labels])
    is_misread = predict(champion, reviewed.inks).predicted_N != reviewed.labels
    return {
        "before": accuracy(predict(champion, inks).predicted_N, labels),
        "after": accuracy(predict(network, inks).predicted_N, labels),
        "misread": float(is_misread.mean()),
    }


def _result(measured: Mapping[str, dict[str, Any]], options: Options) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name in options.streams:
        curves = {
            order: [
                mean(measured[f"{name}/{order}/{size}/{s}"]["after"]
                     for s in range(options.n_seeds))
                for size in options.sizes
            ]
            for order in ORDERS
        }  # fmt: skip
        before = mean(measured[f"{name}/ours/{options.sizes[0]}/{s}"]["before"]
                      for s in range(options.n_seeds))  # fmt: skip
        needed = [
            needed_for(after, before, curves["random"], options.sizes) for after in curves["ours"]
        ]
        misread = {
            order: mean(measured[f"{name}/{order}/{options.sizes[1]}/{s}"]["misread"]
                        for s in range(options.n_seeds))
            for order in ORDERS
        }  # fmt: skip
        result[name] = {"before": before, "needed_at_random": needed, "misread": misread} | curves
    return result


def needed_for(
    after: float, before: float, random: list[float], sizes: tuple[int, ...]
) -> float | None:
    """How many drawings in random order reach `after`; None if more than were tried.

    Straight lines between what was measured, from `before` at none.
    """
    earlier, n_earlier = before, 0
    for reached, n in zip(random, sizes, strict=True):
        if reached >= after:
            share = 0.0 if reached <= earlier else (after - earlier) / (reached - earlier)
            return n_earlier + max(0.0, share) * (n - n_earlier)
        earlier, n_earlier = reached, n
    return None


def aims(result: Mapping[str, Any], options: Options) -> list[Row]:
    """A random order needs twice as many labels; all that were tried, where it never got there."""
    rows = []
    for name in options.streams:
        needed = zip(options.sizes, result[name]["needed_at_random"], strict=True)
        times = [(options.sizes[-1] if n is None else n) / size for size, n in needed]
        what = f"{name}: labels that a random order needs against ours, middle of all sizes"
        rows.append(at_least(what, 2.0, median(times), "{:.1f}"))
    return rows


def table(result: Mapping[str, Any], options: Options) -> list[tuple[str, ...]]:
    """Means over seeds, the heading first."""
    rows: list[tuple[str, ...]] = [
        ("stream", "reviewed", "error before", "ours", "at random", "random order needs")
    ]
    for name in options.streams:
        found = result[name]
        for place, size in enumerate(options.sizes):
            needed = found["needed_at_random"][place]
            told = f"> {options.sizes[-1]}" if needed is None else f"{needed:.0f}"
            errors = [1 - one for one in (found["before"], found["ours"][place],
                                          found["random"][place])]  # fmt: skip
            rows.append((name, str(size), *(f"{error:.2%}" for error in errors), told))
    return rows
