"""The hash that is stored of sessions, tokens and set-up links."""

from __future__ import annotations

import hashlib


def secret_hash(secret: str) -> str:
    """SHA-256 in hexadecimal. Fast is enough: the secrets have 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
