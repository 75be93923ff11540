"""The WSGI application of each worker: `granian --interface wsgi server.wsgi:app`."""

from __future__ import annotations

from core.base import logs
from core.base.settings import Settings
from server.app import create_app

_settings = Settings.from_env()
logs.configure(_settings.log_format, "server")
app = create_app(_settings, follow=True)
