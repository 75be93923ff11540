"""`python -m tests.faults.long_trainer`: the real trainer process, with a run of minutes."""

from __future__ import annotations

import functools
import sys
from dataclasses import replace

from core.base.settings import Settings
from core.storage.database import Database
from tests.support.tiny_world import RUN, tiny_context
from trainer.pipeline.interface import Pipeline
from trainer.pipeline.run import run_pipeline
from trainer.process.main import parse_options, run

LONG = replace(RUN, min_steps=100_000, max_steps=100_000)


def load_long(settings: Settings, database: Database) -> Pipeline:
    """Load the real pipeline in the tiny world, with very many steps."""
    return functools.partial(run_pipeline, tiny_context(settings, database, LONG))


if __name__ == "__main__":
    sys.exit(run(parse_options(sys.argv[1:]), load_long))
