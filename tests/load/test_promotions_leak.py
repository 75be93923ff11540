"""Promotions leak no memory in a worker. A short version of the bench `load`."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.base.settings import Settings
from core.storage.database import Database
from core.storage.model_store import ModelStore
from tests.conftest import SECRET
from tests.server import small_models
from tests.support.running import ROOT, guarded

N_WARM_UP, N_MEASURED = 10, 30
MAX_KB_EACH = 20_000 / 200  # 20 MB in 200 promotions
# A worker's steps: check, load, predict. Its last line of output: memory after each, in kB.
WORKER = """
import sys
import numpy as np
import psutil
from core.base.settings import Settings
from server.app import make_services
from core.versions.lifecycle import promote
from core.base.clock import utc_now

parts = make_services(Settings.from_env())
used_kb = []
inks = np.zeros((1, 28, 28), np.uint8)
for version in range(1, int(sys.argv[1]) + 1):
    with parts.database.write() as session:
        promote(session, version, kind="gate", reason="", by="gate", now=utc_now())
    parts.live.look()
    assert parts.live.current.version == version
    parts.live.current.read(inks)
    used_kb.append(psutil.Process().memory_info().rss // 1000)
print("\\n" + " ".join(map(str, used_kb)))
"""


@pytest.mark.slow
def test_thirty_promotions_leak_at_most_a_hundred_kilobytes_each(
    settings: Settings, database: Database
) -> None:
    store = ModelStore(settings.models_dir)
    with database.write() as session:
        for version in range(1, N_WARM_UP + N_MEASURED + 1):
            small_models.publish(store, session, version, says=version % 10, is_live=False)

    done = subprocess.run(
        [sys.executable, "-c", WORKER, str(N_WARM_UP + N_MEASURED)],
        cwd=ROOT,
        env={
            **guarded(),
            "INKLOOP_INSTANCE": str(settings.instance),
            "INKLOOP_SECRET_KEY": SECRET,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    used_kb = [int(word) for word in done.stdout.splitlines()[-1].split()]
    grown_kb = used_kb[-1] - used_kb[N_WARM_UP - 1]
    assert grown_kb <= N_MEASURED * MAX_KB_EACH, used_kb
