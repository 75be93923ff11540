"""`data import`, `data export`, `data re-ink`."""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from core.base.clock import utc_now
from core.base.errors import InkloopError, InvalidInput, NotReady
from core.base.kinds import TransferStatus
from core.base.settings import Settings
from core.cli.commands.database import open_database
from core.drawings.gallery import Filters
from core.storage import facets
from core.storage.database import Database
from core.storage.tables import Transfer
from core.transfer import jobs as transfers
from core.transfer import uploads
from core.transfer.exporting import Exporter, Pipe, export_to
from core.transfer.formats import registry
from core.transfer.formats.notices import percent
from core.transfer.importing import Importer
from core.transfer.re_ink import re_ink
from core.transfer.repairs import NONE, TURNS, Repair, parse_written

BY = "command"


class _Watched:
    """A progress bar in a terminal, shown from the first report on."""

    def __init__(self, progress: Progress, words: str) -> None:
        self._progress = progress
        self._words = words
        self._task: TaskID | None = None

    def __call__(self, n_done: int, n_total: int | None) -> None:
        if self._task is None:
            self._task = self._progress.add_task(self._words)
        self._progress.update(self._task, completed=n_done, total=n_total)


@contextlib.contextmanager
def _watched(words: str) -> Iterator[_Watched]:
    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with progress:
        yield _Watched(progress, words)


@click.command(
    "import",
    help=f"""Import drawings: {registry.importable()}.

    A file that is odd is not stored: the output says why, and which option decides on it. An
    interrupted import continues at the next import, or at once while Inkloop is running.
    """,
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--preview", "--check", "is_preview", is_flag=True,
    help="Only report what is in the file and what is odd; store nothing.",
)  # fmt: skip
@click.option("--transpose", is_flag=True, help="Swap rows and columns, as for EMNIST.")
@click.option("--turn", type=click.Choice(list(TURNS)), help="Turn or mirror the pictures.")
@click.option("--invert", is_flag=True, help="Swap dark and light.")
@click.option("--scale", is_flag=True, help="Stretch the levels of each picture to 0 to 255.")
@click.option("--label-column", help="first, last, or the name of the column of labels.")
@click.option("--shift-labels", type=click.IntRange(-9, 9), help="Add this to each label, mod 10.")
@click.option("--as-it-is", is_flag=True, help="Store without the repair that is proposed.")
@click.option("--confirm", default="", help=f'"{transfers.CONFIRM}": store an odd file.')
def import_data(
    file: Path,
    is_preview: bool,
    transpose: bool,
    turn: str | None,
    invert: bool,
    scale: bool,
    label_column: str | None,
    shift_labels: int | None,
    as_it_is: bool,
    confirm: str,
) -> None:
    """Import a file, or report what an import would do."""
    turn = "transpose" if transpose else turn
    chosen = Repair(turn, invert, scale, shift_labels, label_column)
    repair = NONE if as_it_is else chosen.written
    transfers.check_wishes(repair, confirm)
    settings = Settings.from_env()
    with open_database(settings) as database:
        _continue_others(settings, database)
        with file.open("rb") as stream:
            upload = uploads.receive(settings, stream)
        with database.write() as session:
            transfer = transfers.begin_import(
                session,
                file=upload.name,
                file_name=file.name,
                n_bytes=upload.n_bytes,
                sha256=upload.sha256,
                stores_at_once=not is_preview,
                by=BY,
                now=utc_now(),
                repair=repair,
                confirm=confirm,
            )
        done = _work(settings, database, transfer.id, file.name)
        if done.status == TransferStatus.READY:
            with database.write() as session:  # the file stays with its owner
                transfers.ask_to_undo(session, done.id, by=BY, now=utc_now())
            _work(settings, database, done.id, file.name)
    if done.status not in (TransferStatus.DONE, TransferStatus.READY):
        raise InvalidInput(done.message or f"the import is {done.status}")
    _report(done)
    if done.status == TransferStatus.READY and not is_preview:
        raise InvalidInput(f"nothing was stored. {_what_to_do(done.found or {})}")


def _continue_others(settings: Settings, database: Database) -> None:
    """Finish interrupted imports before another one begins."""
    while True:
        with database.read() as session:
            left = transfers.due(session, now=utc_now())
        if left is None:
            return
        click.echo(f"Continuing import {left}, which was interrupted.", err=True)
        _work(settings, database, left, f"import {left}")


