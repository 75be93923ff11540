"""A trained network as one ONNX file that the server can run without torch.

Input `ink` (N, 28, 28) uint8, any N. Outputs `probabilities` (N, 10), `features` (N, F) and
`familiarity` (N,), all float32: higher familiarity is more like a digit.
"""

from __future__ import annotations

import copy
import io
import warnings

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.base.errors import ModelFileError
from trainer.export.sessions import one_thread_session
from trainer.networks.base import SIDE_PX, DigitNetwork

OUTPUTS = ("probabilities", "features", "familiarity")

MAX_DIFFERENCE = 1e-4
"""How far a file may be from torch, as a share of the largest value of that output (at least 1)."""

VERIFIED_BATCH_SIZES = (1, 7, 64)


class Energy(nn.Module):
    """Familiarity without any statistics: how much evidence there is for any digit at all.

    Source: Liu et al. 2020, "Energy-based Out-of-distribution Detection", with temperature 1.
    """

    def forward(self, logits_NK: Tensor, traits_NT: Tensor) -> Tensor:
        """(N,): log of the summed exponentials of the logits."""
        return torch.logsumexp(logits_NK, dim=1)


class ExportedModel(nn.Module):
    """A network in the form in which it is served."""

    def __init__(
        self, network: DigitNetwork, temperature: float, familiarity: nn.Module | None
    ) -> None:
        super().__init__()
        self.network = network
        self.temperature = temperature
        self.familiarity = familiarity or Energy()

    def forward(self, ink: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(N, 28, 28) uint8 → the three outputs of the file."""
        logits_NK, features_NF, traits_NT = self.network.look(ink.float().unsqueeze(1) / 255.0)
        probabilities_NK = torch.softmax(logits_NK / self.temperature, dim=1)
        return probabilities_NK, features_NF, self.familiarity(logits_NK, traits_NT)


def to_onnx(
    network: DigitNetwork, temperature: float, familiarity: nn.Module | None = None
) -> bytes:
    """The bytes of `model.onnx`.

    `familiarity` maps (logits (N, 10), traits (N, T)) to (N,); None stands for `Energy`.
    The network itself is left as it is. Check the result with `verify_export`.
    """
    model = servable(network, temperature, familiarity)
    ink = torch.zeros(2, SIDE_PX, SIDE_PX, dtype=torch.uint8)
    with warnings.catch_warnings():
        # torch 2.14.1's own exporter uses what Python and onnxscript have deprecated.
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
    network: DigitNetwork, temperature: float, familiarity: nn.Module | None = None
) -> ExportedModel:
    """The same in torch, on the CPU and in evaluation mode; copies, not the modules given."""
    network = copy.deepcopy(network).to("cpu", memory_format=torch.contiguous_format)
    familiarity = copy.deepcopy(familiarity).to("cpu") if familiarity is not None else None
    model = ExportedModel(network, temperature, familiarity).eval()
    return model.requires_grad_(False)


def verify_export(data: bytes, model: ExportedModel, ink_NHW: NDArray[np.uint8]) -> float:
    """Read real ink with the file and with torch, in batches of 1, 7 and 64.

    Returns: the largest difference found. Raises: ModelFileError, if it is over `MAX_DIFFERENCE`
    or not a number; the file must not be published then.
    """
    session = one_thread_session(data)
    largest = 0.0
    for size in VERIFIED_BATCH_SIZES:
        ink = ink_NHW[:size]
        found = session.run(list(OUTPUTS), {"ink": ink})
        with torch.inference_mode():
            expected = model(torch.tensor(ink))
        for name, ours, torchs in zip(OUTPUTS, found, expected, strict=True):
            reference = torchs.numpy()
            scale = max(1.0, float(np.abs(reference).max()))
            difference = float(np.abs(ours - reference).max()) / scale
            if ours.shape != reference.shape or not difference <= MAX_DIFFERENCE:
                raise ModelFileError(
                    f"the exported model's {name} differ from the trained one's by "
                    f"{difference:.2g} of the largest: it must not be published"
                )
            largest = max(largest, difference)
    return largest
