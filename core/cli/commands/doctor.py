"""`doctor`: prints the findings of `core.cli.doctor`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click
from rich.console import Console

from core.base.settings import Settings
from core.cli.doctor import Finding, examine

SIGNS = {
    "ok": "[green]  ok[/]",
    "warn": "[yellow]warn[/]",
    "fail": "[bold red]fail[/]",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def doctor(as_json: bool) -> None:
    """Check the machine and the instance. Exit code 1 if a check fails."""
    findings: list[Finding] = []
    console = Console(highlight=False, soft_wrap=True)
    for finding in examine(Settings.from_env()):
        findings.append(finding)
        if not as_json:
            console.print(f"{SIGNS[finding.level]}  {finding.name:<10}  ", end="")
            console.print(finding.sentence, markup=False)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    if any(finding.level == "fail" for finding in findings):
        sys.exit(1)
