"""`inkloop bench report` again: docs/model-card.md, with figures from the benchmarks' records.

The card is of the first model: what comes after it differs from instance to instance, and has its
scores, its parents and its recipe on its own page.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.aims import Row
from benchmarks.model import shift
from benchmarks.report import finished_record, markdown
from trainer.networks.base import SIDE_PX
from trainer.networks.recipes import Recipe
from trainer.networks.registry import DEFAULT_NETWORK, network_named

NEEDED: Final = ("shift", "familiarity", "seeds", "stream")

CARD: Final = """\
# Model card: the first model

Written by `inkloop bench report` from the records in [`benchmarks/`](benchmarks/), all of them
explained in [benchmarks](benchmarks.md). Versions that learn from drawings start from this model;
each has its own scores, parents and recipe at `/admin/models/N` and in its manifest.

## What it is

{what}

## Data

- MNIST: 60,000 training and 10,000 test images by 836 American writers around 1990, half of
  it by high-school students, half by the Census Bureau's staff (NIST Special Databases 1 and 3, as
  LeCun, Cortes and Burges published them; commonly given as CC BY-SA 3.0). Fetched from a package,
  or read from `INKLOOP_MNIST_DIR`; either way checked against the published sums.
- Who wrote which image: QMNIST's label files (Yadav and Bottou 2019, BSD licence). Some 5,000
  training images by writers of their own are held back; temperature and border of what counts as a
  digit are fitted on them. No choice looked at the test set.
- 15 test images are mislabelled or cannot be told, so people found (Northcutt et al. 2021).
- Generated digits and non-digits (`core/symbols/digits/non_digits.py`) teach what is no digit.
- Nobody's drawings. What people draw belongs to the instance; [data](data.md) says what is kept.

## Recipe

{recipe}

## Scores

First models of {n_seeds} seeds on MNIST's test set, means; ± is the standard deviation over seeds.

{home}

## How sure it is

The temperature is fitted on the images held back. ECE: mean distance of certainty and share read
right, in 15 bins of equal mass; {home_ece} on MNIST's test set. Unfamiliar hands, before and after
a run:

{sure}

Its certainty means what it says on hands like MNIST's. On hands that it misreads often it is too
sure, and less so once a run has learned some of their drawings.

## What it does not read

{weak}

Real digits that it refuses, and strangers:

{strangers}

- Letters that are digits to many (O, I, l, S, Z) pass for digits, as they do with people.
- Corrupted pictures through the imaging: stripes of turned colours and lines across a digit are
  read as part of it; noise that covers the paper leaves little. Grey paper and small or displaced
  digits cost nothing there, though they do as bare pixels.
- Only the digits 0 to 9, one at a time, as they are written in America; no other script.

## What it is for

Reading single digits that people draw or photograph, where each reading is looked at by the person
who drew it. Not for postal codes, forms, cheques, examinations or anything else in which a wrong
digit harms somebody and nobody looks; not for telling people apart by their hands.

## Repeat a figure

{repeat}
"""

Kept = Mapping[str, Any]


def card(folder: Path) -> str:
    """The whole page, from the records in a folder."""
    records = {name: finished_record(folder / f"{name}.json") for name in NEEDED}
    missing = [name for name, kept in records.items() if kept is None]
    if missing:
        commands = ", ".join(f"`inkloop bench {name}`" for name in missing)
        return f"# Model card: the first model\n\nNot measured yet: {commands}.\n"
    results = {name: kept["result"] for name, kept in records.items() if kept is not None}
    found = results["shift"]
    return CARD.format(
        what=_what(results["seeds"]),
        recipe=_table(_recipe(network_named(DEFAULT_NETWORK).recipe)),
        n_seeds=len(found["home"]["accuracies"]),
        home=_table(shift.home_table(found)),
        home_ece=f"{found['home']['ece']:.2%}",
        sure=_table(shift.sureness_table(found)),
        weak=_table(_weaknesses(found, results["stream"])),
        strangers=_table(_strangers(results["familiarity"])),
        repeat=_table(_commands()),
    )


def _table(rows: list[Row]) -> str:
    return "\n".join(markdown(rows))


def _what(seeds: Kept) -> str:
    found = seeds["networks"][DEFAULT_NETWORK]
    parameters, products = f"{found['n_parameters']:,}", f"{found['n_multiply_adds']:,}"
    return (
        f"`{DEFAULT_NETWORK}`: a convolutional network of {parameters} parameters and {products}\n"
        f"multiply-adds a digit. {SIDE_PX} × {SIDE_PX} pixels of ink in, as the imaging makes them "
        "of strokes or a\npicture; ten probabilities and how familiar the drawing looks out."
    )


def _recipe(recipe: Recipe) -> list[Row]:
    """What the recipe says, as it stands in the code."""
    rows: list[Row] = [("what", "how much")]
    for name, value in recipe.to_json().items():
        if isinstance(value, dict):
            rows += [(f"distortion: {key}", f"{amount:g}") for key, amount in value.items()]
        elif value not in (0.0, None):
            words = " ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
            rows.append((name, words))
    return rows


def _weaknesses(found: Kept, stream: Kept) -> list[Row]:
    """The shifts that cost most."""
    rows: list[Row] = [("digits", "error")]
    digits = found["digits"]["accuracies"]
    rows.append(("scikit-learn's, 8 × 8 pixels", f"{1 - sum(digits) / len(digits):.1%}"))
    for words, is_strokes in (("strokes", True), ("pictures", False)):
        name, share = shift.worst_cell(found, is_strokes)
        rows.append((f"worst way of drawing, {words}: {name}", f"{1 - share:.1%}"))
    for name in ("tablet", "odd"):
        before = stream[f"{name}/40/everything/0"]["known_before"]  # of 40 labels, seed 0
        rows.append((f"invented hands, {name}", f"{1 - before:.1%}"))
    worst = sorted(found["corruptions"].items(), key=lambda one: -float(one[1]["uploads"]))[:4]
    rows += [
        (f"MNIST-C, uploaded: {name.replace('_', ' ')}", f"{errors['uploads']:.1%}")
        for name, errors in worst
    ]
    return rows


def _strangers(familiarity: Kept) -> list[Row]:
    rows: list[Row] = [("drawings", "refused", "AUROC against MNIST")]
    for kind in ("digits", "strangers"):
        for name, one in familiarity[kind].items():
            auroc = f"{one['auroc']:.4f}" if "auroc" in one else ""
            rows.append((name, f"{one['refused']:.1%}", auroc))
    return rows


def _commands() -> list[Row]:
    return [
        ("figure", "command"),
        ("scores, calibration, shifts", "`inkloop bench shift`"),
        ("what is no digit", "`inkloop bench familiarity`"),
        ("parameters, and other networks beside it", "`inkloop bench seeds --only compact`"),
        ("hands that it learns", "`inkloop bench stream`"),
        ("this page", "`inkloop bench report`"),
    ]
