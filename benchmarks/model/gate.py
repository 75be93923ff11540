"""Operating characteristics of the gate, by simulation: error rates, and drift over a year.

Two models of what happens on 10,000 test images:

- *One judgement*: losses and gains are Poisson counts, spread over digits and writer halves by
  their shares. All MNIST rules apply. A held candidate gets its second look: half of its discordant
  images are the first look's, half are new, and its true loss is the same. This is the worst case:
  a real second candidate lies closer to the champion.
- *A year*: 365 runs. Some test images are borderline, and as large a share of a world ten times
  larger, of which the test set is a sample. Each run redraws some of them. Where the anchor teaches
  the run (`pull`), some flipped images return to the anchor's prediction. Rules see the test images
  only; drift is measured on the world.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.bench import Bench, Row, Say, Table, at_most, option
from benchmarks.record import Record
from core.versions.paired import (
    ALPHA,
    CHAMPION_ALPHA,
    SECOND_ALPHA,
    allowed_net_loss,
    is_non_inferior,
)
from trainer.pipeline.gate import HALF_NET_LOSS, PER_DIGIT_ALPHA

Counts = NDArray[np.int64]

N: Final = 10_000
LARGEST: Final = 200
DISCORDANT: Final = (10, 20, 30, 40, 50, 60, 70, 80)
TRUE_LOSSES: Final = (0, 5, 10, 15, 20)
"""Net, in digits of 10,000: 20 are 0.20 points."""

# Shares of the ten digits in the MNIST test set.
DIGIT_SHARES: Final = np.array([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]) / N

N_BORDERLINE: Final = 200
"""Test images that a run may flip: about as many as 30 versions of one network disagree on."""

RIGHT_SHARE: Final = 0.8
"""Share of borderline images predicted correctly; with 200 of them, accuracy is 99.6 %."""

WORLD: Final = 10
SCENARIOS: Final = ((0.0, 0.0), (2.0, 0.0), (0.0, 0.3), (2.0, 0.3))
"""Images that each run truly loses, and the share of flipped images that the anchor restores."""

TOLERANCE: Final = 10
"""Digits that a candidate may lose against the champion under the rule `tolerance`."""


@dataclass(frozen=True, slots=True)
class Options:
    """How much to simulate."""

    n_judgements: int = 20_000
    n_years: int = 200
    n_runs: int = 365
    seed: int = 0
    plot: Path | None = None
    """An SVG file for the curves. Not part of the record's question."""


def run(folder: Path, options: Options, say: Say) -> dict[str, Any]:
    """Simulate what `folder/gate.json` lacks. Returns: the record."""
    question = asdict(options)
    del question["plot"]
    record = Record(folder / "gate.json", question)
    judgements = {}
    for true_loss in TRUE_LOSSES:
        say(f"judgements of models that truly lose {true_loss}")
        judgements[str(true_loss)] = record.piece(
            f"loss/{true_loss}", partial(_curve, true_loss, options)
        )
    years = {}
    for name in RULES:
        for loss_per_run, pull in SCENARIOS:
            say(f"years under {name}, {loss_per_run} lost per run, pull {pull}")
            piece = f"year/{name}/{loss_per_run}/{pull}"
            years[piece] = record.piece(piece, partial(_years, name, loss_per_run, pull, options))
    finished = record.finish({"judgements": judgements, "years": years})
    if options.plot is not None:
        options.plot.write_text(plot(finished["result"]))
    return finished


# -- one judgement ------------------------------------------------------------------------------


def passes(
    lost: Counts, gained: Counts, rng: np.random.Generator, alpha: float = ALPHA
) -> NDArray[np.bool_]:
    """Whether each simulated candidate passes all MNIST rules (S,). Counts are (S,)."""
    lost, gained = np.minimum(lost, LARGEST - 1), np.minimum(gained, LARGEST - 1)
    passed = _anchor_table(alpha)[lost, gained] & _champion_table()[lost, gained]
    lost_by_digit, gained_by_digit = (rng.multinomial(n, DIGIT_SHARES) for n in (lost, gained))
    passed &= _digit_table()[lost_by_digit, gained_by_digit].all(axis=1)
    lost_half, gained_half = rng.binomial(lost, 0.5), rng.binomial(gained, 0.5)
    net_half = lost_half - gained_half
    other = (lost - gained) - net_half
    return np.asarray(passed & (net_half <= HALF_NET_LOSS) & (other <= HALF_NET_LOSS))


def promoted_share(n_discordant: float, true_loss: float, n: int, seed: int) -> tuple[float, float]:
    """Share of candidates that pass the first look, and the first or the second.

    Args:
        n_discordant: expected number of discordant images; at least `true_loss`.
        true_loss: expected net loss in images.
    """
    rng = np.random.default_rng(seed)
    rate_lost, rate_gained = (n_discordant + true_loss) / 2, (n_discordant - true_loss) / 2
    # Images that both looks share, then those of each look.
    shared = [rng.poisson(rate / 2, n) for rate in (rate_lost, rate_gained)]
    looks = []
    for alpha in (ALPHA, SECOND_ALPHA):
        own = [rng.poisson(rate / 2, n) for rate in (rate_lost, rate_gained)]
        looks.append(passes(shared[0] + own[0], shared[1] + own[1], rng, alpha))
    return float(looks[0].mean()), float((looks[0] | looks[1]).mean())


