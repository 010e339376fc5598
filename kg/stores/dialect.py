"""Cypher as people write it, made fit for kglite.

kglite reads Cypher with a few differences that would surprise, some without a word. This module hides them:
block comments, the property name ``end``, several statements at once (of which kglite shows only the last),
and text that looks like a list (see ``values.guard``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.stores.base import QueryError
from kg.stores.values import GUARD, guard

_TOKENS = re.compile(
    r"""(?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
      | (?P<name>`(?:``|[^`])*`)
      | (?P<line>//[^\n]*)
      | (?P<block>/\*.*?\*/)
      | (?P<stop>;)
      | (?P<end>(?<=[{,])\s*end\b(?=\s*:)|(?<=[^.]\.)\s*end\b)
    """,
    re.VERBOSE | re.DOTALL,
)
# After these, text is a part or a pattern, not a whole value.
_PART = re.compile(r"(CONTAINS|STARTS\s+WITH|ENDS\s+WITH|=~)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement for kglite; ``shifts`` are places in it before which one character was added."""

    text: str
    shifts: tuple[int, ...]

    def column(self, line: int, column: int) -> int:
        """The column in the statement as it was written, for one in ``text`` (both from 1)."""
        begin = sum(len(part) for part in self.text.splitlines(keepends=True)[: line - 1])
        return column - sum(begin <= shift < begin + column - 1 for shift in self.shifts)


def prepare(cypher: str) -> Statement:
    """Turn Cypher into what kglite reads as the same.

    Raises:
        QueryError: there is more than one statement, or none.
    """
    parts: list[str] = []
    shifts: list[int] = []
    length = position = 0
    stopped = False

    def put(text: str) -> None:
        nonlocal length
        parts.append(text)
        length += len(text)

    for token in _TOKENS.finditer(cypher):
        between = cypher[position : token.start()]
        if stopped and (between.strip() or token.lastgroup not in ("line", "block", "stop")):
            raise _several(cypher, position)
        put(between)
        position, text = token.end(), token.group()
        if token.lastgroup in ("line", "block"):
            text = re.sub(r"[^\n]", " ", text)
        elif token.lastgroup == "stop":
            stopped, text = True, " "
        elif token.lastgroup == "end":
            name = len(text) - len("end")
            shifts += [length + name, length + name + 4]
            text = f"{text[:name]}`end`"
        elif token.lastgroup == "text" and not _PART.search(between):
            inner = re.sub(r"\\(['\"])", r"\1", text[1:-1]).replace("\\\\", "\\")
            if added := guard(inner)[len(inner) :]:
                shifts.append(length + len(text) - 1)
                text = text[:-1] + added + text[-1]
        put(text)
    if stopped and cypher[position:].strip():
        raise _several(cypher, position)
    put(cypher[position:])
    return Statement("".join(parts), tuple(shifts))


def written_name(column: str) -> str:
    """The name of a column, which kglite takes from the statement, without what ``prepare`` added."""
    return column.replace(".`end`", ".end").replace(GUARD, "")


def _several(cypher: str, position: int) -> QueryError:
    rest = position + len(cypher[position:]) - len(cypher[position:].lstrip())
    line = cypher.count("\n", 0, rest) + 1
    column = rest - (cypher.rfind("\n", 0, rest) + 1) + 1
    return QueryError(f"line {line}, column {column}: one statement at a time; a second one begins here")


def quote(name: str) -> str:
    """A label, relationship type or property name, safe inside a statement."""
    return "`" + name.replace("`", "``") + "`"
