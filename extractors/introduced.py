"""What a paper introduces: the network's word, and phrasings that leave no doubt.

The network has met famous names only as things that others built on; a paper that itself says "we introduce X" is
believed.
"""

from __future__ import annotations

import re

from extractors.reading import ReadEntity

SAID = 0.95  # of 211 such entities in held-out papers 202 were introduced
_SAYS_SO = re.compile(
    r"\b(?:we|paper|work|report|study|article)\b(?:\s+(?:also|then|further|therefore|thus|first|here))?\s+"
    r"(?:introduce|present|propose|release|describe)s?\s+(?:the\s+)?$",
    re.I,
)
_TITLE = re.compile(r"\s*:\s")


def says_introduced(text: str, entity: ReadEntity, title_end: int) -> bool:
    """Whether the text says in so many words that the paper introduces an entity, or the title opens with it.

    Args:
        text: what was read.
        entity: one of its entities.
        title_end: length of the title.
    """
    opens = any(a == 0 and b < title_end and _TITLE.match(text, b) for a, b in entity.mentions)
    return opens or any(
        a > title_end and _SAYS_SO.search(text[max(0, a - 80) : a]) for a, _ in entity.mentions
    )
