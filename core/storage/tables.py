"""The tables: typed columns and constraints. State changes are in the packages of their subjects.

Append-only: label_events, promotions, evaluations, verdicts, run_drawings, run_metrics, run_lines,
audit_events. State that may be lost (rate limits, heartbeats) is in `core.storage.shared_state`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.base.kinds import (
    Dataset,
    Decision,
    DrawingStatus,
    Role,
    RunStatus,
    Source,
    Split,
    TransferStatus,
)
from core.storage.database import Base, Json
from core.storage.facets import FACET_SQL

STRICT = {"sqlite_strict": True}
# SQLite uses a partial index only for a query with the same text, so queries use these constants.
# `coalesce` keeps SQLite from taking the index on status and sorting, which takes 3 s instead of
# 2 ms for a page of the review at a million drawings.
OPEN_TO_REVIEW = "reviewed_at IS NULL AND coalesce(status, '') IN ('accepted', 'quarantined')"
DISPUTED = "reviewed_at IS NULL AND coalesce(status, '') = 'accepted' AND predicted_label <> label"


def _one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Contributor(Base):
    """A person who draws, identified only by a signed cookie."""

    __tablename__ = "contributors"
    __table_args__ = (Index(None, "n_drawings", "number"), STRICT)

    id: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    number: Mapped[int] = mapped_column(unique=True)
    """1 for the first contributor who stored a drawing, 2 for the second, …"""
    is_held_out: Mapped[bool] = mapped_column(default=False)
    """Whether all of their drawings go to `holdout_new`."""
    n_drawings: Mapped[int] = mapped_column(default=0)
    """Number of drawings they ever stored; gives the position in a block of five."""
    blocked_at: Mapped[datetime | None]


class User(Base):
    """A person with an account."""

    __tablename__ = "users"
    __table_args__ = (_one_of("role", Role), STRICT)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class LoginSession(Base):
    """A signed-in browser. Only the hash of its secret is stored."""

    __tablename__ = "login_sessions"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    browser: Mapped[str | None]
    """Name and system, for the list of sessions: `Firefox, Windows`."""


class ApiToken(Base):
    """A secret for programs, shown once. Only its hash is stored."""

    __tablename__ = "api_tokens"
    __table_args__ = (_one_of("role", Role), STRICT)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SetupToken(Base):
    """The one-time link that creates the first admin. Only its hash is stored."""

    __tablename__ = "setup_tokens"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Drawing(Base):
    """One digit that was drawn, uploaded or imported."""

    __tablename__ = "drawings"
    __table_args__ = (
        _one_of("status", DrawingStatus),
        _one_of("split", Split),
        _one_of("source", Source),
        CheckConstraint("label BETWEEN 0 AND 9", name="label"),
        CheckConstraint("length(ink) IN (0, 784)", name="ink"),
        Index(None, "contributor_id", "number"),
        Index(None, "status", "number"),
        # For the lists of `core.drawings.gallery`.
        Index(None, "created_at"),
        Index(None, "facet", "created_at"),
        Index(None, "facet", "confidence"),
        Index(None, "number", "facet", "created_at"),
        Index(None, "contributor_id", "facet", "created_at"),
        Index(
            "ix_drawings_new",
            "number",
            sqlite_where=text("used_in_run_id IS NULL AND split = 'train' AND status = 'accepted'"),
        ),
        Index("ix_drawings_unreviewed", "number", sqlite_where=text(OPEN_TO_REVIEW)),
        Index("ix_drawings_disputed", "number", sqlite_where=text(DISPUTED)),
        STRICT,
    )
    # Without reading the facet back, an insert of 64 drawings is one statement.
    __mapper_args__ = {"eager_defaults": False}

    number: Mapped[int] = mapped_column(primary_key=True)
    """Order of arrival, which lists sort by."""
    id: Mapped[str] = mapped_column(unique=True)
    """The client's UUID, so that sending a drawing again does not store it twice."""
    contributor_id: Mapped[str] = mapped_column(ForeignKey("contributors.id"))
    label: Mapped[int]
    """The current label; label_events has all of them."""
    status: Mapped[str]
    split: Mapped[str]
    source: Mapped[str]
    ink: Mapped[bytes]
    """784 bytes, row by row, 0 = paper, 255 = ink; empty after the drawing is erased."""
    imaging_version: Mapped[int]
    strokes: Mapped[bytes | None]
    """Packed by `core.imaging.encode_strokes`."""
    picture: Mapped[bytes | None]
    """The uploaded file, re-encoded without metadata."""
    predicted_label: Mapped[int | None]
    predicted_version: Mapped[int | None]
    confidence: Mapped[float | None]
    """Probability of the predicted digit, 0 to 1, as the server computed it."""
    facet: Mapped[int] = mapped_column(Computed(FACET_SQL, persisted=False))
    """The values that lists filter by, in one number: see `core.storage.facets`."""
    created_at: Mapped[datetime]
    used_in_run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    """The first finished run that trained on it; None while the drawing is new."""
    confirmed_at: Mapped[datetime | None]
    """When its contributor confirmed the label of a quarantined drawing."""
    reviewed_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    status_before: Mapped[str | None]
    """The status that a restore sets again."""


