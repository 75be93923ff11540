"""The live version, to compare its readings with the labels of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import onnxruntime as ort
import structlog
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from core.base.errors import ModelFileError
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.model_store import ONNX, ModelStore
from core.storage.tables import ModelVersion
from core.versions.lifecycle import live_promotion

log = structlog.get_logger()

BATCH: Final = 128
_CANNOT_RUN: Final = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)


@dataclass(frozen=True, slots=True)
class LiveVersion:
    """The version that is live, loaded in this process."""

    version: int
    session: ort.InferenceSession

    def labels(self, inks: Sequence[NDArray[np.uint8]]) -> NDArray[np.int64]:
        """The most probable digit of each ink."""
        read = []
        for start in range(0, len(inks), BATCH):
            inks_NHW = np.stack(inks[start : start + BATCH])
            (probabilities_NK,) = self.session.run(["probabilities"], {"ink": inks_NHW})
            read.append(probabilities_NK.argmax(axis=1))
        return np.concatenate(read) if read else np.empty(0, np.int64)


def load_live(settings: Settings, database: Database) -> LiveVersion | None:
    """Load the live version; None, if there is none or its file cannot be used."""
    with database.read() as session:
        promotion = live_promotion(session)
        row = None if promotion is None else session.get(ModelVersion, promotion.version)
        if row is None:
            return None
        version, sha256 = row.version, row.sha256
    try:
        data = ModelStore(settings.models_dir).read(version, ONNX, sha256)
        return LiveVersion(version, ort.InferenceSession(data, _options()))
    except (ModelFileError, *_CANNOT_RUN) as exc:
        log.warning("labels are not compared", version=version, problem=str(exc))
        return None


def _options() -> ort.SessionOptions:
    """One thread, so that requests keep the other cores."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return options
