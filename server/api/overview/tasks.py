"""Open tasks for people. They are computed on each request; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.kinds import RunStatus, TransferStatus
from core.drawings import queries as drawing_queries
from core.runs import queries as run_queries
from core.schedule import due
from core.storage.database import EPOCH
from core.storage.tables import Anchor, Run, Transfer, Verdict, WebhookDelivery
from core.versions import queries as version_queries
from core.versions.paired import mcnemar_p
from core.versions.queries import Champion

MAX_COUNTED = 10_000
BETTER_BELOW = 0.01
"""Below this one-sided p-value a version is proposed as the next anchor, as in the gate."""
SETTLED_DELIVERIES = ("delivered", "withdrawn")


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that a person should look at."""

    kind: str
    """`no_model`, `run_failed`, `run_held`, `quarantined`, `anchor`, `import_ready`, `webhook` or
    `schedule_off`."""
    facts: Mapping[str, str | int] = field(default_factory=dict)


def open_tasks(session: Session, *, n_new: int) -> list[Task]:
    """Return all open tasks, most urgent first; `n_new`: drawings that no run has used."""
    champion = version_queries.champion(session)
    found = (
        *_model_and_runs(session, champion),
        *_quarantined(session),
        *_anchor(session, champion),
        *_imports(session),
        *_webhook(session),
        *_schedule(session, n_new),
    )
    return list(found)


def _model_and_runs(session: Session, champion: Champion | None) -> Iterator[Task]:
    """Failed and held runs since the last promotion: the newest, and the count."""
    since = EPOCH if champion is None else champion.promoted_at
    ends = session.execute(
        select(Run.id, Run.status, Run.version)
        .where(Run.status.in_((RunStatus.HELD, RunStatus.FAILED)), Run.finished_at > since)
        .order_by(Run.id.desc())
        .limit(MAX_COUNTED)
    ).all()
    run = run_queries.latest_run(session)
    is_open = run is not None and run.status in (RunStatus.QUEUED, RunStatus.RUNNING)
    if not ends and champion is None and not is_open:
        yield Task("no_model")
    for status, kind in ((RunStatus.FAILED, "run_failed"), (RunStatus.HELD, "run_held")):
        of_kind = [end for end in ends if end.status == status]
        if of_kind and of_kind[0] is ends[0]:  # report the newest kind only
            newest = of_kind[0]
            facts: dict[str, str | int] = {"run_id": newest.id, "n": len(of_kind)}
            yield Task(
                kind, facts | ({} if newest.version is None else {"version": newest.version})
            )


def _quarantined(session: Session) -> Iterator[Task]:
    n = drawing_queries.n_quarantined(session)
    if n:
        yield Task("quarantined", {"n": n})


def _anchor(session: Session, champion: Champion | None) -> Iterator[Task]:
    """Propose the live version as anchor if the gate found it significantly better."""
    anchor = session.scalars(select(Anchor).order_by(Anchor.id.desc()).limit(1)).one_or_none()
    if champion is None or anchor is None or anchor.version == champion.version:
        return
    verdict = session.scalars(
        select(Verdict)
        .where(Verdict.version == champion.version, Verdict.at >= anchor.at)
        .order_by(Verdict.at.desc())
        .limit(1)
    ).one_or_none()
    rules = {} if verdict is None else {rule["name"]: rule["facts"] for rule in verdict.rules}
    facts = rules.get("mnist_vs_anchor")
    if facts is None:
        return
    n_gained, n_lost = int(facts["n_gained"]), int(facts["n_lost"])
    if n_gained > n_lost and mcnemar_p(n_gained, n_lost) < BETTER_BELOW:
        yield Task(
            "anchor",
            {
                "version": champion.version,
                "anchor": anchor.version,
                "n_gained": n_gained,
                "n_lost": n_lost,
            },
        )


def _imports(session: Session) -> Iterator[Task]:
    """Imports that are checked and wait for a decision."""
    rows = session.execute(
        select(Transfer.id, Transfer.n_total)
        .where(Transfer.kind == "import", Transfer.status == TransferStatus.READY)
        .where(Transfer.stores_at_once.is_(False))
        .order_by(Transfer.id)
    ).all()
    for row in rows[:1]:
        n_drawings = sum(one.n_total or 0 for one in rows)
        yield Task(
            "import_ready", {"transfer_id": row.id, "n": len(rows), "n_drawings": n_drawings}
        )


def _webhook(session: Session) -> Iterator[Task]:
    """Whether the newest finished delivery about a run failed."""
    newest = session.execute(
        select(WebhookDelivery.id, WebhookDelivery.outcome, WebhookDelivery.run_id)
        .where(WebhookDelivery.due_at.is_(None), WebhookDelivery.run_id.is_not(None))
        .order_by(WebhookDelivery.id.desc())
        .limit(1)
    ).one_or_none()
    if newest is not None and newest.outcome not in SETTLED_DELIVERIES:
        yield Task("webhook", {"run_id": newest.run_id})


def _schedule(session: Session, n_new: int) -> Iterator[Task]:
    """Enough drawings wait for a run, but the schedule is switched off."""
    schedule = due.schedule(session)
    if not schedule.enabled and n_new >= schedule.min_new_drawings:
        yield Task("schedule_off", {"n": n_new})
