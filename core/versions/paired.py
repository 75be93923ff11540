"""Paired comparison of two models on the same images: McNemar's test and Tango's score.

Everything is computed from two counts: `n_lost` images that only the reference predicts correctly,
and `n_gained` images that only the candidate does. Their sum are the discordant images; all other
images carry no information about the difference.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

MARGIN: Final = 0.0015
"""Non-inferiority margin: the loss against the anchor, as a share of the images, to be excluded."""

ALPHA: Final = 0.05
"""Chance to pass for a model that is worse than the anchor by exactly `MARGIN`."""

SECOND_ALPHA: Final = 0.025
"""The same for a run's second candidate. Two looks at 0.05 would promote a model that is truly 0.20
points worse in 1.4 % of cases at 40 discordant images; with this it is 0.9 % (docs/gate.md)."""

CHAMPION_ALPHA: Final = 0.05
"""A candidate fails if McNemar's test finds it worse than the champion at this level."""

_Z: Final = {ALPHA: 1.6448536269514722, SECOND_ALPHA: 1.9599639845400545}
"""Quantiles of the normal distribution."""


def mcnemar_p(n_lost: int, n_gained: int) -> float:
    """Exact one-sided McNemar test of "the candidate is worse".

    Returns: P(at least `n_lost` losses | losses + gains, both equally likely); 1.0 without any.
    """
    n = n_lost + n_gained
    tail = sum(math.comb(n, k) for k in range(n_lost, n + 1))
    # Both are exact integers of any size: Python divides them without overflow.
    return tail / (1 << n)


def mcnemar_two_sided_p(n_lost: int, n_gained: int) -> float:
    """Exact two-sided McNemar test of "there is a difference".

    Returns: P(a split at least as uneven | both directions equally likely); 1.0 without any.
    """
    return min(1.0, 2 * mcnemar_p(max(n_lost, n_gained), min(n_lost, n_gained)))


def tango_score(n_lost: int, n_gained: int, n: int, loss: float) -> float:
    """Tango's (1998) score statistic for "the true loss is `loss`"; about standard normal.

    The variance uses the maximum-likelihood rates under `loss`, so it stays valid with few or no
    discordant images, where the Wald statistic fails. At `loss` 0 it is McNemar's statistic.

    Args:
        loss: hypothetical loss as a share of the images, between -1 and 1 exclusive.
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
    """One-sided upper confidence limit of the true loss at 1 − alpha, as a share of the images.

    Found by bisection, since the score falls as the hypothetical loss grows. It is below `MARGIN`
    exactly if `is_non_inferior`.
    """
    low, high = (n_lost - n_gained) / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        if tango_score(n_lost, n_gained, n, middle) <= -_Z[alpha]:
            high = middle
        else:
            low = middle
    return high


def is_non_inferior(n_lost: int, n_gained: int, n: int, alpha: float = ALPHA) -> bool:
    """Return whether non-inferiority is shown: a true loss of `MARGIN` is rejected at `alpha`."""
    return tango_score(n_lost, n_gained, n, MARGIN) <= -_Z[alpha]


def largest_net_loss(n_discordant: int, passes: Callable[[int, int], bool]) -> int:
    """Return the largest net loss for which `passes(n_lost, n_gained)` is true.

    Net losses have the parity of `n_discordant`. If not even pure gain passes, the result is one
    step beyond it.
    """
    for net in range(n_discordant, -n_discordant - 1, -2):
        n_lost = (n_discordant + net) // 2
        if passes(n_lost, n_discordant - n_lost):
            return net
    return -n_discordant - 2


def allowed_net_loss(n_discordant: int, n: int = 10_000, alpha: float = ALPHA) -> int:
    """Return the largest net loss against the anchor that still shows non-inferiority.

    20, 30, 40 and 60 discordant images of 10,000 allow 6, 4, 4 and 0.
    """
    return largest_net_loss(n_discordant, lambda b, c: is_non_inferior(b, c, n, alpha))
