"""Imported by web processes before anything else: in them, rich is as if it were not installed.

structlog imports it for tracebacks of a kind that we never show: 3 MB of each worker, of 160.
"""

from __future__ import annotations

import sys

sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
