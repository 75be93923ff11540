"""`python -m tests.faults.long_trainer`: the real trainer process, with a run of minutes."""

from __future__ import annotations

import functools
import sys
from dataclasses import replace

from core.base.settings import Settings
from core.storage.database import Database
from tests.support.tiny_world import RUN, tiny_workshop
from trainer.pipeline.run import carry_out
from trainer.process.job import CarryOut
from trainer.process.main import parse_options, run

LONG = replace(RUN, min_steps=100_000, max_steps=100_000)


def load_long(settings: Settings, database: Database) -> CarryOut:
    """The real steps in the tiny world, very many of them."""
    return functools.partial(carry_out, tiny_workshop(settings, database, LONG))


if __name__ == "__main__":
    sys.exit(run(parse_options(sys.argv[1:]), load_long))
