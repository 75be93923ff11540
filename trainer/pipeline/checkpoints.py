"""Checkpoints of a run, so that a killed run can continue: one safetensors file each.

The facts are stored as JSON in the file's header, so tensors and facts are written together or not
at all. No pickle is read.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import structlog
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from trainer.learning.loop import Checkpoint
from trainer.pipeline.baselines import Baselines
from trainer.pipeline.gather import Gathered
from trainer.pipeline.interface import Claim, run_folder

log = structlog.get_logger(__name__)


def fingerprint(claim: Claim, baselines: Baselines | None, gathered: Gathered) -> str:
    """Hash everything that determines what a run learns. Other checkpoints must not be used."""
    digest = hashlib.sha256(f"{claim.run_id} {claim.seed}".encode())
    if baselines is not None:
        digest.update(f" {baselines.champion.version}".encode())
    for number, label, is_new in gathered.lineage():
        digest.update(f" {number}:{label}:{is_new:d}".encode())
    return digest.hexdigest()


class Checkpoints:
    """The newest checkpoint of one run, in `instance/runs/<run>`."""

    def __init__(self, instance: Path, run_id: int, fingerprint: str) -> None:
        self._folder = run_folder(instance, run_id)
        self._path = self._folder / "checkpoint.safetensors"
        self._fingerprint = fingerprint

    def save(self, checkpoint: Checkpoint) -> None:
        """Replace the checkpoint atomically. Raises: OSError, if the disk fails."""
        self._folder.mkdir(parents=True, exist_ok=True)
        header = {"facts": json.dumps(checkpoint.facts), "fingerprint": self._fingerprint}
        partial = self._path.with_suffix(".partial")
        with partial.open("wb") as file:
            file.write(save(dict(checkpoint.tensors), metadata=header))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path)

    def load(self) -> Checkpoint | None:
        """Return the checkpoint; None if there is none, or it is damaged or of other data."""
        if not self._path.exists():
            return None
        try:
            with safe_open(str(self._path), framework="pt") as file:
                header = file.metadata() or {}
                if header.get("fingerprint") != self._fingerprint:
                    return None
                tensors = {name: file.get_tensor(name) for name in file.keys()}
                return Checkpoint(tensors, json.loads(header["facts"]))
        except (SafetensorError, OSError, ValueError, KeyError) as error:
            log.warning("checkpoint unreadable, the run starts over", why=str(error))
            return None

    def discard(self) -> None:
        """Delete the run's files once it is over."""
        shutil.rmtree(self._folder, ignore_errors=True)
