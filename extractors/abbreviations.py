"""Abbreviations and their long forms, after Schwartz and Hearst (2003), "A simple algorithm for identifying
abbreviation definitions in biomedical text", with the checks that paper abstracts need.
"""

from __future__ import annotations

import re

_BRACKETS = re.compile(r"\(([^()]{1,80})\)")
_NOT_SHORT = re.compile(
    r"^(?:ours?|e\.?g\.?|i\.?e\.?|see|cf\.?|resp\.?|also|or|and|with|w/|left|right|top|bottom|new|code|data|here|"
    r"figure|fig|table|tab|section|sec|appendix|eq|ref|version|v\d+)\b"
    r"|^[\d.,%+\-−±×x\s]*[KkMBGTx%]?$|\d{4}[a-z]?$|et al",
    re.I,
)
_WORD = re.compile(r"[^\s]+")


def definitions(text: str, *, whole: bool = False) -> list[tuple[str, str]]:
    """Find the abbreviations that a text defines.

    Args:
        text: a text, or one name.
        whole: the text is one name, "long form (SHORT)": the long form must begin where it begins, and words
            after the bracket ("graphical user interface (GUI) grounding") are allowed.

    Returns:
        (long form, abbreviation) pairs, each as it is written, in order.
    """
    found = []
    for m in _BRACKETS.finditer(text):
        short = re.split(r"[;,]", m[1])[0].strip().strip("\"'“”")
        before = text[: m.start()].rstrip()
        word = re.search(r"([^\s(),;:]+)$", before)
        inside = m[1].strip()
        if (
            word
            and len(word[1]) < len(inside)
            and is_short_form(word[1])
            and inside.count(" ") <= len(word[1]) + 2
            and _long_form(word[1], inside) == inside
        ):
            found.append((inside, word[1]))  # "SHORT (long form)"
            continue
        if not is_short_form(short):
            continue
        reach = min(len(short) + 5, 2 * len(short))
        words = [w.start() for w in _WORD.finditer(before[-200:])][-max(reach, 2) :]
        if not words:
            continue
        window = before[-200:][words[0] :]
        cut = max(window.rfind(c) for c in (". ", "; ", ": ", "? ", "! ", "\n"))
        window = window[cut + 1 :].strip() if cut >= 0 else window
        long = _long_form(short, window)
        if long is not None and (not whole or before == long):
            found.append((long, short))
    return found


def is_short_form(form: str) -> bool:
    """Whether a form looks like an abbreviation: short, few words, a letter, something unlike a plain word."""
    if not 2 <= len(form) <= 24 or len(form.split()) > 2 or not form[0].isalnum():
        return False
    if _NOT_SHORT.search(form):
        return False
    letters = [c for c in form if c.isalpha()]
    return (len(letters) > 1 and sum(c.isupper() for c in letters) >= min(2, len(letters))) or (
        bool(letters) and any(c.isupper() for c in letters[1:])
    )


def _long_form(short: str, window: str) -> str | None:
    """The shortest tail of ``window`` that holds the letters of ``short`` in order, the first at a word's start."""
    core = short[:-1] if len(short) > 2 and short.endswith("s") and short[:-1].isupper() else short
    core = core.split("@")[0]
    # "T2I" and "S2S" spell "to" with a digit.
    letters = [
        "t" if c == "2" and 0 < i < len(core) - 1 and core[i - 1].isalpha() else c.lower()
        for i, c in enumerate(core)
        if c.isalnum()
    ]
    i = len(window) - 1
    for k in range(len(letters) - 1, -1, -1):
        while i >= 0 and (window[i].lower() != letters[k] or (k == 0 and i > 0 and window[i - 1].isalnum())):
            i -= 1
        if i < 0:
            return None
        i -= 1
    start = i + 1
    long = window[start:].strip()
    words = re.split(r"[\s\-]+", long)
    if (
        len(long) <= len(short)
        or len(words) > len(letters) + 5
        or len(words) > 2 * len(letters)
        or short in long.split()
    ):
        return None
    # Few of a real abbreviation's letters come from inside words.
    heads = "".join(w[0].lower() for w in words if w)
    initials = sum(1 for c in letters if c in heads)
    return long if initials * 2 >= len(letters) or initials >= 2 else None
