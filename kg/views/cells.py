"""Values as a cell of a file can hold them, and back."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from kg.graph_schema import schema

Record = Mapping[str, Any]

# What XML 1.0 cannot hold, half surrogates, and the carriage return, which an XML reader turns into a line feed.
_UNHOLDABLE = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
REPLACEMENT = "\ufffd"

# A spreadsheet runs a cell that begins so; a plain number is harmless.
_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?%?")


def plain(value: Any) -> Any:
    """A value as JSON knows them: NaN and NaT are None, dates ISO text, NumPy's numbers Python's."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None if math.isnan(value) else str(value)
    if hasattr(value, "item"):
        return plain(value.item())
    if isinstance(value, (datetime, date, time)) or hasattr(value, "isoformat"):
        text = value.isoformat()
        return None if text == "NaT" else text
    return None if str(value) in ("<NA>", "NaT") else str(value)


def as_json(value: Any) -> str:
    """Compact JSON, letters of every script as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def column_types(records: Iterable[Record]) -> dict[str, type]:
    """For each property the one type that holds all its values: bool, int, float, list or str.

    Lists (and maps) make the column a list column, whose cells are JSON; whatever else differs becomes text.
    """
    found: dict[str, set[type]] = {}
    for record in records:
        for name, value in record.items():
            if value is not None:
                kinds = found.setdefault(name, set())
                big = type(value) is int and not -(2**63) <= value < 2**63
                kinds.add(str if big else list if isinstance(value, dict) else type(value))
    return {name: _common(kinds) for name, kinds in found.items()}


def _common(kinds: set[type]) -> type:
    if list in kinds:
        return list
    if len(kinds) == 1:
        return kinds.pop()
    return float if kinds == {int, float} else str


class Cells:
    """Turns records into cells of one type a column, and counts the characters it had to replace."""

    def __init__(self, types: Mapping[str, type]) -> None:
        self.types = types
        self.replaced = 0

    def row(self, record: Record) -> dict[str, Any]:
        """The record without its absent values."""
        return {name: self.cell(name, value) for name, value in record.items() if value is not None}

    def cell(self, name: str, value: Any) -> Any:
        """One value in its column's type."""
        kind = self.types[name]
        if kind is list:
            return self.text(as_json(value))
        if kind is str:
            return self.text(value if isinstance(value, str) else as_json(value))
        return kind(value)

    def text(self, text: str) -> str:
        """The text with what XML cannot hold replaced by U+FFFD, a carriage return by a line feed."""
        text, breaks = re.subn("\r\n?", "\n", text)
        text, others = _UNHOLDABLE.subn(REPLACEMENT, text)
        self.replaced += breaks + others
        return text


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before what could be one."""
    return "'" + text if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text behind a guarded cell; the exact reverse."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def declared_types() -> dict[str, str]:
    """Property name to the schema's type, over all nodes and relations."""
    declared = schema()
    properties = [p for node in declared.nodes.values() for p in node.properties]
    properties += [p for relation in declared.relations.values() for p in relation.properties]
    return {p.name: p.type for p in properties}


def restore(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Undo `Cells` as far as the schema or the cells themselves tell: lists come back as lists.

    A column is one of lists if the schema says so; one that the schema does not know, if every cell in it is a JSON
    list.
    """
    declared = declared_types()
    columns: dict[str, list[Any]] = {}
    for record in records:
        for name, value in record.items():
            columns.setdefault(name, []).append(value)
    lists = {
        name
        for name, values in columns.items()
        if declared.get(name, "list") == "list" and all(_json_list(v) is not None for v in values)
    }
    return [{k: _json_list(v) if k in lists else v for k, v in record.items()} for record in records]


def _json_list(value: Any) -> list[Any] | None:
    if not isinstance(value, str) or not value.startswith("["):
        return None
    try:
        found = json.loads(value)
    except ValueError:
        return None
    return found if isinstance(found, list) else None
