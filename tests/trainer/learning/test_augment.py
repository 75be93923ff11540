"""Augmentation: range, determinism, and the effect of each distortion."""

from __future__ import annotations

import torch
from torch import Tensor

from trainer.learning.augment import augment, change_contrast, change_thickness, warp
from trainer.networks.recipes import Augmentation

STILL = Augmentation(
    rotation_deg=0,
    shear=0,
    scale=0,
    shift_px=0,
    bend_px=0,
    thickness_share=0,
    contrast_share=0,
)


def crosses(n: int) -> Tensor:
    """(N, 1, 28, 28): a vertical and a horizontal bar, 4 pixels thick, with grey edges."""
    ink = torch.zeros(n, 1, 28, 28)
    ink[:, :, 4:24, 12:16] = 1.0
    ink[:, :, 12:16, 4:24] = 1.0
    ink[:, :, 4:12, 11] = 0.5
    return ink


def test_distorted_ink_stays_in_range():
    torch.manual_seed(0)

    distorted = augment(crosses(64), Augmentation())

    assert distorted.shape == (64, 1, 28, 28)
    assert distorted.min() >= 0.0
    assert distorted.max() <= 1.0
    assert (distorted.flatten(1).sum(dim=1) > 20).all()


def test_the_same_random_state_gives_the_same_distortions():
    torch.manual_seed(3)
    first = augment(crosses(16), Augmentation())
    torch.manual_seed(3)
    second = augment(crosses(16), Augmentation())

    assert torch.equal(first, second)


def test_each_drawing_is_distorted_differently():
    torch.manual_seed(0)

    distorted = augment(crosses(16), Augmentation()).flatten(1)

    assert torch.cdist(distorted, distorted).fill_diagonal_(9).min() > 0.5


def test_zero_limits_change_nothing():
    ink = crosses(8)

    assert torch.allclose(augment(ink, STILL), ink, atol=1e-4)


def test_thickness_thins_one_part_and_thickens_the_next():
    torch.manual_seed(0)
    ink = crosses(8)

    mass = change_thickness(ink, share=0.5).flatten(1).sum(dim=1)

    before = ink[0].sum()
    assert (mass[:2] < before).all()
    assert (mass[2:4] > before).all()
    assert (mass[4:] == before).all()


def test_a_thinned_hairline_remains_visible():
    torch.manual_seed(0)
    hairline = torch.zeros(8, 1, 28, 28)
    hairline[:, :, 4:24, 14] = 1.0

    thinned = change_thickness(hairline, share=1.0)

    assert (thinned.flatten(1).max(dim=1).values >= 0.5).all()


def test_contrast_leaves_paper_white_and_ink_black():
    torch.manual_seed(0)
    ink = crosses(8)

    changed = change_contrast(ink, share=1.0)

    assert changed[:, :, 0, 0].max() == 0.0
    assert changed[:, :, 13, 13].min() == 1.0


def test_a_shift_stays_within_its_limit():
    torch.manual_seed(0)
    how = Augmentation(rotation_deg=0, shear=0, scale=0, shift_px=2, bend_px=0)

    moved = warp(crosses(64), how)[:, 0]

    places = torch.arange(28.0)
    middles = (moved.sum(dim=1) * places).sum(dim=1) / moved.sum(dim=(1, 2))
    still = (crosses(1)[0, 0].sum(dim=0) * places).sum() / crosses(1).sum()
    assert (middles - still).abs().max() <= 2.01
    assert (middles - still).abs().max() > 1.0
