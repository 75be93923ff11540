"""`inkloop bench report`: docs/benchmarks.md, written from what the benchmarks kept.

Every figure on the page comes from a JSON file beside it, with machine, versions and date; a test
compares the two. A benchmark without a file is named as not measured.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from benchmarks.aims import HEADING, Row, at_most
from benchmarks.model import (
    accuracy,
    familiarity,
    gate,
    noise,
    review,
    seeds,
    shift,
    speed,
    stream,
    stream_tables,
)
from benchmarks.system import dashboard, durability, faults, load, loop, serve, siege

Kept = Mapping[str, Any]
Table = tuple[str, Sequence[Row]]
"""A caption, and rows with the heading first."""

TITLE: Final = """\
# Benchmarks

Every figure here is written by `inkloop bench report` from the JSON files in
[`benchmarks/`](benchmarks/). `inkloop bench NAME --out docs/benchmarks` measures one again, and
goes on where it was broken off. What was aimed for stands beside what was reached.
"""


@dataclass(frozen=True, slots=True)
class Section:
    """One benchmark on the page."""

    name: str
    title: str
    about: str
    tables: Callable[[Kept], list[Table]]
    """What was aimed for comes first, with the caption "Aims"."""


def _options(kind: type[Any], kept: Kept) -> Any:
    """The options, of this kind of dataclass, that a record answers."""
    known = {field.name for field in fields(kind)}
    asked = {k: tuple(v) if isinstance(v, list) else v for k, v in kept["question"].items()}
    return kind(**{k: v for k, v in asked.items() if k in known})


def _stream(kept: Kept) -> list[Table]:
    options, result = _options(stream.Options, kept), kept["result"]
    return [
        ("Aims", stream_tables.aims_table(result, options)),
        ("One run from the first model", stream_tables.table(result, options)),
        ("Runs in a row", stream_tables.chain_table(result, options)),
        ("Tried and left, on other hands", stream_tables.TRIED),
    ]


def _gate(kept: Kept) -> list[Table]:
    result = kept["result"]
    points = {loss: result["judgements"][str(loss)]["points"] for loss in (0, 20)}
    false_promotion = max(one["two_looks"] for one in points[20])
    near_real = [one["two_looks"] for one in points[0] if one["n_discordant"] in (20, 30)]
    drift = {
        piece.rpartition("/")[2]: one["drift_points_95"]
        for piece, one in result["years"].items()
        if piece.startswith("year/gate/0.0/")
    }
    aims = [
        HEADING,
        at_most("truly 0.20 points worse, promoted", 0.01, false_promotion, "{:.2%}"),
        at_most("truly equal, held, with 20 or 30 discordant digits", 0.1, 1 - min(near_real)),
        *(
            at_most(f"true drift in 365 runs of equal models, which the anchor pulls back by "
                    f"{float(pull):.0%} (95 % stay below, points)", 0.15, points, "{:.2f}")
            for pull, points in drift.items()
        ),
    ]  # fmt: skip
    return [
        ("Aims", aims),
        ("Candidates promoted, within two looks", gate.judgement_table(result)),
        ("After 365 runs, in points of accuracy", gate.year_table(result)),
    ]


def _speed(kept: Kept) -> list[Table]:
    result = kept["result"]
    return [
        ("Aims", [HEADING, *speed.aims(result)]),
        ("Seconds of one core, medians", speed.table(result)),
    ]


def _seeds(kept: Kept) -> list[Table]:
    result = kept["result"]
    return [
        ("Aims", [HEADING, *seeds.aims(result)]),
        ("MNIST's test set, read once after the last epoch", seeds.table(result)),
    ]


def _accuracy(kept: Kept) -> list[Table]:
    result = kept["result"]
    return [
        ("Aims", [HEADING, *accuracy.aims(result)]),
        ("What was trained", accuracy.network_table(result)),
        ("MNIST's test set, read once after the last epoch, %", accuracy.table(result)),
        ("Tried beforehand, on 15,000 training images of writers held back", accuracy.TRIED),
    ]


def _noise(kept: Kept) -> list[Table]:
    options, result = _options(noise.Options, kept), kept["result"]
    return [
        ("Aims", [HEADING, *noise.aims(result, options)]),
        ("1,000 drawings of 50 hands; losses in points", noise.table(result, options)),
        ("Tried", noise.TRIED),
    ]


def _familiarity(kept: Kept) -> list[Table]:
    result = kept["result"]
    return [
        ("Aims", [HEADING, *familiarity.aims(result)]),
        ("Refused", familiarity.table(result)),
        ("Calibration on the test set", familiarity.temperature_table(result)),
        ("Tried", familiarity.TRIED),
    ]


def _shift(kept: Kept) -> list[Table]:
    result = kept["result"]
    return [
        ("Aims", [HEADING, *shift.aims(result)]),
        ("At home, means over seeds", shift.home_table(result)),
        ("Another source", shift.digits_table(result)),
        ("The same real digits drawn in other ways, means over seeds", shift.grid_table(result)),
        ("MNIST-C, means over seeds", shift.corruption_table(result)),
        ("How sure of unfamiliar hands", shift.sureness_table(result)),
        ("Tried", shift.TRIED),
    ]


def _review(kept: Kept) -> list[Table]:
    options, result = _options(review.Options, kept), kept["result"]
    return [
        ("Aims", [HEADING, *review.aims(result, options)]),
        ("Errors after learning what was reviewed", review.table(result, options)),
    ]


def _dashboard(kept: Kept) -> list[Table]:
    result = kept["result"]
    return [
        ("Aims", [HEADING, *dashboard.aims(result)]),
        ("First view in Chromium, nothing in its cache", dashboard.views_table(result)),
        ("Milliseconds over HTTP, one request at a time", dashboard.table(result)),
    ]


def _load(kept: Kept) -> list[Table]:
    options, result = _options(load.Options, kept), kept["result"]
    return [
        ("Aims", [HEADING, *load.aims(result, options)]),
        ("Clients on the same machine as the server", load.table(result)),
    ]


def _serve(kept: Kept) -> list[Table]:
    options, result = _options(serve.Options, kept), kept["result"]
    return [
        ("Aims", [HEADING, *serve.aims(result, options)]),
        ("Clients on the same machine as the servers", serve.table(result)),
        ("Tried for it", serve.TRIED),
    ]


def _loop(kept: Kept) -> list[Table]:
    result = kept["result"]
    return [
        ("Aims", [HEADING, *loop.aims(result)]),
        ("Each from an empty instance", loop.table(result)),
    ]


def _durability(kept: Kept) -> list[Table]:
    result = kept["result"]
    return [
        ("Aims", [HEADING, *durability.aims(result)]),
        ("What was counted", durability.table(result)),
    ]


def _faults(kept: Kept) -> list[Table]:
    result = kept["result"]
    return [
        ("Aims", [HEADING, *faults.aims(result)]),
        ("A run, broken off just before each of its writes", faults.table(result)),
        ("Nights at 02:30, with an injected clock", faults.nights_table(result)),
    ]


def _siege(kept: Kept) -> list[Table]:
    result = kept["result"]
    return [
        ("Aims", [HEADING, *siege.aims(result)]),
        ("Clients on the same machine as the server", siege.table(result)),
        ("Beside them", siege.beside_table(result)),
    ]


SECTIONS: Final = (
    Section("stream", "Learning new hands", "What each idea of a run is worth, on hands that the "
            "first model has never seen, and what runs in a row add up to.", _stream),
    Section("loop", "From nothing to a model that has learned", "Real processes: a start, the "
            "first model, a hundred drawings by an unfamiliar hand, \"Retrain now\", and the new "
            "version answering.", _loop),
    Section("gate", "The gate", "How often it errs, by simulation; `gate.md` says more.", _gate),
    Section("speed", "Time to an accuracy", "System A's recipe and ours in turn, on one core. The "
            "clock stops while the test set is read.", _speed),
    Section("seeds", "The seed systems' networks", "Each by its author's recipe, on honest splits.",
            _seeds),
    Section("accuracy", "How well MNIST is read", "Trained on all 60,000 images; every choice was "
            "made before, without the test set. The first half of the test set is by students, the "
            "second by employees; the mislabelled are the 15 digits whose label people deny.",
            _accuracy),
    Section("noise", "Wrong and hostile labels", "A fifth of the labels flipped; one contributor "
            "of fifty who swaps ones and sevens, each of ten in turn.", _noise),
    Section("familiarity", "What is no digit", "Real digits that are refused, strangers that pass; "
            "only the handwritten letters have forms that the fit was shown.", _familiarity),
    Section("shift", "Unfamiliar hands before any label", "First models of the default recipe know "
            "MNIST alone. The grid draws centre-lines of digits by writers held back from "
            "training again, the same ones in every cell, on canvases of two sizes, in the "
            "middle or in a corner, leaning by 0.3 px a pixel more than their writers did; strokes "
            "have no pen, pictures have one of that part of the digit's longer side.", _shift),
    Section("review", "What to review first", "The order of the review queue against a random one: "
            "only what was reviewed is learned. The writers are read well already, and their exam "
            "of 1,800 digits cannot tell the orders apart: an error of 1.8 % is one of 1.3 to 2.5.",
            _review),
    Section("dashboard", "The dashboard at a million drawings", "Every list, filter, count and "
            "chart of a real server, at ten thousand and at a million drawings.", _dashboard),
    Section("serve", "Predictions beside Gradio and a Flask no-op", "Three servers on one machine, "
            "asked in turn by the same client, which shares their cores and takes 15 µs for a "
            "request. Gradio runs in an environment of its own, with its queue off.", _serve),
    Section("load", "Load", "A real server under many clients, slow ones, too many at once, and "
            "promotions in a row; the clients share its cores.", _load),
    Section("siege", "Everything at once", "Clients, run after run, import after import, exports "
            "and backups on one instance; then every backup is restored and compared with what had "
            "been acknowledged.", _siege),
    Section("durability", "Acknowledged means durable", "A real server whose processes are all "
            "killed at random moments, one that strace looks at, and one on a disk that fills up.",
            _durability),
    Section("faults", "Trainers that die, sleep or compete", "Real processes: a run is killed, or "
            "put to sleep, just before each write in turn, while a server is asked all the while. "
            "Every file operation is a point; statements and commits are points to die at, "
            "since who sleeps in a transaction keeps all others waiting. What is learned is a tiny "
            "world; the clock of the nights is injected.", _faults),
)  # fmt: skip


def page(folder: Path) -> str:
    """The whole page, from the records in a folder."""
    return "\n".join([TITLE, *(_section(one, folder) for one in SECTIONS)])


def _section(section: Section, folder: Path) -> str:
    parts = [f"## {section.title}", "", section.about, ""]
    kept = finished_record(folder / f"{section.name}.json")
    if kept is None:
        return "\n".join([*parts, f"Not measured yet: `inkloop bench {section.name}`.", ""])
    parts += [_origin(section, kept), ""]
    for caption, rows in section.tables(kept):
        parts += [f"**{caption}**", "", *markdown(rows), ""]
    return "\n".join(parts)


def finished_record(path: Path) -> Kept | None:
    """A finished record; None if there is none."""
    if not path.exists():
        return None
    kept: dict[str, Any] = json.loads(path.read_text())
    return kept if "result" in kept else None


def _origin(section: Section, kept: Kept) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in kept["versions"].items())
    asked = ", ".join(f"{key} {_words(value)}" for key, value in kept["question"].items())
    return (
        f"`inkloop bench {section.name}`, {kept['ended_at'][:10]}, {kept['machine']}; {versions}.\n"
        f"Asked for: {asked}."
    )


def _words(value: object) -> str:
    return " ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def markdown(rows: Sequence[Row]) -> list[str]:
    """Rows as a table's lines; the first is the heading."""
    heading, *others = rows
    return [_line(heading), _line(["---"] * len(heading)), *(_line(row) for row in others)]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
