"""Random distortions of batches of ink, as handwriting and pens differ. Pure tensor functions.

Random numbers come from torch's default generator, so restoring its state (see `loop.py`)
reproduces the distortions. Batches are expected in random order: some distortions apply to a fixed
part of the batch, which avoids gathering.

Shapes: B drawings, 1 channel, H × W = 28 × 28 pixels; ink is float in [0, 1], 1 = ink.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from trainer.networks.base import SIDE_PX
from trainer.networks.recipes import Augmentation


def augment(ink_B1HW: Tensor, how: Augmentation) -> Tensor:
    """Return distorted copies (B, 1, H, W): first thickness, then geometry, then contrast."""
    ink_B1HW = change_thickness(ink_B1HW, how.thickness_share)
    ink_B1HW = warp(ink_B1HW, how)
    return change_contrast(ink_B1HW, how.contrast_share)


def change_thickness(ink_B1HW: Tensor, share: float) -> Tensor:
    """Thin the first part of the batch and thicken the next, each by a random amount.

    Grey morphology: blending an image with its 3×3 minimum or maximum moves every edge by up to one
    pixel. Strokes that thinning would remove keep at least half of their darkness.
    """
    n_each = int(len(ink_B1HW) * share / 2)
    if n_each == 0:
        return ink_B1HW
    thin, thick, rest = ink_B1HW.split([n_each, n_each, len(ink_B1HW) - 2 * n_each])
    eroded = _extreme_3x3(thin, torch.minimum)
    dilated = _extreme_3x3(thick, torch.maximum)
    thin = torch.lerp(thin, eroded, 0.5 * _uniform(thin, 0.0, 1.0))
    thick = torch.lerp(thick, dilated, _uniform(thick, 0.0, 1.0))
    return torch.cat([thin, thick, rest])


def warp(ink_B1HW: Tensor, how: Augmentation) -> Tensor:
    """Rotate, shear, scale, shift and bend in one resampling.

    Bending moves the nodes of a coarse grid and interpolates between them, for a random half of the
    batches smoothly, otherwise linearly (with kinks, as polylines have). The number of nodes is
    random too, from bends of the whole drawing to wobbles of a few pixels.
    """
    n = len(ink_B1HW)
    n_nodes = int(torch.randint(3, 8, ()))
    mode = "bicubic" if torch.rand(()) < 0.5 else "bilinear"
    amount = _uniform(ink_B1HW, 0.0, how.bend_px * 2.0 / SIDE_PX * math.sqrt(3.0))
    moves = torch.randn(n, 2, n_nodes, n_nodes, device=ink_B1HW.device) * amount
    # The sampling grid is linear in all random numbers, so one matrix product computes it: five
    # times as fast as affine_grid and interpolate (2 cores, torch 2.14.1).
    drawn = torch.cat([_affine(ink_B1HW, how), moves.flatten(2)], dim=2)
    grid_B2HW = (drawn @ _basis(n_nodes, mode, ink_B1HW.device)).view(n, 2, SIDE_PX, SIDE_PX)
    return F.grid_sample(ink_B1HW, grid_B2HW.permute(0, 2, 3, 1), align_corners=False)


@lru_cache
def _basis(n_nodes: int, mode: str, device: torch.device) -> Tensor:
    """Return how x, y, 1 and each node's shift move each pixel's sample: (3 + n_nodes², 784)."""
    places = (torch.arange(SIDE_PX) + 0.5) * 2.0 / SIDE_PX - 1.0
    y, x = torch.meshgrid(places, places, indexing="ij")
    nodes = torch.eye(n_nodes**2).view(-1, 1, n_nodes, n_nodes)
    reach = F.interpolate(nodes, size=SIDE_PX, mode=mode, align_corners=True)
    affine = torch.stack([x, y, torch.ones_like(x)])
    return torch.cat([affine.flatten(1), reach.flatten(1)]).to(device)


def change_contrast(ink_B1HW: Tensor, share: float) -> Tensor:
    """Steepen the edges of the last part of the batch by a factor of 1 to 3."""
    n_changed = int(len(ink_B1HW) * share)
    if n_changed == 0:
        return ink_B1HW
    kept, changed = ink_B1HW.split([len(ink_B1HW) - n_changed, n_changed])
    gain = _uniform(changed, 1.0, 3.0)
    middle = _uniform(changed, 0.3, 0.6)
    # In this form 0 stays exactly 0 for every gain over 1: most pixels are paper.
    return torch.cat([kept, (changed * gain - middle * (gain - 1)).clamp_(0.0, 1.0)])


def _extreme_3x3(ink_B1HW: Tensor, extreme: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Return the 3×3 minimum or maximum of each pixel; the surroundings are paper.

    Computed along rows, then columns: five times as fast as max_pool2d on one channel.
    """
    padded = F.pad(ink_B1HW, (1, 1, 1, 1))
    rows = extreme(extreme(padded[:, :, :-2], padded[:, :, 1:-1]), padded[:, :, 2:])
    return extreme(extreme(rows[..., :-2], rows[..., 1:-1]), rows[..., 2:])


def _affine(like_B1HW: Tensor, how: Augmentation) -> Tensor:
    """Draw affine maps (B, 2, 3) from output to input coordinates, both from -1 to 1."""
    n = len(like_B1HW)

    def draw(limit: float) -> Tensor:
        return (torch.rand(n, device=like_B1HW.device) * 2 - 1) * limit

    turn = draw(math.radians(how.rotation_deg))
    shear = draw(how.shear)
    size = torch.exp(draw(how.scale))
    stretch = torch.exp(draw(how.scale / 2))
    cos, sin = torch.cos(turn) * size, torch.sin(turn) * size
    wide, high = stretch, 1 / stretch
    shift = how.shift_px * 2.0 / SIDE_PX
    rows = [cos * wide, (cos * shear - sin) * high, draw(shift)]
    rows += [sin * wide, (sin * shear + cos) * high, draw(shift)]
    return torch.stack(rows, dim=1).view(n, 2, 3)


def _uniform(like_B1HW: Tensor, low: float, high: float) -> Tensor:
    """Draw one number a drawing, (B, 1, 1, 1)."""
    return torch.empty(len(like_B1HW), 1, 1, 1, device=like_B1HW.device).uniform_(low, high)
