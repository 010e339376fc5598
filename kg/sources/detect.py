"""Tell a source's format from its first lines."""

from __future__ import annotations

import json
import re
from typing import Any

from kg.sources import csv_file, listing
from kg.sources.report import Problem, SourceError
from kg.sources.text import Lines

LOOK = 1 << 18  # characters; the formats show themselves long before
_NOT_JSON = object()


def detect(lines: Lines) -> str:
    """Look at the head of a source, no further than needed: a slow pipe must not be waited for.

    Returns:
        ``listing``, ``daily``, ``jsonl`` or ``csv``.

    Raises:
        SourceError: it is none of them.
    """
    whole = False
    while True:
        found = _format(lines.head, whole or len(lines.head) > LOOK)
        if found:
            return found
        if whole or len(lines.head) > LOOK:
            known = "a listing's text, JSON, JSON Lines, CSV with a column called title"
            raise SourceError(
                Problem(lines.name, None, f"is in no format that is known ({known}); see --from")
            )
        whole = not lines.more()


def _format(head: str, last: bool) -> str | None:
    """The format; None where more must be seen, unless this is the last look."""
    pieces = re.split(r"\r\n?|\n", head)
    seen = [line for piece in (pieces if last else pieces[:-1]) if (line := piece.strip())]
    if not seen:
        return None
    if seen[0][0] in "[{":
        return _json_format(seen, last)
    header = seen[1] if seen[0].lower().startswith("sep=") and len(seen) > 1 else seen[0]
    if csv_file.delimiter(header):
        return "csv"
    if any(listing.is_mark(line) for line in seen):
        return "listing"
    return "jsonl" if any(isinstance(_parsed(line), dict) for line in seen) else None


def _json_format(seen: list[str], last: bool) -> str | None:
    first = _parsed(seen[0])
    if isinstance(first, dict):
        return "jsonl"
    if len(seen) == 1 and not last:
        return None  # an array alone on its line is a document, one with others below it a line
    if first is not _NOT_JSON:
        return "jsonl" if len(seen) > 1 else "daily"
    if seen[0][-1] == "[" or len(seen) == 1:
        return "jsonl" if seen[0][0] == "{" and seen[0][-1] != "[" and seen[0] != "{" else "daily"
    # A line that is broken, or the first of a document's?
    return (
        "jsonl" if (seen[1][0] == "{" and seen[0][0] == "{") or _parsed(seen[1]) is not _NOT_JSON else "daily"
    )


def _parsed(line: str) -> Any:
    if line[:1] not in ("[", "{"):
        return _NOT_JSON
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return _NOT_JSON
