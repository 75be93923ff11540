"""Everything that Inkloop raises on purpose.

    InkloopError
    ├── InvalidInput            what was sent cannot be used
    │   ├── BadStrokes
    │   └── BadPicture
    ├── TooLarge                … is over a limit
    ├── UnsupportedType         … is of a kind that is not read here
    ├── NotFound
    │   └── NotMade             … since it is still being made
    ├── Gone                    it was here and was deleted
    ├── Conflict                somebody or something else was first
    ├── NotSignedIn
    ├── Forbidden
    ├── TooManyRequests
    ├── NotReady                not yet, or not now
    ├── NotSwitched             a promotion is recorded, but not every worker serves it yet
    ├── StorageFull
    ├── StorageError            a stored object cannot be read
    │   ├── ObjectMissing
    │   └── ObjectChanged       … has other bytes than were written
    ├── DataError               a data set's file is wrong or cut
    ├── ModelFileError          a model's file is missing, changed or broken
    ├── LeaseLost               another trainer holds the lease now
    ├── Cancelled               somebody asked the run to stop
    └── SettingsError           the start-up cannot go on with these settings

Every message is for a person: what happened, and what to do. `server/errors.py` maps classes to
HTTP statuses; the command line prints the message and exits with 1.
"""

from __future__ import annotations


class InkloopError(Exception):
    """The base: catch this at an edge to tell our errors from bugs."""


class InvalidInput(InkloopError):
    """What was sent cannot be used as it is."""


class BadStrokes(InvalidInput):
    """The strokes are not lists of finite points within the limits."""


class BadPicture(InvalidInput):
    """The bytes are no picture that can be read."""


class TooLarge(InkloopError):
    """What was sent is over a limit of bytes, pixels or points."""


class UnsupportedType(InkloopError):
    """What was sent is of a kind that Inkloop does not read."""


class NotFound(InkloopError):
    """Nothing of that name, or nothing that the asker may see."""

    def __init__(self, kind: str, name: object) -> None:
        self.kind = kind
        self.name = name
        super().__init__(f"there is no {kind} {name}")


class NotMade(NotFound):
    """It is not there yet. `facts` go into the answer."""

    def __init__(self, message: str, **facts: object) -> None:
        self.facts = facts
        InkloopError.__init__(self, message)


class Gone(InkloopError):
    """It was deleted, and will not come back under this id."""


class Conflict(InkloopError):
    """The change does not fit the present state: look again, then decide."""


class NotSignedIn(InkloopError):
    """Nobody is signed in, or the session or token has ended."""


class Forbidden(InkloopError):
    """Somebody is signed in, but may not do this; or the request came from another site."""


class TooManyRequests(InkloopError):
    """A rate limit was reached. `retry_after_seconds` says when to come back."""

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(message)


class NotReady(InkloopError):
    """It cannot be done yet, for example since no model is live. `facts` go into the answer."""

    def __init__(self, message: str, **facts: object) -> None:
        self.facts = facts
        super().__init__(message)


class NotSwitched(InkloopError):
    """A promotion is recorded, but after the time allowed not every worker serves it."""


class StorageFull(InkloopError):
    """The disk is full: nothing was stored."""


class StorageError(InkloopError):
    """A stored object cannot be read, or reads back changed."""


class ObjectMissing(StorageError):
    """No object has this key."""


class ObjectChanged(StorageError):
    """The bytes of an object are not those that were written."""


class DataError(InkloopError):
    """A file of a data set is missing, cut, or not the published one."""


class ModelFileError(InkloopError):
    """A file of a model version is missing, changed or broken."""


class LeaseLost(InkloopError):
    """Another trainer took the lease; whatever this one made must not be published."""


class Cancelled(InkloopError):
    """Somebody asked the run to stop."""


class SettingsError(InkloopError):
    """A setting is unknown or malformed, or the surroundings do not allow the start."""
