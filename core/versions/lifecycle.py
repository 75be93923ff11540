"""State changes of versions: adding them, promoting them, moving the anchor."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.base.errors import Conflict, NotFound
from core.runs.lease import require_fence
from core.storage.audit import audit
from core.storage.tables import Anchor, ModelVersion, Promotion

BY_GATE = "gate"


def next_version(session: Session) -> int:
    """The number for the next candidate: the highest one plus 1."""
    return (session.scalars(select(func.max(ModelVersion.version))).one() or 0) + 1


def add_version(
    session: Session,
    *,
    fence: int,
    version: int,
    sha256: str,
    manifest_sha256: str,
    manifest: dict[str, Any],
    scores: dict[str, Any],
    run_id: int,
    now: datetime,
) -> None:
    """Add a version whose files are complete in the model store.

    Raises: LeaseLost, if another trainer has taken over.
    """
    require_fence(session, fence)
    session.add(
        ModelVersion(
            version=version,
            network=manifest["network"],
            sha256=sha256,
            manifest_sha256=manifest_sha256,
            base_version=manifest["base_version"],
            run_id=run_id,
            created_at=now,
            scores=scores,
            manifest=manifest,
        )
    )
    session.flush()


def live_promotion(session: Session) -> Promotion | None:
    """The newest promotion: its version is the champion."""
    return session.scalars(select(Promotion).order_by(Promotion.id.desc()).limit(1)).one_or_none()


def anchor_version(session: Session) -> int | None:
    """The version that non-inferiority is measured against."""
    return session.scalars(select(Anchor.version).order_by(Anchor.id.desc()).limit(1)).one_or_none()


def promote(
    session: Session, version: int, *, kind: str, reason: str, by: str, now: datetime
) -> Promotion:
    """Make `version` live. `kind` is `gate`, `promote` or `rollback`.

    Raises: NotFound; Conflict, if it is live already.
    """
    if session.get(ModelVersion, version) is None:
        raise NotFound("version", version)
    live = live_promotion(session)
    if live is not None and live.version == version:
        raise Conflict(f"version {version} is live already")
    promotion = Promotion(
        version=version,
        previous_version=None if live is None else live.version,
        kind=kind,
        reason=reason,
        by=by,
        at=now,
    )
    session.add(promotion)
    audit(session, by=by, action=kind, subject=f"version:{version}", now=now, reason=reason)
    session.flush()
    return promotion


def rollback(session: Session, *, reason: str, by: str, now: datetime) -> Promotion:
    """Return to the version that was live before the current one.

    A second rollback goes one version further back: it looks at the promotion of the current
    version, not at the rollback to it.

    Raises: Conflict, if there is none.
    """
    live = live_promotion(session)
    promotion = None
    if live is not None:
        promotion = session.scalars(
            select(Promotion)
            .where(Promotion.version == live.version, Promotion.kind != "rollback")
            .order_by(Promotion.id.desc())
            .limit(1)
        ).one_or_none()
    if promotion is None or promotion.previous_version is None:
        raise Conflict("there is no version to go back to: no other one was live before")
    return promote(
        session, promotion.previous_version, kind="rollback", reason=reason, by=by, now=now
    )


def move_anchor(session: Session, version: int, *, reason: str, by: str, now: datetime) -> None:
    """Measure later candidates against `version`. Only a person moves the anchor after the first.

    Raises: NotFound.
    """
    if session.get(ModelVersion, version) is None:
        raise NotFound("version", version)
    session.add(Anchor(version=version, reason=reason, by=by, at=now))
    audit(session, by=by, action="anchor", subject=f"version:{version}", now=now, reason=reason)
