"""docs/model-card.md: the first model, with figures from the records.

Later versions differ between instances; each has its scores, parents and recipe on its own page.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.bench import Result, Row
from benchmarks.model import shift
from benchmarks.record import finished_record
from benchmarks.report import markdown
from trainer.networks.base import SIDE_PX
from trainer.networks.recipes import Recipe
from trainer.networks.registry import DEFAULT_NETWORK, network_named

NEEDED: Final = ("shift", "familiarity", "seeds", "stream")

CARD: Final = """\
# Model card: the first model

`python -m benchmarks report` writes this page from the records in
[`benchmarks/records`](../benchmarks/records); [benchmarks](benchmarks.md) explains them. Versions
that learn from drawings start from this model; each has its own scores, parents and recipe at
`/admin/models/N` and in its manifest.

## Model

{what}

## Data

- MNIST: 60,000 training and 10,000 test images by 836 American writers around 1990, half by
  high-school students, half by employees of the Census Bureau (NIST Special Databases 1 and 3, as
  published by LeCun, Cortes and Burges; usually cited as CC BY-SA 3.0). Inkloop takes it from a
  package or from `INKLOOP_MNIST_DIR`, and checks it against the published checksums.
- Writers of the images: the label files of QMNIST (Yadav and Bottou 2019, BSD licence). Some 5,000
  training images by separate writers are the validation set; the temperature and the threshold for
  non-digits are fitted on it. No choice used the test set.
- 15 test images are mislabelled or ambiguous (Northcutt et al. 2021).
- Generated digits and non-digits (`core/symbols/digits/non_digits.py`) train the detection of
  non-digits.
- No people's drawings. Drawings belong to their instance; [data](data.md) says what is kept.

## Recipe

{recipe}

## Scores

First models of {n_seeds} seeds on the MNIST test set, means; ± is the standard deviation over
seeds.

{home}

## Calibration

The temperature is fitted on the validation set. ECE is the mean distance between confidence and
accuracy, in 15 bins of equal mass: {home_ece} on the MNIST test set. Unfamiliar hands, before and
after a run:

{sure}

The confidence is right on hands like MNIST's. On hands with many wrong predictions it is too high,
and less so after a run on some of their drawings.

## Limits

{weak}

Refused as no digit:

{non_digits}

- Letters that look like digits (O, I, l, S, Z) are accepted as digits.
- Corrupted pictures, through the imaging: inverted stripes and lines across a digit are read as
  part of it; little remains of a digit under noise that covers the paper. Grey paper and small or
  displaced digits do no harm in a picture, though they do as bare pixels.
- Only the digits 0 to 9, one at a time, as written in America; no other script.

## Use

Intended for single digits that a person draws or photographs and whose prediction that person
checks. Not for postal codes, forms, cheques, examinations or other uses where an unchecked wrong
digit does harm; not for identifying people by their handwriting.

## Commands

{repeat}
"""


def card(folder: Path) -> str:
    """Return the page, from the records in a folder."""
    records = {name: finished_record(folder / f"{name}.json") for name in NEEDED}
    missing = [name for name, record in records.items() if record is None]
    if missing:
        commands = ", ".join(f"`make bench NAME={name}`" for name in missing)
        return f"# Model card: the first model\n\nNot measured yet: {commands}.\n"
    results = {name: record["result"] for name, record in records.items() if record is not None}
    found = results["shift"]
    return CARD.format(
        what=_what(results["seeds"]),
        recipe=_table(_recipe(network_named(DEFAULT_NETWORK).recipe)),
        n_seeds=len(found["home"]["accuracies"]),
        home=_table(shift.home_table(found)),
        home_ece=f"{found['home']['ece']:.2%}",
        sure=_table(shift.calibration_table(found)),
        weak=_table(_weaknesses(found, results["stream"])),
        non_digits=_table(_non_digits(results["familiarity"])),
        repeat=_table(_commands()),
    )


def _table(rows: Sequence[Row]) -> str:
    return "\n".join(markdown(rows))


def _what(seeds: Result) -> str:
    found = seeds["networks"][DEFAULT_NETWORK]
    parameters, products = f"{found['n_parameters']:,}", f"{found['n_multiply_adds']:,}"
    return (
        f"`{DEFAULT_NETWORK}`: a convolutional network of {parameters} parameters and {products}\n"
        f"multiply-adds a digit. Input: {SIDE_PX} × {SIDE_PX} pixels of ink, which the imaging "
        "makes of strokes or a\npicture. Output: ten probabilities and a familiarity score."
    )


def _recipe(recipe: Recipe) -> list[Row]:
    """The recipe's settings, from the code."""
    rows: list[Row] = [("setting", "value")]
    for name, value in recipe.to_json().items():
        if isinstance(value, dict):
            rows += [(f"distortion: {key}", f"{amount:g}") for key, amount in value.items()]
        elif value not in (0.0, None):
            words = " ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
            rows.append((name, words))
    return rows


def _weaknesses(found: Result, stream: Result) -> list[Row]:
    """The largest errors under distribution shift."""
    rows: list[Row] = [("digits", "error")]
    digits = found["digits"]["accuracies"]
    rows.append(("scikit-learn's, 8 × 8 pixels", f"{1 - sum(digits) / len(digits):.1%}"))
    for words, is_strokes in (("strokes", True), ("pictures", False)):
        name, share = shift.worst_cell(found, is_strokes)
        rows.append((f"worst way of drawing, {words} ({name})", f"{1 - share:.1%}"))
    for name in ("tablet", "odd"):
        before = stream[f"{name}/40/everything/0"]["known_before"]  # of 40 labels, seed 0
        rows.append((f"synthetic hands, {name}", f"{1 - before:.1%}"))
    worst = sorted(found["corruptions"].items(), key=lambda one: -float(one[1]["uploads"]))[:4]
    rows += [
        (f"MNIST-C, uploaded: {name.replace('_', ' ')}", f"{errors['uploads']:.1%}")
        for name, errors in worst
    ]
    return rows


def _non_digits(familiarity: Result) -> list[Row]:
    rows: list[Row] = [("drawings", "refused", "AUROC against MNIST")]
    for kind in ("digits", "strangers"):
        for name, one in familiarity[kind].items():
            auroc = f"{one['auroc']:.4f}" if "auroc" in one else ""
            rows.append((name.replace("invented", "synthetic"), f"{one['refused']:.1%}", auroc))
    return rows


def _commands() -> list[Row]:
    return [
        ("figures", "command"),
        ("scores, calibration, distribution shift", "`make bench NAME=shift`"),
        ("non-digits", "`make bench NAME=familiarity`"),
        ("parameters, and other networks", "`make bench NAME=seeds`"),
        ("learning of new hands", "`make bench NAME=stream`"),
        ("this page", "`python -m benchmarks report`"),
    ]
