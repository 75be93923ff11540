"""What each idea of a run is worth, on hands that the first model has never seen.

From one first model, each method learns the first 10, 40, 200 and 1,000 drawings of a stream in one
run, and its candidate goes before the whole gate. A chain of runs shows what adds up. Ours is
measured with every seed, what it is compared to with the first alone and after 40 and 1,000
drawings (`--whole`: after all four): all of it would take an hour and a half on one core.

Seconds are of one core (`process_time`), so that neighbours on a busy machine hardly count.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from benchmarks.model.streams import Stream, all_streams, employees_only
from benchmarks.record import Record
from core.symbols.digits import DIGITS, DigitReferenceSet, writers
from core.symbols.digits.mnist import Mnist
from core.symbols.reference_set import LabelledImages
from trainer.learning.calibrate import fit_temperature
from trainer.learning.examples import Examples
from trainer.learning.fine_tune import RunConfig, fine_tune
from trainer.learning.interpolate import STRENGTHS, Candidate
from trainer.learning.replay import RunData
from trainer.learning.scores import accuracy, expected_calibration_error, predict
from trainer.learning.train import train
from trainer.networks.base import SymbolNetwork
from trainer.networks.recipes import Augmentation, compact_in
from trainer.networks.registry import DEFAULT_NETWORK, network_named
from trainer.pipeline.gate import (
    GateInput,
    PairedPredictions,
    Verdict,
    compare,
    gate_candidate,
)

Inks = NDArray[np.uint8]

EVERYTHING: Final = RunConfig()
NAIVE: Final = replace(
    EVERYTHING,
    n_drawn=EVERYTHING.n_drawn + EVERYTHING.n_replay,
    n_replay=0,
    learning_rate=1e-3,
    distillation=0.0,
    interpolation=False,
    freeze_batch_norm=False,
    hard_share=0.0,
    drawn_augmentation=Augmentation(),
    replay_augmentation=Augmentation(),
)
"""Fine-tuning as it is usually done: a tenth of the first model's rate, and its distortions."""

REPLAY: Final = replace(NAIVE, n_drawn=EVERYTHING.n_drawn, n_replay=EVERYTHING.n_replay)
DISTILLED: Final = replace(REPLAY, distillation=EVERYTHING.distillation)
INTERPOLATED: Final = replace(DISTILLED, interpolation=True)
METHODS: Final[Mapping[str, RunConfig]] = {
    "naive": NAIVE,
    "replay": REPLAY,
    "+ distillation": DISTILLED,
    "+ interpolation": INTERPOLATED,
    "everything": EVERYTHING,
}
"""Each has what the one before has. The last adds the higher rate, the wider distortions, the hard
images and frozen batch norm."""

OURS: Final = "everything"
PERSON: Final = "person"
"""One hand alone, as another way to look at `odd`: other methods are not measured on it."""

JOINT: Final = "joint from scratch"
JOINT_EPOCHS: Final = 2
"""Passes over MNIST; the recipe has 7. Two cost as much as our run on 1,000 drawings."""


@dataclass(frozen=True, slots=True)
class Options:
    """How much to measure."""

    n_seeds: int = 3
    sizes: tuple[int, ...] = (10, 40, 200, 1_000)
    streams: tuple[str, ...] = ("writers", "digits", "tablet", "odd", "person")
    compared_at: tuple[int, ...] = (40, 1_000)
    """Drawings after which the other methods are measured beside ours; all sizes take 10 minutes
    more."""

    chain_streams: tuple[str, ...] = ("tablet",)
    chain_runs: int = 20
    chain_drawings: int = 10

    @property
    def question(self) -> dict[str, Any]:
        """What a record answers. Neither seeds nor streams: each is a piece, more may be added."""
        method = {"run": asdict(EVERYTHING), "strengths": list(STRENGTHS)}
        return method | {"chain_runs": self.chain_runs, "chain_drawings": self.chain_drawings}

    def cells(self) -> list[tuple[str, int, str, int]]:
        """Stream, drawings, method and seed of every run, in the order of measuring."""
        first = [(name, size, OURS, 0) for name in self.streams for size in self.sizes]
        others = [(name, size, method, 0) for size in self.compared_at for name in self.streams
                  for method in (*METHODS, JOINT)
                  if method != OURS and name != PERSON]  # fmt: skip
        more = [(name, size, OURS, seed) for seed in range(1, self.n_seeds)
                for name in self.streams for size in self.sizes]  # fmt: skip
        return first + others + more


