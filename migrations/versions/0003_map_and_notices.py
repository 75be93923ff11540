"""Add log lines of runs, the webhook, maps, and counts of drawings by day.

Downgrading deletes the log lines, the webhook and the maps. Maps can be computed again. Runs,
verdicts and curves stay.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER = sa.Float().with_variant(sa.REAL(), "sqlite")
MOMENT = WHOLE  # microseconds since 1970, UTC


# A drawing's contribution to the row of its day. A deleted drawing contributes nothing.
DAY = "{row}.created_at / 86400000000"
KEPT = "({row}.status <> 'deleted')"
READ = "({row}.status <> 'deleted' AND {row}.predicted_label IS NOT NULL)"
DISAGREED = "({row}.status <> 'deleted' AND coalesce({row}.predicted_label <> {row}.label, 0))"
ADD_TO_DAY = (
    "INSERT INTO drawing_days (day, n, n_read, n_disagreed) VALUES ({values}) "
    "ON CONFLICT (day) DO UPDATE SET n = n + excluded.n, n_read = n_read + excluded.n_read, "
    "n_disagreed = n_disagreed + excluded.n_disagreed"
)
CHANGE_DAY = "UPDATE drawing_days SET {changes} WHERE day = {day}"
ADD_TO_THEIRS = (
    "INSERT INTO contributor_facets (contributor_id, facet, n) "
    "VALUES (NEW.contributor_id, NEW.facet, 1) "
    "ON CONFLICT (contributor_id, facet) DO UPDATE SET n = n + 1; "
)
TAKE_FROM_THEIRS = (
    "UPDATE contributor_facets SET n = n - 1 "
    "WHERE contributor_id = OLD.contributor_id AND facet = OLD.facet; "
)


def upgrade() -> None:
    _runs()
    _webhook()
    _map()
    _days()
    _contributor_facets()


def downgrade() -> None:
    for name in ("webhook_deliveries", "webhook", "run_lines"):
        op.drop_table(name)
    op.drop_table("maps")
    _no_contributor_facets()
    _no_days()
    _embeddings_before()
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


def _map() -> None:
    op.create_table(
        "maps",
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=True),
        sa.Column("seconds", NUMBER, nullable=True),
        sa.Column("newest_number", WHOLE, nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version"], ["model_versions.version"], name="fk_maps_version_model_versions"
        ),
        sa.PrimaryKeyConstraint("version", name="pk_maps"),
        sqlite_strict=True,
    )
    # The table is empty so far: no earlier code writes to it.
    op.drop_table("embeddings")
    _embeddings(
        sa.Column("place", WHOLE, nullable=False),
        sa.Column("x", NUMBER, nullable=False),
        sa.Column("y", NUMBER, nullable=False),
        sa.Column("predicted", WHOLE, nullable=False),
        sa.Column("near_label", WHOLE, nullable=False),
        sa.Column("depth", NUMBER, nullable=False),
    )
    op.create_index("ix_embeddings_number", "embeddings", ["number"])


def _embeddings_before() -> None:
    """Recreate the table of revision 0001, empty; its points can be computed again."""
    op.drop_table("embeddings")
    _embeddings(
        sa.Column("x", NUMBER, nullable=False),
        sa.Column("y", NUMBER, nullable=False),
    )


def _embeddings(*columns: sa.Column[Any]) -> None:
    op.create_table(
        "embeddings",
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["version"], ["model_versions.version"], name="fk_embeddings_version_model_versions"
        ),
        sa.PrimaryKeyConstraint("version", "source", "number", name="pk_embeddings"),
        sqlite_strict=True,
    )


def _days() -> None:
    op.create_table(
        "drawing_days",
        sa.Column("day", WHOLE, nullable=False),
        sa.Column("n", WHOLE, nullable=False),
        sa.Column("n_read", WHOLE, nullable=False),
        sa.Column("n_disagreed", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_drawing_days"),
        sqlite_strict=True,
    )
    sums = ", ".join(f"sum({each})" for each in (KEPT, READ, DISAGREED))
    counted = f"INSERT INTO drawing_days SELECT {DAY}, {sums} FROM drawings GROUP BY 1"  # noqa: S608
    op.execute(counted.format(row="drawings"))
    op.execute("DELETE FROM counters WHERE name LIKE 'day:%'")  # the table replaces them
    values = ", ".join(each.format(row="NEW") for each in (DAY, KEPT, READ, DISAGREED))
    _trigger("insert", "", ADD_TO_DAY.format(values=values))
    # Everything counted here is part of the facet: the row changes only if the facet does.
    changed = CHANGE_DAY.format(changes=_each_column("- {old} + {new}"), day=DAY.format(row="OLD"))
    _trigger("update", "WHEN OLD.facet <> NEW.facet ", changed)
    taken = CHANGE_DAY.format(changes=_each_column("- {old}"), day=DAY.format(row="OLD"))
    _trigger("delete", "", taken)


def _trigger(event: str, when: str, body: str) -> None:
    op.execute(
        f"CREATE TRIGGER drawings_day_{event} AFTER {event.upper()} ON drawings "
        f"{when}BEGIN {body}; END"
    )


def _each_column(change: str) -> str:
    parts = (("n", KEPT), ("n_read", READ), ("n_disagreed", DISAGREED))
    return ", ".join(
        f"{name} = {name} {change}".format(old=each.format(row="OLD"), new=each.format(row="NEW"))
        for name, each in parts
    )


def _no_days() -> None:
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER drawings_day_{event}")
    op.drop_table("drawing_days")
    op.execute(
        "INSERT INTO counters (name, n) "
        "SELECT 'day:' || date(created_at / 1000000, 'unixepoch'), count(*) "
        "FROM drawings GROUP BY 1"
    )


def _contributor_facets() -> None:
    op.create_table(
        "contributor_facets",
        sa.Column("contributor_id", sa.Text(), nullable=False),
        sa.Column("facet", WHOLE, nullable=False),
        sa.Column("n", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("contributor_id", "facet", name="pk_contributor_facets"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO contributor_facets SELECT contributor_id, facet, count(*) "
        "FROM drawings GROUP BY contributor_id, facet"
    )
    # A drawing that moves to another contributor keeps its facet.
    moved = "WHEN OLD.facet <> NEW.facet OR OLD.contributor_id <> NEW.contributor_id "
    for event, when, body in (
        ("insert", "", ADD_TO_THEIRS),
        ("update", moved, TAKE_FROM_THEIRS + ADD_TO_THEIRS),
        ("delete", "", TAKE_FROM_THEIRS),
    ):
        op.execute(
            f"CREATE TRIGGER drawings_contributor_{event} AFTER {event.upper()} ON drawings "
            f"{when}BEGIN {body}END"
        )


def _no_contributor_facets() -> None:
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER drawings_contributor_{event}")
    op.drop_table("contributor_facets")
