"""Factories for rows: valid by default, one keyword per property."""

from __future__ import annotations

import itertools
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core.base.kinds import Source
from core.drawings.storing import NewDrawing, store_drawing
from core.storage.tables import Drawing, ModelVersion
from core.versions.lifecycle import promote
from tests.conftest import NOW, SECRET

_numbers = itertools.count(1)


def new_id() -> str:
    """Return a new uuid."""
    return str(UUID(int=next(_numbers) + (4 << 76) + (2 << 62)))


def make_drawing(
    session: Session,
    *,
    id: str | None = None,
    contributor: str = "alice",
    label: int = 7,
    ink: bytes = bytes(784),
    source: Source = Source.DRAWN,
    predicted_label: int | None = None,
    predicted_version: int | None = None,
    now: datetime = NOW,
    secret: bytes = SECRET.encode(),
) -> Drawing:
    """Store a drawing."""
    new = NewDrawing(
        id=id or new_id(),
        contributor_id=contributor,
        label=label,
        source=source,
        ink=ink,
        imaging_version=1,
        predicted_label=predicted_label,
        predicted_version=predicted_version,
    )
    drawing, _ = store_drawing(session, new, secret=secret, now=now)
    return drawing


def make_version(
    session: Session,
    version: int,
    *,
    accuracy: float = 0.995,
    is_live: bool = True,
    sha256: str = "0" * 64,
    manifest_sha256: str = "0" * 64,
    now: datetime = NOW,
) -> ModelVersion:
    """Store a version's row without files, live by default."""
    n_correct = round(10_000 * accuracy)
    row = ModelVersion(
        version=version,
        network="compact",
        sha256=sha256,
        manifest_sha256=manifest_sha256,
        created_at=now,
        scores={"mnist_test": {"accuracy": accuracy, "n_correct": n_correct, "n": 10_000}},
        manifest={"version": version, "network": "compact", "base_version": None},
    )
    session.add(row)
    session.flush()
    if is_live:
        promote(session, version, kind="gate", reason="it passed", by="gate", now=now)
    return row
