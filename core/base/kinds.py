"""The words that columns of the tables may hold: kinds and states of what Inkloop keeps."""

from __future__ import annotations

from enum import StrEnum


class DrawingStatus(StrEnum):
    """What may be done with a drawing; only `accepted` ones train or count as exam."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    DELETED = "deleted"


class Split(StrEnum):
    """What a drawing is for; decided when it is stored, and never changed."""

    TRAIN = "train"
    HOLDOUT_KNOWN = "holdout_known"
    HOLDOUT_NEW = "holdout_new"


class Source(StrEnum):
    """How a drawing came."""

    DRAWN = "drawn"
    UPLOADED = "uploaded"
    IMPORTED = "imported"


class Role(StrEnum):
    """What a user may do; whoever is not signed in is `anybody`."""

    REVIEWER = "reviewer"
    ADMIN = "admin"


class Decision(StrEnum):
    """What a reviewer says of a drawing in the queue."""

    ACCEPT = "accept"
    RELABEL = "relabel"
    REJECT = "reject"


class RunStatus(StrEnum):
    """Where a run stands. The first two are open, the others final."""

    QUEUED = "queued"
    RUNNING = "running"
    PROMOTED = "promoted"
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Dataset(StrEnum):
    """What a version was measured on."""

    MNIST_TEST = "mnist_test"
    HOLDOUT_KNOWN = "holdout_known"
    HOLDOUT_NEW = "holdout_new"


class MapSource(StrEnum):
    """What a point of the map stands for."""

    MNIST = "mnist"
    DRAWING = "drawing"


class TransferStatus(StrEnum):
    """Where an import or an export stands."""

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
