"""How all parts write their logs: to the standard error, for eyes or one JSON object a line."""

from __future__ import annotations

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
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.UnicodeDecoder(),
]


def configure(log_format: LogFormat, part: str) -> None:
    """Send structlog's and the standard library's lines through one format.

    `part` (`up`, `server`, `trainer`) is on every line, so that one stream tells them apart.
    """
    logging.config.dictConfig(stdlib_config(log_format, part))
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def stdlib_config(log_format: LogFormat, part: str) -> dict[str, Any]:
    """What `logging.config.dictConfig` takes, in plain values: Granian reads it as JSON."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "core.logs.line_formatter", "log_format": log_format, "part": part}
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
            # Granian warns of its own defaults, Alembic tells each step: not for every start.
            for name, level in (
                ("_granian", "ERROR"),
                ("granian.access", "ERROR"),
                ("alembic", "WARNING"),
            )
        },
    }


def line_formatter(log_format: LogFormat, part: str) -> logging.Formatter:
    """The formatter that the configuration names."""

    def name_part(_logger: object, _method: str, event: EventDict) -> EventDict:
        event.setdefault("part", part)
        return event

    last: list[Processor]
    if log_format == "json":
        last = [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        # Plain tracebacks: the pretty ones print local variables, and with them secrets.
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            timestamp_key="ts",
            exception_formatter=structlog.dev.plain_traceback,
        )
        last = [renderer]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, name_part, *last],
    )
