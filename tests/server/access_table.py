"""The committed table of roles, `docs/access.txt`, for tests that walk all routes."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).resolve().parents[2] / "docs" / "access.txt"


class Row(NamedTuple):
    """One line of the table."""

    role: str
    method: str
    rule: str

    @property
    def is_described(self) -> bool:
        """Whether the OpenAPI document has the route; it leaves out pages and assets."""
        return self.rule.startswith("/api/v1/") or self.rule in ("/healthz", "/readyz", "/metrics")


ROWS = [Row(*line.split()) for line in TABLE.read_text(encoding="ascii").splitlines()]
