"""Digits as people write them: in cells, in names of folders and files, in choices."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Final

_WORDS: Final = (
    ("zero", "cero", "零", "〇"),
    ("one", "eins", "un", "uno", "一"),
    ("two", "zwei", "deux", "dos", "二"),
    ("three", "drei", "trois", "tres", "三"),
    ("four", "vier", "quatre", "cuatro", "四"),
    ("five", "fünf", "fuenf", "cinq", "cinco", "五"),
    ("six", "sechs", "seis", "六"),
    ("seven", "sieben", "sept", "siete", "七"),
    ("eight", "acht", "huit", "ocho", "八"),
    ("nine", "neun", "neuf", "nueve", "九"),
)
DIGIT_OF_WORD: Final = {word: digit for digit, words in enumerate(_WORDS) for word in words}
PARTS: Final = frozenset(
    ("batch", "part", "fold", "split", "set", "train", "test", "val", "valid", "validation", "v",
     "version", "run", "page", "sheet", "writer", "user", "session", "person", "scan", "dir",
     "folder", "group", "chunk", "shard", "subset", "day", "week", "student", "img", "image", "pic",
     "picture", "file", "no", "id", "idx", "index")
)  # fmt: skip
"""Words whose number counts parts, people or pictures: `batch_2` is not the digit 2."""
_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+")
_NUMBER: Final = re.compile(r"\+?(\d{1,3})(?:[.,]0*)?(?:e\+?0+)?", re.IGNORECASE)
Token = tuple[str, str]
"""A word or number in a name, with the word directly before it ("" if there is none)."""


def whole_number(text: str) -> int | None:
    """The number of a cell such as `7`, `7.0`, `７` or `7.000e+00`; None if it is none."""
    found = _NUMBER.fullmatch(_plain(text))
    return None if found is None else int(found[1])


def digit_of(text: str) -> int | None:
    """The digit that a label means, such as `7`, `7.0`, `seven`, `digit 7`, `7 - seven` or `七`.

    None, if it means none or several. `batch 2` counts parts, and means none.
    """
    number = whole_number(text)
    if number is not None:
        return number if number <= 9 else None
    found = _TOKEN.findall(_plain(text))
    if any(word in PARTS for word in found):
        return None
    digits = {_token_digit(token) for token in found} - {None}
    has_number = any(token.isdigit() and _token_digit(token) is None for token in found)
    return digits.pop() if len(digits) == 1 and not has_number else None


def exact_digit(text: str) -> int | None:
    """The digit of a text that is nothing but an ASCII digit."""
    return int(text) if len(text) == 1 and text in "0123456789" else None


def tokens(name: str) -> list[Token]:
    """The words and numbers of a name, in order."""
    found = _TOKEN.findall(_plain(name))
    words = ["", *found]
    return [(token, before) for token, before in zip(found, words, strict=False)]


def token_digit(token: Token) -> int | None:
    """The digit of a token of a name; None, if it is none."""
    return _token_digit(token[0])


def listed(names: Collection[str], most: int = 6) -> str:
    """Some names for a message, the rest as a count."""
    shown = ", ".join(list(names)[:most])
    left = len(names) - most
    return f"{shown} and {left:,} more" if left > 0 else shown


def _plain(text: str) -> str:
    """Lower case, full-width and other decimal digits as ASCII."""
    text = unicodedata.normalize("NFKC", text).strip().strip("\"'").strip().lower()
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in text)


def _token_digit(token: str) -> int | None:
    if token.isdigit():
        return int(token) if len(token) <= 2 and int(token) <= 9 else None
    found = DIGIT_OF_WORD.get(token)
    return DIGIT_OF_WORD.get(token.removesuffix("s")) if found is None else found
