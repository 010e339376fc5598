"""JSON Lines: one paper a line, or an array of papers on a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
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
    return Record(number, (value,))
