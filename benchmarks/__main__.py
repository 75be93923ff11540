"""`python -m benchmarks NAME`: what `inkloop bench NAME` starts.

Each benchmark is a command here and a module beside this file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks import report
from benchmarks.aims import HEADING
from benchmarks.model import (
    accuracy,
    familiarity,
    gate,
    model_card,
    noise,
    review,
    seeds,
    shift,
    speed,
    stream,
    stream_tables,
)
from benchmarks.model.data import Digits, load_digits
from benchmarks.system import dashboard, durability, faults, load, loop, serve, siege
from benchmarks.system.schedulers import quietly
from core.base.errors import InkloopError
from core.base.settings import Settings
from core.symbols.digits import mnist

RECORDS, PAGE = Path("benchmarks/records"), Path("docs/benchmarks.md")

console = Console()

out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder of the JSON files; a broken-off benchmark goes on from its file.",
)
seeds_option = click.option("--seeds", "n_seeds", type=click.IntRange(min=1), help="Trainings.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Measure Inkloop beside what it is compared to."""


def folder(out: Path | None) -> Path:
    """Where the JSON goes: the folder given, else `bench` in the instance."""
    return out or Settings.from_env().instance / "bench"


def digits() -> Digits:
    """MNIST, fetched first if need be. Raises: DataError."""
    settings = Settings.from_env()
    if not mnist.is_complete(settings.mnist_cache):
        mnist.fetch(settings.mnist_cache, settings.mnist_dir)
    return load_digits(settings.mnist_cache)


def pictures(settings: Settings) -> mnist.Mnist:
    """The same as arrays."""
    if not mnist.is_complete(settings.mnist_cache):
        mnist.fetch(settings.mnist_cache, settings.mnist_dir)
    return mnist.load(settings.mnist_cache)


def show(title: str, rows: Sequence[Sequence[str]]) -> None:
    """Print rows as a table; the first is the heading."""
    table = Table(*rows[0], title=title)
    for row in rows[1:]:
        table.add_row(*row)
    console.print(table)


def watched(measure: Callable[[Callable[[str], None]], dict[str, Any]]) -> dict[str, Any]:
    """Run a benchmark with a line on the terminal that says what it is doing."""
    with console.status("") as status:
        return measure(lambda doing: status.update(doing))


class BenchBar:
    """How many measurements are done, and what is measured now."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
        )
        self._task = self._bars.add_task("", total=None)

    def __enter__(self) -> BenchBar:
        self._bars.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bars.stop()

    def say(self, doing: str, n_done: int, n_all: int) -> None:
        """Show that `n_done` of `n_all` are done."""
        self._bars.update(self._task, description=doing, completed=n_done, total=n_all)


@main.command("speed")
@out_option
@seeds_option
def speed_command(out: Path | None, n_seeds: int | None) -> None:
    """Time until MNIST is read at 98.9, 99.0, 99.4, 99.6 %: system A's recipe and ours."""
    options = speed.Options(n_seeds=n_seeds or 3)
    kept = watched(lambda say: speed.run(digits(), folder(out), options, say))
    show(f"Seconds of one core, {kept['machine']}", speed.table(kept["result"]))


@main.command("seeds")
@out_option
@seeds_option
@click.option("--long", is_flag=True, help="All 100 epochs where the author trains so long.")
@click.option("--only", multiple=True, help="A network; may be given again. All when left out.")
def seeds_command(out: Path | None, n_seeds: int | None, long: bool, only: tuple[str, ...]) -> None:
    """The networks of the seed systems by their authors' recipes."""
    options = seeds.Options(n_seeds=n_seeds or 1, long=long, only=only)
    kept = watched(lambda say: seeds.run(digits(), folder(out), options, say))
    show(f"MNIST test set, {kept['machine']}", seeds.table(kept["result"]))


@main.command("accuracy")
@out_option
@seeds_option
@click.option("--only", multiple=True, type=click.Choice(list(accuracy.AIMS)), help="A network.")
def accuracy_command(out: Path | None, n_seeds: int | None, only: tuple[str, ...]) -> None:
    """How well MNIST is read after long training of few parameters, over ten seeds."""
    options = accuracy.Options(n_seeds=n_seeds or 10, only=only)
    kept = watched(lambda say: accuracy.run(digits(), folder(out), options, say))
    show(f"MNIST test set, {kept['machine']}", accuracy.table(kept["result"]))
    show("Networks", accuracy.network_table(kept["result"]))
    show("Aims", [HEADING, *accuracy.aims(kept["result"])])


