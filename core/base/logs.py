"""Logging of all parts: to standard error, as readable lines or one JSON object a line."""

from __future__ import annotations

import contextlib
import logging
import logging.config
import sys
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor

LogFormat = Literal["console", "json"]
SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.UnicodeDecoder(),
]


def configure(log_format: LogFormat, part: str) -> None:
    """Set up structlog and the standard library's logging to write the same format.

    `part` (`up`, `server`, `trainer`) is a field of every line, so that one stream can hold all.
    """
    logging.config.dictConfig(stdlib_config(log_format, part))
    # structlog writes directly: through the standard library each line takes 60 µs more, a
    # fifteenth of a whole prediction.
    structlog.configure(
        processors=[*SHARED, _part_namer(part), *_renderers(log_format)],
        logger_factory=lambda *_: _StandardError(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )


class _StandardError:
    """Writes structlog's lines. A full disk behind standard error must not fail the caller."""

    def write(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(line + "\n")

    debug = info = warning = error = critical = write  # as structlog names its levels


def stdlib_config(log_format: LogFormat, part: str) -> dict[str, Any]:
    """Return the configuration for `logging.config.dictConfig`; Granian takes it as JSON."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "core.base.logs.line_formatter", "log_format": log_format, "part": part}
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"level": "INFO", "handlers": ["stderr"]},
        "loggers": {
            name: {"level": level, "handlers": ["stderr"], "propagate": False}
            # At each start Granian warns about its defaults, and Alembic logs each step.
            for name, level in (
                ("_granian", "ERROR"),
                ("granian.access", "ERROR"),
                ("alembic", "WARNING"),
            )
        },
    }


def line_formatter(log_format: LogFormat, part: str) -> logging.Formatter:
    """Return the formatter that the configuration names."""
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[remove_meta, _part_namer(part), *_renderers(log_format)],
    )


def _part_namer(part: str) -> Processor:
    def name_part(_logger: object, _method: str, event: EventDict) -> EventDict:
        event.setdefault("part", part)
        return event

    return name_part


def _renderers(log_format: LogFormat) -> list[Processor]:
    if log_format == "json":
        return [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    # Plain tracebacks: the decorated ones print local variables, and secrets among them.
    renderer = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        timestamp_key="ts",
        exception_formatter=structlog.dev.plain_traceback,
    )
    return [renderer]
