"""What routes work with, made once per process by `create_app`."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from core.db import Database
from core.model_store import ModelStore
from core.settings import Settings
from core.volatile import Volatile
from server.drawing_writer import DrawingWriter
from server.limits import Limits
from server.live_model import LiveModel
from server.picture_reader import PictureReader
from server.readings import Readings
from server.request_counts import RequestCounts
from server.review_queue import ReviewQueue

EXTENSION = "inkloop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts behind the routes."""

    settings: Settings
    database: Database
    volatile: Volatile
    store: ModelStore
    live: LiveModel
    limits: Limits
    counts: RequestCounts
    writer: DrawingWriter
    pictures: PictureReader
    review: ReviewQueue
    readings: Readings
    secret: bytes


def services() -> Services:
    """Those of the application that handles the request."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Services)
    return found
