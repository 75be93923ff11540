"""What the tests of the trainer share. Some need no torch, so it is not imported here."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Compute with one thread: on small batches, threads that wait for each other cost 20 times
    what they give as soon as the machine is busy. For whole modules, since what a module shares
    has to be computed as its tests do, to the last bit."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
