"""Load a version from verified bytes, test it on its golden digits, and run it.

Shapes: N inks, K = 10 classes, F features.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from core.base.errors import ModelFileError
from core.storage.model_store import ONNX, ModelStore

SIDE_PX = 28
N_CLASSES = 10
GOLDEN_TOLERANCE = 1e-3  # of probabilities: ONNX Runtime against the trainer's torch
READ_OUTPUTS = ["probabilities", "familiarity"]
FEATURE_OUTPUTS = ["probabilities", "features"]
# What ONNX Runtime raises for bytes that are no model, or for a model that it cannot run.
ORT_ERRORS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)


@dataclass(frozen=True, slots=True)
class BatchReading:
    """A version's outputs for N inks."""

    probabilities_NK: NDArray[np.float32]
    familiarity_N: NDArray[np.float32]
    """Higher means more like the digits that the version was trained on."""


class LoadedModel:
    """A version that reproduced its golden digits. Thread-safe."""

    def __init__(self, version: int, session: ort.InferenceSession, threshold: float) -> None:
        self.version = version
        self.familiarity_threshold = threshold
        self._session = session

    def read(self, inks_NHW: NDArray[np.uint8]) -> BatchReading:
        """Read (N, 28, 28) uint8 inks, 0 = paper, 255 = ink."""
        probabilities_NK, familiarity_N = self._session.run(READ_OUTPUTS, {"ink": inks_NHW})
        return BatchReading(probabilities_NK, familiarity_N)

    def read_features(
        self, inks_NHW: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return probabilities (N, K) and features of the last layer (N, F)."""
        probabilities_NK, features_NF = self._session.run(FEATURE_OUTPUTS, {"ink": inks_NHW})
        return probabilities_NK, features_NF

    def labels(self, inks_NHW: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the most probable digit of each ink."""
        labels_N: NDArray[np.int64] = self.read(inks_NHW).probabilities_NK.argmax(axis=1)
        return labels_N

    def probability(self, ink: bytes, label: int) -> float:
        """Return the probability of one label for 784 bytes of ink, 0 to 1."""
        ink_HW = np.frombuffer(ink, np.uint8).reshape(SIDE_PX, SIDE_PX)
        return min(1.0, float(self.read(ink_HW[np.newaxis]).probabilities_NK[0][label]))


def load_model(
    store: ModelStore, version: int, *, sha256: str, manifest_sha256: str
) -> LoadedModel:
    """Load a version whose files have the recorded hashes, and test it on its golden digits.

    Raises: ModelFileError, if a file changed, ONNX Runtime cannot run the model, or a golden digit
    is read differently than at publication.
    """
    manifest = store.manifest(version, manifest_sha256)
    data = store.read(version, ONNX, sha256)
    try:
        session = ort.InferenceSession(data, _options(), providers=["CPUExecutionProvider"])
        model = LoadedModel(version, session, float(manifest["familiarity_threshold"]))
        _check_golden(model, manifest["golden"])
    except ORT_ERRORS as exc:
        raise ModelFileError(
            f"version {version} cannot be run by this ONNX Runtime ({ort.__version__}): roll back"
        ) from exc
    except (KeyError, TypeError, ValueError, binascii.Error) as exc:
        raise ModelFileError(
            f"the manifest of version {version} lacks fields that a server needs: roll back"
        ) from exc
    return model


def _options() -> ort.SessionOptions:
    """One thread without spinning: workers share the cores, and one digit takes 50 µs."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4  # fatal only: all other errors are raised and logged by us
    return options


def _check_golden(model: LoadedModel, golden: dict[str, Any]) -> None:
    data = base64.b64decode(golden["inks"], validate=True)
    inks_NHW = np.frombuffer(data, np.uint8).reshape(-1, SIDE_PX, SIDE_PX)
    expected_NK = np.asarray(golden["probabilities"], np.float64).reshape(-1, N_CLASSES)
    labels_N = np.asarray(golden["labels"], np.int64)
    if not len(inks_NHW) == len(expected_NK) == len(labels_N) > 0:
        raise ValueError("golden digits are missing")
    probabilities_NK = model.read(inks_NHW).probabilities_NK
    is_same = np.allclose(probabilities_NK, expected_NK, rtol=0, atol=GOLDEN_TOLERANCE)
    if not is_same or (probabilities_NK.argmax(axis=1) != labels_N).any():
        raise ModelFileError(
            f"version {model.version} reads its golden digits differently than when it "
            "was published: roll back"
        )
