"""The versions that a candidate is compared with: champion and anchor."""

from __future__ import annotations

from dataclasses import dataclass

from core.storage.tables import ModelVersion
from core.versions import lifecycle as versions
from trainer.pipeline.context import StoredModel, TrainerContext


@dataclass(frozen=True, slots=True)
class Baselines:
    """The live version and the anchor; the same version as long as the anchor is live."""

    champion: StoredModel
    anchor: StoredModel


def load_baselines(context: TrainerContext) -> Baselines | None:
    """Load the live version and the anchor; None before the first model."""
    with context.database.read() as session:
        champion = versions.live_promotion(session)
        if champion is None:
            return None
        anchor = versions.anchor_version(session) or champion.version
        rows = {n: session.get_one(ModelVersion, n) for n in (champion.version, anchor)}
    loaded = {n: context.load_model(n, row.manifest_sha256) for n, row in rows.items()}
    return Baselines(loaded[champion.version], loaded[anchor])