class DrawingFacet(Base):
    """The number of drawings of a facet, kept by triggers: no page counts a million rows."""

    __tablename__ = "drawing_facets"
    __table_args__ = (STRICT,)

    facet: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int]


class ContributorFacet(Base):
    """The number of drawings of a facet by a contributor, kept by triggers."""

    __tablename__ = "contributor_facets"
    __table_args__ = ({**STRICT, "sqlite_with_rowid": False},)

    contributor_id: Mapped[str] = mapped_column(primary_key=True)
    facet: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int]


class DrawingDay(Base):
    """Drawings that arrived on a day, without deleted ones. Triggers keep the counts."""

    __tablename__ = "drawing_days"
    __table_args__ = (STRICT,)

    day: Mapped[int] = mapped_column(primary_key=True)
    """Days since 1970 in UTC."""
    n: Mapped[int]
    n_read: Mapped[int]
    """Those that a version read as a digit on arrival."""
    n_disagreed: Mapped[int]
    """Those among them whose prediction differs from the label."""


class DrawingChange(Base):
    """A user's change of one or many drawings, with the facts to undo it."""

    __tablename__ = "drawing_changes"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    action: Mapped[str]
    """`accept`, `relabel`, `reject`, `restore` or `delete`."""
    label: Mapped[int | None]
    before: Mapped[Any] = mapped_column(Json)
    """`[[number, label, status, reviewed at (µs since 1970) or null], …]`."""
    undone_at: Mapped[datetime | None]


class Transfer(Base):
    """One import or export of drawings: its progress and its result.

    An export is `sending`, then `done` or `failed`. An import is `queued`, `checking`, `ready`
    (checked, nothing stored yet), `storing`, `done`; or `refused`, `failed`, `undoing`, `undone`.
    """

    __tablename__ = "transfers"
    __table_args__ = (_one_of("status", TransferStatus), Index(None, "kind", "status"), STRICT)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """`import` or `export`."""
    status: Mapped[str]
    format: Mapped[str | None]
    by: Mapped[str]
    """`user:<id>`, or `command`."""
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    file: Mapped[str | None]
    """The key of the uploaded file, while it is needed: see `core.transfer.uploads`."""
    file_name: Mapped[str | None]
    """The sender's name of the file; only displayed."""
    sha256: Mapped[str | None]
    filters: Mapped[Any | None] = mapped_column(Json)
    stores_at_once: Mapped[bool] = mapped_column(default=True)
    """Whether an import stores its drawings as soon as its file has passed the checks."""
    n_bytes: Mapped[int | None]
    n_total: Mapped[int | None]
    n_done: Mapped[int] = mapped_column(default=0)
    n_new: Mapped[int] = mapped_column(default=0)
    """Number of drawings it added; the others existed already."""
    found: Mapped[Any | None] = mapped_column(Json)
    """`{"by_label": [10], "n_refused", "refusals": [sentence, …]}`, after the checks."""
    message: Mapped[str | None]
    """Why it was refused or failed, and what the user can do."""
    owner: Mapped[str | None]
    """The process that works on it. Another may take over once the heartbeat is old."""
    heartbeat_at: Mapped[datetime | None]


