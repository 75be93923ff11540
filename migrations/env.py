"""Alembic's entry point: runs on the connection that `core.storage.migrate` passes."""

from __future__ import annotations

from alembic import context

import core.storage.tables  # noqa: F401  (fills Base.metadata)
from core.storage.database import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # All steps run in the caller's transaction, so a killed process leaves no partial migration.
    transactional_ddl=True,
    transaction_per_migration=False,
    render_as_batch=True,
)
context.run_migrations()
