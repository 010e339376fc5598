"""What the components of the pipeline hand on: a text as the network sees it, and what was read from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extractors.features import Encoded
from extractors.geometry import UnitSpan, sentence_of_units

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text after the encoder.

    Attributes:
        units: the units of the whole text; its pieces are those of no single window.
        first: hidden state of each unit's first piece, (units, width).
        last: hidden state of each unit's last piece, (units, width).
        document: the whole text's vector, (width,).
        sentence: index of each unit's sentence, (units,).
    """

    units: Encoded
    first: Floats
    last: Floats
    document: Floats
    sentence: NDArray[np.int64]


@dataclass(slots=True)
class ReadEntity:
    """An entity read from a text.

    Attributes:
        type: its entity type.
        mentions: (start, end) of each mention in characters, in order.
        spans: the same in units.
        vector: the network's representation, (entity width,).
        probability: that it is an entity of this type.
        introduced_probability: that the paper introduces it.
        introduced: whether the paper introduces it.
        forms: further forms beside the mentions' own, from abbreviations.
    """

    type: str
    mentions: list[tuple[int, int]]
    spans: list[UnitSpan]
    vector: Floats
    probability: float
    introduced_probability: float
    introduced: bool = False
    forms: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReadRelation:
    """A relation between entities, by their index; head -1 is the paper."""

    head: int
    type: str
    tail: int
    probability: float
    outcome: str | None
    sentence: int


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A number that reports quality; parties are entities by index, -1 the paper, None nothing."""

    subject: int | None
    benchmark: int | None
    metric: int | None
    versus: int | None
    value: float
    unit: str | None
    kind: str
    qualifier: str | None
    start: int
    end: int
    probability: float
    sentence: int


def stitch(
    windows: Sequence[Encoded], hidden: Sequence[Floats], sentences: Sequence[tuple[int, int]]
) -> Reading:
    """Join windows into one reading; a unit in two windows is taken where it stands farther from the edge.

    Args:
        windows: the windows of one text, in order, at least one.
        hidden: their pieces' hidden states.
        sentences: (start, end) of the text's sentences.
    """
    best: dict[int, tuple[int, int, int]] = {}  # unit's start -> (distance from the edge, window, unit)
    for w, window in enumerate(windows):
        pieces = len(window.ids)
        for u, start in enumerate(window.start.tolist()):
            inside = int(min(window.unit_first[u] - 1, pieces - 2 - window.unit_last[u]))
            if start not in best or inside > best[start][0]:
                best[start] = inside, w, u
    picked = [best[s][1:] for s in sorted(best)]
    first = np.stack([hidden[w][windows[w].unit_first[u]] for w, u in picked])
    last = np.stack([hidden[w][windows[w].unit_last[u]] for w, u in picked])
    none = np.zeros(0, np.int64)
    units = Encoded(
        ids=none,
        shape=none,
        unit_first=none,
        unit_last=none,
        start=np.asarray([windows[w].start[u] for w, u in picked], np.int64),
        end=np.asarray([windows[w].end[u] for w, u in picked], np.int64),
    )
    document = np.mean([h[0] for h in hidden], axis=0).astype(np.float32)
    return Reading(units, first, last, document, sentence_of_units(units.start, sentences))


def sigmoid(x: Any) -> Any:
    """The logistic function."""
    return 1.0 / (1.0 + np.exp(-np.asarray(x, np.float64)))