class ImportedDrawing(Base):
    """A drawing that came with an import, so that the import can be undone."""

    __tablename__ = "imported_drawings"
    __table_args__ = (Index(None, "transfer_id", "drawing_number"), STRICT)

    drawing_number: Mapped[int] = mapped_column(ForeignKey("drawings.number"), primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id"))


class Consent(Base):
    """A contributor's consent: which notice they saw, and when they went on to draw."""

    __tablename__ = "consents"
    __table_args__ = (STRICT,)

    contributor_id: Mapped[str] = mapped_column(primary_key=True)
    wording: Mapped[int]
    """The version of the notice: 1, 2, …"""
    at: Mapped[datetime]


class CarryLink(Base):
    """A one-time link that moves a contributor to another browser. Only its hash is stored."""

    __tablename__ = "carry_links"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    contributor_id: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LabelEvent(Base):
    """One label that a person gave to a drawing."""

    __tablename__ = "label_events"
    __table_args__ = (CheckConstraint("label BETWEEN 0 AND 9", name="label"), STRICT)

    id: Mapped[int] = mapped_column(primary_key=True)
    drawing_number: Mapped[int] = mapped_column(ForeignKey("drawings.number"), index=True)
    label: Mapped[int]
    by: Mapped[str]
    """`contributor`, or `user:<id>`."""
    at: Mapped[datetime]


class Review(Base):
    """A reviewer's decision about a drawing. An undone decision stays on record."""

    __tablename__ = "reviews"
    __table_args__ = (_one_of("decision", Decision), Index(None, "by", "at"), STRICT)

    id: Mapped[int] = mapped_column(primary_key=True)
    drawing_number: Mapped[int] = mapped_column(ForeignKey("drawings.number"), index=True)
    by: Mapped[str]
    decision: Mapped[str]
    label_before: Mapped[int]
    label: Mapped[int]
    status_before: Mapped[str]
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class ReviewClaim(Base):
    """A reviewer's claim on a drawing, which no other reviewer gets until it expires."""

    __tablename__ = "review_claims"
    __table_args__ = (STRICT,)

    drawing_number: Mapped[int] = mapped_column(ForeignKey("drawings.number"), primary_key=True)
    holder: Mapped[str]
    """`session:<id>` or `token:<id>`: two browsers of one person are two holders."""
    expires_at: Mapped[datetime]


class ModelVersion(Base):
    """A version. Its files are verified before the row: see `core.storage.model_store`."""

    __tablename__ = "model_versions"
    __table_args__ = (STRICT,)

    version: Mapped[int] = mapped_column(primary_key=True)
    network: Mapped[str]
    sha256: Mapped[str]
    """Of `model.onnx`; a server loads no other bytes."""
    manifest_sha256: Mapped[str]
    base_version: Mapped[int | None] = mapped_column(ForeignKey("model_versions.version"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    created_at: Mapped[datetime]
    scores: Mapped[Any] = mapped_column(Json)
    """`{"mnist_test": {"accuracy", "n_correct", "n"}, "holdout_known": …, "holdout_new": …}`."""
    manifest: Mapped[Any] = mapped_column(Json)


class Promotion(Base):
    """Makes a version live. The newest row names the champion."""

    __tablename__ = "promotions"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("model_versions.version"))
    previous_version: Mapped[int | None]
    kind: Mapped[str]
    """`gate`, `promote` or `rollback`."""
    reason: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


class Anchor(Base):
    """The version that non-inferiority is measured against. The newest row counts."""

    __tablename__ = "anchors"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("model_versions.version"))
    reason: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


class Run(Base):
    """One attempt to train."""

    __tablename__ = "runs"
    __table_args__ = (
        _one_of("status", RunStatus),
        # At most one run is queued or running: a second request gets the same run.
        Index(
            "uq_runs_open",
            text("(status IN ('queued', 'running'))"),
            unique=True,
            sqlite_where=text("status IN ('queued', 'running')"),
        ),
        UniqueConstraint("due_at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    requested_by: Mapped[str]
    """`schedule`, `first`, `command`, or `user:<id>`."""
    is_forced: Mapped[bool]
    """Whether it runs with fewer than `min_new_drawings`."""
    due_at: Mapped[datetime | None]
    """The scheduled time; unique, so that no time gives two runs."""
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    fence: Mapped[int | None]
    """The fencing number of the lease under which it runs."""
    n_attempts: Mapped[int] = mapped_column(default=0)
    phase: Mapped[str | None]
    step: Mapped[int | None]
    n_steps: Mapped[int | None]
    loss: Mapped[float | None]
    accuracy: Mapped[float | None]
    progress_at: Mapped[datetime | None]
    seed: Mapped[int]
    base_version: Mapped[int | None]
    version: Mapped[int | None]
    n_new: Mapped[int | None]
    n_drawings: Mapped[int | None]
    cancel_requested_at: Mapped[datetime | None]
    message: Mapped[str | None]
    """Why it failed, and what the user can do."""
    failure: Mapped[str | None]
    """The kind of failure: see `core.runs.advice`."""


class RunLine(Base):
    """A line of a run's log, as name and facts; `core.runs.log_lines` makes a sentence of it."""

    __tablename__ = "run_lines"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), index=True)
    at: Mapped[datetime]
    name: Mapped[str]
    """`asked`, `began`, `phase`, …"""
    facts: Mapped[Any] = mapped_column(Json)


class RunDrawing(Base):
    """A drawing that a run trained on, and with which label: exact lineage."""

    __tablename__ = "run_drawings"
    __table_args__ = (Index(None, "drawing_number"), STRICT)

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    drawing_number: Mapped[int] = mapped_column(ForeignKey("drawings.number"), primary_key=True)
    label: Mapped[int]
    is_new: Mapped[bool]


class RunMetric(Base):
    """A point of a run's training curves."""

    __tablename__ = "run_metrics"
    __table_args__ = (Index(None, "run_id", "step"), STRICT)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    phase: Mapped[str]
    step: Mapped[int]
    loss: Mapped[float | None]
    accuracy: Mapped[float | None]
    at: Mapped[datetime]


class Evaluation(Base):
    """A version's predictions on a data set, one by one, for paired comparisons of versions."""

    __tablename__ = "evaluations"
    __table_args__ = (
        _one_of("dataset", Dataset),
        Index(None, "version", "dataset"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    version: Mapped[int]
    dataset: Mapped[str]
    n: Mapped[int]
    n_correct: Mapped[int]
    ece: Mapped[float | None]
    nll: Mapped[float | None]
    predicted: Mapped[bytes]
    """n bytes, one predicted digit each, in the order of the data set or of `drawing_numbers`."""
    drawing_numbers: Mapped[Any | None] = mapped_column(Json)
    at: Mapped[datetime]


class Verdict(Base):
    """The gate's decision on a candidate, rule by rule."""

    __tablename__ = "verdicts"
    __table_args__ = (STRICT,)

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    version: Mapped[int]
    passed: Mapped[bool]
    rules: Mapped[Any] = mapped_column(Json)
    """`[{"name", "passed", "value", "bound", "facts"}]`; see `core.runs.verdicts`."""
    at: Mapped[datetime]


class Schedule(Base):
    """The schedule of runs: one row."""

    __tablename__ = "schedule"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), STRICT)

    id: Mapped[int] = mapped_column(primary_key=True)
    cron: Mapped[str]
    timezone: Mapped[str]
    """IANA name; empty means the machine's time zone."""
    min_new_drawings: Mapped[int]
    enabled: Mapped[bool]
    updated_at: Mapped[datetime]
    updated_by: Mapped[str]
    next_due_at: Mapped[datetime | None]
    """Computed by the trainer, for the pages."""
    last_due_at: Mapped[datetime | None]
    last_outcome: Mapped[str | None]
    """The result of the last due time: `run`, `too_few`, `busy`."""
    last_n_new: Mapped[int | None]


class Webhook(Base):
    """The webhook that is called when a run ends: one row at most."""

    __tablename__ = "webhook"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), STRICT)

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    events: Mapped[Any] = mapped_column(Json)
    """The ends that it is called for, of `promoted`, `held`, `failed`."""
    language: Mapped[str] = mapped_column(default="en")
    """Not read: every sentence that is sent is English."""
    site: Mapped[str]
    """Address of the dashboard when the webhook was saved, for links: `https://…/`."""
    salt: Mapped[str]
    """Derives the signing secret, together with the instance's secret key."""
    updated_at: Mapped[datetime]
    updated_by: Mapped[str]


