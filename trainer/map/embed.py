"""`python -m trainer.map.embed VERSION`: compute the map of a version, in a process of its own.

It uses the version's ONNX file and needs no torch: with 3,000 points, its maximum, it takes 260 MB
beside the trainer, whose runs have priority. It may be killed at any moment: a map is stored in one
transaction at the end.

Shapes: N points, K symbols, F features of the last layer.
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
from core.base.arrays import Floats, Inks, Labels
from core.base.clock import utc_now
from core.base.errors import InkloopError, ModelFileError, StorageFull
from core.base.kinds import MapSource
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.model_store import ONNX, ModelStore
from core.storage.tables import DigitMap, Drawing, Embedding, ModelVersion
from core.symbols import digits
from core.symbols.symbols import Symbols
from core.versions import maps
from trainer.export.sessions import one_thread_session
from trainer.map.maker import RECORDED
from trainer.map.sample import Sample, take_sample

LEAST_POINTS = 10
N_NEIGHBOURS = 15
"""Neighbours that vote on the symbol around a point; about half of t-SNE's perplexity of 30."""
N_NEAREST = 5
MAX_ITERATIONS = 750
"""With 3,000 points the divergence falls from 0.99 at 500 to 0.84 at 1,000, in twice the time."""
START_SPREAD = 1.0
"""Standard deviation of an earlier layout that t-SNE starts from. Measured from one version to the
next on 2,220 points, in half widths of the map: the digits' clusters move 0.07 at 1, 0.15 at 0.01,
0.20 at 1e-4, and 0.31 from principal components. The divergences are 0.611 at 1, 0.604 at 1e-4 and
0.609 from principal components, so the maps are equally good."""
SEED = 7
BATCH = 500
PARENT_SECONDS = 1.0
NICE = 10
"""Beside a run it gets a tenth of a core; on an idle machine a whole one."""

Layout = Mapping[tuple[MapSource, int], tuple[float, float]]
"""Positions of points on an earlier map, by source and number."""

log = structlog.get_logger(__name__)


class TooFewPoints(InkloopError):
    """There are neither reference images nor enough drawings."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The symbol around each point."""

    near_label_N: Labels
    """The most frequent label of its neighbours, the point itself excluded."""
    depth_N: Floats
    """0 to 1: how much nearer points with that label are than others, as a share."""


def make_map(settings: Settings, database: Database, version: int) -> None:
    """Compute and store the map of a version. Raises: InkloopError, if that is impossible."""
    began = time.perf_counter()
    with database.write() as session:
        maps.begin_map(session, version, now=utc_now())
    with database.read() as session:
        newest_number = session.scalar(select(func.max(Drawing.number))) or 0
        sample = take_sample(session, digits.load(settings), digits.DIGITS)
        newest = _newest_layout(session)
        row = session.get_one(ModelVersion, version)
        sha256 = row.sha256
    if len(sample) < LEAST_POINTS:
        raise TooFewPoints(f"a map needs {LEAST_POINTS} points and there are {len(sample)}")
    predicted_N, features_NF = _predict(
        ModelStore(settings.models_dir).read(version, ONNX, sha256), sample.inks
    )
    with database.write() as session:
        maps.enter_phase(session, version, "place")
    around = vote(features_NF, sample.labels, digits.DIGITS)
    xy_N2 = lay_out(features_NF, _earlier(sample, newest))
    points = _points(sample, predicted_N, around, xy_N2)
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


def vote(features_NF: Floats, labels_N: Labels, symbols: Symbols) -> Neighbourhood:
    """Let each point's nearest neighbours, by Euclidean distance, vote with their labels."""
    near_label_N = np.zeros(len(labels_N), dtype=np.uint8)
    depth_N = np.zeros(len(labels_N), dtype=np.float32)
    for start in range(0, len(labels_N), BATCH):
        part = slice(start, start + BATCH)
        distances_BN = euclidean_distances(features_NF[part], features_NF)
        np.fill_diagonal(distances_BN[:, start:], np.inf)  # exclude the point itself
        order_BN = distances_BN.argsort(axis=1, kind="stable")
        labels_BN = labels_N[order_BN]
        votes_BK = np.stack(
            [(labels_BN[:, :N_NEIGHBOURS] == symbol).sum(axis=1) for symbol in symbols], axis=1
        )
        near_label_N[part] = votes_BK.argmax(axis=1)
        is_near_BN = labels_BN == near_label_N[part][:, None]
        sorted_BN = np.take_along_axis(distances_BN, order_BN, axis=1)
        depth_N[part] = _depth(sorted_BN, is_near_BN)
    return Neighbourhood(near_label_N, depth_N)


def _depth(distances_BN: Floats, is_near_BN: NDArray[np.bool_]) -> Floats:
    """Compare the distances to the nearest points with that label and with all others."""
    near_B = _mean_of_nearest(distances_BN, is_near_BN)
    others_B = _mean_of_nearest(distances_BN, ~is_near_BN)
    return np.asarray(np.clip(1 - near_B / np.maximum(others_B, 1e-9), 0, 1), dtype=np.float32)


