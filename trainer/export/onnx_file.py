"""Export a trained network to one ONNX file, which the server runs without torch.

Input `ink` (N, 28, 28) uint8, any N. Outputs `probabilities` (N, K), `features` (N, F) and
`familiarity` (N,), all float32. Higher familiarity means more like a symbol.
"""

from __future__ import annotations

import copy
import io
import warnings

import numpy as np
import torch
from torch import Tensor, nn

from core.base.arrays import Inks
from core.base.errors import ModelFileError
from trainer.export.sessions import one_thread_session
from trainer.networks.base import SIDE_PX, SymbolNetwork

OUTPUTS = ("probabilities", "features", "familiarity")

MAX_DIFFERENCE = 1e-4
"""Largest difference between file and torch, as a share of the output's largest value (or of 1)."""

VERIFIED_BATCH_SIZES = (1, 7, 64)


class Energy(nn.Module):
    """Familiarity without a fit: the evidence for any symbol.

    Source: Liu et al. 2020, "Energy-based Out-of-distribution Detection", with temperature 1.
    """

    def forward(self, logits_NK: Tensor, traits_NT: Tensor) -> Tensor:
        """(N,) log of the summed exponentials of the logits."""
        return torch.logsumexp(logits_NK, dim=1)


class ExportedModel(nn.Module):
    """A network with the inputs and outputs of the exported file."""

    def __init__(
        self, network: SymbolNetwork, temperature: float, familiarity: nn.Module | None
    ) -> None:
        super().__init__()
        self.network = network
        self.temperature = temperature
        self.familiarity = familiarity or Energy()

    def forward(self, ink: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Map (N, 28, 28) uint8 to the three outputs."""
        image_N1HW = ink.float().unsqueeze(1) / 255.0
        logits_NK, features_NF, traits_NT = self.network.forward_with_traits(image_N1HW)
        probabilities_NK = torch.softmax(logits_NK / self.temperature, dim=1)
        return probabilities_NK, features_NF, self.familiarity(logits_NK, traits_NT)


def to_onnx(
    network: SymbolNetwork, temperature: float, familiarity: nn.Module | None = None
) -> bytes:
    """Return the bytes of `model.onnx`. The network is not changed.

    `familiarity` maps logits (N, K) and traits (N, T) to (N,); None means `Energy`. Check the
    result with `verify_export`.
    """
    model = servable(network, temperature, familiarity)
    ink = torch.zeros(2, SIDE_PX, SIDE_PX, dtype=torch.uint8)
    with warnings.catch_warnings():
        # torch 2.14.1's exporter uses deprecated functions of Python and onnxscript.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            model,
            (ink,),
            input_names=["ink"],
            output_names=list(OUTPUTS),
            dynamic_shapes=({0: torch.export.Dim("N")},),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    assert program is not None
    buffer = io.BytesIO()
    program.save(buffer, external_data=False)
    return buffer.getvalue()


def servable(
    network: SymbolNetwork, temperature: float, familiarity: nn.Module | None = None
) -> ExportedModel:
    """Return the exported model in torch, from copies, on the CPU and in evaluation mode."""
    network = copy.deepcopy(network).to("cpu", memory_format=torch.contiguous_format)
    familiarity = copy.deepcopy(familiarity).to("cpu") if familiarity is not None else None
    model = ExportedModel(network, temperature, familiarity).eval()
    return model.requires_grad_(False)


def verify_export(data: bytes, model: ExportedModel, ink_NHW: Inks) -> float:
    """Compare the file's outputs with torch's on real ink, in batches of 1, 7 and 64.

    Returns: the largest difference. Raises: ModelFileError, if it is larger than `MAX_DIFFERENCE`
    or not a number; the file must not be published then.
    """
    session = one_thread_session(data)
    largest = 0.0
    for size in VERIFIED_BATCH_SIZES:
        ink = ink_NHW[:size]
        found = session.run(list(OUTPUTS), {"ink": ink})
        with torch.inference_mode():
            expected = model(torch.tensor(ink))
        for name, output, tensor in zip(OUTPUTS, found, expected, strict=True):
            reference = tensor.numpy()
            scale = max(1.0, float(np.abs(reference).max()))
            difference = float(np.abs(output - reference).max()) / scale
            if output.shape != reference.shape or not difference <= MAX_DIFFERENCE:
                raise ModelFileError(
                    f"the exported model's {name} differ from the trained model's by "
                    f"{difference:.2g} of the largest value: it must not be published"
                )
            largest = max(largest, difference)
    return largest
