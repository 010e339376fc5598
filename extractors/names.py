"""When two forms within one paper are the same name."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"\\[A-Za-z]+|[{}$^_\\]")
_BLANKS = re.compile(r"[\s\-\u2010-\u2015]+")


def form_key(name: str) -> str:
    """A form without case, LaTeX, blanks, hyphens, outer punctuation and a plural s; "" where nothing is left."""
    key = _BLANKS.sub("", _MARKUP.sub("", name.lower())).strip(".,;:()[]\"'")
    return key[:-1] if len(key) > 4 and key.endswith("s") and not key.endswith("ss") else key
