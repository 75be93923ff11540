"""Step of a run: export a model to files, and verify that they predict as the model does."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime as ort
import torch
from safetensors.torch import load, save

import core
from core.base.arrays import Inks
from core.base.errors import ModelFileError
from core.storage.model_store import ONNX, WEIGHTS
from trainer.export.onnx_file import servable, to_onnx, verify_export
from trainer.export.sessions import one_thread_session
from trainer.learning.familiarity import Familiarity
from trainer.pipeline.context import TrainerContext
from trainer.pipeline.gather import Gathered
from trainer.pipeline.interface import Claim, Progress
from trainer.pipeline.train import TrainedModel

N_VERIFIED: Final = 64
"""Validation images, beside the golden ones, on which the exported file must agree with torch."""


@dataclass(frozen=True, slots=True)
class VersionFiles:
    """Verified files of a version, and the facts about them for its manifest."""

    files: Mapping[str, bytes]
    facts: dict[str, Any]


def export_version(
    context: TrainerContext,
    claim: Claim,
    model: TrainedModel,
    gathered: Gathered,
    progress: Progress,
) -> VersionFiles:
    """Fit the familiarity, export the network and verify the exported bytes.

    Raises: ModelFileError, if a file does not reproduce the model.
    """
    reference, network = context.reference, model.network
    familiarity = Familiarity.fit(network, reference, gathered.trained_inks())
    progress.check_cancelled()
    onnx_file = to_onnx(network, model.temperature, familiarity)
    progress.check_cancelled()
    golden = reference.golden.inks
    inks = np.concatenate([golden, reference.validation.inks[:N_VERIFIED]])
    verify_export(onnx_file, servable(network, model.temperature, familiarity), inks)
    weights = {name: value.contiguous() for name, value in network.state_dict().items()}
    files = {WEIGHTS: save(weights), ONNX: onnx_file}
    _verify_weights(files[WEIGHTS], weights)
    progress.log("packed", n_bytes=sum(len(data) for data in files.values()))
    facts = {
        "network": model.name,
        "symbols": list(context.symbols),
        "n_parameters": sum(parameter.numel() for parameter in network.parameters()),
        "temperature": model.temperature,
        "familiarity_threshold": familiarity.threshold,
        "golden": _golden_facts(onnx_file, golden),
        "recipe": dict(model.recipe),
        "seed": claim.seed,
        "versions": {
            "inkloop": core.__version__,
            "torch": torch.__version__,
            "onnx": onnx.__version__,
            "onnxruntime": ort.__version__,
        },
    }
    return VersionFiles(files, facts)


def _golden_facts(onnx_file: bytes, inks: Inks) -> dict[str, Any]:
    """Return the golden images with the file's predictions, for the self-test of a server."""
    (probabilities,) = one_thread_session(onnx_file).run(["probabilities"], {"ink": inks})
    return {
        "inks": base64.b64encode(inks.tobytes()).decode("ascii"),
        # Predictions, correct or not: a server checks that the file still gives the same ones.
        "labels": probabilities.argmax(axis=1).tolist(),
        "probabilities": probabilities.tolist(),
    }


def _verify_weights(data: bytes, weights: Mapping[str, torch.Tensor]) -> None:
    kept = load(data)
    if kept.keys() != weights.keys() or not all(
        torch.equal(kept[name], value) for name, value in weights.items()
    ):
        raise ModelFileError("the weights changed when they were saved: nothing was published")
