"""Hides the package rich from web processes, which import this module first.

structlog imports rich, where it is installed, for decorated tracebacks that Inkloop does not use:
3 MB of a worker's 160.
"""

from __future__ import annotations

import sys

sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
