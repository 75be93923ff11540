"""The services that routes use, created once per process by `create_app`."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from core.base.settings import Settings
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.shared_state import SharedState
from server.limits import Limits
from server.monitoring.request_counts import RequestCounts
from server.serving.live_model import LiveModel
from server.serving.picture_reader import PictureReader
from server.serving.readings import ReadingCache
from server.serving.review_queue import ReviewQueue
from server.serving.writer import DrawingWriter

EXTENSION = "inkloop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Database, model, limits and the other services of a process."""

    settings: Settings
    database: Database
    shared_state: SharedState
    store: ModelStore
    live: LiveModel
    limits: Limits
    counts: RequestCounts
    writer: DrawingWriter
    pictures: PictureReader
    review: ReviewQueue
    readings: ReadingCache
    secret: bytes


def services() -> Services:
    """Return the current application's services."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Services)
    return found
