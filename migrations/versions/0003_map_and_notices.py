"""What the views of runs and of the map need: log lines of runs, and telling somebody of their end.

Downgrading forgets the log lines and whom to tell; runs, verdicts and curves stay.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = WHOLE  # microseconds since 1970, UTC


def upgrade() -> None:
    _runs()
    _webhook()


def downgrade() -> None:
    for name in ("webhook_deliveries", "webhook", "run_lines"):
        op.drop_table(name)
    op.execute("ALTER TABLE runs DROP COLUMN failure")


def _runs() -> None:
    op.add_column("runs", sa.Column("failure", sa.Text(), nullable=True))
    op.create_table(
        "run_lines",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("run_id", WHOLE, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_lines_run_id_runs"),
        sa.PrimaryKeyConstraint("id", name="pk_run_lines"),
        sqlite_strict=True,
    )
    op.create_index("ix_run_lines_run_id", "run_lines", ["run_id"])


def _webhook() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_webhook_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        sqlite_strict=True,
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("run_id", WHOLE, nullable=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("n_attempts", WHOLE, nullable=False),
        sa.Column("attempted_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_webhook_deliveries_run_id_runs"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sqlite_strict=True,
    )
    op.create_index("ix_webhook_deliveries_run_id", "webhook_deliveries", ["run_id"])
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
