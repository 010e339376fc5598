"""A whole JSON document: the daily-papers listing, an array of papers, or one paper."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any

from kg.sources.jsonl import DECODER, ERRORS, reason, wrapped
from kg.sources.record import Record
from kg.sources.report import Problem, SourceError
from kg.sources.text import Lines

MAX_DOCUMENT = 1 << 28  # characters; a document is read whole
_BETWEEN = re.compile(r"[\s,]*")


def records(lines: Lines) -> Iterator[Record]:
    """Read one record an item of the array; items before a break in the document are kept.

    Raises:
        SourceError: the document is broken, cut off or too large.
    """
    text, starts, faults, broken = _document(lines)
    found: list[tuple[int, Any, str | None]] = []
    try:
        for start, end, value in _values(text):
            first = bisect_right(starts, start) - 1
            last = bisect_right(starts, max(start, end - 1)) - 1
            found.append(
                (first + 1, value, next((faults[i] for i in range(first, last + 1) if i in faults), None))
            )
    except ERRORS as error:
        place = bisect_right(starts, getattr(error, "pos", 0))
        if broken is None:
            message = f"{reason(error)}; what stood before was read"
            broken = SourceError(Problem(lines.name, place, message))
    nested = any(
        isinstance(value, Mapping) and isinstance(value.get("paper"), Mapping) for _, value, _ in found
    )
    for line, value, fault in found:
        if nested and isinstance(value, Mapping) and not isinstance(value.get("paper"), Mapping):
            fault = fault or 'an item without its object "paper"'
        yield Record(line, () if fault else (value,), fault)
    if broken is not None:
        raise broken


def _document(lines: Lines) -> tuple[str, list[int], dict[int, str], SourceError | None]:
    """The text, where each line starts in it, the faults by line, and what cut it off."""
    parts: list[str] = []
    starts = []
    faults: dict[int, str] = {}
    size = 0
    try:
        for line in lines:
            if size + len(line.text) > MAX_DOCUMENT:
                message = f"is a JSON document of over {MAX_DOCUMENT:,} characters; give JSON Lines"
                raise SourceError(Problem(lines.name, None, message))
            if line.fault:
                faults[line.number - 1] = line.fault
            starts.append(size)
            parts.append(line.text)
            size += len(line.text) + 1
    except SourceError as error:
        return "\n".join(parts), starts, faults, error
    return "\n".join(parts), starts, faults, None


def _values(text: str) -> Iterator[tuple[int, int, Any]]:
    """Each paper's object with its place: items of arrays, also of one that an object wraps, or objects."""
    place = _BETWEEN.match(text).end()  # type: ignore[union-attr]
    inside = False
    while place < len(text) or inside:
        sign = text[place : place + 1]
        if sign == ("]" if inside else "["):
            inside, end = not inside, place + 1
        else:
            value, end = DECODER.raw_decode(text, place)
            items = None if inside else wrapped(value)
            for item in [value] if items is None else items:
                yield place, end, item
        place = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]
