"""What the dashboard needs: reviews and their claims, who did what, by whom and on what.

Indexes serve the lists of the dashboard at a million drawings. A browser signed in before this has
no name in the list of sessions. Downgrading forgets who reviewed what; the labels stay.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = WHOLE  # microseconds since 1970, UTC


def upgrade() -> None:
    _review()
    _people()


def downgrade() -> None:
    for name in ("by", "action", "subject"):
        op.drop_index(f"ix_audit_events_{name}", "audit_events")
    op.drop_index("ix_contributors_n_drawings", "contributors")
    op.drop_index("ix_drawings_by_contributor", "drawings")
    with op.batch_alter_table("login_sessions") as table:
        table.drop_column("browser")
    op.drop_index("ix_drawings_disputed", "drawings")
    op.drop_index("ix_drawings_unreviewed", "drawings")
    op.drop_table("review_claims")
    op.drop_table("reviews")


def _review() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("drawing_number", WHOLE, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("label_before", WHOLE, nullable=False),
        sa.Column("label", WHOLE, nullable=False),
        sa.Column("status_before", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "decision IN ('accept', 'relabel', 'reject')", name="ck_reviews_decision"
        ),
        sa.ForeignKeyConstraint(
            ["drawing_number"], ["drawings.number"], name="fk_reviews_drawing_number_drawings"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sqlite_strict=True,
    )
    op.create_index("ix_reviews_drawing_number", "reviews", ["drawing_number"])
    op.create_index("ix_reviews_by_at", "reviews", ["by", "at"])
    op.create_table(
        "review_claims",
        sa.Column("drawing_number", WHOLE, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["drawing_number"], ["drawings.number"], name="fk_review_claims_drawing_number_drawings"
        ),
        sa.PrimaryKeyConstraint("drawing_number", name="pk_review_claims"),
        sqlite_strict=True,
    )
    open_to_review = "reviewed_at IS NULL AND status IN ('accepted', 'quarantined')"
    op.create_index(
        "ix_drawings_unreviewed", "drawings", ["number"], sqlite_where=sa.text(open_to_review)
    )
    disputed = "reviewed_at IS NULL AND status = 'accepted' AND predicted_label <> label"
    op.create_index("ix_drawings_disputed", "drawings", ["number"], sqlite_where=sa.text(disputed))


def _people() -> None:
    op.add_column("login_sessions", sa.Column("browser", sa.Text(), nullable=True))
    op.create_index(
        "ix_drawings_by_contributor",
        "drawings",
        ["contributor_id", "status", "split", "label", "predicted_label"],
    )
    op.create_index("ix_contributors_n_drawings", "contributors", ["n_drawings"])
    for name in ("by", "action", "subject"):
        op.create_index(f"ix_audit_events_{name}", "audit_events", [name])
