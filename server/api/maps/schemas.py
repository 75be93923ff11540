"""Schemas of the map of a version."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.api.shared.schemas import Label, ResponseModel

Place = Annotated[int, Field(ge=0)]
Coordinate = Annotated[int, Field(ge=-10_000, le=10_000)]
PerMille = Annotated[int, Field(ge=0, le=1000)]


class MapQuery(BaseModel):
    """The map's version; by default the live one."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(ge=1, lt=2**63)] | None = None


class PointColumns(ResponseModel):
    """Points as columns: entry i of each list belongs to point i."""

    place: list[Place]
    """Its ink in `/api/v1/map/inks` starts at byte place × 784."""
    x: list[Coordinate]
    y: list[Coordinate]
    label: list[Label]
    predicted: list[Label]
    near_label: list[Label]
    """The most frequent label of its 15 nearest neighbours."""
    depth: list[PerMille]
    """How much nearer those neighbours are than all others, in thousandths."""


class MnistColumns(PointColumns):
    """Images of MNIST's test set."""

    index: list[Place]


class DrawingColumns(PointColumns):
    """Drawings that are accepted or in quarantine."""

    id: list[str]


class MapOut(ResponseModel):
    """Drawings and MNIST samples in two dimensions, by the features of a version's last layer."""

    version: int
    live_version: int | None
    made_at: datetime
    seconds: float
    """How long it took to make."""
    n_since: int
    """Drawings that arrived since."""
    mnist: MnistColumns
    drawings: DrawingColumns


class MadeMap(ResponseModel):
    """An existing map."""

    version: int
    made_at: datetime


class MapsOut(ResponseModel):
    """The existing maps, and progress on the live version's."""

    live_version: int | None
    items: list[MadeMap]
    making: Literal["read", "place"] | None
    """The step in progress for the live version's map; null if none."""
    making_since: datetime | None
    is_owed: bool
    """Whether the live version has no map yet, or a new one was requested."""
    last_seconds: float | None
    """How long the newest map took."""
    message: str | None
    """Why the newest attempt failed, and what to do about it."""
    failure: str | None
    """The kind of that failure."""
