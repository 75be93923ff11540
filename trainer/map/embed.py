"""`python -m trainer.map.embed VERSION`: the map of a version, in a process of its own.

It reads with the version's ONNX file and needs no torch: at its largest, 3,000 points, it takes
260 MB beside the trainer, whose runs go first. It may be killed at any moment: a map appears
in one transaction at its end.

Shapes: N points, F features of the last layer.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import structlog
from numpy.typing import NDArray
from sklearn.manifold import TSNE
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.neighbors import NearestNeighbors
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from threadpoolctl import threadpool_limits

from core.base import logs
from core.base.clock import utc_now
from core.base.errors import InkloopError, ModelFileError, StorageFull
from core.base.kinds import MapSource
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.model_store import ONNX, ModelStore
from core.storage.tables import DigitMap, Drawing, Embedding, ModelVersion
from core.versions import maps
from trainer.export.sessions import one_thread_session
from trainer.map.maker import SAID_WHY
from trainer.map.sample import Sample, take_sample

LEAST_POINTS = 10
N_NEIGHBOURS = 15
"""Who votes on the digit that a point lies among; about half of t-SNE's own perplexity of 30."""
N_NEAREST = 5
MAX_ITERATIONS = 750
"""Of 3,000 points: the divergence falls from 0.99 at 500 to 0.84 at 1,000, in twice the time."""
START_SPREAD = 1.0
"""Of an earlier layout. Measured from one version to the next on 2,220 points, in half widths of
the map: digits' crowds move 0.07 at 1, 0.15 at 0.01, 0.20 at 1e-4, and 0.31 from principal
components. The divergence is 0.611 at 1, 0.604 at 1e-4 and 0.609: as good a map."""
SEED = 7
BATCH = 500
PARENT_SECONDS = 1.0
NICE = 10
"""It gets a tenth of a core that a run wants, too; on an idle machine, all of it."""

Floats = NDArray[np.float32]
Known = Mapping[tuple[MapSource, int], tuple[float, float]]
"""Where points stand on an earlier map, by source and number."""

log = structlog.get_logger(__name__)


class TooFewPoints(InkloopError):
    """There is neither MNIST nor enough drawings."""


@dataclass(frozen=True, slots=True)
class Among:
    """Whose neighbourhood each point lies in."""

    near_label_N: NDArray[np.uint8]
    """The digit that most of its neighbours are labelled as, itself not asked."""
    depth_N: Floats
    """0 to 1: how much nearer that digit's nearest are than all others' nearest, as a share."""


def make_map(settings: Settings, database: Database, version: int) -> None:
    """Compute and store the map of a version. Raises: InkloopError, when it cannot be made."""
    began = time.perf_counter()
    with database.write() as session:
        maps.begin_map(session, version, now=utc_now())
    with database.read() as session:
        newest_number = session.scalar(select(func.max(Drawing.number))) or 0
        sample = take_sample(session, settings)
        known = _newest_layout(session)
        row = session.get_one(ModelVersion, version)
        sha256 = row.sha256
    if len(sample) < LEAST_POINTS:
        raise TooFewPoints(f"a map needs {LEAST_POINTS} points and there are {len(sample)}")
    predicted_N, features_NF = _read(
        ModelStore(settings.models_dir).read(version, ONNX, sha256), sample.inks
    )
    with database.write() as session:
        maps.enter_phase(session, version, "place")
    among = vote(features_NF, sample.labels)
    xy_N2 = lay_out(features_NF, _earlier(sample, known))
    points = _points(sample, predicted_N, among, xy_N2)
    seconds = time.perf_counter() - began
    with database.write() as session:
        maps.finish_map(
            session,
            version,
            points,
            newest_number=newest_number,
            seconds=seconds,
            now=utc_now(),
        )
    log.info("map made", version=version, n_points=len(points), seconds=round(seconds, 1))


def vote(features_NF: Floats, labels_N: NDArray[np.uint8]) -> Among:
    """Ask each point's nearest neighbours, by Euclidean distance, which digit they are."""
    near_label_N = np.zeros(len(labels_N), dtype=np.uint8)
    depth_N = np.zeros(len(labels_N), dtype=np.float32)
    for start in range(0, len(labels_N), BATCH):
        part = slice(start, start + BATCH)
        distances_BN = euclidean_distances(features_NF[part], features_NF)
        np.fill_diagonal(distances_BN[:, start:], np.inf)  # nobody is their own neighbour
        order_BN = distances_BN.argsort(axis=1, kind="stable")
        labels_BN = labels_N[order_BN]
        votes_BK = np.stack(
            [(labels_BN[:, :N_NEIGHBOURS] == digit).sum(axis=1) for digit in range(10)], axis=1
        )
        near_label_N[part] = votes_BK.argmax(axis=1)
        is_near_BN = labels_BN == near_label_N[part][:, None]
        sorted_BN = np.take_along_axis(distances_BN, order_BN, axis=1)
        depth_N[part] = _depth(sorted_BN, is_near_BN)
    return Among(near_label_N, depth_N)


def _depth(distances_BN: Floats, is_near_BN: NDArray[np.bool_]) -> Floats:
    """How much nearer the nearest of the crowd are than the nearest of all others."""
    near_B = _mean_of_nearest(distances_BN, is_near_BN)
    others_B = _mean_of_nearest(distances_BN, ~is_near_BN)
    return np.asarray(np.clip(1 - near_B / np.maximum(others_B, 1e-9), 0, 1), dtype=np.float32)


