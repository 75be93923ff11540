"""`python -m tests.faults.tiny_trainer`: the real trainer process, in the tiny world."""

from __future__ import annotations

import sys

from tests.support.tiny_world import load_tiny
from trainer.process.main import parse_options, run

if __name__ == "__main__":
    sys.exit(run(parse_options(sys.argv[1:]), load_tiny))
