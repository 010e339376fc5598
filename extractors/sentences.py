"""Sentence borders in abstracts, by rule: fast, the same on every run, at home with LaTeX and numbers."""

from __future__ import annotations

import re

# A full stop after these does not end a sentence.
_ABBREVIATIONS = frozenset(
    [
        "al",
        "e.g",
        "i.e",
        "eg",
        "ie",
        "cf",
        "vs",
        "v",
        "fig",
        "figs",
        "eq",
        "eqs",
        "sec",
        "secs",
        "no",
        "nos",
        "vol",
        "ref",
        "refs",
        "resp",
        "approx",
        "et",
        "inc",
        "ltd",
        "corp",
        "dr",
        "prof",
        "mr",
        "mrs",
        "ms",
        "st",
        "jr",
        "sr",
        "dept",
        "univ",
        "tab",
        "app",
        "ver",
        "ca",
        "viz",
        "aka",
        "a.k.a",
        "w.r.t",
        "wrt",
        "incl",
        "excl",
    ]
)
_BORDER = re.compile(r"[.!?]+(?:[\"'”’)\]}]|\}\$?|\$)*(?=\s+\S)|\n(?! )")
_WORD_BEFORE = re.compile(r"([A-Za-z][A-Za-z.]*)$")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Cut a text into sentences.

    Args:
        text: title, line break, abstract; a line break ends a sentence
            unless a blank follows it (wrapped titles).

    Returns:
        (start, end) of each sentence, in order, without surrounding blanks. They cover every character that is
        not a blank.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for m in _BORDER.finditer(text):
        if m[0][0] != "\n" and not _ends(text, m.start(), m.end()):
            continue
        _add(spans, text, start, m.end())
        start = m.end()
    _add(spans, text, start, len(text))
    return spans


def _ends(text: str, stop: int, after: int) -> bool:
    following = text[after:].lstrip()[:1]
    if text[stop] in "!?":
        return not following.islower()
    if text[stop : stop + 3] == "...":
        return following.isupper()
    word = _WORD_BEFORE.search(text, max(0, stop - 20), stop)
    if word:
        w = word[1].lower().strip(".")
        if w in _ABBREVIATIONS and not (
            w in ("al", "etc", "inc", "ltd", "corp") and following.isupper() and w != "al"
        ):
            return False
        if len(w) == 1 and word[1].isupper() and text[word.start() - 1 : word.start()] in (" ", "", "."):
            # An initial ("J. Doe"), unless it closes a name that ends in a letter ("vitamin D. We").
            return following.isupper() and text[after:].lstrip().split(" ", 1)[0] in _OPENERS
    return not (following.islower() or following in ",;:")


_OPENERS = frozenset(
    [
        "The",
        "We",
        "Our",
        "This",
        "These",
        "In",
        "It",
        "Here",
        "However",
        "To",
        "On",
        "For",
        "A",
        "An",
        "By",
        "With",
        "As",
        "At",
        "From",
    ]
)


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    if right > left:
        spans.append((start + left, start + right))
