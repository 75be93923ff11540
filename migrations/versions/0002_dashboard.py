"""Add reviews, facets, transfers, consents and links, with indexes for the dashboard.

The indexes serve lists of a million drawings. Existing sessions have no browser name. Downgrading
deletes the reviews; the labels stay.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")
MOMENT = WHOLE  # microseconds since 1970, UTC


NUMBER = sa.Float().with_variant(sa.REAL(), "sqlite")
# Label, predicted digit, band of confidence, source, split and status in one number.
FACET = (
    "((((CASE status WHEN 'accepted' THEN 0 WHEN 'quarantined' THEN 1 WHEN 'rejected' THEN 2"
    " WHEN 'deleted' THEN 3 END) * 3 + (CASE split WHEN 'train' THEN 0 WHEN 'holdout_known' THEN 1"
    " WHEN 'holdout_new' THEN 2 END)) * 3 + (CASE source WHEN 'drawn' THEN 0 WHEN 'uploaded' THEN 1"
    " WHEN 'imported' THEN 2 END)) * 5 + (CASE WHEN confidence IS NULL THEN 0"
    " WHEN confidence < 0.60 THEN 1 WHEN confidence < 0.90 THEN 2 WHEN confidence < 0.99 THEN 3"
    " ELSE 4 END)) * 110 + coalesce(predicted_label, 10) * 10 + label"
)
ADD_ONE = (
    "INSERT INTO drawing_facets (facet, n) VALUES (NEW.facet, 1) "
    "ON CONFLICT (facet) DO UPDATE SET n = n + 1; "
)
TAKE_ONE = "UPDATE drawing_facets SET n = n - 1 WHERE facet = OLD.facet; "
GALLERY_INDEXES = {
    "ix_drawings_created_at": ["created_at"],
    "ix_drawings_facet_created_at": ["facet", "created_at"],
    "ix_drawings_facet_confidence": ["facet", "confidence"],
    "ix_drawings_number_facet_created_at": ["number", "facet", "created_at"],
    "ix_drawings_contributor_id_facet_created_at": ["contributor_id", "facet", "created_at"],
}


def upgrade() -> None:
    _review()
    _people()
    _gallery()
    _transfers()
    _privacy()


def downgrade() -> None:
    for name in ("carry_links", "consents", "imported_drawings", "transfers"):
        op.drop_table(name)
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER drawings_facet_{event}")
    for name in GALLERY_INDEXES:
        op.drop_index(name, "drawings")
    op.create_index("ix_drawings_label_number", "drawings", ["label", "number"])
    op.execute("ALTER TABLE drawings DROP COLUMN facet")
    op.execute("ALTER TABLE drawings DROP COLUMN confidence")
    op.drop_table("drawing_changes")
    op.drop_table("drawing_facets")
    for name in ("by", "action", "subject"):
        op.drop_index(f"ix_audit_events_{name}", "audit_events")
    op.drop_index("ix_contributors_n_drawings_number", "contributors")
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
    open_to_review = "reviewed_at IS NULL AND coalesce(status, '') IN ('accepted', 'quarantined')"
    op.create_index(
        "ix_drawings_unreviewed", "drawings", ["number"], sqlite_where=sa.text(open_to_review)
    )
    disputed = (
        "reviewed_at IS NULL AND coalesce(status, '') = 'accepted' AND predicted_label <> label"
    )
    op.create_index("ix_drawings_disputed", "drawings", ["number"], sqlite_where=sa.text(disputed))


def _people() -> None:
    op.add_column("login_sessions", sa.Column("browser", sa.Text(), nullable=True))
    op.create_index("ix_contributors_n_drawings_number", "contributors", ["n_drawings", "number"])
    for name in ("by", "action", "subject"):
        op.create_index(f"ix_audit_events_{name}", "audit_events", [name])


def _gallery() -> None:
    op.add_column("drawings", sa.Column("confidence", NUMBER, nullable=True))
    op.execute(f"ALTER TABLE drawings ADD COLUMN facet INTEGER GENERATED ALWAYS AS ({FACET})")
    op.create_table(
        "drawing_facets",
        sa.Column("facet", WHOLE, nullable=False),
        sa.Column("n", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("facet", name="pk_drawing_facets"),
        sqlite_strict=True,
    )
    op.create_table(
        "drawing_changes",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("label", WHOLE, nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_drawing_changes"),
        sqlite_strict=True,
    )
    op.drop_index("ix_drawings_label_number", "drawings")  # the facets serve this filter
    for name, columns in GALLERY_INDEXES.items():
        op.create_index(name, "drawings", columns)
    op.execute("INSERT INTO drawing_facets SELECT facet, count(*) FROM drawings GROUP BY facet")
    # Triggers keep the counts at every change of a drawing, by runs, imports and erasures. A later
    # migration that recreates the table must recreate them.
    op.execute(f"CREATE TRIGGER drawings_facet_insert AFTER INSERT ON drawings BEGIN {ADD_ONE}END")
    op.execute(
        "CREATE TRIGGER drawings_facet_update AFTER UPDATE ON drawings "
        f"WHEN OLD.facet <> NEW.facet BEGIN {TAKE_ONE}{ADD_ONE}END"
    )
    op.execute(f"CREATE TRIGGER drawings_facet_delete AFTER DELETE ON drawings BEGIN {TAKE_ONE}END")


def _transfers() -> None:
    statuses = "'sending', 'queued', 'checking', 'ready', 'storing', 'done', 'refused', 'failed'"
    op.create_table(
        "transfers",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("filters", sa.Text(), nullable=True),
        sa.Column("stores_at_once", FLAG, nullable=False),
        sa.Column("n_bytes", WHOLE, nullable=True),
        sa.Column("n_total", WHOLE, nullable=True),
        sa.Column("n_done", WHOLE, nullable=False),
        sa.Column("n_new", WHOLE, nullable=False),
        sa.Column("found", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("heartbeat_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            f"status IN ({statuses}, 'undoing', 'undone')", name="ck_transfers_status"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_transfers"),
        sqlite_strict=True,
    )
    op.create_index("ix_transfers_kind_status", "transfers", ["kind", "status"])
    op.create_table(
        "imported_drawings",
        sa.Column("drawing_number", WHOLE, nullable=False),
        sa.Column("transfer_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["drawing_number"],
            ["drawings.number"],
            name="fk_imported_drawings_drawing_number_drawings",
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfers.id"], name="fk_imported_drawings_transfer_id_transfers"
        ),
        sa.PrimaryKeyConstraint("drawing_number", name="pk_imported_drawings"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_imported_drawings_transfer_id_drawing_number",
        "imported_drawings",
        ["transfer_id", "drawing_number"],
    )


def _privacy() -> None:
    op.create_table(
        "consents",
        sa.Column("contributor_id", sa.Text(), nullable=False),
        sa.Column("wording", WHOLE, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("contributor_id", name="pk_consents"),
        sqlite_strict=True,
    )
    op.create_table(
        "carry_links",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("contributor_id", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_carry_links"),
        sa.UniqueConstraint("token_hash", name="uq_carry_links_token_hash"),
        sqlite_strict=True,
    )
    op.create_index("ix_carry_links_contributor_id", "carry_links", ["contributor_id"])
