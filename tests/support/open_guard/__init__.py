"""The open guard as tests import it: the copy that Python has loaded already, if there is one.

Test processes start with this folder on their path and load `sitecustomize` themselves. A second
copy of the module would add a second audit hook and raise another exception class.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

_loaded = sys.modules.get("sitecustomize")
if _loaded is not None and Path(_loaded.__file__ or "").resolve().parent == HERE:
    sitecustomize = sys.modules[f"{__name__}.sitecustomize"] = _loaded
