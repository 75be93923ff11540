"""Create all tables.

This is the first revision. The schedule's row starts with every night at three o'clock in the
machine's time zone and at least 20 new drawings. The trainer's lease starts without a holder.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# STRICT tables of SQLite accept only INTEGER, TEXT, REAL and BLOB.
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")
NUMBER = sa.Float().with_variant(sa.REAL(), "sqlite")
MOMENT = WHOLE  # microseconds since 1970, UTC

TABLES = [
    "audit_events",
    "contributors",
    "counters",
    "leases",
    "runs",
    "schedule",
    "setup_tokens",
    "users",
    "api_tokens",
    "drawings",
    "evaluations",
    "login_sessions",
    "model_versions",
    "run_metrics",
    "verdicts",
    "anchors",
    "embeddings",
    "label_events",
    "promotions",
    "run_drawings",
]


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_events_at", "audit_events", ["at"], unique=False)

    op.create_table(
        "contributors",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("is_held_out", FLAG, nullable=False),
        sa.Column("n_drawings", WHOLE, nullable=False),
        sa.Column("blocked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_contributors"),
        sa.UniqueConstraint("number", name="uq_contributors_number"),
        sqlite_strict=True,
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("n", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
        sqlite_strict=True,
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("fence", WHOLE, nullable=False),
        sa.Column("heartbeat_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
        sqlite_strict=True,
    )
    op.create_table(
        "runs",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("is_forced", FLAG, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("queued_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("fence", WHOLE, nullable=True),
        sa.Column("n_attempts", WHOLE, nullable=False),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("step", WHOLE, nullable=True),
        sa.Column("n_steps", WHOLE, nullable=True),
        sa.Column("loss", NUMBER, nullable=True),
        sa.Column("accuracy", NUMBER, nullable=True),
        sa.Column("progress_at", MOMENT, nullable=True),
        sa.Column("seed", WHOLE, nullable=False),
        sa.Column("base_version", WHOLE, nullable=True),
        sa.Column("version", WHOLE, nullable=True),
        sa.Column("n_new", WHOLE, nullable=True),
        sa.Column("n_drawings", WHOLE, nullable=True),
        sa.Column("cancel_requested_at", MOMENT, nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'promoted', 'held', 'failed', 'cancelled')",
            name="ck_runs_status",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.UniqueConstraint("due_at", name="uq_runs_due_at"),
        sqlite_strict=True,
    )
    op.create_table(
        "schedule",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("min_new_drawings", WHOLE, nullable=False),
        sa.Column("enabled", FLAG, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("next_due_at", MOMENT, nullable=True),
        sa.Column("last_due_at", MOMENT, nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=True),
        sa.Column("last_n_new", WHOLE, nullable=True),
        sa.CheckConstraint("id = 1", name="ck_schedule_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_schedule"),
        sqlite_strict=True,
    )
    op.create_table(
        "setup_tokens",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_setup_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_setup_tokens_token_hash"),
        sqlite_strict=True,
    )
    op.create_table(
        "users",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.CheckConstraint("role IN ('reviewer', 'admin')", name="ck_users_role"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
        sqlite_strict=True,
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("user_id", WHOLE, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.CheckConstraint("role IN ('reviewer', 'admin')", name="ck_api_tokens_role"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name="fk_api_tokens_user_id_users",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_api_tokens_token_hash"),
        sqlite_strict=True,
    )
    op.create_index("ix_api_tokens_user_id", "api_tokens", ["user_id"], unique=False)

    op.create_table(
        "drawings",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("contributor_id", sa.Text(), nullable=False),
        sa.Column("label", WHOLE, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("split", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ink", sa.LargeBinary(), nullable=False),
        sa.Column("imaging_version", WHOLE, nullable=False),
        sa.Column("strokes", sa.LargeBinary(), nullable=True),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.Column("predicted_label", WHOLE, nullable=True),
        sa.Column("predicted_version", WHOLE, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_in_run_id", WHOLE, nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.Column("status_before", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "source IN ('drawn', 'uploaded', 'imported')", name="ck_drawings_source"
        ),
        sa.CheckConstraint(
            "split IN ('train', 'holdout_known', 'holdout_new')",
            name="ck_drawings_split",
        ),
        sa.CheckConstraint(
            "status IN ('accepted', 'quarantined', 'rejected', 'deleted')",
            name="ck_drawings_status",
        ),
        sa.CheckConstraint("label BETWEEN 0 AND 9", name="ck_drawings_label"),
        sa.CheckConstraint("length(ink) IN (0, 784)", name="ck_drawings_ink"),
        sa.ForeignKeyConstraint(
            ["contributor_id"],
            ["contributors.id"],
            name="fk_drawings_contributor_id_contributors",
        ),
        sa.ForeignKeyConstraint(
            ["used_in_run_id"], ["runs.id"], name="fk_drawings_used_in_run_id_runs"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_drawings"),
        sa.UniqueConstraint("id", name="uq_drawings_id"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_drawings_contributor_id_number",
        "drawings",
        ["contributor_id", "number"],
        unique=False,
    )
    op.create_index("ix_drawings_label_number", "drawings", ["label", "number"], unique=False)
    op.create_index(
        "ix_drawings_new",
        "drawings",
        ["number"],
        unique=False,
        sqlite_where=sa.text("used_in_run_id IS NULL AND split = 'train' AND status = 'accepted'"),
    )
    op.create_index("ix_drawings_status_number", "drawings", ["status", "number"], unique=False)

    op.create_table(
        "evaluations",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("run_id", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("n", WHOLE, nullable=False),
        sa.Column("n_correct", WHOLE, nullable=False),
        sa.Column("ece", NUMBER, nullable=True),
        sa.Column("nll", NUMBER, nullable=True),
        sa.Column("predicted", sa.LargeBinary(), nullable=False),
        sa.Column("drawing_numbers", sa.Text(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "dataset IN ('mnist_test', 'holdout_known', 'holdout_new')",
            name="ck_evaluations_dataset",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_evaluations_run_id_runs"),
        sa.PrimaryKeyConstraint("id", name="pk_evaluations"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_evaluations_version_dataset",
        "evaluations",
        ["version", "dataset"],
        unique=False,
    )

    op.create_table(
        "login_sessions",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", WHOLE, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name="fk_login_sessions_user_id_users",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_login_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_login_sessions_token_hash"),
        sqlite_strict=True,
    )
    op.create_index("ix_login_sessions_user_id", "login_sessions", ["user_id"], unique=False)

    op.create_table(
        "model_versions",
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("manifest_sha256", sa.Text(), nullable=False),
        sa.Column("base_version", WHOLE, nullable=True),
        sa.Column("run_id", WHOLE, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("scores", sa.Text(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["base_version"],
            ["model_versions.version"],
            name="fk_model_versions_base_version_model_versions",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_model_versions_run_id_runs"),
        sa.PrimaryKeyConstraint("version", name="pk_model_versions"),
        sqlite_strict=True,
    )
    op.create_table(
        "run_metrics",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("run_id", WHOLE, nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("step", WHOLE, nullable=False),
        sa.Column("loss", NUMBER, nullable=True),
        sa.Column("accuracy", NUMBER, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_metrics_run_id_runs"),
        sa.PrimaryKeyConstraint("id", name="pk_run_metrics"),
        sqlite_strict=True,
    )
    op.create_index("ix_run_metrics_run_id_step", "run_metrics", ["run_id", "step"], unique=False)

    op.create_table(
        "verdicts",
        sa.Column("run_id", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("passed", FLAG, nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_verdicts_run_id_runs"),
        sa.PrimaryKeyConstraint("run_id", name="pk_verdicts"),
        sqlite_strict=True,
    )
    op.create_table(
        "anchors",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["version"],
            ["model_versions.version"],
            name="fk_anchors_version_model_versions",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_anchors"),
        sqlite_strict=True,
    )
    op.create_table(
        "embeddings",
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("x", NUMBER, nullable=False),
        sa.Column("y", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["version"],
            ["model_versions.version"],
            name="fk_embeddings_version_model_versions",
        ),
        sa.PrimaryKeyConstraint("version", "source", "number", name="pk_embeddings"),
        sqlite_strict=True,
    )
    op.create_table(
        "label_events",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("drawing_number", WHOLE, nullable=False),
        sa.Column("label", WHOLE, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("label BETWEEN 0 AND 9", name="ck_label_events_label"),
        sa.ForeignKeyConstraint(
            ["drawing_number"],
            ["drawings.number"],
            name="fk_label_events_drawing_number_drawings",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_label_events"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_label_events_drawing_number",
        "label_events",
        ["drawing_number"],
        unique=False,
    )

    op.create_table(
        "promotions",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("previous_version", WHOLE, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["version"],
            ["model_versions.version"],
            name="fk_promotions_version_model_versions",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_promotions"),
        sqlite_strict=True,
    )
    op.create_table(
        "run_drawings",
        sa.Column("run_id", WHOLE, nullable=False),
        sa.Column("drawing_number", WHOLE, nullable=False),
        sa.Column("label", WHOLE, nullable=False),
        sa.Column("is_new", FLAG, nullable=False),
        sa.ForeignKeyConstraint(
            ["drawing_number"],
            ["drawings.number"],
            name="fk_run_drawings_drawing_number_drawings",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_drawings_run_id_runs"),
        sa.PrimaryKeyConstraint("run_id", "drawing_number", name="pk_run_drawings"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_run_drawings_drawing_number",
        "run_drawings",
        ["drawing_number"],
        unique=False,
    )

    op.execute(
        "CREATE UNIQUE INDEX uq_runs_open ON runs ((status IN ('queued', 'running'))) "
        "WHERE status IN ('queued', 'running')"
    )
    op.execute(
        "INSERT INTO schedule (id, cron, timezone, min_new_drawings, enabled, updated_at, "
        "updated_by) VALUES (1, '0 3 * * *', '', 20, 1, 0, 'default')"
    )
    op.execute("INSERT INTO leases (name, fence) VALUES ('trainer', 0)")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
