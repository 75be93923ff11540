"""Why a map could not be made, in English. Pure."""

from __future__ import annotations

from typing import Final

_SENTENCES: Final = {
    "too_few": "a map needs at least 10 points: run `inkloop data fetch`, or draw some digits, "
    "then request the map again",
    "disk": "the disk is full: free some space, then request the map again",
    "model_file": "the version's file is missing or changed: `inkloop models verify` names it. "
    "Roll back, or restore a backup",
    "died": "the process that made the map died, perhaps for lack of memory: look in the "
    "trainer's log, then request the map again",
    "unexpected": "the database was busy, or an unexpected error occurred: look in the trainer's "
    "log, then request the map again",
}

FAILURES: Final = tuple(_SENTENCES)
"""Kinds of failure, as `maps.failure` keeps them."""


def failure_sentence(failure: str) -> str:
    """Return what went wrong and what to do; an unknown kind counts as unexpected."""
    return _SENTENCES.get(failure, _SENTENCES["unexpected"])
