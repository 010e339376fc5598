"""JSON Lines: one paper a line, or an array of papers on a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kg.sources.record import NumberText, Record
from kg.sources.text import Lines

# NaN and Infinity are not JSON; they stand for "nothing here".
DECODER = json.JSONDecoder(parse_constant=lambda name: None, parse_float=NumberText)
ERRORS = (ValueError, RecursionError)


def reason(error: Exception) -> str:
    """Why a text is not JSON, in few words."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg[:1].lower()}{error.msg[1:]} at character {error.pos + 1}"
    return "not JSON that can be read: " + (
        "nested too deeply" if isinstance(error, RecursionError) else "a number with too many digits"
    )


def records(lines: Lines) -> Iterator[Record]:
    """Read one record a line; blank lines do not count."""
    for line in lines:
        text = line.text.strip()
        if line.fault:
            yield Record(line.number, fault=line.fault)
        elif text:
            yield _record(line.number, text)


def _record(number: int, text: str) -> Record:
    try:
        value: Any = DECODER.decode(text)
    except ERRORS as error:
        return Record(number, fault=reason(error))
    if isinstance(value, list):
        return Record(number, value, None if value else "an array with nothing in it")
    return Record(number, wrapped(value) or (value,))


def wrapped(value: Any) -> list[Any] | None:
    """The papers in ``{"papers": [...]}`` and the like."""
    if not isinstance(value, Mapping) or "title" in value or "paper" in value:
        return None
    lists = [inner for inner in value.values() if isinstance(inner, list) and any(map(_is_paper, inner))]
    return lists[0] if len(lists) == 1 else None


def _is_paper(item: Any) -> bool:
    return isinstance(item, Mapping) and ("title" in item or "paper" in item)
