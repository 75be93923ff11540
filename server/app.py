"""The application factory."""

from __future__ import annotations

import sys
from types import TracebackType

import structlog
from flask import Flask, g
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from core.base.settings import Settings
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.shared_state import SharedState
from server import pages
from server.access import check_access
from server.api.blueprints import BLUEPRINTS
from server.background.tasks import Background
from server.errors import register_error_handlers
from server.headers import register_headers
from server.limits import Limits
from server.monitoring.request_counts import RequestCounts
from server.overload import Overload
from server.services import EXTENSION, Services
from server.serving.live_model import LiveModel
from server.serving.picture_reader import PictureReader
from server.serving.readings import ReadingCache
from server.serving.review_queue import ReviewQueue
from server.serving.writer import DrawingWriter

MAX_BODY_BYTES = 10_000_000
LARGEST_ROW_NUMBER = 2**63 - 1
N_DIGITS = len(str(LARGEST_ROW_NUMBER))
MAX_FORM_PARTS = 10  # forms have one file and at most two fields

log = structlog.get_logger()
ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


class RowNumber(IntegerConverter):
    """Converter of `<int:…>`: a number too large for the database becomes one that no row has.

    With the converter's own `max`, Werkzeug would answer 405 where the path has routes of other
    methods. Python refuses to parse numbers of over 4,300 digits.
    """

    def to_python(self, value: str) -> int:
        """Return the number, at most the largest that the database can store."""
        return min(int(value[: N_DIGITS + 1]), LARGEST_ROW_NUMBER)


class InkloopApp(Flask):
    """Flask with unexpected errors in the structured log, with the request's id."""

    def log_exception(self, exc_info: ExcInfo | None) -> None:
        """Log an exception that no error handler is registered for."""
        log.error(
            "unexpected error",
            request_id=g.get("request_id"),
            exc_info=exc_info or sys.exc_info(),
        )


def create_app(settings: Settings, *, follow: bool = False) -> Flask:
    """Create the application for an instance; `follow` starts the background thread.

    Call it after a fork: database engines and the thread belong to the calling process.
    """
    app = InkloopApp("server", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, MAX_FORM_PARTS=MAX_FORM_PARTS)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider's
    app.json.compact = True  # type: ignore[attr-defined]
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.url_map.converters["int"] = RowNumber
    parts = make_services(settings)
    app.extensions[EXTENSION] = parts
    register_headers(app)
    app.before_request(check_access)
    register_error_handlers(app)
    for blueprint in (pages.blueprint, *BLUEPRINTS):
        app.register_blueprint(blueprint)
    app.wsgi_app = Overload(app.wsgi_app, parts.counts)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    if follow:
        Background(parts).start()
    return app


def make_services(settings: Settings) -> Services:
    """Create the services of this process."""
    database = Database(settings)
    shared_state = SharedState(settings)
    store = ModelStore(settings.models_dir)
    secret = settings.secret()
    live = LiveModel(database, store, shared_state)
    return Services(
        settings=settings,
        database=database,
        shared_state=shared_state,
        store=store,
        live=live,
        limits=Limits(shared_state, settings, secret),
        counts=RequestCounts(),
        writer=DrawingWriter(database, secret),
        pictures=PictureReader(),
        review=ReviewQueue(database, live),
        readings=ReadingCache(live),
        secret=secret,
    )
