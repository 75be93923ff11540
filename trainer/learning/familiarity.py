"""Familiarity: how much a drawing resembles any symbol, computed from the network's outputs.

`Familiarity` is a module of (logits, traits). It is exported with the network and costs little
beside it. Traits are the features and the mean activations of earlier layers; those often identify
a letter where the features, trained to separate digits, do not. Its inputs are the distance to the
nearest class mean in the tied covariance (Lee et al. 2018), the evidence for any symbol (energy:
Liu et al. 2020), and the traits themselves, through a small hidden layer that is fitted for each
version on images of symbols and of other drawings.

A drawing counts as a symbol if its familiarity is at least the threshold, which refuses at most
`MOST_REFUSED` of each kind of symbol images that were not used in the fit.

Shapes: N drawings, T traits, R directions, K symbols, J = T + K + 2 signs.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.base.arrays import Floats, Inks, Labels, Mask
from core.symbols.reference_set import ReferenceSet
from trainer.learning.loop import seeded
from trainer.learning.scores import Predictions, predict
from trainer.networks.base import SIDE_PX, SymbolNetwork

MOST_REFUSED: Final = 0.005
"""Share of each kind of unseen symbols; half of the promised 1 %, since real people differ more."""

MOST_COARSE_REFUSED: Final = 0.02
"""The same for small and blurred images: 0.5 % would let a third more letters pass."""

N_REFERENCE: Final = 3_000
N_UNSEEN: Final = 2_500
N_PEN: Final = 1_500
N_PEN_UNSEEN: Final = 800
N_COARSE: Final = 800
N_NON_SYMBOLS: Final = 2_000
N_DIRECTIONS: Final = 64
"""Directions of largest variance in the space of traits, in which distance is measured."""

MIN_VARIANCE: Final = 1e-6
"""For traits with mean square 1: smaller variances are within ten thousand rounding errors."""
N_HIDDEN: Final = 32
N_STEPS: Final = 120
SEED: Final = 2026


class Familiarity(nn.Module):
    """Map logits (N, K) and traits (N, T) to familiarity (N,): higher = more like a symbol."""

    means_KT: Tensor
    whitening_TR: Tensor
    centre_J: Tensor
    scale_J: Tensor

    def __init__(self, n_traits: int, n_symbols: int) -> None:
        super().__init__()
        n_signs = n_traits + n_symbols + 2
        self.register_buffer("means_KT", torch.zeros(n_symbols, n_traits))
        self.register_buffer("whitening_TR", torch.eye(n_traits)[:, :N_DIRECTIONS])
        self.register_buffer("centre_J", torch.zeros(n_signs))
        self.register_buffer("scale_J", torch.ones(n_signs))
        self.hidden = nn.Linear(n_signs, N_HIDDEN)
        self.out = nn.Linear(N_HIDDEN, 1)
        self.threshold = 0.0
        """Minimum familiarity of a symbol; stored in the manifest."""

    @classmethod
    def unfitted(cls, network: SymbolNetwork) -> Familiarity:
        """Build a module of the right size for a network, with random weights."""
        outputs = predict(network, np.zeros((1, SIDE_PX, SIDE_PX), np.uint8))
        return cls(outputs.traits_NT.shape[1], network.n_symbols)

    def forward(self, logits_NK: Tensor, traits_NT: Tensor) -> Tensor:
        """(N,) log-odds of showing a symbol, on the mix of images of the fit."""
        signs_NJ = (self.signs(logits_NK, traits_NT) - self.centre_J) / self.scale_J
        # Bound all signs, so that an outlier cannot dominate through one of them.
        signs_NJ = torch.clamp(signs_NJ, -6.0, 6.0)
        score_N1: Tensor = self.out(torch.relu(self.hidden(signs_NJ)))
        return score_N1.squeeze(1)

    def signs(self, logits_NK: Tensor, traits_NT: Tensor) -> Tensor:
        """(N, J) inputs of the hidden layer: traits, logits, log distance to a class, energy."""
        white_NR = traits_NT @ self.whitening_TR
        centres_KR = self.means_KT @ self.whitening_TR
        # Not |a|² − 2ab + |b|²: for a ruined network, whose traits hardly differ, only rounding
        # errors would remain, and the exported file would differ from torch by 0.1 %.
        squares_NK = (white_NR.unsqueeze(1) - centres_KR).square().sum(dim=2)
        nearest_N1 = squares_NK.amin(dim=1, keepdim=True)
        distance_N1 = torch.log1p(torch.clamp(nearest_N1, min=0.0))
        energy_N1 = torch.logsumexp(logits_NK, dim=1, keepdim=True)
        return torch.cat([traits_NT, logits_NK, distance_N1, energy_N1], dim=1)

    @classmethod
    def fit(
        cls, network: SymbolNetwork, reference: ReferenceSet, drawn_inks: Inks | None = None
    ) -> Familiarity:
        """Fit to one network. Deterministic.

        Args:
            reference: its training images, which the network was trained on, help to fit; its
                validation images help to set the threshold.
            drawn_inks: all drawings by people. Half of them help to fit, half to set the threshold.
        """
        training = reference.training
        rng = np.random.default_rng(SEED)
        chosen = rng.permutation(len(training))[:N_REFERENCE]
        outputs = predict(network, training.inks[chosen])
        with seeded(SEED):
            module = cls(outputs.traits_NT.shape[1], network.n_symbols)
            module._fit_classes(outputs, np.asarray(training.labels)[chosen])
            groups, unseen = module._groups(network, outputs, reference, drawn_inks)
            module._fit_layer(groups)
        module.eval().requires_grad_(False)
        module.threshold = min(module._refusing(*one) for one in unseen)
        return module

    def _groups(
        self,
        network: SymbolNetwork,
        outputs: Predictions,
        reference: ReferenceSet,
        drawn_inks: Inks | None,
    ) -> tuple[list[tuple[Tensor, bool]], list[tuple[Predictions, float]]]:
        """Return the groups of the fit, as (signs, is symbol), and of the threshold."""
        training, validation = reference.training.inks, reference.validation.inks
        pen = reference.pen_drawn(N_PEN + N_PEN_UNSEEN, SEED)
        non_symbols = [
            reference.pen_drawn_others(N_NON_SYMBOLS, SEED),
            reference.others_from(training[:2_000], N_NON_SYMBOLS // 3, SEED),
            reference.others_from(pen[:N_PEN], N_NON_SYMBOLS // 3, SEED),
        ]
        groups = [
            (self._signs_of(outputs), True),
            (self._signs_of(predict(network, pen[:N_PEN])), True),
            (self._signs_of(predict(network, coarse(training[-N_COARSE:]))), True),
        ]
        unseen = [
            (predict(network, validation[:N_UNSEEN]), MOST_REFUSED),
            (predict(network, pen[N_PEN:]), MOST_REFUSED),
            (predict(network, coarse(validation[-N_COARSE:])), MOST_COARSE_REFUSED),
        ]
        if drawn_inks is not None and len(drawn_inks) >= 2:
            groups.append((self._signs_of(predict(network, drawn_inks[::2])), True))
            if len(drawn_inks) >= 2 / MOST_REFUSED:
                # Fewer drawings cannot determine such a small share.
                unseen.append((predict(network, drawn_inks[1::2]), MOST_REFUSED))
        groups += [(self._signs_of(predict(network, one)), False) for one in non_symbols]
        return groups, unseen

    def _fit_classes(self, outputs: Predictions, labels_N: Labels) -> None:
        """Compute class means and the whitening of their tied covariance."""
        traits_NT = outputs.traits_NT.astype(np.float64)
        symbols = range(len(self.means_KT))
        means_KT = np.stack([traits_NT[labels_N == symbol].mean(axis=0) for symbol in symbols])
        spread_TT = np.cov(traits_NT - means_KT[labels_N.astype(np.intp)], rowvar=False)
        values_T, vectors_TT = np.linalg.eigh(np.atleast_2d(spread_TT))
        # Directions of almost no variance would make small deviations infinitely far. A ruined
        # network gives the same traits for all images; its version is held, but has to be saved.
        rounding = MIN_VARIANCE * (1.0 + np.square(traits_NT).mean())
        floor = max(1e-3 * values_T.max(), rounding)
        whitening_TT = vectors_TT / np.sqrt(np.maximum(values_T, floor))
        whitening_TR = whitening_TT[:, ::-1][:, :N_DIRECTIONS].copy()  # eigh sorts ascending
        self.means_KT.copy_(torch.from_numpy(means_KT.astype(np.float32)))
        self.whitening_TR.copy_(torch.from_numpy(whitening_TR.astype(np.float32)))

    def _signs_of(self, outputs: Predictions) -> Tensor:
        with torch.no_grad():
            return self.signs(
                torch.from_numpy(outputs.logits_NK), torch.from_numpy(outputs.traits_NT)
            )

    def _fit_layer(self, groups: list[tuple[Tensor, bool]]) -> None:
        """Fit logistic regression with one hidden layer on full batches."""
        signs_NJ = torch.cat([signs for signs, _is_symbol in groups])
        target_N = torch.cat(
            [torch.full((len(signs),), float(is_symbol)) for signs, is_symbol in groups]
        )
        self.centre_J.copy_(signs_NJ.mean(dim=0))
        # A constant sign must not amplify rounding errors.
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

    def _refusing(self, outputs: Predictions, share: float) -> float:
        """Return the threshold that refuses this share of the drawings."""
        return float(np.quantile(self.of(outputs), share))

    def of(self, outputs: Predictions) -> Floats:
        """(N,) familiarity for a network's outputs."""
        with torch.inference_mode():
            score_N = self(torch.from_numpy(outputs.logits_NK), torch.from_numpy(outputs.traits_NT))
        return np.asarray(score_N.numpy(), dtype=np.float32)

    def is_symbol(self, outputs: Predictions) -> Mask:
        """(N,) whether each drawing counts as a symbol."""
        return self.of(outputs) >= self.threshold


def coarse(inks: Inks) -> Inks:
    """Return the same drawings (N, 28, 28) as if from small or blurred photographs."""
    padded = np.pad(inks, ((0, 0), (1, 1), (1, 1))).astype(np.float64)
    small = padded.reshape(len(inks), 10, 3, 10, 3).mean(axis=(2, 4))
    # Interpolate linearly between the centres of the 10 × 10 coarse pixels.
    at = (np.arange(28) + 1.5) / 3.0 - 0.5
    low = np.clip(np.floor(at).astype(int), 0, 8)
    part = np.clip(at - low, 0.0, 1.0)
    rows = small[:, low] * (1 - part)[:, None] + small[:, low + 1] * part[:, None]
    both = rows[:, :, low] * (1 - part) + rows[:, :, low + 1] * part
    brightest = np.maximum(both.max(axis=(1, 2), keepdims=True), 1.0)
    return np.asarray(both * (255.0 / brightest), dtype=np.uint8)
