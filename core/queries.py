"""Questions that several parts ask the database. Nothing here changes anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from core.db import EPOCH
from core.facets import of_status
from core.kinds import DrawingStatus, RunStatus, Split
from core.models import (
    Contributor,
    Counter,
    Drawing,
    DrawingDay,
    ModelVersion,
    Promotion,
    Run,
    RunDrawing,
    Schedule,
    Verdict,
)
from core.transitions import versions as version_transitions


@dataclass(frozen=True, slots=True)
class Champion:
    """The live version, and since when."""

    version: int
    sha256: str
    manifest_sha256: str
    accuracy: float | None
    """On the MNIST test set, 0 to 1."""
    promoted_at: datetime
    previous_version: int | None


def champion(session: Session) -> Champion | None:
    """The version that is live, with its accuracy; None before the first promotion."""
    promotion = version_transitions.champion(session)
    if promotion is None:
        return None
    row = session.get_one(ModelVersion, promotion.version)
    return Champion(
        version=row.version,
        sha256=row.sha256,
        manifest_sha256=row.manifest_sha256,
        accuracy=row.scores.get("mnist_test", {}).get("accuracy"),
        promoted_at=promotion.at,
        previous_version=promotion.previous_version,
    )


def live_version(session: Session) -> int | None:
    """The version that is live; None before the first promotion."""
    promotion = version_transitions.champion(session)
    return None if promotion is None else promotion.version


def new_drawings() -> Select[Drawing]:
    """Drawings that no finished run has trained on, oldest first."""
    return (
        select(Drawing)
        .where(
            Drawing.used_in_run_id.is_(None),
            Drawing.split == Split.TRAIN,
            Drawing.status == DrawingStatus.ACCEPTED,
        )
        .join(Contributor, Contributor.id == Drawing.contributor_id)
        .where(Contributor.blocked_at.is_(None))
        .order_by(Drawing.number)
    )


def n_new(session: Session) -> int:
    """How many drawings are new."""
    # Words, not parameters: of those SQLite cannot tell that the partial index has them all. By
    # that index 1,100 among 150,000 take 0.3 ms, by the one of the status 66.
    counted = text(
        "SELECT count(*) FROM drawings INDEXED BY ix_drawings_new WHERE used_in_run_id IS NULL "
        "AND split = 'train' AND status = 'accepted' AND contributor_id NOT IN "
        "(SELECT id FROM contributors WHERE blocked_at IS NOT NULL)"
    )
    return int(session.scalar(counted) or 0)


def n_quarantined(session: Session) -> int:
    """How many drawings in quarantine a reviewer can come to: not those of the blocked."""
    n = counters(session, "status:").get(DrawingStatus.QUARANTINED, 0)
    blocked = session.scalars(
        select(Contributor.id).where(Contributor.blocked_at.is_not(None))
    ).all()
    if not n or not blocked:
        return n
    quarantined = of_status(DrawingStatus.QUARANTINED)
    of_the_blocked = select(func.count()).where(
        Drawing.contributor_id.in_(blocked),
        Drawing.facet.between(quarantined.start, quarantined.stop - 1),
    )
    return n - session.scalars(of_the_blocked).one()


def counters(session: Session, prefix: str) -> dict[str, int]:
    """The kept totals whose name starts with `prefix`, by the rest of their name."""
    rows = session.execute(
        select(Counter.name, Counter.n).where(
            Counter.name >= prefix, Counter.name < prefix + "\U0010ffff"
        )
    )
    return {name.removeprefix(prefix): n for name, n in rows}


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What arrived on a day (UTC) and is not deleted; see `core.models.DrawingDay`."""

    day: date
    n: int = 0
    n_read: int = 0
    n_disagreed: int = 0


def drawings_by_day(session: Session, today: date, n_days: int = 30) -> list[DayFigures]:
    """The figures of each of the last `n_days` days, oldest first."""
    days = [today - timedelta(days=ago) for ago in reversed(range(n_days))]
    first = (days[0] - EPOCH.date()).days
    found = {
        row.day: DayFigures(days[row.day - first], row.n, row.n_read, row.n_disagreed)
        for row in session.execute(
            select(DrawingDay.day, DrawingDay.n, DrawingDay.n_read, DrawingDay.n_disagreed).where(
                DrawingDay.day.between(first, first + n_days - 1)
            )
        )
    }
    return [found.get(first + place, DayFigures(day)) for place, day in enumerate(days)]


def versions_that_learned(
    session: Session, numbers: Collection[int]
) -> dict[int, list[tuple[int, bool]]]:
    """For each drawing number the versions that trained on it, each with "was ever live"."""
    promoted = select(Promotion.version).distinct().subquery()
    rows = session.execute(
        select(RunDrawing.drawing_number, ModelVersion.version, promoted.c.version.is_not(None))
        .join(ModelVersion, ModelVersion.run_id == RunDrawing.run_id)
        .outerjoin(promoted, promoted.c.version == ModelVersion.version)
        .where(RunDrawing.drawing_number.in_(numbers))
        .order_by(ModelVersion.version)
    )
    learned: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for number, version, was_live in rows:
        learned[number].append((version, bool(was_live)))
    return learned


def schedule(session: Session) -> Schedule:
    """The schedule's one row."""
    return session.get_one(Schedule, 1)


def latest_run(session: Session) -> Run | None:
    """The newest run, open or over."""
    return session.scalars(select(Run).order_by(Run.id.desc()).limit(1)).one_or_none()


def verdict_of(session: Session, run_id: int) -> Verdict | None:
    """What the gate said of a run's candidate; None before, or if the run had none."""
    return session.get(Verdict, run_id)


def counted_versions(session: Session) -> Sequence[int]:
    """All versions that count, in order."""
    return session.scalars(select(ModelVersion.version).order_by(ModelVersion.version)).all()


def version_status(session: Session, version: int, live: int | None) -> str:
    """`live`, `retired` (was live once), or `held`."""
    if version == live:
        return "live"
    once = select(Promotion.id).where(Promotion.version == version).limit(1)
    return "held" if session.scalars(once).one_or_none() is None else "retired"


def promoted_at(session: Session, version: int) -> datetime | None:
    """When a version last went live; None if it never did."""
    at = select(Promotion.at).where(Promotion.version == version)
    return session.scalars(at.order_by(Promotion.id.desc()).limit(1)).one_or_none()


def first_training(session: Session) -> dict[str, Any] | None:
    """How far the first training is, for answers before there is a champion."""
    run = session.scalars(
        select(Run).where(Run.status.in_([RunStatus.QUEUED, RunStatus.RUNNING]))
    ).one_or_none()
    if run is None:
        return None
    return {"phase": run.phase, "step": run.step, "n_steps": run.n_steps}
