"""Deliveries to the webhook as JSON."""

from __future__ import annotations

from core.storage.tables import WebhookDelivery
from core.webhooks.outcomes import outcome_sentence
from server.api.shared.json_values import Json, iso


def delivery_json(row: WebhookDelivery) -> Json:
    """Return a delivery and its outcome."""
    outcome = row.outcome
    return {
        "id": row.id,
        "event": row.event,
        "run_id": row.run_id,
        "created_at": iso(row.created_at),
        "attempted_at": iso(row.attempted_at),
        "n_attempts": row.n_attempts,
        "is_waiting": row.due_at is not None,
        "outcome": outcome,
        "sentence": None if outcome is None else outcome_sentence(outcome, row.facts),
        "facts": row.facts,
    }
