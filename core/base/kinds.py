"""The values that columns of kinds and states may hold."""

from __future__ import annotations

from enum import StrEnum


class DrawingStatus(StrEnum):
    """Whether a drawing is used; only `accepted` ones are trained on or evaluated."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    DELETED = "deleted"


class Split(StrEnum):
    """The use of a drawing; decided when it is stored, and never changed."""

    TRAIN = "train"
    HOLDOUT_KNOWN = "holdout_known"
    HOLDOUT_NEW = "holdout_new"


class Source(StrEnum):
    """How a drawing arrived."""

    DRAWN = "drawn"
    UPLOADED = "uploaded"
    IMPORTED = "imported"


class Role(StrEnum):
    """What a user may do. A visitor without an account has no role."""

    REVIEWER = "reviewer"
    ADMIN = "admin"


class Decision(StrEnum):
    """A reviewer's decision about a drawing in the queue."""

    ACCEPT = "accept"
    RELABEL = "relabel"
    REJECT = "reject"


class RunStatus(StrEnum):
    """The state of a run. The first two are open, the others final."""

    QUEUED = "queued"
    RUNNING = "running"
    PROMOTED = "promoted"
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Dataset(StrEnum):
    """What a version was evaluated on."""

    MNIST_TEST = "mnist_test"
    HOLDOUT_KNOWN = "holdout_known"
    HOLDOUT_NEW = "holdout_new"


class MapSource(StrEnum):
    """What a point of the map represents."""

    MNIST = "mnist"
    DRAWING = "drawing"


class TransferStatus(StrEnum):
    """The state of an import or an export."""

    SENDING = "sending"
    QUEUED = "queued"
    CHECKING = "checking"
    READY = "ready"
    STORING = "storing"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"