class Bench:
    """MNIST, its split, and the first models, kept in the benchmark's folder."""

    def __init__(self, mnist: Mnist, folder: Path) -> None:
        self.mnist = mnist
        self.folder = folder
        self.reference = DigitReferenceSet.from_arrays(
            LabelledImages(mnist.train_images, mnist.train_labels),
            LabelledImages(mnist.test_images, mnist.test_labels),
        )
        self.validation = writers.validation_indices()
        everything = np.arange(len(mnist.train_labels))
        self.training = {
            "full": np.setdiff1d(everything, self.validation),
            "employees": employees_only(mnist),
        }

    def base(self, name: str, seed: int = 0) -> SymbolNetwork:
        """The first model that a stream meets; trained once."""
        network = network_named(DEFAULT_NETWORK).build(len(DIGITS))
        which = f"{name}-{seed}" if seed else name
        path = self.folder / f"base-{which}.safetensors"
        if not path.exists():
            chosen = self.training[name]
            trained = train(
                network_named(DEFAULT_NETWORK), self._examples(chosen),
                self._examples(self.validation), seed=seed, n_symbols=len(DIGITS),
            )  # fmt: skip
            self.folder.mkdir(parents=True, exist_ok=True)
            save_file({k: v.contiguous() for k, v in trained.network.state_dict().items()}, path)
        network.load_state_dict(load_file(path))
        return network.eval()

    def joint(self, stream: Stream, n: int, seed: int) -> SymbolNetwork:
        """Trained from scratch on MNIST and the drawings, these as often as a tenth of MNIST."""
        chosen = self.training[stream.base]
        times = max(1, len(chosen) // (10 * n))
        inks = np.concatenate([self.mnist.train_images[chosen], *[stream.inks[:n]] * times])
        labels = np.concatenate([self.mnist.train_labels[chosen], *[stream.labels[:n]] * times])
        return train(
            network_named(DEFAULT_NETWORK), Examples.from_arrays(inks, labels),
            self._examples(self.validation), seed, n_symbols=len(DIGITS),
            recipe=compact_in(JOINT_EPOCHS),
        ).network  # fmt: skip

    def data(self, stream: Stream, start: int, end: int) -> RunData:
        """A run's data: drawings from `start` to `end` are new, those before are older."""
        chosen = self.training[stream.base]
        return RunData(
            new=LabelledImages(stream.inks[start:end], stream.labels[start:end]),
            older=LabelledImages(stream.inks[:start], stream.labels[:start]),
            replay=LabelledImages(self.mnist.train_images[chosen], self.mnist.train_labels[chosen]),
            validation=self.reference.validation,
        )

    def judge(self, network: SymbolNetwork, champion: SymbolNetwork, anchor: SymbolNetwork,
              look: int) -> Verdict:  # fmt: skip
        """By the whole gate, exam drawings left out."""
        labels = self.mnist.test_labels
        read_by = {id(one): predict(one, self.mnist.test_images)
                   for one in (network, champion, anchor)}  # fmt: skip
        ece = {
            id(one): expected_calibration_error(
                read_by[id(one)].probabilities_NK(self.temperature(one)), labels
            )
            for one in (network, champion)
        }
        golden = self.reference.golden
        candidate, before = read_by[id(network)].predicted_N, read_by[id(champion)].predicted_N
        nothing = PairedPredictions(labels[:0], labels[:0], labels[:0])
        return gate_candidate(
            GateInput(
                symbols=DIGITS,
                exam_vs_anchor=PairedPredictions(
                    labels, candidate, read_by[id(anchor)].predicted_N
                ),
                exam_vs_champion=PairedPredictions(labels, candidate, before),
                strata=self.reference.strata,
                candidate_ece=ece[id(network)],
                champion_ece=ece[id(champion)],
                holdout_known=nothing,
                holdout_new=nothing,
                golden=PairedPredictions(
                    golden.labels,
                    predict(network, golden.inks).predicted_N,
                    predict(champion, golden.inks).predicted_N,
                ),
            ),
            look,
        )

    def temperature(self, network: SymbolNetwork) -> float:
        """As a version's is fitted: on validation images."""
        reading = predict(network, self.mnist.train_images[self.validation])
        return fit_temperature(reading.logits_NK, self.mnist.train_labels[self.validation])

    def _examples(self, chosen: NDArray[np.integer[Any]]) -> Examples:
        return Examples.from_arrays(
            self.mnist.train_images[chosen], self.mnist.train_labels[chosen]
        )


def run(
    mnist: Mnist, folder: Path, options: Options, say: Callable[[str, int, int], None]
) -> dict[str, Any]:
    """Measure what `folder/stream.json` lacks. Returns: all that the file says.

    Args:
        say: told what is measured next, how many pieces are done, and how many there are.
    """
    torch.set_num_threads(1)
    bench = Bench(mnist, folder)
    record = Record(folder / "stream.json", options.question)
    try:
        _measure(bench, record, options, say)
    finally:
        kept = record.finish(record.pieces)  # what there is, also when broken off
    return kept


def _measure(
    bench: Bench, record: Record, options: Options, say: Callable[[str, int, int], None]
) -> None:
    cells, makers = options.cells(), all_streams(bench.mnist)
    n_all = len(cells) + len(options.chain_streams)
    stream_of = lru_cache(maxsize=2)(lambda name, seed: makers[name](seed))
    for n_done, (name, size, method, seed) in enumerate(cells):
        say(f"{name}, {size} drawings, {method}, seed {seed}", n_done, n_all)
        measure = partial(_one, bench, partial(stream_of, name, seed), size, method, seed)
        record.piece(f"{name}/{size}/{method}/{seed}", measure)
    for n_done, name in enumerate(options.chain_streams, start=len(cells)):
        say(f"{name}, {options.chain_runs} runs in a row", n_done, n_all)
        chain = partial(_chain, bench, partial(stream_of, name, 0), options)
        record.piece(f"{name}/chain", chain)


def _one(
    bench: Bench, make: Callable[[], Stream], size: int, method: str, seed: int
) -> dict[str, Any]:
    stream = make()
    champion = bench.base(stream.base)
    began, began_cpu = time.monotonic(), time.process_time()
    if method == JOINT:
        looks = [bench.joint(stream, size, seed)]
        strengths = [1.0]
    else:
        data = bench.data(stream, 0, size)
        candidates = fine_tune(champion, data, METHODS[method], seed).candidates
        looks = [network_of(champion, one) for one in candidates]
        strengths = [one.strength for one in candidates]
    seconds, wall_seconds = time.process_time() - began_cpu, time.monotonic() - began
    network, verdict, look = first_to_pass(bench, looks, champion, champion)
    return scores_of(bench, stream, network, champion) | {
        "seconds": seconds,
        "wall_seconds": wall_seconds,
        "promoted": verdict.passed,
        "look": look,
        "strength": strengths[look - 1],
        "failed": [rule.name for rule in verdict.rules if not rule.passed],
    }


def first_to_pass(
    bench: Bench, looks: list[SymbolNetwork], champion: SymbolNetwork, anchor: SymbolNetwork
) -> tuple[SymbolNetwork, Verdict, int]:
    """The first candidate that the gate lets pass, or else the last; its verdict and its look."""
    for look, network in enumerate(looks, start=1):
        verdict = bench.judge(network, champion, anchor, look)
        if verdict.passed or look == len(looks):
            return network, verdict, look
    raise AssertionError("a run offers at least one candidate")


def scores_of(
    bench: Bench, stream: Stream, network: SymbolNetwork, champion: SymbolNetwork
) -> dict[str, Any]:
    """Accuracies, and losses and gains on MNIST's test set (negative flips are the losses)."""
    test = bench.mnist.test_images, bench.mnist.test_labels
    before, after = predict(champion, test[0]).predicted_N, predict(network, test[0]).predicted_N
    difference = compare(PairedPredictions(test[1], after, before))
    scores: dict[str, Any] = {
        "mnist": accuracy(after, test[1]),
        "mnist_before": accuracy(before, test[1]),
        "n_lost": difference.n_lost,
        "n_gained": difference.n_gained,
    }
    exams = {"known": (stream.known_inks, stream.known_labels),
             "new": (stream.new_inks, stream.new_labels)}  # fmt: skip
    for name, (inks, labels) in exams.items():
        if len(labels):
            scores[name] = accuracy(predict(network, inks).predicted_N, labels)
            scores[f"{name}_before"] = accuracy(predict(champion, inks).predicted_N, labels)
            scores[f"n_{name}"] = len(labels)
    return scores


def _chain(bench: Bench, make: Callable[[], Stream], options: Options) -> dict[str, Any]:
    """Runs in a row, each promoted one the champion of the next."""
    stream = make()
    anchor = champion = bench.base(stream.base)
    links = []
    for index in range(options.chain_runs):
        start, end = index * options.chain_drawings, (index + 1) * options.chain_drawings
        data = bench.data(stream, start, end)
        result = fine_tune(champion, data, EVERYTHING, index, anchor=anchor)
        looks = [network_of(anchor, one) for one in result.candidates]
        network, verdict, look = first_to_pass(bench, looks, champion, anchor)
        links.append(
            scores_of(bench, stream, network, anchor)
            | {"promoted": verdict.passed, "look": look, "strength": result.candidates[0].strength}
        )
        if verdict.passed:
            champion = network
    return {"links": links}


def network_of(like: SymbolNetwork, candidate: Candidate) -> SymbolNetwork:
    """A candidate as a network of the same kind."""
    network = copy.deepcopy(like)
    network.load_state_dict(candidate.weights)
    return network.eval()