def _what_to_do(found: Mapping[str, Any]) -> str:
    """The options that decide on an odd file."""
    proposal = found.get("proposal")
    if found.get("needs") == "repair" and proposal:
        return f"Import it again with {_options(proposal['repair'])}, or with --as-it-is"
    return f'If it is right all the same, import it again with --confirm "{transfers.CONFIRM}"'


def _options(written: str) -> str:
    """A repair as options of this command."""
    repair = parse_written(written)
    options = []
    if repair.turn is not None:
        options.append("--transpose" if repair.turn == "transpose" else f"--turn {repair.turn}")
    options += ["--invert"] if repair.is_inverted else []
    options += ["--scale"] if repair.is_scaled else []
    options += [f"--shift-labels {repair.shift}"] if repair.shift is not None else []
    if repair.label_column is not None:
        options.append(f"--label-column {shlex.quote(repair.label_column)}")
    return " ".join(options)


def _work(settings: Settings, database: Database, transfer_id: int, words: str) -> Transfer:
    with _watched(words) as report:
        done = Importer(settings, database, report).run(transfer_id)
    if done is None:
        raise NotReady(f"the server already works on import {transfer_id}: see /admin/data")
    return done


def _report(done: Transfer) -> None:
    found = done.found or {}
    by_label = found.get("by_label", [0] * 10)
    if done.status == TransferStatus.DONE:
        click.echo(f"Import {done.id}: {done.n_new:,} new, {sum(by_label) - done.n_new:,} known.")
    else:
        known = found.get("n_known", 0)
        click.echo(f"{sum(by_label):,} drawings, {known:,} of them known. Nothing was stored.")
    click.echo("  ".join(f"{label}: {n:,}" for label, n in enumerate(by_label)))
    for name, value in found.get("assumed", {}).items():
        click.echo(f"Read with {name.replace('_', ' ')}: {_shown(value)}")
    agreement = found.get("agreement")
    if agreement:
        share, n = percent(agreement["share"]), agreement["n"]
        click.echo(f"{share} of {n:,} labels agree with version {agreement['version']}.")
    for sentence in found.get("warnings", ()):
        click.echo(f"Warning: {sentence}")
    proposal = found.get("proposal")
    if proposal and done.status == TransferStatus.READY:
        click.echo(f"Proposed: {proposal['sentence']} ({_options(proposal['repair'])})")
    if found.get("n_refused"):
        click.echo(f"{found['n_refused']:,} left out, for example:")
        for sentence in found["refusals"][:5]:
            click.echo(f"  {sentence}")


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
    return text if len(text) <= 100 else text[:97] + "…"


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
@click.option(
    "--format",
    type=click.Choice(list(registry.exports())),
    help="Default: by the suffix of FILE.",
)
@click.option("--label", type=click.IntRange(0, 9))
@click.option("--status", type=click.Choice(facets.STATUSES[:3]))
@click.option("--split", type=click.Choice(facets.SPLITS))
@click.option("--source", type=click.Choice(facets.SOURCES))
@click.option("--contributor")
@click.option("--version", type=int, help="Only drawings that this version was trained on.")
def export_data(
    file: Path,
    format: str | None,
    label: int | None,
    status: str | None,
    split: str | None,
    source: str | None,
    contributor: str | None,
    version: int | None,
) -> None:
    """Export drawings to FILE, which appears whole or not at all (`-`: standard output)."""
    settings = Settings.from_env()
    format = format or _format_of(file.name)
    filters = Filters(
        label=label,
        status=status,
        split=split,
        source=source,
        contributor=contributor,
        version=version,
    )
    with open_database(settings) as database, _watched(file.name) as report:
        exporter = Exporter(database, BY, report)
        if str(file) == "-":
            sys.stdout.flush()
            n = exporter.run(Pipe(sys.stdout.fileno()), format, filters)
        else:
            n = export_to(file, exporter, format, filters)
    click.echo(f"{n:,} drawings are in {file}.", err=True)


def _format_of(file_name: str) -> str:
    format = registry.export_for_file(file_name)
    if format is None:
        choices = ", ".join(registry.exports())
        raise InkloopError(f"cannot tell the format by the name {file_name}: --format {choices}")
    return format


@click.command("re-ink")
def re_ink_data() -> None:
    """Recompute the ink of all drawings from their strokes and pictures. Labels stay."""
    settings = Settings.from_env()
    with open_database(settings) as database, _watched("re-ink") as report:
        outcome = re_ink(database, report)
    click.echo(
        f"Recomputed the ink of {outcome.n_done:,} drawings; {outcome.n_changed:,} look "
        f"different now. {outcome.n_kept:,} would have come out empty and keep their ink."
    )
