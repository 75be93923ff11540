"""`python -m core.transfer`: the process that the server starts for an import or an export.

    import ID PARENT   work on that import until it needs a person, or process PARENT ends; the exit
                       code is 0 whatever the result is
    export REQUEST     write the export that the JSON in REQUEST describes to the standard output;
                       on a refusal the exit code is 3, and the standard error has the error's class
                       and message as JSON

In a process of its own a crash of a library cannot take a web worker down, the worker's memory does
not grow, and a lower priority leaves the processor to requests.
"""

from __future__ import annotations

import json
import os
import resource
import sys

import structlog

from core.base import logs
from core.base.errors import InkloopError, LeaseLost, NotReady, StorageFull
from core.base.parent_process import die_with
from core.base.settings import Settings
from core.storage.database import Database
from core.transfer.exporting import Exporter, Pipe
from core.transfer.importing import Importer
from core.transfer.selection import from_json

MEMORY_BYTES = 2 * 2**30  # a row group of Parquet may unpack to 512 MB
REFUSED = 3
log = structlog.get_logger()


def main(arguments: list[str]) -> int:
    """Run one import or export. Returns the exit code."""
    settings = Settings.from_env()
    _limit()
    kind, *rest = arguments
    database = Database(settings)
    try:
        if kind == "import":
            return _import(settings, database, *map(int, rest))
        return _export(database, *rest)
    finally:
        database.dispose()


def _limit() -> None:
    """Bound the memory, so that a hostile file ends as a refusal, and lower the priority."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most == resource.RLIM_INFINITY or most > MEMORY_BYTES:
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def _import(settings: Settings, database: Database, transfer_id: int, parent: int) -> int:
    die_with(parent)
    logs.configure(settings.log_format, "import")
    importer = Importer(settings, database)
    try:
        done = importer.run(transfer_id)
    except LeaseLost:
        return 0  # a person changed its state, or another process took over
    except (StorageFull, NotReady) as exc:
        importer.give_back(transfer_id, exc)
        log.warning("import interrupted", transfer=transfer_id, problem=str(exc))
        return 0
    if done is not None:
        log.info("import ended", transfer=transfer_id, status=done.status, n_new=done.n_new)
    return 0


def _export(database: Database, text: str) -> int:
    request = json.loads(text)
    exporter = Exporter(database, request["by"])
    try:
        exporter.run(Pipe(1), request["format"], from_json(request["filters"]))
    except InkloopError as exc:
        sys.stderr.write(json.dumps([type(exc).__name__, str(exc)]))
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
