"""The order of the review queue against a random order.

A stream of unfamiliar hands has arrived, one label in ten is wrong, and only reviewed drawings are
trained on. The reviewer corrects the labels of the first drawings in either order; one run learns
these alone. The result is how many reviews a random order needs to reach the same accuracy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.bench import Bench, Row, Say, Table, at_least, seeds_option
from benchmarks.model.data import on_mnist
from benchmarks.model.experiment import Experiment, network_of
from benchmarks.model.stream import EVERYTHING
from benchmarks.model.streams import Stream, all_streams
from benchmarks.record import Record
from core.review import order as review_order
from core.symbols.digits.mnist import Mnist
from trainer.learning.fine_tune import fine_tune
from trainer.learning.scores import accuracy, predict

ORDERS: Final = ("ours", "random")
WRONG: Final = 0.1
"""Share of wrong labels, as in Quick, Draw!, the most similar data set (Northcutt et al. 2021)."""

RUN: Final = replace(EVERYTHING, interpolation=False, min_steps=150, n_drawn=32, n_replay=64)
"""Small batches and no interpolation: the bench compares orders, not runs."""


@dataclass(frozen=True, slots=True)
class Options:
    """How much to measure."""

    n_seeds: int = 2
    streams: tuple[str, ...] = ("writers", "odd")
    sizes: tuple[int, ...] = (25, 50, 100, 200, 400)
    threads: int = 1


def run(mnist: Mnist, folder: Path, options: Options, say: Say) -> dict[str, Any]:
    """Measure what `folder/review.json` lacks. Returns: the record."""
    torch.set_num_threads(options.threads)
    experiment = Experiment(mnist)
    record = Record(folder / "review.json", asdict(options))
    measured = {}
    for name in options.streams:
        for seed in range(options.n_seeds):
            stream = all_streams(mnist)[name](seed)
            for size in options.sizes:
                for order in ORDERS:
                    say(f"{name}, {order}, {size} reviewed, seed {seed}")
                    piece = f"{name}/{order}/{size}/{seed}"
                    measure = partial(_one, experiment, stream, order, size, seed)
                    measured[piece] = record.piece(piece, measure)
    return record.finish(_result(measured, options))


def places_in(order: str, experiment: Experiment, stream: Stream, seed: int) -> NDArray[np.intp]:
    """Indices of a stream's drawings in the order of review."""
    rng = np.random.default_rng(seed)
    if order == "random":
        return rng.permutation(len(stream.labels))
    champion = predict(experiment.base(stream.base), stream.inks)
    is_wrong = rng.random(len(stream.labels)) < WRONG
    given = np.where(is_wrong, (stream.labels + rng.integers(1, 10, len(is_wrong))) % 10,
                     stream.labels)  # fmt: skip
    nothing = np.zeros(len(given), dtype=np.bool_)
    return review_order.order(
        champion.probabilities_NK(), given, champion.features_NF, nothing, seed
    )


def _one(
    experiment: Experiment, stream: Stream, order: str, size: int, seed: int
) -> dict[str, Any]:
    champion = experiment.base(stream.base)
    seen = places_in(order, experiment, stream, seed)[:size]
    reviewed = replace(stream, inks=stream.inks[seen], labels=stream.labels[seen])
    result = fine_tune(champion, experiment.data(reviewed, 0, size), RUN, seed)
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
    """How many drawings in random order reach the accuracy `after`; None if more than measured.

    Linear interpolation between the measurements, from `before` at no drawings.
    """
    earlier, n_earlier = before, 0
    for reached, n in zip(random, sizes, strict=True):
        if reached >= after:
            share = 0.0 if reached <= earlier else (after - earlier) / (reached - earlier)
            return n_earlier + max(0.0, share) * (n - n_earlier)
        earlier, n_earlier = reached, n
    return None


def aims(result: Mapping[str, Any], options: Options) -> list[Row]:
    """Labels that a random order needs per label of ours; a lower bound if it never arrives."""
    rows = []
    for name in options.streams:
        needed = zip(options.sizes, result[name]["needed_at_random"], strict=True)
        times = [(options.sizes[-1] if n is None else n) / size for size, n in needed]
        what = f"{name}: labels a random order needs per label of ours, median of sizes"
        rows.append(at_least(what, 2.0, median(times), "{:.1f}"))
    return rows


def table(result: Mapping[str, Any], options: Options) -> list[Row]:
    """Errors after a run on the reviewed drawings, means over seeds."""
    rows: list[Row] = [
        ("stream", "reviewed", "error before", "our order", "random order", "random order needs")
    ]
    for name in options.streams:
        found = result[name]
        for place, size in enumerate(options.sizes):
            needed = found["needed_at_random"][place]
            reviews = f"> {options.sizes[-1]}" if needed is None else f"{needed:.0f}"
            errors = [1 - one for one in (found["before"], found["ours"][place],
                                          found["random"][place])]  # fmt: skip
            rows.append((name, str(size), *(f"{error:.2%}" for error in errors), reviews))
    return rows


def tables(result: Mapping[str, Any], options: Options) -> list[Table]:
    """Errors by stream and number of reviews.

    The exam of `writers` has 1,800 digits, too few to tell the orders apart: an error of 1.8 % has
    a 95 % interval of 1.3 to 2.5 %.
    """
    return [Table("Errors after learning the reviewed drawings", table(result, options))]


BENCH: Final = Bench(
    "review",
    "The order of the review queue against a random order, when only reviewed drawings train.",
    Options,
    on_mnist(run),
    aims,
    tables,
    parameters=[seeds_option()],
)
