"""What a trainer process keeps at hand between runs: MNIST, the store, how models are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from safetensors.torch import load

from core.base.settings import Settings
from core.runs.lifecycle import open_run
from core.storage.database import Database
from core.storage.model_store import WEIGHTS, ModelStore
from core.symbols.digits import mnist, writers
from core.symbols.digits.mnist import Array, Mnist
from core.symbols.digits.non_digits import pen_drawn_digits, pen_drawn_strangers
from trainer.export.onnx_file import to_onnx
from trainer.learning.familiarity import N_PEN, N_PEN_UNSEEN, N_STRANGERS, SEED, Familiarity
from trainer.learning.fine_tune import RunConfig
from trainer.learning.recipes import Recipe
from trainer.networks.base import DigitNetwork
from trainer.networks.registry import DEFAULT_NETWORK, network_named

N_KNOWN_WRITERS = 60_000  # of MNIST's own training set; of any other one, nothing is known


@dataclass(frozen=True, slots=True)
class Split:
    """MNIST's training set, divided. Inks (N, 28, 28) uint8, labels (N,) uint8."""

    inks: Array
    labels: Array
    validation_inks: Array
    """By writers of whom nothing is in `inks`: every choice inside a run is made on them."""
    validation_labels: Array


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A version read back from the store, ready to be trained from or to sit an exam."""

    version: int
    network: DigitNetwork
    manifest: dict[str, Any]

    @property
    def temperature(self) -> float:
        """What its logits are divided by."""
        return float(self.manifest["temperature"])


class Workshop:
    """One per process. MNIST is read at first need and kept: 55 MB."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        load_mnist: Callable[[], Mnist] | None = None,
        first_network: str = DEFAULT_NETWORK,
        first_recipe: Recipe | None = None,
        run_config: RunConfig | None = None,
    ) -> None:
        self.settings = settings
        self.database = database
        self.store = ModelStore(settings.models_dir)
        self.first_network = network_named(first_network)
        self.first_recipe = first_recipe or self.first_network.recipe
        self.run_config = run_config or RunConfig()
        self._load_mnist = load_mnist or (lambda: mnist.load(settings.mnist_cache))
        torch.set_num_threads(settings.train_threads)

    def warm_up(self) -> None:
        """Do now what the first run would otherwise wait for. Raises: DataError."""
        self.split  # noqa: B018  reading it is what fills it
        with self.database.read() as session:
            is_awaited = open_run(session) is not None
        if not is_awaited:
            # What is drawn for the familiarity is kept; the first export loads what exports.
            pen_drawn_digits(N_PEN + N_PEN_UNSEEN, SEED)
            pen_drawn_strangers(N_STRANGERS, SEED)
            network = self.first_network.build()
            to_onnx(network, 1.0, Familiarity.unfitted(network))

    @cached_property
    def mnist(self) -> Mnist:
        """All of MNIST. Raises: DataError, if a file is missing or wrong."""
        return self._load_mnist()

    @cached_property
    def split(self) -> Split:
        """The training set without, and only, the validation images."""
        images, labels = self.mnist.train_images, self.mnist.train_labels
        is_chosen = np.zeros(len(images), dtype=np.bool_)
        if len(images) == N_KNOWN_WRITERS:
            is_chosen[writers.validation_indices()] = True
        else:
            is_chosen[-len(images) // 12 :] = True
        return Split(images[~is_chosen], labels[~is_chosen], images[is_chosen], labels[is_chosen])

    def model(self, version: int, manifest_sha256: str) -> KeptModel:
        """A version by its weights. Raises: ModelFileError, if a byte changed."""
        manifest = self.store.manifest(version, manifest_sha256)
        network = network_named(manifest["network"]).build()
        network.load_state_dict(load(self.store.read_listed(version, WEIGHTS, manifest_sha256)))
        return KeptModel(version, network.eval(), manifest)
