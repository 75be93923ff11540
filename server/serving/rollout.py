"""Wait until every worker serves a promoted version."""

from __future__ import annotations

import time

from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.errors import Conflict, NotSwitched
from core.storage.database import Database
from core.storage.shared_state import SharedState
from core.versions import lifecycle
from server.serving.live_model import LiveModel

PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.1


def wait_until_served(
    live: LiveModel, database: Database, shared_state: SharedState, version: int
) -> None:
    """Return once all running workers report `version`, which each has loaded and tested.

    Raises: NotSwitched after 30 s, naming the workers that lag; Conflict, if another version went
    live meanwhile.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        live.look()  # this process need not wait for its own next poll
        with database.read() as session:
            _check_still_champion(session, version)
        workers = shared_state.workers(now=utc_now())
        lagging = [worker for worker in workers if worker.version != version]
        if not lagging:
            return
        if time.monotonic() > deadline:
            named = "; ".join(
                f"worker {worker.pid} serves {_named(worker.version)}"
                + (f" ({worker.problem})" if worker.problem else "")
                for worker in lagging
            )
            raise NotSwitched(f"version {version} is promoted, but {named}: see /readyz")
        time.sleep(POLL_SECONDS)


def _check_still_champion(session: Session, version: int) -> None:
    champion = lifecycle.live_promotion(session)
    if champion is None or champion.version != version:
        raise Conflict(f"another version went live while version {version} was taking over")


def _named(version: int | None) -> str:
    return "no version" if version is None else f"version {version}"
