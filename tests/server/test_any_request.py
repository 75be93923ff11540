"""Any request gets an answer that `/openapi.json` describes.

schemathesis generates valid and invalid requests. They come from an admin's session or from an
anonymous client, and half of them name existing rows. An unexpected error fails the test with its
traceback, and so does an answer whose status, type or schema is not described. `TEST_EFFORT=20`
runs twenty times as many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.base.clock import utc_now
from core.base.kinds import Role
from core.base.settings import Settings
from core.people import accounts, sessions
from core.storage import migrate
from core.storage.tables import User
from server.app import create_app
from server.services import EXTENSION, Services
from tests.conftest import SECRET
from tests.server import small_models
from tests.server.access_table import ROWS
from tests.server.conftest import PASSWORD_HASH
from tests.server.effort import tries
from tests.support.factories import make_drawing, new_id

N_EXAMPLES = 7
# Each of these starts a process, or looks up an invalid host.
SLOW = {"GET /api/v1/export", "POST /api/v1/webhook/test"}
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
# Row numbers: two existing ones, the largest that a database can have, and a larger one.
NUMBERS = [1, 1, 2, 2, 2**31, 2**63 - 1, 2**63, 10**30]
# 503, 504 and 507 are expected server errors, described where they can happen.
CHECKS = [content_type_conformance, response_schema_conformance, status_code_conformance]


class World:
    """An instance with one of everything, and its admin."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.parts: Services = app.extensions[EXTENSION]
        self.drawings = [new_id() for _ in range(20)]
        with self.parts.database.write() as session:
            small_models.publish(self.parts.store, session, 1, says=7)
            small_models.publish(self.parts.store, session, 2, says=8)
            for drawing_id in self.drawings:
                make_drawing(session, id=drawing_id, ink=bytes(783) + b"\xff", now=utc_now())
        self.parts.live.look()
        self.admin = self.admin_again()

    def admin_again(self) -> dict[str, str]:
        """Return an admin's session cookie, of a new session if the last one has ended."""
        with self.parts.database.write() as session:
            user = session.get(User, 1) or accounts.create_user(
                session, "ada@example.org", PASSWORD_HASH, Role.ADMIN, by="test", now=utc_now()
            )
            user.role, user.disabled_at = Role.ADMIN, None
            secret = sessions.start_session(session, user.id, now=utc_now())
        return {"inkloop_session": secret}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("any") / "instance"
    place = Settings.from_env({}, instance=folder, secret_key=SECRET, rate_limits="off")
    migrate.upgrade(place)
    app = create_app(place)
    app.testing = True
    world = World(app)
    yield world
    world.parts.database.dispose()
    world.parts.shared_state.dispose()
    world.parts.pictures.close()


class Closing:
    """WSGI middleware that reads answers to their end and closes them, as a server does."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        answer = self._app(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            answer.close()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def operations(world: World) -> dict[str, Any]:
    """The documented operations, by names such as `GET /api/v1/stats`."""
    schema = schemathesis.openapi.from_wsgi("/openapi.json", Closing(world.app))
    described: Any = schema.get_all_operations()
    return {found.ok().label: found.ok() for found in described}


CONVERTERS = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")
NAMES = [row.method + " " + CONVERTERS.sub(r"{\1}", row.rule) for row in ROWS if row.is_described]


@pytest.mark.slow  # 20 s in all, each a fraction of one
@pytest.mark.parametrize("name", NAMES)
def test_any_request_is_answered_as_documented(
    world: World, operations: dict[str, Any], name: str
) -> None:
    operation = operations[name]
    requests = st.one_of([operation.as_strategy(generation_mode=mode) for mode in MODES])

    @tries(2 if name in SLOW else N_EXAMPLES)
    @given(case=requests, is_admin=st.integers(0, 3), is_real=st.booleans(), data=st.data())
    def ask(case: Any, is_admin: int, is_real: bool, data: st.DataObject) -> None:
        if is_real:
            for place in case.path_parameters or {}:
                real = world.drawings if place == "drawing_id" else NUMBERS
                case.path_parameters[place] = data.draw(st.sampled_from(real))
        answer = case.call(cookies=world.admin_again() if is_admin else {})
        case.validate_response(answer, checks=CHECKS)

    ask()
