"""`data fetch`: fetches MNIST. The other commands of the group are in `transfer.py`."""

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
    """Fetch MNIST, import and export drawings."""


for command in (import_data, export_data, re_ink_data):
    data.add_command(command)


@data.command()
def fetch() -> None:
    """Fetch MNIST and verify its published MD5 sums."""
    click.echo(fetch_with_progress(Settings.from_env()))


def fetch_with_progress(settings: Settings) -> str:
    """Fetch MNIST into the instance; show a progress bar for each file in a terminal.

    Returns: a sentence that names folder and source. Raises: DataError.
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
    return f"MNIST is in {settings.mnist_cache} ({where}); its MD5 sums match."


def _reporter(progress: Progress) -> Callable[[str, int, int], None]:
    tasks: dict[str, TaskID] = {}

    def report(name: str, done_bytes: int, total_bytes: int) -> None:
        if name not in tasks:
            tasks[name] = progress.add_task(name)
        progress.update(tasks[name], completed=done_bytes, total=total_bytes or None)

    return report
