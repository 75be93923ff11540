"""Routes of predictions: read strokes or a picture with the live version. Nothing is stored."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from core.base.errors import NotReady
from core.imaging import Inking, ink_from_picture, ink_from_strokes, parse_strokes
from core.runs import queries as run_queries
from server import identity
from server.api.predictions.schemas import PredictionOut, StrokesIn
from server.api.shared.json_values import to_base64
from server.api.shared.pictures import PictureForm, require_picture
from server.contract import contract
from server.roles import ANYBODY
from server.services import services
from server.serving.predictor import LoadedModel

blueprint = Blueprint("predictions", __name__)


@blueprint.post("/api/v1/predictions")
@contract(
    "Read strokes",
    role=ANYBODY,
    body=StrokesIn,
    answers={200: PredictionOut},
    refusals=(422, 429, 503),
)
def predict(body: StrokesIn) -> ResponseReturnValue:
    """Return the live version's prediction for strokes"""
    received_ms = _ms_since_start()
    model = _admit()
    began = time.perf_counter()
    strokes = parse_strokes(body.strokes, body.width, body.height)
    validated_ms = (time.perf_counter() - began) * 1000
    inking = ink_from_strokes(strokes, body.width, body.height)
    return _prediction_json(model, inking, {"received": received_ms, "validated": validated_ms})


@blueprint.post("/api/v1/predictions/image")
@contract(
    "Read a picture",
    role=ANYBODY,
    form=PictureForm,
    answers={200: PredictionOut},
    refusals=(429, 503),
    operation_id="pictures_predict_image",
)
def predict_image(form: PictureForm, file: bytes) -> ResponseReturnValue:
    """Return the live version's prediction for a PNG, JPEG or WebP, dark on light or reversed"""
    received_ms = _ms_since_start()
    model = _admit()
    inking = ink_from_picture(require_picture(file), services().pictures.grey)
    return _prediction_json(model, inking, {"received": received_ms})


def _ms_since_start() -> float:
    """Milliseconds since the request's headers arrived; includes receiving the body."""
    return (time.perf_counter() - float(g.started)) * 1000


def _admit() -> LoadedModel:
    """Count the request and return the live version. Raises: TooManyRequests, NotReady."""
    parts = services()
    parts.limits.prediction(identity.contributor(), request.remote_addr)
    model = parts.live.current
    if model is not None:
        return model
    if parts.live.problem is not None:
        raise NotReady(f"no version can be served: {parts.live.problem}")
    with parts.database.read() as session:
        training = run_queries.first_training(session)
    raise NotReady(
        "the first model is still being trained: drawings that you label are stored all the same",
        training=training,
    )


def _prediction_json(
    model: LoadedModel, inking: Inking, before_ms: dict[str, float]
) -> dict[str, Any]:
    """Predict one ink; `steps` lists the time of each step, beginning with `before_ms`."""
    began = time.perf_counter()
    batch = model.read(np.ascontiguousarray(inking.ink_HW)[np.newaxis])
    network_ms = (time.perf_counter() - began) * 1000
    is_familiar = bool(batch.familiarity_N[0] >= model.familiarity_threshold)
    is_digit = inking.could_be_digit and is_familiar
    steps = [{"name": name, "ms": round(ms, 3)} for name, ms in before_ms.items()]
    steps += [{"name": step.name, "ms": round(step.ms, 3)} for step in inking.steps]
    answer = {
        "label": int(batch.probabilities_NK[0].argmax()) if is_digit else None,
        "probabilities": [round(p, 6) for p in batch.probabilities_NK[0].tolist()],
        "is_digit": is_digit,
        "reason": inking.reason or (None if is_familiar else "unfamiliar"),
        "model_version": model.version,
        "ink": to_base64(inking.ink_HW.tobytes()),
        "steps": steps,
    }
    answered_ms = (time.perf_counter() - began) * 1000 - network_ms
    steps.append({"name": "network", "ms": round(network_ms, 3)})
    steps.append({"name": "answer", "ms": round(answered_ms, 3)})
    return answer
