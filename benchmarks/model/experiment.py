"""MNIST, its split, the first models and the gate, for benches of learning."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from benchmarks.bench import cache_folder
from benchmarks.model.streams import Stream, employees_only
from core.symbols.digits import DIGITS, DigitReferenceSet, writers
from core.symbols.digits.mnist import Mnist
from core.symbols.reference_set import LabelledImages
from trainer.learning.calibrate import fit_temperature
from trainer.learning.examples import Examples
from trainer.learning.interpolate import Candidate
from trainer.learning.replay import RunData
from trainer.learning.scores import accuracy, expected_calibration_error, predict
from trainer.learning.train import train
from trainer.networks.base import SymbolNetwork
from trainer.networks.recipes import compact_in
from trainer.networks.registry import DEFAULT_NETWORK, network_named
from trainer.pipeline.gate import (
    GateInput,
    PairedPredictions,
    Verdict,
    compare,
    gate_candidate,
)

JOINT_EPOCHS = 2
"""Passes over MNIST: they take as long as a run on 1,000 drawings."""


class Experiment:
    """MNIST, its split and the first models, each of which is trained once and cached."""

    def __init__(self, mnist: Mnist, cache: Path | None = None) -> None:
        """Cache first models in the folder `cache`, by default that of all benches."""
        self.mnist = mnist
        self._cache = cache or cache_folder()
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
        """Return a first model: `full` or `employees`, by the images that it is trained on."""
        network = network_named(DEFAULT_NETWORK).build(len(DIGITS))
        which = f"{name}-{seed}" if seed else name
        path = self._cache / f"base-{which}.safetensors"
        if not path.exists():
            chosen = self.training[name]
            trained = train(
                network_named(DEFAULT_NETWORK), self._examples(chosen),
                self._examples(self.validation), seed=seed, n_symbols=len(DIGITS),
            )  # fmt: skip
            self._cache.mkdir(parents=True, exist_ok=True)
            save_file({k: v.contiguous() for k, v in trained.network.state_dict().items()}, path)
        network.load_state_dict(load_file(path))
        return network.eval()

    def joint(self, stream: Stream, n: int, seed: int) -> SymbolNetwork:
        """Train from scratch on MNIST and `n` drawings, repeated to a tenth of MNIST's size."""
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
        """A run's data: drawings from `start` to `end` are new, earlier ones are older drawings."""
        chosen = self.training[stream.base]
        return RunData(
            new=LabelledImages(stream.inks[start:end], stream.labels[start:end]),
            older=LabelledImages(stream.inks[:start], stream.labels[:start]),
            replay=LabelledImages(self.mnist.train_images[chosen], self.mnist.train_labels[chosen]),
            validation=self.reference.validation,
        )

    def gate(self, network: SymbolNetwork, champion: SymbolNetwork, anchor: SymbolNetwork,
             look: int) -> Verdict:  # fmt: skip
        """Apply all rules of the gate, without holdout drawings."""
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
        """The temperature that is fitted on validation images, as for a version."""
        reading = predict(network, self.mnist.train_images[self.validation])
        return fit_temperature(reading.logits_NK, self.mnist.train_labels[self.validation])

    def _examples(self, chosen: NDArray[np.integer[Any]]) -> Examples:
        return Examples.from_arrays(
            self.mnist.train_images[chosen], self.mnist.train_labels[chosen]
        )


def first_to_pass(
    experiment: Experiment,
    looks: list[SymbolNetwork],
    champion: SymbolNetwork,
    anchor: SymbolNetwork,
) -> tuple[SymbolNetwork, Verdict, int]:
    """Return the first candidate that passes the gate, else the last, with verdict and look."""
    for look, network in enumerate(looks, start=1):
        verdict = experiment.gate(network, champion, anchor, look)
        if verdict.passed or look == len(looks):
            return network, verdict, look
    raise AssertionError("a run has at least one candidate")


def scores_of(
    experiment: Experiment, stream: Stream, network: SymbolNetwork, champion: SymbolNetwork
) -> dict[str, Any]:
    """Accuracies before and after, and digits lost and gained on the MNIST test set."""
    test = experiment.mnist.test_images, experiment.mnist.test_labels
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


def network_of(like: SymbolNetwork, candidate: Candidate) -> SymbolNetwork:
    """Build the network of a candidate, of the same kind as `like`."""
    network = copy.deepcopy(like)
    network.load_state_dict(candidate.weights)
    return network.eval()
