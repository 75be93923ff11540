"""The ten digits: which symbols they are, and MNIST as their reference set.

This is the public face of the package. The readers of MNIST's files and writers (`mnist`,
`writers`) are for this package, benchmarks and tests alone.
"""

from __future__ import annotations

from core.symbols.digits.reference_set import (
    DIGITS,
    DigitReferenceSet,
    fetch,
    is_complete,
    load,
    verify,
)

__all__ = ["DIGITS", "DigitReferenceSet", "fetch", "is_complete", "load", "verify"]