def _mean_of_nearest(distances_BN: Floats, mask_BN: NDArray[np.bool_]) -> Floats:
    """The mean distance to the nearest few of those that the mask leaves; rows are in order."""
    is_counted_BN = mask_BN & (mask_BN.cumsum(axis=1) <= N_NEAREST) & np.isfinite(distances_BN)
    n_B = np.maximum(is_counted_BN.sum(axis=1), 1)
    return np.asarray(np.where(is_counted_BN, distances_BN, 0).sum(axis=1) / n_B, dtype=np.float32)


def lay_out(features_NF: Floats, earlier_N2: Floats) -> Floats:
    """Places (N, 2) in [-1, 1] by t-SNE, the same again for the same input.

    Args:
        earlier_N2: where points stood on the map before, NaN where they are new. With MNIST's
            points in it, the layout starts from there, so that two maps look alike; otherwise
            from the first two principal components.
    """
    start = _start(features_NF, earlier_N2)
    tsne = TSNE(
        n_components=2,
        init="pca" if start is None else start,
        perplexity=min(30.0, (len(features_NF) - 1) / 3),
        max_iter=MAX_ITERATIONS,
        random_state=SEED,
        n_jobs=1,
    )
    with threadpool_limits(1):  # `n_jobs` leaves the gradient's threads alone; they wait busily
        xy_N2 = tsne.fit_transform(features_NF)
    xy_N2 = xy_N2 - (xy_N2.max(axis=0) + xy_N2.min(axis=0)) / 2
    return np.asarray(xy_N2 / max(float(np.abs(xy_N2).max()), 1e-9), dtype=np.float32)


def _start(features_NF: Floats, earlier_N2: Floats) -> Floats | None:
    """The earlier layout; what is new begins in the middle of its nearest points on it."""
    is_known_N = np.isfinite(earlier_N2[:, 0])
    if is_known_N.sum() < len(earlier_N2) / 4:
        return None
    start_N2 = earlier_N2.copy()
    new = np.flatnonzero(~is_known_N)
    if len(new):
        nearest = NearestNeighbors(n_neighbors=N_NEAREST).fit(features_NF[is_known_N])
        found = nearest.kneighbors(features_NF[new], return_distance=False)
        start_N2[new] = earlier_N2[is_known_N][found].mean(axis=1)
    # No two at the very same place: nothing would ever push them apart.
    start_N2 += np.random.default_rng(SEED).normal(0, 1e-3, start_N2.shape)
    return np.asarray(start_N2 / start_N2.std() * START_SPREAD, dtype=np.float32)


def _newest_layout(session: Session) -> Known:
    newest = select(DigitMap.version).order_by(DigitMap.made_at.desc()).limit(1)
    version = session.scalars(newest.where(DigitMap.made_at.is_not(None))).one_or_none()
    rows = session.execute(
        select(Embedding.source, Embedding.number, Embedding.x, Embedding.y).where(
            Embedding.version == version
        )
    )
    return {(MapSource(source), number): (x, y) for source, number, x, y in rows}


def _earlier(sample: Sample, known: Known) -> Floats:
    nowhere = (np.nan, np.nan)
    found = [
        known.get((source, int(number)), nowhere)
        for source, number in zip(sample.sources, sample.numbers, strict=True)
    ]
    return np.array(found, dtype=np.float32)


def _read(data: bytes, inks_NHW: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Floats]:
    """The digits that a model's file reads (N,), and its features (N, F)."""
    session = one_thread_session(data)
    predicted, features = [], []
    for start in range(0, len(inks_NHW), BATCH):
        batch = {"ink": inks_NHW[start : start + BATCH]}
        probabilities_BK, features_BF = session.run(["probabilities", "features"], batch)
        predicted.append(probabilities_BK.argmax(axis=1).astype(np.uint8))
        features.append(features_BF)
    return np.concatenate(predicted), np.concatenate(features)


def _points(
    sample: Sample, predicted_N: NDArray[np.uint8], among: Among, xy_N2: Floats
) -> list[maps.Point]:
    return [
        maps.Point(
            source=source,
            number=int(sample.numbers[place]),
            place=place,
            x=float(xy_N2[place, 0]),
            y=float(xy_N2[place, 1]),
            predicted=int(predicted_N[place]),
            near_label=int(among.near_label_N[place]),
            depth=float(among.depth_N[place]),
        )
        for place, source in enumerate(sample.sources)
    ]


def main(arguments: Sequence[str]) -> int:
    """Make one map; the exit code is 3 if it could not be made and the row says why."""
    os.nice(NICE)
    settings = Settings.from_env()
    logs.configure(settings.log_format, "map")
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    database, version = Database(settings), int(arguments[0])
    try:
        make_map(settings, database, version)
    except InkloopError as error:
        log.warning("no map", version=version, why=str(error))
        with contextlib.suppress(InkloopError), database.write() as session:
            maps.end_attempt(session, version, _kind(error))
            return SAID_WHY
        return 1
    return 0


_KINDS: tuple[tuple[type[InkloopError], str], ...] = (
    (TooFewPoints, "too_few"),
    (StorageFull, "disk"),
    (ModelFileError, "model_file"),
)


def _kind(error: InkloopError) -> str:
    """One of `server.api.maps.sentences.FAILURES`."""
    return next((kind for cls, kind in _KINDS if isinstance(error, cls)), "unexpected")


def _end_with_parent(parent: int) -> None:
    """A trainer that is killed leaves nobody at work."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
