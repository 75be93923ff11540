"""Every error that Inkloop raises on purpose.

    InkloopError
    ├── InvalidInput            the input cannot be used
    │   ├── BadStrokes
    │   └── BadPicture
    ├── TooLarge                the input exceeds a limit
    ├── UnsupportedType         the input has a type that Inkloop does not read
    ├── NotFound
    │   └── NotMade             it is still being computed
    ├── Gone                    it existed and was deleted
    ├── Conflict                the state has changed, or does not allow this
    ├── NotSignedIn
    ├── Forbidden
    ├── TooManyRequests
    ├── NotReady                not possible yet, or not now
    ├── NotSwitched             a promotion is recorded, but not every worker serves it yet
    ├── StorageFull
    ├── StorageError            a stored object cannot be read
    │   ├── ObjectMissing
    │   └── ObjectChanged       … has other bytes than were written
    ├── DataError               a file of a data set or backup is wrong or cut
    ├── ModelFileError          a model's file is missing, changed or broken
    ├── LeaseLost               another trainer holds the lease now
    ├── Cancelled               a user asked the run to stop
    └── SettingsError           Inkloop cannot start with these settings

Every message tells a person what happened and what to do. `server/errors.py` maps classes to
HTTP statuses; the command line prints the message and exits with 1.
"""

from __future__ import annotations


class InkloopError(Exception):
    """The base class. Catch it at an entry point to tell expected errors from bugs."""


class InvalidInput(InkloopError):
    """The input cannot be used as it is."""


class BadStrokes(InvalidInput):
    """The strokes are not lists of finite points within the limits."""


class BadPicture(InvalidInput):
    """The bytes are not a picture that Inkloop can read."""


class TooLarge(InkloopError):
    """The input exceeds a limit of bytes, pixels or points."""


class UnsupportedType(InkloopError):
    """The input has a type that Inkloop does not read."""


class NotFound(InkloopError):
    """Nothing has that name, or the user may not see it."""

    def __init__(self, kind: str, name: object) -> None:
        self.kind = kind
        self.name = name
        super().__init__(f"there is no {kind} {name}")


class NotMade(NotFound):
    """It does not exist yet. `facts` go into the HTTP answer."""

    def __init__(self, message: str, **facts: object) -> None:
        self.facts = facts
        InkloopError.__init__(self, message)


class Gone(InkloopError):
    """It was deleted, and its id is not used again."""


class Conflict(InkloopError):
    """The current state does not allow the change: the client reloads, then decides."""


class NotSignedIn(InkloopError):
    """The request has no valid session or token."""


class Forbidden(InkloopError):
    """The user may not do this, or the request came from another site."""


class TooManyRequests(InkloopError):
    """A rate limit was reached. The client can try again after `retry_after_seconds`."""

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(message)


class NotReady(InkloopError):
    """It cannot be done yet, such as when no model is live. `facts` go into the HTTP answer."""

    def __init__(self, message: str, **facts: object) -> None:
        self.facts = facts
        super().__init__(message)


class NotSwitched(InkloopError):
    """A promotion is recorded, but not every worker serves it within the time allowed."""


class StorageFull(InkloopError):
    """The disk is full: nothing was stored."""


class StorageError(InkloopError):
    """A stored object cannot be read, or reads back changed."""


class ObjectMissing(StorageError):
    """No object has this key."""


class ObjectChanged(StorageError):
    """The bytes of an object are not those that were written."""


class DataError(InkloopError):
    """A file of a data set or backup is missing, cut, or not the published one."""


class ModelFileError(InkloopError):
    """A file of a model version is missing, changed or broken."""


class LeaseLost(InkloopError):
    """Another trainer holds the lease, so this one must not publish."""


class Cancelled(InkloopError):
    """A user asked the run to stop."""


class SettingsError(InkloopError):
    """A setting is unknown or malformed, or the environment does not allow a start."""
