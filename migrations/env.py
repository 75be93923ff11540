"""How Alembic reaches the database: by the connection that `core.storage.migrate` hands over."""

from __future__ import annotations

from alembic import context

import core.storage.tables  # noqa: F401  (fills Base.metadata)
from core.storage.database import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # All steps in the one transaction that the caller began: a process that dies leaves nothing.
    transactional_ddl=True,
    transaction_per_migration=False,
    render_as_batch=True,
)
context.run_migrations()
