"""Entry point of `python -m trainer`."""

from __future__ import annotations

import sys

from trainer.process.main import main

if __name__ == "__main__":
    sys.exit(main())
