"""Where mentions stand towards each other: the arrays that the pair scorers read beside the encoder's output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UnitSpan = tuple[int, int]  # first and last unit, both inclusive

# Sizes of the pair features, in the order of `PairGeometry.features`' last axis.
PAIR_SIZES = (8, 3, 3, 4)
NOWHERE: UnitSpan = (-1, -1)  # the place of the paper itself


@dataclass(frozen=True, slots=True)
class PairGeometry:
    """Features of every (head, tail) pair, heads and tails being lists of mentions.

    Attributes:
        features: shape (heads, tails, 4): distance of the closest two mentions in units (log scale), which comes
            first, whether they share a sentence, how many sentences hold both (up to 3).
        sentence: shape (heads, tails, units): 1 where a unit stands in a sentence of the closest two mentions.
        between: shape (heads, tails, units): 1 from the first to the last unit of those two.
        closest: shape (heads, tails, 2): index of the closest mention of the head and of the tail.
    """

    features: NDArray[np.int64]
    sentence: NDArray[np.float32]
    between: NDArray[np.float32]
    closest: NDArray[np.int64]


def pooling(mentions: Sequence[Sequence[UnitSpan]], units: int) -> NDArray[np.float32]:
    """Weights that average over an entity's mentions.

    Args:
        mentions: for each entity its mentions.
        units: how many units the text has.

    Returns:
        Shape (3, entities, units): weights on the mentions' first units, on their last, on all between.
    """
    out = np.zeros((3, len(mentions), units), np.float32)
    for e, spans in enumerate(mentions):
        weight = 1.0 / len(spans)
        for a, b in spans:
            out[0, e, a] += weight
            out[1, e, b] += weight
            out[2, e, a : b + 1] += weight / (b - a + 1)
    return out


def sentence_of_units(starts: NDArray[np.int64], spans: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """The sentence in which each unit stands, given units' first characters and sentences' (start, end)."""
    borders = np.asarray([a for a, _ in spans], np.int64)
    return np.maximum(np.searchsorted(borders, starts, side="right") - 1, 0)


def pair_geometry(
    heads: Sequence[Sequence[UnitSpan]], tails: Sequence[Sequence[UnitSpan]], sentences: NDArray[np.int64]
) -> PairGeometry:
    """Compare the places of every head with those of every tail.

    Args:
        heads: for each head its mentions; `[NOWHERE]` for the paper itself.
        tails: the same for tails.
        sentences: the sentence of each unit, shape (units,).
    """
    units = len(sentences)
    features = np.zeros((len(heads), len(tails), 4), np.int64)
    sentence = np.zeros((len(heads), len(tails), units), np.float32)
    between = np.zeros((len(heads), len(tails), units), np.float32)
    closest = np.zeros((len(heads), len(tails), 2), np.int64)
    position = np.arange(units)
    tail_arrays = [np.asarray(t, np.int64).reshape(-1, 2) for t in tails]
    tail_sentences = [
        sentences[t[:, 0]] if units and t[0, 0] >= 0 else np.full(len(t), -1) for t in tail_arrays
    ]
    for i, head in enumerate(heads):
        h = np.asarray(head, np.int64).reshape(-1, 2)
        nowhere = h[0, 0] < 0
        for j, t in enumerate(tail_arrays):
            if nowhere or t[0, 0] < 0:
                place = t if nowhere else h
                if place[0, 0] >= 0:
                    s = sentences[place[0, 0]]
                    sentence[i, j] = sentences == s
                    between[i, j, place[0, 0] : place[0, 1] + 1] = 1
                features[i, j] = 7, 2, 2, 0
                continue
            gap = np.maximum(t[None, :, 0] - h[:, None, 1], h[:, None, 0] - t[None, :, 1])
            apart = sentences[h[:, 0]][:, None] != tail_sentences[j][None, :]
            m, n = divmod(int(np.argmin(gap + 1000 * apart)), len(t))
            closest[i, j] = m, n
            near = int(max(gap[m, n], 0))
            a, b = min(h[m, 0], t[n, 0]), max(h[m, 1], t[n, 1])
            shared = min(3, len(set(sentences[h[:, 0]].tolist()) & set(tail_sentences[j].tolist())))
            features[i, j] = min(6, int(np.log2(near + 1))), int(h[m, 0] > t[n, 0]), int(apart[m, n]), shared
            sh, st = sentences[h[m, 0]], tail_sentences[j][n]
            sentence[i, j] = (sentences == sh) | (sentences == st)
            between[i, j] = (position >= a) & (position <= b)
    return PairGeometry(features, sentence, between, closest)
