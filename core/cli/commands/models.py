"""`models …`: show and verify versions, change the live version and the anchor."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.errors import ModelFileError, NotFound, NotSwitched
from core.base.kinds import Dataset
from core.base.settings import Settings
from core.cli.commands.database import open_database
from core.runs import queries as run_queries
from core.runs.verdicts import rule_sentence, verdict_sentence
from core.storage.model_store import ModelStore
from core.storage.shared_state import SharedState
from core.storage.tables import ModelVersion
from core.versions import lifecycle as versions
from core.versions import queries as version_queries

BY = "command"
SWITCH_PATIENCE_SECONDS = 30.0
ASK_EVERY_SECONDS = 0.1
as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
reason_option = click.option("--reason", default="by command", help="Recorded in the history.")


@click.group()
def models() -> None:
    """Show and verify versions, choose which one is live."""


@models.command("list")
@as_json_option
def list_versions(as_json: bool) -> None:
    """List all versions, newest first."""
    with open_database() as database, database.read() as session:
        rows = session.scalars(select(ModelVersion).order_by(ModelVersion.version.desc())).all()
        items = [_facts(session, row) for row in rows]
    if as_json:
        click.echo(json.dumps({"items": items, "next": None}))
        return
    table = Table(
        "version", "", "network", "MNIST test", "known contributors", "new contributors", "created"
    )
    for item in items:
        table.add_row(
            f"{item['version']}",
            item["status"] + (", anchor" if item["is_anchor"] else ""),
            item["network"],
            *(_accuracy(item["scores"], name) for name in Dataset),
            item["created_at"][:16].replace("T", " "),
        )
    Console().print(table if items else "No version yet: `inkloop up` trains the first one.")


@models.command()
@click.argument("version", type=int)
@as_json_option
def show(version: int, as_json: bool) -> None:
    """Show VERSION: its scores, verdict and manifest, and the layers of its network."""
    with open_database() as database, database.read() as session:
        row = _version(session, version)
        item = _facts(session, row) | {"manifest": row.manifest, "sha256": row.sha256}
    if as_json:
        click.echo(json.dumps(item))
        return
    click.echo(f"Version {version}, {item['status']}: {item['network']}")
    for name in Dataset:
        click.echo(f"  {name:<14} {_accuracy(item['scores'], name)}")
    if item["verdict"]:
        click.echo(f"  {item['verdict']['sentence']}")
        for rule in item["verdict"]["rules"]:
            click.echo(f"    {'passed' if rule['passed'] else 'FAILED'}  {rule['sentence']}")
    _print_layers(item["network"])


@models.command()
@click.argument("wanted", metavar="[VERSION]...", type=int, nargs=-1)
@as_json_option
def verify(wanted: Sequence[int], as_json: bool) -> None:
    """Verify every file of the versions by its hash. Exit code 1 if a byte changed."""
    settings = Settings.from_env()
    with open_database(settings) as database, database.read() as session:
        rows = [_version(session, version) for version in wanted or _all(session)]
    problems = {row.version: _problem(settings, row) for row in rows}
    if as_json:
        items = [{"version": v, "ok": not p, "problem": p} for v, p in problems.items()]
        click.echo(json.dumps({"items": items, "next": None}))
    else:
        for version, problem in problems.items():
            click.echo(f"version {version}: {problem or 'unchanged since it was published'}")
    if any(problems.values()):
        sys.exit(1)


@models.command()
@click.argument("version", type=int)
@reason_option
@as_json_option
def promote(version: int, reason: str, as_json: bool) -> None:
    """Make VERSION live."""
    settings = Settings.from_env()
    _change(settings, as_json, version, reason)


@models.command()
@reason_option
@as_json_option
def rollback(reason: str, as_json: bool) -> None:
    """Return to the version that was live before."""
    settings = Settings.from_env()
    _change(settings, as_json, None, reason)


@models.command()
@click.argument("version", type=int)
@reason_option
@as_json_option
def anchor(version: int, reason: str, as_json: bool) -> None:
    """Make VERSION the anchor that candidates are compared with."""
    with open_database() as database, database.write() as session:
        versions.move_anchor(session, version, reason=reason, by=BY, now=utc_now())
    if as_json:
        click.echo(json.dumps({"version": version}))
    else:
        click.echo(f"Version {version} is the anchor: candidates are compared with it from now on.")


def _change(settings: Settings, as_json: bool, version: int | None, reason: str) -> None:
    """Promote `version`, or roll back if it is None; then wait until every worker serves it."""
    with open_database(settings) as database:
        with database.write() as session:
            if version is None:
                promotion = versions.rollback(session, reason=reason, by=BY, now=utc_now())
            else:
                promotion = versions.promote(
                    session, version, kind="promote", reason=reason, by=BY, now=utc_now()
                )
            # An error here undoes the promotion, so a damaged version never goes live.
            problem = _problem(settings, _version(session, promotion.version))
            if problem:
                raise ModelFileError(problem)
            live, before = promotion.version, promotion.previous_version
        n_workers = _wait_until_served(settings, live)
    if as_json:
        click.echo(json.dumps({"version": live, "previous_version": before}))
    else:
        served = f"{n_workers} workers serve it" if n_workers else "no server is running"
        click.echo(f"Version {live} is live: {served}.")


def _wait_until_served(settings: Settings, version: int) -> int:
    """Wait until every live worker serves `version`. Returns the number of workers.

    Raises: NotSwitched, naming the workers that do not after 30 s.
    """
    shared_state = SharedState(settings)
    deadline = time.monotonic() + SWITCH_PATIENCE_SECONDS
    try:
        while True:
            workers = shared_state.workers(now=utc_now())
            lagging = [worker for worker in workers if worker.version != version]
            if not lagging:
                return len(workers)
            if time.monotonic() > deadline:
                named = ", ".join(f"{worker.pid} ({worker.problem})" for worker in lagging)
                raise NotSwitched(
                    f"version {version} is promoted, but not served by worker {named}"
                )
            time.sleep(ASK_EVERY_SECONDS)
    finally:
        shared_state.dispose()


def _problem(settings: Settings, row: ModelVersion) -> str | None:
    try:
        ModelStore(settings.models_dir).verify(row.version, row.manifest_sha256)
    except ModelFileError as exc:
        return str(exc)
    return None


def _version(session: Session, version: int) -> ModelVersion:
    row = session.get(ModelVersion, version)
    if row is None:
        raise NotFound("version", version)
    return row


def _all(session: Session) -> Sequence[int]:
    return version_queries.counted_versions(session)


def _facts(session: Session, row: ModelVersion) -> dict[str, Any]:
    """Return a version as `GET /api/v1/models/{version}` describes it."""
    live = version_queries.champion(session)
    promoted_at = version_queries.promoted_at(session, row.version)
    return {
        "version": row.version,
        "status": version_queries.version_status(
            session, row.version, live.version if live else None
        ),
        "network": row.network,
        "created_at": row.created_at.isoformat(),
        "promoted_at": None if promoted_at is None else promoted_at.isoformat(),
        "base_version": row.base_version,
        "run_id": row.run_id,
        "is_anchor": versions.anchor_version(session) == row.version,
        "scores": row.scores,
        "verdict": _verdict(session, row),
    }


def _verdict(session: Session, row: ModelVersion) -> dict[str, Any] | None:
    verdict = None if row.run_id is None else run_queries.verdict_of(session, row.run_id)
    if verdict is None:
        return None
    return {
        "passed": verdict.passed,
        "sentence": verdict_sentence(verdict.passed, verdict.rules),
        "rules": [
            {
                "name": rule["name"],
                "passed": rule["passed"],
                "value": rule["value"],
                "bound": rule["bound"],
                "sentence": rule_sentence(rule),
            }
            for rule in verdict.rules
        ],
    }


def _accuracy(scores: dict[str, Any], name: str) -> str:
    score = scores.get(name) or {}
    if not score.get("n"):
        return "–"
    return f"{100 * score['n_correct'] / score['n']:.2f} % ({score['n_correct']} of {score['n']})"


def _print_layers(network: str) -> None:
    """Print layers, shapes, parameters and operations, by a process of its own that has torch."""
    if importlib.util.find_spec("torch") is None:
        click.echo("  (install the trainer's packages to see its layers)")
        return
    subprocess.run([sys.executable, "-m", "trainer.networks", network], check=True)
