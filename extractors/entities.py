"""From span scores to mentions, and from mentions to the entities of a paper."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from extractors.abbreviations import definitions
from extractors.features import Encoded
from extractors.geometry import UnitSpan, pooling
from extractors.labels import ENTITY_TYPES
from extractors.names import form_key
from extractors.network import ReadingNetwork
from extractors.reading import ReadEntity, Reading, sigmoid
from extractors.settings import Settings
from extractors.spans import units_of


def softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Softmax over the last axis."""
    e = np.exp(scores - scores.max(-1, keepdims=True))
    return np.asarray(e / e.sum(-1, keepdims=True), np.float32)


def spans_of_scores(
    scores: NDArray[np.float32], floor: float, sentences: NDArray[np.int64] | None = None
) -> list[tuple[int, int, float]]:
    """Spans that may be mentions, without overlaps.

    Args:
        scores: (units, max_span, 1 + types); class 0 is no entity.
        floor: least probability of being an entity of any type.
        sentences: the sentence of each unit, (units,); a span then stays within one.

    Returns:
        (first unit, last unit, probability), in order of place. Where two overlap, the likelier has the place.
    """
    units, width, _ = scores.shape
    some = 1.0 - softmax(scores)[..., 0]
    ends = np.arange(units)[:, None] + np.arange(width)[None]
    some[ends >= units] = 0.0
    if sentences is not None:
        some[sentences[np.minimum(ends, units - 1)] != sentences[:, None]] = 0.0
    starts, lengths = np.nonzero(some >= floor)
    order = sorted(zip(starts.tolist(), lengths.tolist(), strict=True), key=lambda p: (-some[p], -p[1], p[0]))
    taken = np.zeros(units, bool)
    kept = []
    for a, n in order:
        if not taken[a : a + n + 1].any():
            taken[a : a + n + 1] = True
            kept.append((a, a + n, float(some[a, n])))
    return sorted(kept)


def group_forms(text: str, encoded: Encoded, spans: Sequence[UnitSpan]) -> list[list[UnitSpan]]:
    """Group mentions into entities: the same form, or a long form and the abbreviation that the text gives it.

    Args:
        text: what was read.
        encoded: its units.
        spans: mentions, in order.

    Returns:
        For each entity its mentions, entities in order of their first.
    """
    places = [(int(encoded.start[a]), int(encoded.end[b])) for a, b in spans]
    return [[spans[i] for i in group] for group in group_places(text, places)]


def group_places(text: str, places: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Group mentions, given as (start, end) in characters; returns lists of indices into ``places``."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    joined = {form_key(short): form_key(long) for long, short in definitions(text)}
    keys = []
    for a, b in places:
        surface = text[a:b]
        key = form_key(surface)
        inner = definitions(surface, whole=True)
        if inner:
            long, short = (form_key(x) for x in inner[0])
            joined.setdefault(short, long)
            parent[root(key)] = root(long)
        keys.append(key)
    present = set(keys)
    for short, long in joined.items():
        if short in present or long in present:
            parent[root(short)] = root(long)
    groups: dict[str, list[int]] = {}
    for i, key in enumerate(keys):
        groups.setdefault(root(key) if key else f"\0{i}", []).append(i)
    return list(groups.values())


def read_entities(
    text: str, reading: Reading, network: ReadingNetwork, settings: Settings, title_end: int
) -> list[ReadEntity]:
    """Find the entities of a text.

    Args:
        text: what was read.
        reading: the text after the encoder.
        network: the trained network.
        settings: thresholds by type.
        title_end: length of the title.

    Returns:
        Entities in order of their first mention. The type is judged once for all mentions of a name.
    """
    units = reading.units
    scores = network.spans(reading.first, reading.last)
    found = spans_of_scores(scores, settings.span, reading.sentence)
    if not found:
        return []
    groups = group_forms(text, units, [_bare(text, units, a, b) for a, b, _ in found])
    span_scores = np.stack([np.mean([scores[a, b - a] for a, b in g], axis=0) for g in groups])
    facts = np.asarray([_facts(text, units, g, title_end) for g in groups], np.int64)
    vectors, kinds, introduced = network.entities(
        reading.first, reading.last, reading.document, pooling(groups, len(units.start)), span_scores, facts
    )
    probability = softmax(kinds)
    entities = []
    for i, spans in enumerate(groups):
        k = int(probability[i, 1:].argmax())
        p = float(probability[i, 1 + k])
        if p < settings.entity.get(ENTITY_TYPES[k], 0.5):
            continue
        mentions = [(int(units.start[a]), int(units.end[b])) for a, b in spans]
        inner = [f for a, b in mentions for pair in definitions(text[a:b], whole=True) for f in pair]
        entities.append(
            ReadEntity(
                ENTITY_TYPES[k], mentions, spans, vectors[i], p, float(sigmoid(introduced[i])),
                forms=inner,
            )
        )  # fmt: skip
    return entities


_AFFIX = re.compile(
    r"(?P<before>non-)?.*?(?P<after>-(?:based|level|style|like|powered|driven|trained|tuned|generated|class))?",
    re.I | re.S,
)


def _bare(text: str, units: Encoded, first: int, last: int) -> UnitSpan:
    """A span without what is glued to a name ("non-", "-based")."""
    start, end = int(units.start[first]), int(units.end[last])
    m = _AFFIX.fullmatch(text, start, end)
    if m and m["before"] and text[m.end("before") : m.end("before") + 1].isupper():
        start = m.end("before")
    if m and m["after"] and any(c.isupper() for c in text[start : m.start("after")]):
        end = m.start("after")
    return units_of(units, start, end)


def _facts(text: str, units: Encoded, spans: Sequence[UnitSpan], title_end: int) -> tuple[int, int, int]:
    forms = {form_key(text[units.start[a] : units.end[b]]) for a, b in spans}
    return min(5, len(spans)), int(any(units.start[a] < title_end for a, _ in spans)), min(2, len(forms))
