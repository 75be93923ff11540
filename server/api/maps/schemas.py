"""Shapes of the map of a version."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.api.shared.schemas import Answer, Label

Place = Annotated[int, Field(ge=0)]
Coordinate = Annotated[int, Field(ge=-10_000, le=10_000)]
PerMille = Annotated[int, Field(ge=0, le=1000)]


class MapQuery(BaseModel):
    """Which version's map; without one, the live version's."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(ge=1, lt=2**63)] | None = None


class PointColumns(Answer):
    """Points by columns: the first of each list belong together, the second, and so on."""

    place: list[Place]
    """Where its ink is in `/api/v1/map/inks`: 784 bytes from place × 784 on."""
    x: list[Coordinate]
    y: list[Coordinate]
    label: list[Label]
    predicted: list[Label]
    near_label: list[Label]
    """The digit that most of its 15 nearest neighbours are labelled as."""
    depth: list[PerMille]
    """How much nearer those are than all others, in thousandths."""


class MnistColumns(PointColumns):
    """Images of MNIST's test set."""

    index: list[Place]


class DrawingColumns(PointColumns):
    """Drawings that are accepted or in quarantine."""

    id: list[str]


class MapOut(Answer):
    """Where drawings and MNIST samples stand by what the last layer of a version sees in them."""

    version: int
    live_version: int | None
    made_at: datetime
    seconds: float
    """How long it took to make."""
    n_since: int
    """Drawings that came since."""
    mnist: MnistColumns
    drawings: DrawingColumns


class MadeMap(Answer):
    """A map that there is."""

    version: int
    made_at: datetime


class MapsOut(Answer):
    """Which maps there are, and how far the one is that the live version wants."""

    live_version: int | None
    items: list[MadeMap]
    making: Literal["read", "place"] | None
    """What is being done for the live version's map, if somebody is at it."""
    making_since: datetime | None
    is_owed: bool
    """Whether the live version has no map yet, or a new one was asked for."""
    last_seconds: float | None
    """How long the newest map took."""
    message: str | None
    """Why the newest attempt failed, and what to do."""
    failure: str | None
    """The kind of that failure."""
