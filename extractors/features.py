"""Text to the numbers that the network reads: word pieces, units, and the shape that an uncased model loses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_PIECES = 512  # what the encoder's position table holds
OVERLAP = 128  # pieces that two windows of a long text share

Ints = NDArray[np.int64]

# Sizes of the shape features, in the order of Encoded.shape's columns.
SHAPE_SIZES = (6, 8, 6, 8, 3)


@dataclass(frozen=True, slots=True)
class Encoded:
    """One window of a text.

    Attributes:
        ids: word piece ids with the two special ones, shape (pieces,).
        shape: shape features, shape (pieces, 5); see `SHAPE_SIZES`.
        unit_first: index of each unit's first piece, shape (units,). A unit is a run of letters and digits or
            one punctuation mark: the finest place where a name may begin or end.
        unit_last: index of each unit's last piece, shape (units,).
        start: each unit's first character in the text, shape (units,).
        end: the character after each unit's last, shape (units,).
    """

    ids: Ints
    shape: Ints
    unit_first: Ints
    unit_last: Ints
    start: Ints
    end: Ints


def _case(piece: str) -> int:
    """Class of a piece's own letters, 1 to 5 (0 is for special pieces)."""
    if not any(c.isalpha() for c in piece):
        return 5
    if piece.islower():
        return 1
    if piece.isupper():
        return 2 if len(piece) > 1 else 3
    return 3 if piece[0].isupper() and piece[1:].islower() else 4


def _word_case(word: str) -> int:
    """Class of the letters of the whole word (up to blanks) around a piece, 1 to 7."""
    letters = [c for c in word if c.isalpha()]
    if not letters:
        return 7
    upper = sum(c.isupper() for c in letters)
    if upper == 0:
        return 1
    if upper == len(letters):
        return 2 if upper > 1 else 3
    if upper == 1 and letters[0].isupper():
        return 4
    parts = [p for p in word.replace("/", "-").split("-") if p]
    if len(parts) > 1 and all(p[:1].isupper() or not p[:1].isalpha() for p in parts) and upper == len(parts):
        return 5
    return 6


def _marks(word: str) -> int:
    """Class of the digits and punctuation in the whole word, 1 to 5."""
    digit = any(c.isdigit() for c in word)
    inner = any(not c.isalnum() for c in word.strip(".,;:()[]\"'"))
    return 1 + digit + 2 * inner if any(c.isalpha() for c in word) else 5


def _before(text: str, start: int) -> int:
    """Class of the character before a piece, 1 to 7."""
    if start == 0:
        return 1
    c = text[start - 1]
    if c.isspace():
        return 2
    if c.isalnum():
        return 3
    return {"-": 4, "(": 5, "/": 6}.get(c, 7)


def _word_bounds(text: str) -> tuple[Ints, Ints]:
    """For each character the bounds of the blank-delimited word it stands in."""
    first, last = np.zeros(len(text) + 1, np.int64), np.zeros(len(text) + 1, np.int64)
    start = 0
    for i in range(len(text) + 1):
        if i == len(text) or text[i].isspace():
            first[start:i], last[start:i] = start, i
            start = i + 1
    return first, last


def encode(text: str, tokenizer: Any, *, title_end: int | None = None) -> list[Encoded]:
    """Encode a text as one window, or as overlapping ones where it is longer than the encoder's reach.

    Args:
        text: title, line break, abstract.
        tokenizer: a `tokenizers.Tokenizer` (WordPiece) without padding and truncation.
        title_end: length of the title in characters; found at the first line break if None.

    Returns:
        Windows in order; together they hold every unit of the text at least once.
    """
    if title_end is None:
        title_end = text.find("\n")
    encoding = tokenizer.encode(text, add_special_tokens=False)
    first_char, last_char = _word_bounds(text)
    count = len(encoding.ids)
    shape = np.zeros((count, 5), np.int64)
    for i, (a, b) in enumerate(encoding.offsets):
        word = text[first_char[a] : last_char[a]]
        shape[i] = _case(text[a:b]), _word_case(word), _marks(word), _before(text, a), 1 + (a >= title_end)
    ids = np.asarray(encoding.ids, np.int64)
    words = encoding.word_ids
    windows = [
        _window(ids, shape, encoding.offsets, words, a, b, tokenizer) for a, b in _cuts(words, MAX_PIECES - 2)
    ]
    return windows if count else []


def _cuts(words: list[int | None], reach: int) -> Iterator[tuple[int, int]]:
    """Piece ranges of the windows; no unit is cut in two unless it alone is longer than a window."""
    count, a = len(words), 0
    while True:
        b = min(a + reach, count)
        if b < count:
            while b > a + 1 and words[b] == words[b - 1]:
                b -= 1
            if b == a + 1:
                b = a + reach
        yield a, b
        if b >= count:
            return
        step = max(b - OVERLAP, a + 1)
        while step < b and step > 0 and words[step] == words[step - 1]:
            step += 1
        a = step


def _window(
    ids: Ints,
    shape: Ints,
    offsets: list[tuple[int, int]],
    words: list[int | None],
    a: int,
    b: int,
    tokenizer: Any,
) -> Encoded:
    first = [i for i in range(a, b) if i == a or words[i] != words[i - 1]]
    last = [i for i in range(a, b) if i == b - 1 or words[i] != words[i + 1]]
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    none = np.zeros((1, shape.shape[1]), np.int64)
    return Encoded(
        ids=np.concatenate([[cls], ids[a:b], [sep]]),
        shape=np.concatenate([none, shape[a:b], none]),
        unit_first=np.asarray([i - a + 1 for i in first], np.int64),
        unit_last=np.asarray([i - a + 1 for i in last], np.int64),
        start=np.asarray([offsets[i][0] for i in first], np.int64),
        end=np.asarray([offsets[i][1] for i in last], np.int64),
    )
