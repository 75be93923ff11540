"""The networks: inputs, outputs, and agreement with the seed systems."""

from __future__ import annotations

import pytest
import torch

from core.base.errors import NotFound
from trainer.networks.__main__ import main as show
from trainer.networks.describe import describe
from trainer.networks.registry import NETWORKS, network_named

# Computed by hand from the layers that the seed systems' authors describe.
SEED_PARAMETERS = {
    "cnn_16_32": 28_938,
    "conv_10_20": 21_840,
    "conv_32_64": 155_606,
    "bn_32_64_128": 160_074,
    "lenet5": 61_706,
    "mlp_64": 57_866,
    "mlp_64_short": 59_210,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_returns_logits_and_the_registered_number_of_features(name: str):
    kind = NETWORKS[name]
    network = kind.build(10).eval()

    logits_BK, features_BF = network(torch.rand(3, 1, 28, 28))

    assert logits_BK.shape == (3, 10)
    assert features_BF.shape == (3, kind.n_features)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_features_are_the_input_of_the_last_layer(name: str):
    network = NETWORKS[name].build(10).eval()

    logits_BK, features_BF = network(torch.rand(3, 1, 28, 28))

    assert torch.equal(network.head(features_BF), logits_BK)


@pytest.mark.parametrize("name", NETWORKS)
def test_forward_with_traits_returns_the_same_logits_and_features(name: str):
    network = NETWORKS[name].build(10).eval()
    images = torch.rand(3, 1, 28, 28)

    logits_BK, features_BF, traits_BT = network.forward_with_traits(images)

    assert torch.equal(logits_BK, network(images)[0])
    assert torch.equal(features_BF, network(images)[1])
    assert torch.equal(traits_BT[:, : features_BF.shape[1]], features_BF)


def test_traits_contain_the_mean_activation_of_each_channel():
    network = NETWORKS["compact"].build(10).eval()
    images = torch.rand(2, 1, 28, 28)

    traits_BT = network.forward_with_traits(images)[2]

    second_map = network.body[:9](images)  # 64 channels of 5 × 5
    assert traits_BT.shape[1] == 64 + 64 + 64
    assert torch.allclose(traits_BT[:, 64:128], second_map.mean(dim=(2, 3)))


@pytest.mark.parametrize(("name", "n_parameters"), SEED_PARAMETERS.items())
def test_a_seed_network_has_as_many_parameters_as_its_author_s(name: str, n_parameters: int):
    assert describe(NETWORKS[name].build(10)).n_parameters == n_parameters


def test_compact_stays_within_a_hundred_thousand_parameters():
    described = describe(NETWORKS["compact"].build(10))

    assert described.n_parameters <= 100_000
    assert NETWORKS["compact"].n_features <= 128


def test_a_description_lists_each_layer_of_system_a():
    described = describe(NETWORKS["cnn_16_32"].build(10))

    layers = [(layer.kind, layer.output_shape) for layer in described.layers]
    assert layers == [
        ("Conv2d", (16, 28, 28)),
        ("ReLU", (16, 28, 28)),
        ("MaxPool2d", (16, 14, 14)),
        ("Conv2d", (32, 14, 14)),
        ("ReLU", (32, 14, 14)),
        ("MaxPool2d", (32, 7, 7)),
        ("Flatten", (1568,)),
        ("Linear", (10,)),
    ]


def test_a_description_counts_multiply_adds():
    described = describe(NETWORKS["lenet5"].build(10))

    # 28·28·6·25 + 10·10·16·150 + 400·120 + 120·84 + 84·10
    assert described.n_multiply_adds == 416_520


def test_describing_does_not_change_the_network():
    network = NETWORKS["bn_32_64_128"].build(10)
    before = {name: value.clone() for name, value in network.state_dict().items()}

    describe(network)

    assert network.training
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_the_description_of_every_network_covers_all_its_parameters():
    for kind in NETWORKS.values():
        network = kind.build(10)
        assert describe(network).n_parameters == sum(p.numel() for p in network.parameters())


def test_an_unknown_network_is_refused_with_the_known_names():
    with pytest.raises(NotFound, match="compact, detailed, small, cnn_16_32"):
        network_named("resnet")


def test_a_network_is_printed_layer_by_layer(capsys: pytest.CaptureFixture[str]):
    show("lenet5")

    printed = capsys.readouterr().out
    assert "6 × 28 × 28" in printed
    assert "61,706" in printed
    assert "416,520" in printed
