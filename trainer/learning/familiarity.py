"""How much a drawing is like a digit at all, from what the network already makes of it.

`Familiarity` is a module of (logits, traits): it is exported with the network, and costs next to
nothing beside it. Traits are the features and what earlier layers make of the drawing, which a
letter often gives away where the features, made to tell digits apart, do not. It sees where they
lie (distance to the nearest class in their tied covariance: Lee et al. 2018), how much evidence
there is for any digit (energy: Liu et al. 2020), and, through a small layer of its own, which
traits strangers have that digits have not. That layer is fitted anew for each version, on real
digits and on strangers from `strangers.py`.

A drawing counts as a digit when its familiarity is at least the threshold, which refuses at most
`MOST_REFUSED` of each kind of real digits that the fit was not shown.

Shapes: N drawings, T traits, R directions, K = 10 digits, J = T + K + 2 signs.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from core.symbols.digits.non_digits import (
    coarse,
    pen_drawn_digits,
    pen_drawn_strangers,
    strangers_of,
)
from trainer.learning.loop import seeded
from trainer.learning.scores import Digits, Floats, Inks, Reading, read
from trainer.networks.base import SIDE_PX, DigitNetwork

MOST_REFUSED: Final = 0.005
"""Of each kind of unseen digits; half of the 1 % that is promised, for hands that differ more."""

MOST_COARSE_REFUSED: Final = 0.02
"""Of small and blurred pictures: at 0.5 % they alone would let a third more letters pass."""

N_MNIST: Final = 3_000
N_UNSEEN: Final = 2_500
N_PEN: Final = 1_500
N_PEN_UNSEEN: Final = 800
N_COARSE: Final = 800
N_STRANGERS: Final = 2_000
N_DIRECTIONS: Final = 64
"""Directions of the space of traits in which distance is measured: those that vary most."""

MIN_VARIANCE: Final = 1e-6
"""Of traits whose mean square is 1: what varies less is within ten thousand roundings of them."""
N_HIDDEN: Final = 32
N_STEPS: Final = 120
SEED: Final = 2026


class Familiarity(nn.Module):
    """(logits (N, 10), traits (N, T)) → (N,) float32, higher = more like a digit."""

    means_KT: Tensor
    whitening_TR: Tensor
    centre_J: Tensor
    scale_J: Tensor

    def __init__(self, n_traits: int, n_digits: int = 10) -> None:
        super().__init__()
        n_signs = n_traits + n_digits + 2
        self.register_buffer("means_KT", torch.zeros(n_digits, n_traits))
        self.register_buffer("whitening_TR", torch.eye(n_traits)[:, :N_DIRECTIONS])
        self.register_buffer("centre_J", torch.zeros(n_signs))
        self.register_buffer("scale_J", torch.ones(n_signs))
        self.hidden = nn.Linear(n_signs, N_HIDDEN)
        self.out = nn.Linear(N_HIDDEN, 1)
        self.threshold = 0.0
        """Least familiarity of what counts as a digit; goes into the manifest."""

    @classmethod
    def unfitted(cls, network: DigitNetwork) -> Familiarity:
        """One of the size that this network asks for, which knows nothing yet."""
        return cls(read(network, np.zeros((1, SIDE_PX, SIDE_PX), np.uint8)).traits_NT.shape[1])

    def forward(self, logits_NK: Tensor, traits_NT: Tensor) -> Tensor:
        """(N,) log-odds of being a digit, on the mix that it was fitted on."""
        signs_NJ = (self.signs(logits_NK, traits_NT) - self.centre_J) / self.scale_J
        # Far outliers must not run away along one sign: all are bounded.
        signs_NJ = torch.clamp(signs_NJ, -6.0, 6.0)
        score_N1: Tensor = self.out(torch.relu(self.hidden(signs_NJ)))
        return score_N1.squeeze(1)

    def signs(self, logits_NK: Tensor, traits_NT: Tensor) -> Tensor:
        """(N, J) what it goes by: traits, logits, log distance to the nearest class, energy."""
        white_NR = traits_NT @ self.whitening_TR
        centres_KR = self.means_KT @ self.whitening_TR
        # Not as |a|² − 2ab + |b|²: of a ruined network, whose traits hardly differ, that leaves
        # rounding alone, and the exported file would not read as torch does (0.1 % apart).
        squares_NK = (white_NR.unsqueeze(1) - centres_KR).square().sum(dim=2)
        nearest_N1 = squares_NK.amin(dim=1, keepdim=True)
        distance_N1 = torch.log1p(torch.clamp(nearest_N1, min=0.0))
        energy_N1 = torch.logsumexp(logits_NK, dim=1, keepdim=True)
        return torch.cat([traits_NT, logits_NK, distance_N1, energy_N1], dim=1)

    @classmethod
    def fit(
        cls,
        network: DigitNetwork,
        mnist_inks: Inks,
        mnist_labels: Digits,
        unseen_inks: Inks,
        drawn_inks: Inks | None = None,
    ) -> Familiarity:
        """Fit to one network; the same arguments give the same module.

        Args:
            mnist_inks: images that the network was trained on (N, 28, 28).
            unseen_inks: MNIST images that it was not trained on: they set the threshold.
            drawn_inks: people's drawings, as many as there are. Half of them help to fit, half to
                set the threshold.
        """
        rng = np.random.default_rng(SEED)
        chosen = rng.permutation(len(mnist_inks))[:N_MNIST]
        mnist = read(network, mnist_inks[chosen])
        with seeded(SEED):
            module = cls(mnist.traits_NT.shape[1])
            module._fit_classes(mnist, np.asarray(mnist_labels)[chosen])
            groups, unseen = module._groups(network, mnist, mnist_inks, unseen_inks, drawn_inks)
            module._fit_layer(groups)
        module.eval().requires_grad_(False)
        module.threshold = min(module._refusing(*one) for one in unseen)
        return module

    def _groups(
        self,
        network: DigitNetwork,
        mnist: Reading,
        mnist_inks: Inks,
        unseen_inks: Inks,
        drawn_inks: Inks | None,
    ) -> tuple[list[tuple[Tensor, bool]], list[tuple[Reading, float]]]:
        """Signs to fit on, each group with whether it is digits; and what sets the threshold."""
        pen = pen_drawn_digits(N_PEN + N_PEN_UNSEEN, SEED)
        strangers = [
            pen_drawn_strangers(N_STRANGERS, SEED),
            strangers_of(mnist_inks[:2_000], N_STRANGERS // 3, SEED),
            strangers_of(pen[:N_PEN], N_STRANGERS // 3, SEED),
        ]
        groups = [
            (self._signs_of(mnist), True),
            (self._signs_of(read(network, pen[:N_PEN])), True),
            (self._signs_of(read(network, coarse(mnist_inks[-N_COARSE:]))), True),
        ]
        unseen = [
            (read(network, unseen_inks[:N_UNSEEN]), MOST_REFUSED),
            (read(network, pen[N_PEN:]), MOST_REFUSED),
            (read(network, coarse(unseen_inks[-N_COARSE:])), MOST_COARSE_REFUSED),
        ]
        if drawn_inks is not None and len(drawn_inks) >= 2:
            groups.append((self._signs_of(read(network, drawn_inks[::2])), True))
            if len(drawn_inks) >= 2 / MOST_REFUSED:
                # Of fewer, no share this small can be told.
                unseen.append((read(network, drawn_inks[1::2]), MOST_REFUSED))
        groups += [(self._signs_of(read(network, one)), False) for one in strangers]
        return groups, unseen

    def _fit_classes(self, mnist: Reading, labels_N: Digits) -> None:
        """Class means and the whitening of their tied covariance."""
        traits_NT = mnist.traits_NT.astype(np.float64)
        means_KT = np.stack([traits_NT[labels_N == digit].mean(axis=0) for digit in range(10)])
        spread_TT = np.cov(traits_NT - means_KT[labels_N.astype(np.intp)], rowvar=False)
        values_T, vectors_TT = np.linalg.eigh(np.atleast_2d(spread_TT))
        # Directions that hardly vary would make every stray trait infinitely far. A network that
        # a run has ruined gives the same traits for everything: it is held, but first saved.
        rounding = MIN_VARIANCE * (1.0 + np.square(traits_NT).mean())
        floor = max(1e-3 * values_T.max(), rounding)
        whitening_TT = vectors_TT / np.sqrt(np.maximum(values_T, floor))
        whitening_TR = whitening_TT[:, ::-1][:, :N_DIRECTIONS].copy()  # eigh sorts upwards
        self.means_KT.copy_(torch.from_numpy(means_KT.astype(np.float32)))
        self.whitening_TR.copy_(torch.from_numpy(whitening_TR.astype(np.float32)))

    def _signs_of(self, reading: Reading) -> Tensor:
        with torch.no_grad():
            return self.signs(
                torch.from_numpy(reading.logits_NK), torch.from_numpy(reading.traits_NT)
            )

    def _fit_layer(self, groups: list[tuple[Tensor, bool]]) -> None:
        """Logistic regression through one hidden layer; full batches, so no order matters."""
        signs_NJ = torch.cat([signs for signs, _is_digit in groups])
        target_N = torch.cat(
            [torch.full((len(signs),), float(is_digit)) for signs, is_digit in groups]
        )
        self.centre_J.copy_(signs_NJ.mean(dim=0))
        # A sign that never varies must not turn rounding into a sign.
        floor_J = 1e-2 * (1.0 + self.centre_J.abs())
        self.scale_J.copy_(torch.maximum(signs_NJ.std(dim=0), floor_J))
        signs_NJ = torch.clamp((signs_NJ - self.centre_J) / self.scale_J, -6.0, 6.0)
        optimiser = torch.optim.AdamW(self.parameters(), lr=0.02, weight_decay=0.02)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.02, total_steps=N_STEPS)
        for _ in range(N_STEPS):
            score_N = self.out(torch.relu(self.hidden(signs_NJ))).squeeze(1)
            loss = F.binary_cross_entropy_with_logits(score_N, target_N)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            scheduler.step()

    def _refusing(self, reading: Reading, share: float) -> float:
        """The threshold that refuses this share of what was read."""
        return float(np.quantile(self.of(reading), share))

    def of(self, reading: Reading) -> Floats:
        """(N,) familiarity of what a network has read."""
        with torch.inference_mode():
            score_N = self(torch.from_numpy(reading.logits_NK), torch.from_numpy(reading.traits_NT))
        return np.asarray(score_N.numpy(), dtype=np.float32)

    def is_digit(self, reading: Reading) -> NDArray[np.bool_]:
        """(N,) whether each counts as a digit."""
        return self.of(reading) >= self.threshold
