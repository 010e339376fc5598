"""When two forms within one paper are the same name."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"\\[A-Za-z]+|[{}$^_\\]")
_BLANKS = re.compile(r"[\s\-\u2010-\u2015]+")


def form_key(name: str) -> str:
    """A form without case, LaTeX, blanks, hyphens, outer punctuation and a plural s; "" where nothing is left."""
    key = _BLANKS.sub("", _MARKUP.sub("", name.lower())).strip(".,;:()[]\"'")
    return key[:-1] if len(key) > 4 and key.endswith("s") and not key.endswith("ss") else key


def clean_name(form: str) -> str:
    """A form as a name: LaTeX commands' arguments kept and the commands dropped, blanks single.

    `\\textbf{FooNet}` is FooNet, `F_{1}` and `$F_1$` are F_1, `\\beta` is β.
    """
    name = _LATEX_GREEK.sub(lambda m: _GREEK[m[1]], form)
    name = re.sub(r"\\(?:[A-Za-z]+\s*(?=\{)|[A-Za-z]+\s?)|[{}$]|\\(?=[%&#_$])", "", name)
    name = " ".join(name.replace("~", " ").split())
    return name or form


_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Delta": "Δ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_LATEX_GREEK = re.compile(rf"\\({'|'.join(_GREEK)})(?![A-Za-z])\s?")