@main.command("gate")
@out_option
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Where to draw.")
def gate_command(out: Path | None, plot: Path | None) -> None:
    """How often the gate errs, and where 365 runs lead, beside two usual rules."""
    kept = watched(lambda say: gate.run(folder(out), gate.Options(), say))
    show("Candidates promoted, within two looks", gate.judgement_table(kept["result"]))
    show("After 365 runs, in points of accuracy", gate.year_table(kept["result"]))
    if plot is not None:
        plot.write_text(gate.plot(kept["result"]))


@main.command("stream")
@out_option
@seeds_option
@click.option("--only", multiple=True, help="A stream; may be given again. All when left out.")
@click.option("--whole", is_flag=True, help="Other methods after all numbers of drawings.")
def stream_command(
    out: Path | None, n_seeds: int | None, only: tuple[str, ...], whole: bool
) -> None:
    """What each idea of a run is worth, on hands that the first model has never seen."""
    options = stream.Options(n_seeds=n_seeds or 3)
    if whole:
        options = replace(options, compared_at=options.sizes)
    if only:
        chains = tuple(name for name in options.chain_streams if name in only)
        options = replace(options, streams=only, chain_streams=chains)
    images = pictures(Settings.from_env())
    with BenchBar(console) as bar:
        kept = stream.run(images, folder(out), options, bar.say)
    result = kept["result"]
    show(f"One run from the first model, {kept['machine']}", stream_tables.table(result, options))
    show("Aims: medians, a held run counts as no cut", stream_tables.aims_table(result, options))
    show("Runs in a row", stream_tables.chain_table(result, options))


@main.command("noise")
@out_option
@seeds_option
def noise_command(out: Path | None, n_seeds: int | None) -> None:
    """Wrong and hostile labels: what quarantine finds, and what the rest of them costs."""
    settings = Settings.from_env()
    options = noise.Options(n_seeds=n_seeds or 3)
    kept = watched(lambda say: noise.run(pictures(settings), folder(out), options, say))
    show(f"1,000 drawings of 50 hands, {kept['machine']}", noise.table(kept["result"], options))


@main.command("familiarity")
@out_option
def familiarity_command(out: Path | None) -> None:
    """Real digits that are refused, strangers that pass for digits; the temperature."""
    images = pictures(Settings.from_env())
    kept = watched(lambda say: familiarity.run(images, folder(out), familiarity.Options(), say))
    show(f"What counts as a digit, {kept['machine']}", familiarity.table(kept["result"]))
    show("Calibration on the test set", familiarity.temperature_table(kept["result"]))


@main.command("review")
@out_option
@seeds_option
def review_command(out: Path | None, n_seeds: int | None) -> None:
    """How many labels a random order of review needs against ours."""
    images = pictures(Settings.from_env())
    options = review.Options(n_seeds=n_seeds or 2)
    kept = watched(lambda say: review.run(images, folder(out), options, say))
    show(f"Reviewed drawings learned, {kept['machine']}", review.table(kept["result"], options))


@main.command("shift")
@out_option
@seeds_option
def shift_command(out: Path | None, n_seeds: int | None) -> None:
    """Unfamiliar hands, pens, canvases and corrupted pictures, before anybody labels any."""
    images = pictures(Settings.from_env())
    options = shift.Options(n_seeds=n_seeds or 3)
    kept = watched(lambda say: shift.run(images, folder(out), options, say))
    result = kept["result"]
    show(f"First models at home, {kept['machine']}", shift.home_table(result))
    show("scikit-learn's digits", shift.digits_table(result))
    show("Real digits, drawn in other ways", shift.grid_table(result))
    show("MNIST-C", shift.corruption_table(result))
    show("How sure of unfamiliar hands", shift.sureness_table(result))
    show("Aims", [HEADING, *shift.aims(result)])


@main.command("dashboard")
@out_option
@click.option("--most", type=click.IntRange(min=10_000), default=1_000_000, help="Drawings.")
def dashboard_command(out: Path | None, most: int) -> None:
    """Every list, filter, count and chart at 10,000 and at 1,000,000 drawings."""
    options = dashboard.Options(sizes=(10_000, most))
    images = pictures(Settings.from_env())
    kept = watched(lambda say: dashboard.run(images, folder(out), options, say))
    show(f"One request at a time, {kept['machine']}", dashboard.table(kept["result"]))
    show("First view in Chromium", dashboard.views_table(kept["result"]))
    show("Aims", [HEADING, *dashboard.aims(kept["result"])])


