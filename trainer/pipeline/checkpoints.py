"""Checkpoints of a run, so that a killed one goes on where it was: one safetensors file each.

The facts travel in the file's header as JSON, so tensors and facts appear together or not at all.
No pickle is ever read.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from trainer.process.job import KEPT

log = structlog.get_logger(__name__)


class Saved(NamedTuple):
    """What was read back."""

    tensors: dict[str, Tensor]
    facts: dict[str, Any]


class Checkpoints:
    """The newest checkpoint of one run, in `instance/runs/<run>`."""

    def __init__(self, instance: Path, run_id: int, fingerprint: str) -> None:
        self._folder = instance / KEPT / f"{run_id:05d}"
        self._path = self._folder / "checkpoint.safetensors"
        self._fingerprint = fingerprint
        """Of what the run learns from: a checkpoint of other data is not gone on from."""

    def save(self, tensors: dict[str, Tensor], facts: dict[str, Any]) -> None:
        """Replace the checkpoint in one step. Raises: OSError, if the disk fails."""
        self._folder.mkdir(parents=True, exist_ok=True)
        header = {"facts": json.dumps(facts), "fingerprint": self._fingerprint}
        partial = self._path.with_suffix(".partial")
        with partial.open("wb") as file:
            file.write(save(tensors, metadata=header))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path)

    def load(self) -> Saved | None:
        """The newest checkpoint; None if there is none that fits or can be read."""
        if not self._path.exists():
            return None
        try:
            with safe_open(str(self._path), framework="pt") as file:
                header = file.metadata() or {}
                if header.get("fingerprint") != self._fingerprint:
                    return None
                tensors = {name: file.get_tensor(name) for name in file.keys()}
                return Saved(tensors, json.loads(header["facts"]))
        except (SafetensorError, OSError, ValueError, KeyError) as error:
            log.warning("checkpoint cannot be read, the run starts over", why=str(error))
            return None

    def discard(self) -> None:
        """Remove what the run kept, once it is over."""
        shutil.rmtree(self._folder, ignore_errors=True)
