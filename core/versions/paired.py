"""Comparing two models on the same images: the arithmetic under the gate, on counts alone.

`n_lost` images are read right by the reference alone, `n_gained` by the candidate alone; both
together are the discordant ones, and all other images say nothing about the difference.
"""

from __future__ import annotations

import math
from collections.abc import Callable

MARGIN = 0.0015
"""How much worse than the anchor a version may truly be on MNIST, as a share of the images."""

ALPHA = 0.05
"""Chance of passing a model that is worse than the anchor by exactly `MARGIN`."""

SECOND_ALPHA = 0.025
"""The same for a run's second candidate. Two looks at 0.05 would promote a model that is truly 0.20
points worse in 1.4 % of cases at 40 discordant digits; so it is 0.9 % (docs/gate.md)."""

_Z = {ALPHA: 1.6448536269514722, SECOND_ALPHA: 1.9599639845400545}
"""Quantiles of the normal distribution."""


def mcnemar_p(n_lost: int, n_gained: int) -> float:
    """Exact one-sided McNemar test of "the candidate is worse".

    Returns: P(at least `n_lost` losses | losses + gains, both equally likely); 1.0 without any.
    """
    n = n_lost + n_gained
    tail = sum(math.comb(n, k) for k in range(n_lost, n + 1))
    # Both are exact integers of any size: Python divides them without overflow.
    return tail / (1 << n)


def tango_score(n_lost: int, n_gained: int, n: int, loss: float) -> float:
    """Tango's (1998) score statistic for "the true loss is `loss`"; about standard normal.

    The variance is taken at the maximum-likelihood rates that agree with `loss`, so that it stays
    sound with few or no discordant pairs, where the Wald form fails. At `loss` 0 it is McNemar's.

    Args:
        loss: supposed true loss as a share of the images, between -1 and 1 exclusive.
    """
    if loss < 0:
        return -tango_score(n_gained, n_lost, n, -loss)
    a = 2.0 * n
    b = -n_lost - n_gained + (2.0 * n - n_lost + n_gained) * loss
    c = -n_gained * loss * (1.0 - loss)
    gain_rate = (math.sqrt(max(b * b - 4.0 * a * c, 0.0)) - b) / (2.0 * a)
    variance = n * (2.0 * gain_rate + loss * (1.0 - loss))
    if variance <= 0:
        return 0.0
    return (n_lost - n_gained - n * loss) / math.sqrt(variance)


def tango_upper_bound(n_lost: int, n_gained: int, n: int, alpha: float = ALPHA) -> float:
    """One-sided upper limit of the true loss at confidence 1 − alpha, as a share of the images.

    Found by halving, since the score falls as the supposed loss grows. It is below `MARGIN`
    exactly where `holds`.
    """
    low, high = (n_lost - n_gained) / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        if tango_score(n_lost, n_gained, n, middle) <= -_Z[alpha]:
            high = middle
        else:
            low = middle
    return high


def holds(n_lost: int, n_gained: int, n: int, alpha: float = ALPHA) -> bool:
    """Whether non-inferiority is shown: a true loss of `MARGIN` is rejected at `alpha`."""
    return tango_score(n_lost, n_gained, n, MARGIN) <= -_Z[alpha]


def largest_net_loss(n_discordant: int, passes: Callable[[int, int], bool]) -> int:
    """The largest net loss that `passes(n_lost, n_gained)` with so many discordant images.

    Net losses have the parity of `n_discordant`. If not even pure gain passes, the answer is
    one step beyond it.
    """
    for net in range(n_discordant, -n_discordant - 1, -2):
        n_lost = (n_discordant + net) // 2
        if passes(n_lost, n_discordant - n_lost):
            return net
    return -n_discordant - 2


def allowed_net_loss(n_discordant: int, n: int = 10_000, alpha: float = ALPHA) -> int:
    """How many images a candidate may lose on balance against the anchor.

    20, 30, 40, 60 discordant images of 10,000 allow 6, 4, 4, 0 (design §10).
    """
    return largest_net_loss(n_discordant, lambda b, c: holds(b, c, n, alpha))
