"""LaTeX in names: read as what it shows."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
}  # fmt: skip
_LETTERS = {
    "L": "Ł", "l": "ł", "O": "Ø", "o": "ø", "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å",
    "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ",
}  # fmt: skip
_SYMBOLS = {
    "times": "×", "infty": "∞", "nabla": "∇", "pm": "±", "to": "→", "rightarrow": "→", "star": "*", "ast": "*",
    "cdot": "·", "sim": "~", "ell": "ℓ", "dagger": "†", "deg": "°", "circ": "°", "textregistered": "®",
    "texttrademark": "™", "oplus": "⊕", "otimes": "⊗", "leq": "≤", "geq": "≥", "approx": "≈",
}  # fmt: skip
_GREEK = {
    name: unicodedata.lookup(f"GREEK SMALL LETTER {name.upper()}")
    for name in [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lamda", "mu",
    "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
    ]
}  # fmt: skip
_GREEK["lambda"] = _GREEK.pop("lamda")
LATIN = {letter: name for name, letter in _GREEK.items()}
_MACROS = (
    _LETTERS
    | _SYMBOLS
    | _GREEK
    | {f"var{name}": letter for name, letter in _GREEK.items()}
    | {name.capitalize(): letter.upper() for name, letter in _GREEK.items()}
)
# Macros that only change the look; where one stands alone it takes the blank after it along.
_LOOK = frozenset([
    "bf", "it", "em", "sl", "sc", "tt", "rm", "sf", "bm", "boldmath", "textbf", "textit", "emph", "texttt",
    "textsc", "textrm", "textsf", "text", "mathbf", "mathbb", "mathcal", "mathrm", "mathit", "mathsf",
    "mathtt", "boldsymbol", "underline", "uline", "ensuremath", "operatorname", "mbox", "hbox", "xspace",
    "left", "right", "small", "large", "tiny", "displaystyle", "color",
])  # fmt: skip
_ACCENT = re.compile(
    r"""\\(?:([`'^~="\.])|([uvHcdkr])(?=[\s{]))\s*(?:\{\s*\\?([^\W\d_])\s*\}|\\?([^\W\d_]))"""
)
_MATH = re.compile(r"\$([^$]*)\$")
_COLOR = re.compile(r"\\(?:text)?color\s*\{[^{}]*\}")
_MACRO = re.compile(r"\\([A-Za-z]+)\*?(\s*)")
# Escaped signs wait in private characters until the rest of the markup is gone.
_ESCAPED = {sign: chr(0xE000 + i) for i, sign in enumerate("%&_#$")}
_KEPT = str.maketrans({held: sign for sign, held in _ESCAPED.items()})


def _accented(match: re.Match[str]) -> str:
    letter, accent = match[3] or match[4], match[1] or match[2]
    return unicodedata.normalize("NFC", letter + _ACCENTS[accent])


def _macro(match: re.Match[str]) -> str:
    name, blank = match[1], match[2]
    if name in _MACROS:
        return _MACROS[name] + blank
    if name in _LOOK or match.string[match.end() : match.end() + 1] == "{":
        return ""  # what it is applied to stays
    return name + blank


@lru_cache(maxsize=1 << 15)
def plain_name(name: str) -> str:
    r"""Strip a name of its markup: ``F$_1$`` is F1, ``Schr{\"o}dinger`` Schrödinger, ``\textbf{X}`` X.

    Args:
        name: as a text writes it.

    Returns:
        The name with white space collapsed; as given where nothing but markup is in it.
    """
    text = name
    if any(sign in text for sign in "\\${}~"):
        for sign, held in _ESCAPED.items():
            text = text.replace("\\" + sign, held)
        text = _COLOR.sub("", _ACCENT.sub(_accented, text))
        text = _MATH.sub(lambda m: m[1].replace("_", ""), text)
        text = _MACRO.sub(_macro, text).replace("_{", "{")
        text = re.sub(r"[{}$\\]", "", text.replace("~", " ")).translate(_KEPT)
    return " ".join(text.split()) or " ".join(name.split())
