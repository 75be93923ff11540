"""Pictures of a digit: read like strokes, stored like strokes."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from core.base.errors import BadPicture
from core.base.kinds import Source
from core.drawings.lifecycle import NewDrawing
from core.imaging import IMAGING_VERSION, ink_from_picture
from core.imaging.files import to_png
from core.imaging.ink import Stopwatch
from core.imaging.pictures import ink_from_grey
from server import identity
from server.api.drawings.routes import store_once, with_ink
from server.api.drawings.schemas import DrawingForm, DrawingOut
from server.api.predictions.routes import admit, ms_since_start, read
from server.api.predictions.schemas import PredictionOut
from server.api.shared.schemas import PictureForm
from server.contract import contract
from server.roles import ANYBODY
from server.services import services

blueprint = Blueprint("pictures", __name__)


@blueprint.post("/api/v1/predictions/image")
@contract(
    "Read a picture",
    role=ANYBODY,
    form=PictureForm,
    answers={200: PredictionOut},
    refusals=(429, 503),
)
def predict_image(form: PictureForm, file: bytes) -> ResponseReturnValue:
    """What the live version reads in a PNG, JPEG or WebP, light on dark or dark on light"""
    received_ms = ms_since_start()
    model = admit()
    inking = ink_from_picture(_given(file), services().pictures.grey)
    return read(model, inking, {"received": received_ms})


@blueprint.post("/api/v1/drawings/image")
@contract(
    "Store a labelled picture",
    role=ANYBODY,
    form=DrawingForm,
    answers={201: DrawingOut, 200: DrawingOut},
    refusals=(409, 410, 429, 503, 507),
)
def store_image(form: DrawingForm, file: bytes) -> ResponseReturnValue:
    """Store a labelled PNG, JPEG or WebP, once per id; 200 if it was stored before"""
    contributor_id = identity.contributor_or_new()
    services().limits.drawing(contributor_id, request.remote_addr)
    grey_HW = services().pictures.grey(_given(file))
    return store_once(
        NewDrawing(
            id=form.id,
            contributor_id=contributor_id,
            label=int(form.label),
            source=Source.UPLOADED,
            ink=with_ink(ink_from_grey(grey_HW, Stopwatch())),
            imaging_version=IMAGING_VERSION,
            picture=to_png(grey_HW),
        )
    )


def _given(file: bytes) -> bytes:
    if not file:
        raise BadPicture("file is empty: choose a picture")
    return file
