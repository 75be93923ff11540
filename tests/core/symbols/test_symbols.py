"""The list of symbols that a model can read."""

from __future__ import annotations

import pytest

from core.symbols.digits import DIGITS
from core.symbols.symbols import Symbols


def test_the_digits_are_ten_symbols_in_order() -> None:
    assert list(DIGITS) == list(range(10))
    assert "".join(DIGITS.texts) == "0123456789"
    assert len(DIGITS) == 10


def test_each_id_needs_a_text() -> None:
    with pytest.raises(ValueError, match="2 ids but 1 texts"):
        Symbols(ids=(0, 1), texts=("0",))


def test_ids_that_are_no_class_indices_are_refused() -> None:
    with pytest.raises(ValueError, match="in order"):
        Symbols(ids=(0, 2), texts=("0", "2"))
