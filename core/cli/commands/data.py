"""`data fetch`: brings MNIST. The other commands of the group are in `transfer.py`."""

from __future__ import annotations

from collections.abc import Callable

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TransferSpeedColumn,
)

from core.base.settings import Settings
from core.cli.commands.transfer import export_data, import_data, re_ink_data
from core.symbols import digits


@click.group()
def data() -> None:
    """Bring data in and out."""


for command in (import_data, export_data, re_ink_data):
    data.add_command(command)


@data.command()
def fetch() -> None:
    """Fetch MNIST and check it against its published MD5 sums."""
    click.echo(fetch_with_progress(Settings.from_env()))


def fetch_with_progress(settings: Settings) -> str:
    """Fetch MNIST into the instance, with a bar a file where somebody watches.

    Returns: a sentence on where it is and where it came from. Raises: DataError.
    """
    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with progress:
        where = digits.fetch(settings, _reporter(progress))
    return f"MNIST is in {settings.mnist_cache} ({where}), its MD5 sums are right."


def _reporter(progress: Progress) -> Callable[[str, int, int], None]:
    tasks: dict[str, TaskID] = {}

    def report(name: str, done_bytes: int, total_bytes: int) -> None:
        if name not in tasks:
            tasks[name] = progress.add_task(name)
        progress.update(tasks[name], completed=done_bytes, total=total_bytes or None)

    return report