class WebhookDelivery(Base):
    """A call of the webhook, stored in the transaction that ends its run, so that none is lost."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("ix_webhook_deliveries_due", "due_at", sqlite_where=text("due_at IS NOT NULL")),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"), index=True)
    """None for a test."""
    event: Mapped[str]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """Time of the next attempt; None after the last."""
    n_attempts: Mapped[int] = mapped_column(default=0)
    attempted_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    """Of the last attempt: `delivered`, `timed_out`, …; see `core.webhooks.outcomes`."""
    facts: Mapped[Any] = mapped_column(Json)


class Lease(Base):
    """The right to train, held by one trainer. The fencing number grows with each holder."""

    __tablename__ = "leases"
    __table_args__ = (STRICT,)

    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str | None]
    fence: Mapped[int]
    heartbeat_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class AuditEvent(Base):
    """An action of a person or of the gate."""

    __tablename__ = "audit_events"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(index=True)
    facts: Mapped[Any] = mapped_column(Json)


class DigitMap(Base):
    """The state of a version's map: requested, being computed, done, or failed."""

    __tablename__ = "maps"
    __table_args__ = (STRICT,)

    version: Mapped[int] = mapped_column(ForeignKey("model_versions.version"), primary_key=True)
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    """Start of the current attempt, or of one whose process died; else None."""
    phase: Mapped[str | None]
    """Of the current attempt: `read` or `place`."""
    made_at: Mapped[datetime | None]
    seconds: Mapped[float | None]
    """Duration of the newest computation."""
    newest_number: Mapped[int | None]
    """The highest drawing number on it."""
    failure: Mapped[str | None]
    """The kind of failure of the newest attempt: `disk`, `model_file`, …"""


class Embedding(Base):
    """The position of a drawing or an MNIST sample on the map of a version.

    A drawing's row is deleted when the drawing is erased.
    """

    __tablename__ = "embeddings"
    __table_args__ = (Index(None, "number"), STRICT)

    version: Mapped[int] = mapped_column(ForeignKey("model_versions.version"), primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    """`mnist` or `drawing`."""
    number: Mapped[int] = mapped_column(primary_key=True)
    """The number of a drawing, or the index in MNIST's test set."""
    place: Mapped[int]
    """Its index on this map, from 0; the sheet of inks uses it, so gaps stay."""
    x: Mapped[float]
    y: Mapped[float]
    predicted: Mapped[int]
    near_label: Mapped[int]
    """The most frequent label of its neighbours in feature space."""
    depth: Mapped[float]
    """How far inside that neighbourhood it lies, 0 to 1: see `trainer.map.embed`."""


class Counter(Base):
    """A total that changes with the rows it counts: see `core.storage.counters`."""

    __tablename__ = "counters"
    __table_args__ = (STRICT,)

    name: Mapped[str] = mapped_column(primary_key=True)
    """`drawings`, `label:7`, `status:accepted`, `contributors`, …"""
    n: Mapped[int]
