"""The application, put together in one place."""

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
from server.serving.readings import Readings
from server.serving.review_queue import ReviewQueue
from server.serving.writer import DrawingWriter

MAX_BODY_BYTES = 10_000_000
LARGEST_ROW_NUMBER = 2**63 - 1
N_DIGITS = len(str(LARGEST_ROW_NUMBER))
MAX_FORM_PARTS = 10  # a form has a file and two short fields

log = structlog.get_logger()
ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


class RowNumber(IntegerConverter):
    """`<int:…>` in routes: a number that no row can have is that of none, rather than a 500.

    With `max`, Werkzeug would answer 405 where other methods of the address are routes of their
    own; and Python refuses to read a number of over 4,300 digits.
    """

    def to_python(self, value: str) -> int:
        """The number, or the largest that a database takes."""
        return min(int(value[: N_DIGITS + 1]), LARGEST_ROW_NUMBER)


class InkloopApp(Flask):
    """Flask, but a bug goes into the one log, with the request's number."""

    def log_exception(self, exc_info: ExcInfo | None) -> None:
        """Called for each exception that no handler expected."""
        log.error(
            "unexpected error",
            request_id=g.get("request_id"),
            exc_info=exc_info or sys.exc_info(),
        )


def create_app(settings: Settings, *, follow: bool = False) -> Flask:
    """The application on an instance; `follow` starts the thread that follows promotions.

    Engines and thread belong to the process that calls this: call it after any fork.
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
    """The parts behind the routes, for this process."""
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
        readings=Readings(live),
        secret=secret,
    )
