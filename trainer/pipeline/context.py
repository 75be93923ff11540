"""Objects that a trainer process keeps between runs: reference set, model store, configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from safetensors.torch import load

from core.base.settings import Settings
from core.runs.lifecycle import open_run
from core.storage.database import Database
from core.storage.model_store import WEIGHTS, ModelStore
from core.symbols.digits import DIGITS
from core.symbols.reference_set import ReferenceSet
from core.symbols.symbols import Symbols
from trainer.export.onnx_file import to_onnx
from trainer.learning.familiarity import N_NON_SYMBOLS, N_PEN, N_PEN_UNSEEN, SEED, Familiarity
from trainer.learning.fine_tune import RunConfig
from trainer.networks.base import SymbolNetwork
from trainer.networks.recipes import Recipe
from trainer.networks.registry import DEFAULT_NETWORK, network_named


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A version loaded from the model store, for fine-tuning or evaluation."""

    version: int
    network: SymbolNetwork
    manifest: dict[str, Any]

    @property
    def temperature(self) -> float:
        """Divisor of its logits."""
        return float(self.manifest["temperature"])


class TrainerContext:
    """Dependencies of a run. One per process."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        reference: ReferenceSet,
        symbols: Symbols,
        first_network: str = DEFAULT_NETWORK,
        first_recipe: Recipe | None = None,
        run_config: RunConfig | None = None,
    ) -> None:
        self.settings = settings
        self.database = database
        self.reference = reference
        self.symbols = symbols
        self.store = ModelStore(settings.models_dir)
        self.first_network = network_named(first_network)
        self.first_recipe = first_recipe or self.first_network.recipe
        self.run_config = run_config or RunConfig()
        torch.set_num_threads(settings.train_threads)

    def warm_up(self) -> None:
        """Read the reference set and load the exporter before the first run. Raises: DataError."""
        self.reference.training  # noqa: B018  reading it fills its cache
        with self.database.read() as session:
            is_awaited = open_run(session) is not None
        if not is_awaited:
            # Generated images are cached; the first export loads the exporter's modules.
            self.reference.pen_drawn(N_PEN + N_PEN_UNSEEN, SEED)
            self.reference.pen_drawn_others(N_NON_SYMBOLS, SEED)
            network = self.first_network.build(len(self.symbols))
            to_onnx(network, 1.0, Familiarity.unfitted(network))

    def load_model(self, version: int, manifest_sha256: str) -> StoredModel:
        """Load a version's weights. Raises: ModelFileError, if its files have changed."""
        manifest = self.store.manifest(version, manifest_sha256)
        # Manifests from before symbols could be added do not list them: they mean the digits.
        n_symbols = len(manifest.get("symbols", DIGITS.ids))
        network = network_named(manifest["network"]).build(n_symbols)
        network.load_state_dict(load(self.store.read_listed(version, WEIGHTS, manifest_sha256)))
        return StoredModel(version, network.eval(), manifest)