def _curve(true_loss: int, options: Options) -> dict[str, Any]:
    points = []
    for n_discordant in DISCORDANT:
        if n_discordant < true_loss:
            continue
        first, either = promoted_share(n_discordant, true_loss, options.n_judgements, options.seed)
        points.append(
            {
                "n_discordant": n_discordant,
                "allowed": allowed_net_loss(n_discordant),
                "first_look": first,
                "two_looks": either,
            }
        )
    return {"points": points}


@cache
def _anchor_table(alpha: float) -> NDArray[np.bool_]:
    counts = range(LARGEST)
    return np.array(
        [[is_non_inferior(lost, gained, N, alpha) for gained in counts] for lost in counts]
    )


@cache
def _mcnemar_table() -> NDArray[np.float64]:
    """`mcnemar_p` by (lost, gained). Pascal's triangle saves the 20 s of separate calls."""
    p = np.ones((LARGEST, LARGEST))
    row = np.ones(1)
    for n in range(1, 2 * LARGEST - 1):
        row = (np.append(row, 0.0) + np.append(0.0, row)) / 2.0
        tails = np.cumsum(row[::-1])[::-1]
        lost = np.arange(max(0, n - LARGEST + 1), min(n, LARGEST - 1) + 1)
        p[lost, n - lost] = tails[lost]
    return p


def _champion_table() -> NDArray[np.bool_]:
    return np.asarray(_mcnemar_table() >= CHAMPION_ALPHA)


def _digit_table() -> NDArray[np.bool_]:
    return np.asarray(_mcnemar_table() >= PER_DIGIT_ALPHA)


# -- a year -------------------------------------------------------------------------------------

Bits = NDArray[np.bool_]
Rule = Callable[[Bits, Bits, Bits], NDArray[np.bool_]]


def _by_gate(candidate: Bits, champion: Bits, anchor: Bits) -> NDArray[np.bool_]:
    """The gate: non-inferior to the anchor, and not significantly worse than the champion."""

    def counts(reference: Bits) -> tuple[Counts, Counts]:
        return (reference & ~candidate).sum(axis=1), (candidate & ~reference).sum(axis=1)

    to_anchor, to_champion = counts(anchor), counts(champion)
    return np.asarray(_anchor_table(ALPHA)[to_anchor] & _champion_table()[to_champion])


def _by_ratchet(candidate: Bits, champion: Bits, anchor: Bits) -> NDArray[np.bool_]:
    """At least as accurate as the champion."""
    return np.asarray(candidate.sum(axis=1) >= champion.sum(axis=1))


def _by_tolerance(candidate: Bits, champion: Bits, anchor: Bits) -> NDArray[np.bool_]:
    """At most 0.1 points less accurate than the champion."""
    return np.asarray(candidate.sum(axis=1) >= champion.sum(axis=1) - TOLERANCE)


RULES: Final[Mapping[str, Rule]] = {
    "gate": _by_gate,
    "ratchet": _by_ratchet,
    "tolerance": _by_tolerance,
}


def _years(name: str, loss_per_run: float, pull: float, options: Options) -> dict[str, Any]:
    """Simulate years of runs whose candidates truly lose `loss_per_run` images of 10,000 each."""
    rng = np.random.default_rng(options.seed)
    rule, n = RULES[name], options.n_years
    test = rng.random((n, N_BORDERLINE)) < RIGHT_SHARE
    world = rng.random((n, WORLD * N_BORDERLINE)) < RIGHT_SHARE
    anchor, anchor_world, start = test.copy(), world.copy(), world.mean(axis=1)
    n_promoted = np.zeros(n)
    n_redrawn = 30  # gives about ten discordant images
    for _ in range(options.n_runs):
        share = world.mean(axis=1)[:, None] - loss_per_run / n_redrawn
        part = n_redrawn / N_BORDERLINE
        candidate_test = _redrawn(_pulled(test, anchor, pull, rng), share, part, rng)
        candidate_world = _redrawn(_pulled(world, anchor_world, pull, rng), share, part, rng)
        passed = rule(candidate_test, test, anchor)
        test = np.where(passed[:, None], candidate_test, test)
        world = np.where(passed[:, None], candidate_world, world)
        n_promoted += passed
    points = 100 * N_BORDERLINE / N
    drift = (start - world.mean(axis=1)) * points
    shown = (anchor.mean(axis=1) - test.mean(axis=1)) * points
    return {
        "drift_points_median": float(np.median(drift)),
        "drift_points_95": float(np.quantile(drift, 0.95)),
        "shown_drift_points_median": float(np.median(shown)),
        "promotions_median": float(np.median(n_promoted)),
    }


def _pulled(bits: Bits, anchor: Bits, pull: float, rng: np.random.Generator) -> Bits:
    return np.where(rng.random(bits.shape, dtype=np.float32) < pull, anchor, bits)


