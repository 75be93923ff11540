"""Queries about versions: the champion, each version's status, what versions learned from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.storage.tables import Drawing, ModelVersion, Promotion, RunDrawing
from core.versions import lifecycle


@dataclass(frozen=True, slots=True)
class Champion:
    """The live version."""

    version: int
    sha256: str
    manifest_sha256: str
    accuracy: float | None
    """Accuracy on the exam, 0 to 1."""
    promoted_at: datetime
    previous_version: int | None


def champion(session: Session) -> Champion | None:
    """The live version with its accuracy; None before the first promotion."""
    promotion = lifecycle.live_promotion(session)
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
    """The number of the live version; None before the first promotion."""
    promotion = lifecycle.live_promotion(session)
    return None if promotion is None else promotion.version


def versions_that_learned(
    session: Session, numbers: Collection[int]
) -> dict[int, list[tuple[int, bool]]]:
    """Drawing number -> versions that trained on it, each with whether it was ever live."""
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


def versions_that_learned_from(session: Session, contributor_id: str) -> list[int]:
    """The versions that trained on any drawing of a contributor, in order."""
    learned = (
        select(RunDrawing.run_id)
        .join(Drawing, Drawing.number == RunDrawing.drawing_number)
        .where(Drawing.contributor_id == contributor_id, RunDrawing.run_id == ModelVersion.run_id)
        .correlate(ModelVersion)
    )
    found = select(ModelVersion.version).where(learned.exists()).order_by(ModelVersion.version)
    return list(session.scalars(found))


def counted_versions(session: Session) -> Sequence[int]:
    """The numbers of all versions, in order."""
    return session.scalars(select(ModelVersion.version).order_by(ModelVersion.version)).all()


def manifest_hashes(session: Session) -> dict[int, str]:
    """Return the SHA-256 of every version's manifest, by version."""
    rows = session.execute(select(ModelVersion.version, ModelVersion.manifest_sha256))
    return {row.version: row.manifest_sha256 for row in rows}


def version_status(session: Session, version: int, live: int | None) -> str:
    """`live`, `retired` (was live once), or `held`."""
    if version == live:
        return "live"
    once = select(Promotion.id).where(Promotion.version == version).limit(1)
    return "held" if session.scalars(once).one_or_none() is None else "retired"


def promoted_at(session: Session, version: int) -> datetime | None:
    """Return the time when a version last went live; None if it never did."""
    at = select(Promotion.at).where(Promotion.version == version)
    return session.scalars(at.order_by(Promotion.id.desc()).limit(1)).one_or_none()
