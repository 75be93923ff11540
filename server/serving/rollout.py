"""A promotion by hand counts as done when every worker serves it, and not before."""

from __future__ import annotations

import time

from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.errors import Conflict, NotSwitched
from core.versions import lifecycle as versions
from server.services import Services

PATIENCE_SECONDS = 30.0
ASK_EVERY_SECONDS = 0.1


def wait_until_served(parts: Services, version: int) -> None:
    """Return once all live workers answer with `version`, each having tested it by itself.

    Raises: NotSwitched, naming who lags after 30 s; Conflict, if another version went live.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        parts.live.look()  # this process need not wait for its own next look
        with parts.database.read() as session:
            _check_still_champion(session, version)
        workers = parts.shared_state.workers(now=utc_now())
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
        time.sleep(ASK_EVERY_SECONDS)


def _check_still_champion(session: Session, version: int) -> None:
    champion = versions.champion(session)
    if champion is None or champion.version != version:
        raise Conflict(f"another version went live while version {version} was taking over")


def _named(version: int | None) -> str:
    return "no version" if version is None else f"version {version}"