def _redrawn(bits: Bits, share: NDArray[np.float64], part: float, rng: np.random.Generator) -> Bits:
    is_redrawn = rng.random(bits.shape, dtype=np.float32) < part
    fresh = rng.random(bits.shape, dtype=np.float32) < share
    return np.where(is_redrawn, fresh, bits)


# -- tables ------------------------------------------------------------------------------------


def judgement_table(result: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Share promoted within two looks, by number of discordant images."""
    rows = [("discordant", "net loss allowed", *(f"truly −{loss}" for loss in TRUE_LOSSES))]
    for n_discordant in DISCORDANT:
        cells = []
        for loss in TRUE_LOSSES:
            points = result["judgements"][str(loss)]["points"]
            found = [one for one in points if one["n_discordant"] == n_discordant]
            cells.append(f"{found[0]['two_looks']:.1%}" if found else "")
        rows.append((str(n_discordant), str(allowed_net_loss(n_discordant)), *cells))
    return rows


def year_table(result: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Promotions and drift after 365 runs."""
    heading = ("rule", "true loss per run", "pull", "promotions", "drift", "95 % below",
               "drift on the test set")  # fmt: skip
    rows: list[tuple[str, ...]] = [heading]
    for piece, one in result["years"].items():
        _, name, loss, pull = piece.split("/")
        rows.append(
            (
                name,
                f"{float(loss):.0f}",
                f"{float(pull):.0%}",
                f"{one['promotions_median']:.0f}",
                f"{one['drift_points_median']:.2f}",
                f"{one['drift_points_95']:.2f}",
                f"{one['shown_drift_points_median']:.2f}",
            )
        )
    return rows


def plot(result: Mapping[str, Any], losses: Sequence[int] = TRUE_LOSSES) -> str:
    """SVG of the share promoted by number of discordant images."""
    width, height, left, top = 640, 360, 60, 20
    colours = ("#0b6e4f", "#3d8b6b", "#b58900", "#cb6d1b", "#b3261e")

    def place(n_discordant: float, share: float) -> str:
        x = left + (n_discordant - 10) / 70 * (width - left - 110)
        return f"{x:.1f},{top + (1 - share) * (height - top - 50):.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'font-family="sans-serif" font-size="12">',
        "<title>Share of candidates promoted, by number of discordant test digits</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = place(10, share).split(",")
        end = place(80, share).split(",")[0]
        parts.append(f'<path d="M{x} {y}H{end}" stroke="#dddddd"/>')
        parts.append(
            f'<text x="{left - 8}" y="{float(y) + 4}" text-anchor="end">{share:.0%}</text>'
        )
    for n_discordant in DISCORDANT:
        x = place(n_discordant, 0).split(",")[0]
        parts.append(f'<text x="{x}" y="{height - 32}" text-anchor="middle">{n_discordant}</text>')
    parts.append(
        f'<text x="{left}" y="{height - 10}">discordant test digits → promoted in two looks</text>'
    )
    for loss, colour in zip(losses, colours, strict=False):
        points = result["judgements"][str(loss)]["points"]
        line = " ".join(place(one["n_discordant"], one["two_looks"]) for one in points)
        x, y = line.split(" ")[-1].split(",")
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{float(x) + 6}" y="{float(y) + 4}" fill="{colour}">−{loss}</text>')
    return "\n".join([*parts, "</svg>", ""])


def tables(result: Mapping[str, Any], _options: Options) -> list[Table]:
    """Error rates of one judgement, and drift over a year."""
    return [
        Table("Candidates promoted within two looks, by true loss in digits",
              judgement_table(result)),
        Table("After 365 runs, in points of accuracy", year_table(result)),
    ]  # fmt: skip


def aims(result: Mapping[str, Any], _options: Options) -> list[Row]:
    """False promotions, false rejections, and drift over a year."""
    points = {loss: result["judgements"][str(loss)]["points"] for loss in (0, 20)}
    false_promotion = max(one["two_looks"] for one in points[20])
    equal = [one["two_looks"] for one in points[0] if one["n_discordant"] in (20, 30)]
    drift = {
        pull: result["years"][f"year/gate/0.0/{pull}"]["drift_points_95"] for pull in (0.0, 0.3)
    }
    return [
        at_most("0.20 points worse, yet promoted", 0.01, false_promotion, "{:.2%}"),
        at_most("equal, yet held, with 20 or 30 discordant digits", 0.1, 1 - min(equal)),
        *(
            at_most(f"drift over 365 runs, anchor restores {pull:.0%} (95th percentile, points)",
                    0.15, points_lost, "{:.2f}")
            for pull, points_lost in drift.items()
        ),
    ]  # fmt: skip


BENCH: Final = Bench(
    "gate",
    "The gate's error rates, and the drift over a year beside two other rules, by simulation.",
    Options,
    run,
    aims,
    tables,
    parameters=[
        option("--judgements", "n_judgements", type=click.IntRange(min=1), help="Simulated."),
        option("--years", "n_years", type=click.IntRange(min=1), help="Simulated."),
        option("--plot", "plot", type=click.Path(path_type=Path, dir_okay=False), help="SVG file."),
    ],
)