@main.command("load")
@out_option
@click.option("--seconds", type=click.FloatRange(min=1), help="Of each kind of load.")
@click.option("--promotions", type=click.IntRange(min=1), help="In a row.")
def load_command(out: Path | None, seconds: float | None, promotions: int | None) -> None:
    """Many clients, slow ones, too many, and promotions in a row, on a real server."""
    options = load.Options()
    if seconds is not None:
        options = replace(options, seconds=seconds, slow_seconds=seconds)
    if promotions is not None:
        options = replace(options, n_promotions=promotions)
    kept = watched(lambda say: load.run(folder(out), options, say))
    show(f"Clients on the same machine, {kept['machine']}", load.table(kept["result"]))
    show("Aims", [HEADING, *load.aims(kept["result"], options)])


@main.command("durability")
@out_option
@click.option("--kills", type=click.IntRange(min=1), default=200, help="Of all processes.")
def durability_command(out: Path | None, kills: int) -> None:
    """Kill a server again and again; trace its syncs; fill a disk. Root for the disk."""
    options = durability.Options(n_kills=kills)
    kept = watched(lambda say: durability.run(folder(out), options, say))
    show(f"A real server, {kept['machine']}", durability.table(kept["result"]))
    show("Aims", [HEADING, *durability.aims(kept["result"])])


@main.command("siege")
@out_option
@click.option("--minutes", type=click.FloatRange(min=0.1), help="How long.")
@click.option("--pause-ms", type=click.FloatRange(min=0), help="Of a client, between requests.")
def siege_command(out: Path | None, minutes: float | None, pause_ms: float | None) -> None:
    """Everything at once: 64 clients, run after run, imports, exports, backups restored."""
    options = siege.Options()
    if minutes is not None:
        options = replace(options, minutes=minutes)
    if pause_ms is not None:
        options = replace(options, pause_ms=pause_ms)
    kept = watched(lambda say: siege.run(folder(out), options, say))
    show(f"Clients on the same machine, {kept['machine']}", siege.table(kept["result"]))
    show("Beside them", siege.beside_table(kept["result"]))
    show("Aims", [HEADING, *siege.aims(kept["result"])])


@main.command("serve")
@out_option
@click.option("--rounds", type=click.IntRange(min=1), help="Of everything in turn.")
@click.option("--seconds", type=click.FloatRange(min=0.1), help="Of each kind in each round.")
def serve_command(out: Path | None, rounds: int | None, seconds: float | None) -> None:
    """Predictions beside a Gradio app and a Flask no-op, and drawings stored, in turn."""
    options = serve.Options()
    options = replace(
        options, n_rounds=rounds or options.n_rounds, seconds=seconds or options.seconds
    )
    kept = watched(lambda say: serve.run(folder(out), folder(None), options, say))
    show(f"Clients on the same machine, {kept['machine']}", serve.table(kept["result"]))
    show("Aims: medians of the rounds", [HEADING, *serve.aims(kept["result"], options)])


@main.command("faults")
@out_option
@click.option("--quick", is_flag=True, help="A sample of everything, in a few minutes.")
@click.option("--only", multiple=True, help="A part, such as kill; may be given again.")
def faults_command(out: Path | None, quick: bool, only: tuple[str, ...]) -> None:
    """Trainers that die, sleep or compete, files that change, disks and clocks that fail."""
    quietly()
    options = faults.QUICK if quick else faults.Options()
    kept = watched(lambda say: faults.run(folder(out), options, say, only))
    if not kept:
        console.print("Not all parts are measured yet: the same again goes on.")
        return
    show("A run, broken off at each of its writes", faults.table(kept["result"]))
    show("Due at 02:30", faults.nights_table(kept["result"]))
    show("Aims", [HEADING, *faults.aims(kept["result"])])


@main.command("report")
@click.option("--from", "source", type=click.Path(path_type=Path), default=RECORDS)
@click.option("--to", "page", type=click.Path(path_type=Path), default=PAGE)
def report_command(source: Path, page: Path) -> None:
    """Write docs/benchmarks.md and docs/model-card.md from the JSON files in docs/benchmarks."""
    page.write_text(report.page(source))
    page.with_name("model-card.md").write_text(model_card.card(source))
    console.print(f"{page} says what {source} holds, and so does the model card")


@main.command("loop")
@out_option
@click.option("--repeats", type=click.IntRange(min=1), default=3, help="From an empty instance.")
def loop_command(out: Path | None, repeats: int) -> None:
    """From "Retrain now" to the new version answering, with 100 new drawings."""
    kept = watched(lambda say: loop.run(folder(out), loop.Options(repeats), say))
    show(f"Real processes, {kept['machine']}", loop.table(kept["result"]))
    show("Aims: medians", [HEADING, *loop.aims(kept["result"])])


if __name__ == "__main__":
    try:
        main(prog_name="inkloop bench")
    except InkloopError as exc:
        raise SystemExit(f"inkloop bench: {exc}") from exc
