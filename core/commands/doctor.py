"""`doctor`: prints what `core/doctor.py` finds."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from core.doctor import examine
from core.settings import Settings

SIGNS = {
    "ok": "[green]  ok[/]",
    "warn": "[yellow]warn[/]",
    "fail": "[bold red]fail[/]",
}


@click.command()
def doctor() -> None:
    """Look at everything that Inkloop stands on. Exit code 1 if something fails."""
    console = Console(highlight=False, soft_wrap=True)
    n_failed = 0
    for finding in examine(Settings.from_env()):
        console.print(f"{SIGNS[finding.level]}  {finding.name:<10}  ", end="")
        console.print(finding.sentence, markup=False)
        n_failed += finding.level == "fail"
    if n_failed:
        sys.exit(1)
