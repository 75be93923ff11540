"""What became of a delivery to the webhook, in English. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SENTENCES = {
    "delivered": "Delivered: the receiver answered {status}.",
    "refused": "The receiver answered {status} instead of 200 to 299: look in its log.",
    "redirected": "The receiver answered with a redirect ({status}), which is never followed: "
    "save the address that it leads to.",
    "timed_out": "The receiver did not answer within {seconds} seconds.",
    "unknown_host": "No address is known for {host}: check it for a typing error.",
    "private": "{host} leads to {address}, which is not a public address, so nothing was sent. "
    "The operator of Inkloop can allow it with INKLOOP_WEBHOOK_PRIVATE=on.",
    "unreachable": "Nothing answers at {address}: is the receiver running?",
    "insecure": "The receiver's certificate is not valid for {host}, so nothing was sent.",
    "no_http": "The receiver closed the connection, or does not speak HTTP.",
    "withdrawn": "The address was removed before anything was sent.",
}

TEST_SENTENCE = "A test: Inkloop notifies this address when a run ends."


def outcome_sentence(outcome: str, facts: Mapping[str, Any]) -> str:
    """Return an outcome (`core.webhooks.signing.Outcome`) and its figures as a sentence."""
    return _SENTENCES[outcome].format_map(facts)
