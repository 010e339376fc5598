"""Keys under which spellings of one name meet, and names that are none."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from extractors.latex import LATIN, plain_name

__all__ = ["name_key", "names_nothing", "names_paper", "numbers", "plain_name"]

_PLURAL_CAPITALS = re.compile(r"(?<=[A-Z0-9])s\b")
_POSSESSIVE = re.compile(r"['’]s\b")
_SPELLING = (
    (re.compile(r"isation"), "ization"),
    (re.compile(r"(\w{2}(?:al|an|ar|at|en|er|ic|im|nt|on|or))is(e|ed|es|er|ers|ing)\b"), r"\1iz\2"),
    (re.compile(r"(\w{2})lys(e|ed|er|ers|ing)\b"), r"\1lyz\2"),
    (re.compile(r"\b(behavi|col|fav|flav|neighb)our"), r"\1or"),
    (re.compile(r"\b(label|model|signal|channel)l(ing|ed|er|ers)\b"), r"\1\2"),
)
_GREEK_ALONE = re.compile(r"(?<![α-ω])[α-ω](?![α-ω])")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
# Signs that tell names apart: C++, C#, Recall@10, A*, ∞Bench, [CLS].
_SIGNS = frozenset("+#@*&%[]")
_IGNORED_SYMBOLS = frozenset("^`~¨´$|−")
_MARKS = re.compile("[™®©℠]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def _kept(char: str) -> bool:
    kind = unicodedata.category(char)
    if kind[0] in "LNM":
        return not "\ufe00" <= char <= "\ufe0f"
    return char in _SIGNS or (kind[0] == "S" and char not in _IGNORED_SYMBOLS)


def _words(text: str) -> list[str]:
    words, word = [], ""
    for i, char in enumerate(text):
        if char.isascii() and char.isalnum():
            word += char
        elif char in ".," and word[-1:].isdigit() and text[i + 1 : i + 2].isdigit():
            word += char  # 1.5 is not 15
        elif _kept(char):
            word += char
        elif unicodedata.category(char) != "Cf" and word:
            words.append(word)
            word = ""
    return [*words, word] if word else words


def _singular(word: str) -> str:
    if len(word) <= 4 or not word.endswith("s") or not word[-2].isalpha():
        return word
    if word.endswith("ies") and word not in ("series", "species"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes")):
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word[:-1]


@lru_cache(maxsize=1 << 15)
def name_key(name: str) -> str:
    """The key under which spellings of one name meet.

    Case, LaTeX, blanks, hyphens, underscores, most punctuation, a plural s and British spelling do not matter;
    letters of every script, numbers with their decimal dots, and signs such as ``+``, ``#`` and ``@`` do. Two
    numbers that stand apart stay apart: LLaMA-2 7B is not LLaMA 27B.

    Args:
        name: as a text or a person writes it.

    Returns:
        The key, never empty for a name with a visible character.
    """
    text = unicodedata.normalize("NFKC", _MARKS.sub("", plain_name(name)).replace("×", "x"))
    text = _POSSESSIVE.sub("", _PLURAL_CAPITALS.sub("", text))
    text = unicodedata.normalize("NFKC", text.casefold())
    text = _GREEK_ALONE.sub(lambda m: LATIN.get(m[0], m[0]), _THOUSANDS.sub("", text))
    for pattern, american in _SPELLING:
        text = pattern.sub(american, text)
    key = ""
    for word in map(_singular, _words(text)):
        key += "-" + word if key[-1:].isdigit() and word[0].isdigit() else word
    return key or "".join(text.split()) or "".join(name.split())


def numbers(key: str) -> list[str]:
    """The numbers in a key, in order; names whose numbers differ are never the same."""
    return _NUMBER.findall(key)


_NOUNS = (
    "method|model|approache|approach|framework|system|technique|algorithm|pipeline|architecture|strategy|agent|"
    "dataset|benchmark|corpus|work|paper|solution|proposal|one|variant"
)
_OWN = re.compile(
    rf"(?:our|the(?:proposed|present(?:ed)?|new|novel)|this|(?:new|novel|proposed|presented))(?:own|full|best|final|"
    rf"proposed|new|novel)?(?:{_NOUNS})|ours?|(?:my|our)?(?:{_NOUNS})?(?:name)|(?:the)?(?:{_NOUNS})|mname|tool|name"
)
_VAGUE = re.compile(
    r"(?:the|all|other|prior|previous|existing|strong|current|several|standard|competing|competitive|many)?"
    r"(?:baseline(?:method|model|approach)?|sota|stateoftheart(?:method|model|approach|baseline)?|"
    r"(?:prior|previous|existing|other)(?:method|model|approach|work)|relatedwork|competitor|others)"
)


def names_nothing(name: str) -> bool:
    """Whether a name is no name: "our method", ``\\ours``, "baseline", "SOTA"."""
    return names_paper(name) or _VAGUE.fullmatch(name_key(name)) is not None


def names_paper(name: str) -> bool:
    """Whether a "name" only points at what the paper itself proposes: "our method", ``\\ours``."""
    return _OWN.fullmatch(name_key(name)) is not None
