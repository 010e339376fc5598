"""Single values of a record: text, dates, names, categories, notices in place of an abstract."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_CAPITALS = re.compile(r"\s*ABSTRACT\s+")
_PREFIX = re.compile(r"\s*abstract\s*(?:[:.—–]|(?<=\s)-(?=\s))\s*", re.IGNORECASE)
_ABSENT = r"(?:available|provided|given|found|supplied|submitted|present)"
_NO_ABSTRACT = re.compile(
    rf"""\W*(?:
      (?:there\ is\ |sorry,?\ )?no\ (?:abstract|summary|description)(?:\ text)?(?:\ (?:is|was))?(?:\ (?:currently|yet))?
        (?:\ {_ABSENT})?(?:\ yet|\ (?:for|of|in)\ th(?:is|e)\ \w+)?
    | (?:the\ )?(?:abstract|summary)(?:\ text)?(?:\ (?:is|was))?(?:\ currently)?
        (?:\ not(?:\ yet)?\ {_ABSENT}|\ unavailable|\ missing|\ pending|\ tb[ad]|\ to\ (?:be\ added|follow|appear))?
        (?:\ (?:for|of|in)\ th(?:is|e)\ \w+)?
    | not\ {_ABSENT} | unavailable | missing | none | null | nan | n\W?a | tb[ad] | todo
    )\W*""",
    re.IGNORECASE | re.VERBOSE,
)
_WORK = r"(?:paper|article|manuscript|submission|preprint|work|version|report)"
_WITHDRAWN = re.compile(
    rf"\b(?:this|our)\s+(?:\w+\s+)?{_WORK}\s+(?:has\s+been|was|is|is\s+being|had\s+been)\s+(?:\w+ly\s+)?withdrawn\b",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    rf"""\W*(?:(?:the|this|our)\s+)?(?:
      {_WORK}\s+(?:(?:has\s+been|was|is)\s+)?(?:\w+ly\s+)?withdrawn\b
    | withdrawn(?=\W*$|\s*[.,:;]|\s+(?:by|due|because|since|as|at|for|from|pending)\b)
    )""",
    re.IGNORECASE | re.VERBOSE,
)

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_NUMERIC = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:[T\s].*)?", re.ASCII | re.DOTALL)
_WRITTEN = re.compile(r"(?:(\d{1,2})\s+)?([A-Za-z]{3,9})\.?\s+(?:(\d{1,2}),?\s+)?(\d{4})", re.ASCII)


def clean(text: str) -> str:
    """Collapse white space and control characters to single blanks."""
    return " ".join(_CONTROL.sub(" ", text).split())


def clean_abstract(text: str) -> str:
    """An abstract without its heading; ``""`` where it only says that there is none."""
    text = clean(text)
    text = _CAPITALS.sub("", text, count=1) if _CAPITALS.match(text) else text
    match = _PREFIX.match(text)
    text = text[match.end() :] if match else text
    if not re.search(r"\w", text) or (len(text) < 120 and _NO_ABSTRACT.fullmatch(text)):
        return ""
    return text


def says_withdrawn(abstract: str, comments: str | None) -> bool:
    """Whether the authors say that they withdrew the paper."""
    return bool(
        _WITHDRAWN.search(abstract)
        or _NOTICE.match(abstract)
        or (comments and (_NOTICE.match(comments) or _WITHDRAWN.search(comments)))
    )


def month(name: str) -> int | None:
    """The number of a month in English, whole or cut to three letters or more."""
    name = name.lower()
    if len(name) < 3:
        return None
    name = "sep" if name == "sept" else name
    return next((i for i, whole in enumerate(_MONTHS, 1) if whole.startswith(name)), None)


def iso_date(value: Any) -> str | None:
    """A date as ISO writes it.

    Args:
        value: ISO date or time, ``May 27, 2024``, ``27 May 2024``, an e-mail's date, or milliseconds since 1970.

    Returns:
        ``YYYY-MM-DD`` in the source's own time zone; None for an empty value.

    Raises:
        ValueError: it is none of these, or no day of the calendar.
    """
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 10**11 < abs(value) < 10**14:
        return datetime.fromtimestamp(value / 1000, UTC).date().isoformat()
    if not isinstance(value, str):
        raise ValueError("not a date")
    text = value.strip()
    if match := _NUMERIC.fullmatch(text):
        return date(int(match[1]), int(match[3]), int(match[4])).isoformat()
    if match := _WRITTEN.fullmatch(text):
        day, number = match[1] or match[3], month(match[2])
        if day and number:
            return date(int(match[4]), number, int(day)).isoformat()
    from email.utils import parsedate_to_datetime  # slow to import, seldom needed

    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (TypeError, IndexError, OverflowError):
        raise ValueError("not a date") from None


def names(value: Any) -> tuple[str, ...]:
    """People's names, in order, from a list of texts or of objects with a name, or from one text."""
    if isinstance(value, str):
        value = _listed(value) or _split_names(value)
    elif isinstance(value, dict):
        value = [value]
    if not isinstance(value, Iterable):
        return ()
    found = []
    for item in value:
        name = item.get("name") if isinstance(item, dict) else item
        if isinstance(name, str) and clean(name):
            found.append(clean(name))
    return tuple(dict.fromkeys(found))


def _split_names(text: str) -> list[str]:
    if ";" in text:
        return text.split(";")
    parts = re.split(r"\s+and\s+", text)
    if len(parts) > 1 and all(part.count(",") == 1 for part in parts):
        return parts  # BibTeX: Last, First and Last, First
    return re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", text)


def _listed(text: str) -> list[Any] | None:
    """A list that was written into one cell, as JSON or as Python prints it."""
    if not text.lstrip().startswith("["):
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text.strip())
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(value, list):
            return value
    return None


def categories(value: Any, primary: Any = None) -> tuple[str, ...]:
    """arXiv categories, primary first, from a list or from one text."""
    if isinstance(value, str):
        value = _listed(value) or re.split(r"[\s,;]+", value)
    found = [primary] if primary else []
    found += value if isinstance(value, list | tuple) else []
    terms = [item.get("term") if isinstance(item, dict) else item for item in found]
    return tuple(dict.fromkeys(clean(term) for term in terms if isinstance(term, str) and clean(term)))