def _mean_of_nearest(distances_BN: Floats, mask_BN: NDArray[np.bool_]) -> Floats:
    """Mean distance to the nearest few points of the mask; rows are sorted by distance."""
    is_counted_BN = mask_BN & (mask_BN.cumsum(axis=1) <= N_NEAREST) & np.isfinite(distances_BN)
    n_B = np.maximum(is_counted_BN.sum(axis=1), 1)
    return np.asarray(np.where(is_counted_BN, distances_BN, 0).sum(axis=1) / n_B, dtype=np.float32)


def lay_out(features_NF: Floats, earlier_N2: Floats) -> Floats:
    """Compute positions (N, 2) in [-1, 1] by t-SNE. Deterministic.

    Args:
        earlier_N2: positions on the previous map, NaN for new points. If a quarter of the points
            were on it, the layout starts from there, so that both maps look alike; otherwise from
            the first two principal components.
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
    with threadpool_limits(1):  # `n_jobs` does not limit the gradient's threads, which wait busily
        xy_N2 = tsne.fit_transform(features_NF)
    xy_N2 = xy_N2 - (xy_N2.max(axis=0) + xy_N2.min(axis=0)) / 2
    return np.asarray(xy_N2 / max(float(np.abs(xy_N2).max()), 1e-9), dtype=np.float32)


def _start(features_NF: Floats, earlier_N2: Floats) -> Floats | None:
    """Start from the earlier layout; new points start at the mean of their nearest known points."""
    is_known_N = np.isfinite(earlier_N2[:, 0])
    if is_known_N.sum() < len(earlier_N2) / 4:
        return None
    start_N2 = earlier_N2.copy()
    new = np.flatnonzero(~is_known_N)
    if len(new):
        nearest = NearestNeighbors(n_neighbors=N_NEAREST).fit(features_NF[is_known_N])
        found = nearest.kneighbors(features_NF[new], return_distance=False)
        start_N2[new] = earlier_N2[is_known_N][found].mean(axis=1)
    # No two points at the same position: no gradient would separate them.
    start_N2 += np.random.default_rng(SEED).normal(0, 1e-3, start_N2.shape)
    return np.asarray(start_N2 / start_N2.std() * START_SPREAD, dtype=np.float32)


def _newest_layout(session: Session) -> Layout:
    newest = select(DigitMap.version).order_by(DigitMap.made_at.desc()).limit(1)
    version = session.scalars(newest.where(DigitMap.made_at.is_not(None))).one_or_none()
    rows = session.execute(
        select(Embedding.source, Embedding.number, Embedding.x, Embedding.y).where(
            Embedding.version == version
        )
    )
    return {(MapSource(source), number): (x, y) for source, number, x, y in rows}


def _earlier(sample: Sample, layout: Layout) -> Floats:
    nowhere = (np.nan, np.nan)
    found = [
        layout.get((source, int(number)), nowhere)
        for source, number in zip(sample.sources, sample.numbers, strict=True)
    ]
    return np.array(found, dtype=np.float32)


def _predict(data: bytes, inks_NHW: Inks) -> tuple[NDArray[np.uint8], Floats]:
    """Run a model file. Returns predictions (N,) and features (N, F)."""
    session = one_thread_session(data)
    predicted, features = [], []
    for start in range(0, len(inks_NHW), BATCH):
        batch = {"ink": inks_NHW[start : start + BATCH]}
        probabilities_BK, features_BF = session.run(["probabilities", "features"], batch)
        predicted.append(probabilities_BK.argmax(axis=1).astype(np.uint8))
        features.append(features_BF)
    return np.concatenate(predicted), np.concatenate(features)


def _points(
    sample: Sample, predicted_N: NDArray[np.uint8], around: Neighbourhood, xy_N2: Floats
) -> list[maps.Point]:
    return [
        maps.Point(
            source=source,
            number=int(sample.numbers[place]),
            place=place,
            x=float(xy_N2[place, 0]),
            y=float(xy_N2[place, 1]),
            predicted=int(predicted_N[place]),
            near_label=int(around.near_label_N[place]),
            depth=float(around.depth_N[place]),
        )
        for place, source in enumerate(sample.sources)
    ]


def main(arguments: Sequence[str]) -> int:
    """Make one map. Returns the exit code, `RECORDED` if the row says why there is no map."""
    os.nice(NICE)
    settings = Settings.from_env()
    logs.configure(settings.log_format, "map")
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    database, version = Database(settings), int(arguments[0])
    try:
        make_map(settings, database, version)
    except InkloopError as error:
        log.warning("map not made", version=version, why=str(error))
        with contextlib.suppress(InkloopError), database.write() as session:
            maps.end_attempt(session, version, _kind(error))
            return RECORDED
        return 1
    return 0


_KINDS: tuple[tuple[type[InkloopError], str], ...] = (
    (TooFewPoints, "too_few"),
    (StorageFull, "disk"),
    (ModelFileError, "model_file"),
)


def _kind(error: InkloopError) -> str:
    """Return the error's kind in `server.api.maps.sentences.FAILURES`."""
    return next((kind for cls, kind in _KINDS if isinstance(error, cls)), "unexpected")


def _end_with_parent(parent: int) -> None:
    """End this process when its parent has died: the trainer may be killed at any time."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
