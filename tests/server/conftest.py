"""An application on a migrated database, its clients, and small real models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.base.clock import utc_now
from core.base.kinds import Role
from core.base.settings import Settings
from core.people import accounts, passwords, sessions
from server.app import create_app, make_services
from server.services import EXTENSION, Services
from server.serving.picture_reader import PictureReader
from tests.server import small_models

PASSWORD = "four quiet words here"
# Fast parameters: the real ones take 0.1 s and 64 MiB on purpose.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD_HASH = QUICK.hash(PASSWORD)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with fast parameters."""
    monkeypatch.setattr(passwords, "HASHER", QUICK)
    monkeypatch.setattr(passwords, "DUMMY_HASH", PASSWORD_HASH)


class ReadingClient(FlaskClient):
    """A client that reads each answer to its end, so that files are closed."""

    def open(self, *args: Any, buffered: bool = True, **kwargs: Any) -> TestResponse:
        """As Flask's own, with buffered answers."""
        return super().open(*args, buffered=buffered, **kwargs)


@pytest.fixture(scope="session")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application, shared by all tests: compiling its routes takes longer than most of them."""
    app = create_app(Settings.from_env({}, instance=tmp_path_factory.mktemp("routes")))
    app.test_client_class = ReadingClient
    return app


@pytest.fixture
def app(routes: Flask, parts: Services) -> Flask:
    """The application with this test's services; tests trigger its polls for promotions."""
    routes.extensions[EXTENSION] = parts
    routes.testing = True
    return routes


@pytest.fixture(scope="session")
def pictures() -> Iterator[PictureReader]:
    """Shared by all tests: starting its process takes longer than most of them."""
    reader = PictureReader()
    yield reader
    reader.close()


@pytest.fixture
def parts(settings: Settings, pictures: PictureReader) -> Iterator[Services]:
    """The services of the application's routes."""
    parts = replace(make_services(settings), pictures=pictures)
    yield parts
    parts.database.dispose()
    parts.shared_state.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Alice's browser."""
    return app.test_client()


@pytest.fixture
def publish(parts: Services) -> Callable[..., None]:
    """`publish(3, says=7)` stores version 3, promotes it and has the application load it."""

    def _publish(
        version: int,
        *,
        says: int,
        is_live: bool = True,
        is_noticed: bool = True,
        **changed: object,
    ) -> None:
        with parts.database.write() as session:
            small_models.publish(
                parts.store, session, version, says=says, is_live=is_live, **changed
            )
        if is_noticed:
            parts.live.look()

    return _publish


@pytest.fixture
def signed_in(app: Flask, parts: Services) -> Callable[[Role], FlaskClient]:
    """`signed_in(Role.ADMIN)` returns a browser that is signed in with that role."""

    def _signed_in(role: Role) -> FlaskClient:
        with parts.database.write() as session:
            email = f"{role}@example.org"
            user = accounts.create_user(
                session, email, PASSWORD_HASH, role, by="test", now=utc_now()
            )
            secret = sessions.start_session(session, user.id, now=utc_now())
        client = app.test_client()
        client.set_cookie("inkloop_session", secret)
        return client

    return _signed_in


@pytest.fixture
def admin(signed_in: Callable[[Role], FlaskClient]) -> FlaskClient:
    """An administrator's browser."""
    return signed_in(Role.ADMIN)


@pytest.fixture
def reviewer(signed_in: Callable[[Role], FlaskClient]) -> FlaskClient:
    """A reviewer's browser."""
    return signed_in(Role.REVIEWER)
