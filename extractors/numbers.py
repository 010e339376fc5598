"""Numbers in a text that may report quality, found by grammar; the network then says which do."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = {
    "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0,
    "ten": 10.0, "twenty": 20.0, "fifty": 50.0, "hundred": 100.0,
}  # fmt: skip
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<!\d)\.\d+"
_DIGITS = re.compile(
    rf"(?<![\d.,])(?P<sign>(?<![\w)\]}}%])[-+−–±~]\s?|\\pm\s?)?(?P<number>{_NUMBER})(?![\d])"
)
_WORD = re.compile(
    rf"\b(?:(?P<fold>{'|'.join(_WORDS)})(?:[- ]?fold\b| times\b|(?:-| )points?\b)|(?P<twice>twice|doubl(?:e|es|ed|ing))\b"
    r"|(?P<half>half|halv(?:e|es|ed|ing))\b|(?P<triple>tripl(?:e|es|ed|ing))\b|(?P<order>(?:an|one) order of magnitude)\b)",
    re.I,
)
_UNIT = re.compile(
    r"\s?(?:\\?%|percent\b|per cent\b)(?P<pp>[- ]?(?:age)?[- ]?points?\b)?"
    r"|\s?(?P<x>[x×](?![A-Za-z0-9])|\\times\b|\$\\times|times\b|[- ]?fold\b)"
    r"|\s?(?P<points>(?:absolute |percentage |accuracy |F1 |BLEU |ROUGE )?points?\b|pp\b|pts?\b)"
    r"|(?P<k>\s?(?:[KkMBGT]B?|million|billion|thousand|trillion)\b)"
    r"|(?P<letters>[A-Za-z]+)",
)
_IN_NAME = re.compile(r"(?:[^\W\d]|_|[^\W\d_]-)$")
# LaTeX words that lost their backslash, and the first half of a range with its unit.
_GLUED = re.compile(r"(?:sim|times|rightarrow|to|approx|pm|leq?|geq?)$|\d\s?(?:x|times|%|[KM])-$")
UNITS = ("%", "points", "x", None)
KINDS = ("absolute", "delta")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written.

    Attributes:
        start: its first character, sign not included.
        end: the character after its last, unit not included.
        value: without its sign.
        sign: -1 where a minus stands before it, 1 where a plus does, else 0.
        unit: what is written after it: "%", "points", "x", or None.
        form: 0 a plain number, 1 with a size after it (7B, 10 million), 2 glued to letters, 3 a word ("twofold"),
            4 a spread ("± 0.4"), 5 the start of a range ("61 and 64", "44.0 to").
        text_end: the character after its unit.
    """

    start: int
    end: int
    value: float
    sign: int
    unit: str | None
    form: int
    text_end: int


FORMS = 6


def find_numbers(text: str) -> list[Number]:
    """All numbers of a text, in order.

    Args:
        text: any text; LaTeX's `\\%` and `\\times` are understood.

    Returns:
        One `Number` for each that is not part of a name: digits glued to a letter before them (`v2`, `GPT-4`)
        are names, digits with letters after them (`7B`, `3D`) are kept and marked by `form`.
    """
    found = []
    for m in _DIGITS.finditer(text):
        start, end = m.span("number")
        if _IN_NAME.search(text, max(0, start - 12), start) and not _GLUED.search(
            text, max(0, start - 12), start
        ):
            continue
        sign = (m["sign"] or "").strip()
        unit, form, text_end = _unit(text, end)
        if sign in ("±", "\\pm"):
            form = 4
        elif re.match(r"\s?\\?%?\s?(?:-{1,2}|–|to|→|and)\s?[-+−]?\d", text[end : end + 14]):
            form = 5
        found.append(
            Number(
                start,
                end,
                float(m["number"].replace(",", "")),
                -1 if sign in "-−" and sign else int(sign == "+"),
                unit,
                form,
                text_end,
            )
        )
    for m in _WORD.finditer(text):
        if m["fold"]:
            value = _WORDS[m["fold"].lower()]
        else:
            value = 2.0 if m["twice"] else 50.0 if m["half"] else 3.0 if m["triple"] else 10.0
        unit = "%" if m["half"] else "points" if "point" in m[0].lower() else "x"
        found.append(Number(m.start(), m.end(), value, 0, unit, 3, m.end()))
    return sorted(found, key=lambda n: n.start)


def _unit(text: str, end: int) -> tuple[str | None, int, int]:
    m = _UNIT.match(text, end)
    if not m:
        return None, 0, end
    if m["k"]:
        return None, 1, end
    if m["letters"]:
        return None, 2, end
    if m["x"]:
        return "x", 0, m.end()
    if m["points"] or m["pp"]:
        return "points", 0, m.end()
    return "%", 0, m.end()
