"""Uploaded pictures: the form that carries one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from core.base.errors import BadPicture
from server.api.shared.schemas import RequestModel


class PictureForm(RequestModel):
    """A form with a picture: PNG, JPEG or WebP."""

    file: Annotated[str, Field(json_schema_extra={"format": "binary"})]


def require_picture(file: bytes) -> bytes:
    """Return the file's bytes. Raises: BadPicture, if there are none."""
    if not file:
        raise BadPicture("file is empty: choose a picture")
    return file
