"""`python -m core.transfer`: the process that the server starts for an import or an export.

    import ID PARENT   works on that import, as far as it goes, or until process PARENT ends; exit
                       code 0 whatever became of it
    export WORDS       writes to the standard output what the JSON in WORDS asks for; exit code 3,
                       and the error's class and sentence on the standard error, if it cannot

A process of its own: a file that makes a library crash takes no web worker with it, nothing that
is read stays in a worker's memory, and the processor serves people first.
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
from core.transfer.formats.format import Format
from core.transfer.importing import Importer
from core.transfer.selection import from_json

MEMORY_BYTES = 2 * 2**30  # a row group of Parquet may unpack to 512 MB
CANNOT = 3
log = structlog.get_logger()


def main(arguments: list[str]) -> int:
    """Do what the arguments say. Returns the exit code."""
    settings = Settings.from_env()
    _limit()
    kind, *words = arguments
    database = Database(settings)
    try:
        if kind == "import":
            return _import(settings, database, *map(int, words))
        return _export(database, *words)
    finally:
        database.dispose()


def _limit() -> None:
    """A file that asks for too much ends as a refusal, and people's requests come first."""
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
        return 0  # a person undid it meanwhile, or another process was faster
    except (StorageFull, NotReady) as exc:
        importer.give_back(transfer_id, exc)
        log.warning("import stands still", transfer=transfer_id, problem=str(exc))
        return 0
    if done is not None:
        log.info("import", transfer=transfer_id, status=done.status, n_new=done.n_new)
    return 0


def _export(database: Database, words: str) -> int:
    asked = json.loads(words)
    exporter = Exporter(database, asked["by"])
    try:
        exporter.run(Pipe(1), Format(asked["format"]), from_json(asked["filters"]))
    except InkloopError as exc:
        sys.stderr.write(json.dumps([type(exc).__name__, str(exc)]))
        return CANNOT
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
