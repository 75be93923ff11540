"""The ear, as tests import it: the one that listens already, where Python has loaded it by itself.

Processes in which pytest shares out its tests start with `tests/ear` on their path. A second copy
of the module would listen a second time, and raise another class than the first.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

_loaded = sys.modules.get("sitecustomize")
if _loaded is not None and Path(_loaded.__file__ or "").resolve().parent == HERE:
    sitecustomize = sys.modules[f"{__name__}.sitecustomize"] = _loaded
