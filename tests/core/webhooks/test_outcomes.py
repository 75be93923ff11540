"""Outcomes of deliveries to the webhook."""

from __future__ import annotations

from typing import get_args

from core.webhooks.outcomes import outcome_sentence
from core.webhooks.signing import Outcome


def test_every_outcome_has_a_sentence_of_its_own() -> None:
    facts = {"status": 500, "host": "example.org", "address": "10.0.0.1", "seconds": 10}

    said = {outcome_sentence(outcome, facts) for outcome in get_args(Outcome)}

    assert len(said) == len(get_args(Outcome))
    assert all(sentence.endswith((".", "?")) for sentence in said)
