"""The exported file: agreement with torch, and the outputs that the server uses."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.base.errors import ModelFileError
from core.symbols.digits.golden import golden_inks
from trainer.export.onnx_file import servable, to_onnx, verify_export
from trainer.export.sessions import one_thread_session
from trainer.networks.base import SymbolNetwork
from trainer.networks.registry import NETWORKS


def digits(n: int = 64) -> NDArray[np.uint8]:
    """Ink of real strokes, (N, 28, 28): the golden digits, repeated."""
    inks, _ = golden_inks()
    return np.resize(inks, (n, 28, 28))


def network(name: str = "compact") -> SymbolNetwork:
    torch.manual_seed(0)
    return NETWORKS[name].build(10).eval()


@pytest.fixture(scope="module")
def compact_file() -> bytes:
    """`compact` with random weights, exported once."""
    return to_onnx(network(), temperature=1.5)


@pytest.mark.parametrize("name", NETWORKS)
def test_each_exported_file_agrees_with_torch(name: str):
    made = network(name)

    data = to_onnx(made, temperature=1.5)

    assert verify_export(data, servable(made, 1.5), digits()) <= 1e-5


def test_the_file_names_its_input_and_outputs(compact_file: bytes):
    session = one_thread_session(compact_file)

    (ink,) = session.get_inputs()
    assert (ink.name, ink.type, ink.shape[1:]) == ("ink", "tensor(uint8)", [28, 28])
    assert isinstance(ink.shape[0], str)
    assert [o.name for o in session.get_outputs()] == ["probabilities", "features", "familiarity"]


def test_the_file_has_no_external_data(compact_file: bytes):
    model = onnx.load_from_string(compact_file)

    onnx.checker.check_model(model, full_check=True)
    assert not [t for t in model.graph.initializer if t.external_data]


def test_each_output_has_one_row_an_ink(compact_file: bytes):
    probabilities, features, familiarity = one_thread_session(compact_file).run(
        None, {"ink": digits(5)}
    )

    assert (probabilities.shape, features.shape, familiarity.shape) == ((5, 10), (5, 64), (5,))
    assert np.allclose(probabilities.sum(axis=1), 1.0, atol=1e-5)


def test_the_probabilities_are_scaled_by_the_temperature():
    made = network()
    with torch.inference_mode():
        logits, _ = made(torch.from_numpy(digits(4)).unsqueeze(1).float() / 255)

    data = to_onnx(made, temperature=2.5)

    (found,) = one_thread_session(data).run(["probabilities"], {"ink": digits(4)})
    assert np.allclose(found, torch.softmax(logits / 2.5, dim=1).numpy(), atol=1e-5)


class _FirstTrait(nn.Module):
    def forward(self, logits_NK: Tensor, traits_NT: Tensor) -> Tensor:
        return traits_NT[:, 0] - logits_NK[:, 1]


def test_the_fitted_familiarity_is_exported():
    made = network()

    data = to_onnx(made, 1.0, _FirstTrait())

    assert verify_export(data, servable(made, 1.0, _FirstTrait()), digits()) <= 1e-5
    features, familiarity = one_thread_session(data).run(
        ["features", "familiarity"], {"ink": digits(4)}
    )
    assert not np.allclose(familiarity, features[:, 0])


def test_a_file_of_other_weights_is_refused(compact_file: bytes):
    torch.manual_seed(1)
    other = NETWORKS["compact"].build(10).eval()

    with pytest.raises(ModelFileError, match="must not be published"):
        verify_export(compact_file, servable(other, 1.5), digits())


def test_exporting_does_not_change_the_network():
    made = NETWORKS["compact"].build(10).train()

    to_onnx(made, 1.0)

    assert made.training
    assert all(weight.requires_grad for weight in made.parameters())
