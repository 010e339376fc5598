"""Property values as a store can keep them, and strings as kglite must see them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(value: Any) -> Any:
    """A value as plain None, bool, int, float, str, list or dict.

    None stands for everything that says "no value": None, NaN, pandas' NaT and NA. NumPy scalars and arrays
    become Python's own; dates become ISO text; characters that are no text (lone surrogates) become U+FFFD;
    an integer beyond 64 bits becomes a float. Within a list, "no value" is left out, as no store keeps it.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        text = str(value)
        return text if text.isascii() else _SURROGATES.sub("\ufffd", text)
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**63 else float(value)
    if isinstance(value, float):
        return None if math.isnan(value) else float(value)
    if isinstance(value, Mapping):
        return {clean(str(k)): clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
        return [kept for item in items if (kept := clean(item)) is not None]
    if hasattr(value, "tolist"):  # NumPy
        return clean(value.tolist())
    if type(value).__name__ in ("NaTType", "NAType"):  # pandas
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return clean(str(value))


# kglite 0.21 holds '["ReAct"]' = 'ReAct' to be true: text that reads as a list of one text equals that text.
# One invisible character at the end takes such text out of that rule; reading takes it off again.
GUARD = "\u2060"


def guard(value: Any) -> Any:
    """Mark text that kglite would take for a list, at any depth."""
    if isinstance(value, str):
        return value + GUARD if _looks_like_list(value) else value
    if isinstance(value, list):
        return [guard(item) for item in value]
    if isinstance(value, dict):
        return {key: guard(item) for key, item in value.items()}
    return value


def unguard(text: str) -> str:
    """The text that was given to ``guard``."""
    return text[:-1] if text.endswith(GUARD) and _looks_like_list(text) else text


def _looks_like_list(text: str) -> bool:
    text = text.rstrip(GUARD).strip()
    if not (text.startswith("[") and text.endswith("]")):
        return False
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(items, list) and len(items) == 1 and isinstance(items[0], str)
