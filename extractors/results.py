"""Results: numbers found by grammar, judged and tied to their parties by the network."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from extractors.geometry import NOWHERE, pair_geometry, pooling
from extractors.labels import ENTITY_TYPES
from extractors.network import ReadingNetwork
from extractors.numbers import KINDS, UNITS, find_numbers
from extractors.reading import ReadEntity, Reading, ReadResult, sigmoid
from extractors.settings import Settings
from extractors.spans import number_form, units_of

_ALLOWED = (
    frozenset({"Model", "Technique", "paper"}),  # subject
    frozenset({"Benchmark", "Dataset", "Task"}),  # benchmark
    frozenset({"Metric"}),  # metric
    frozenset({"Model", "Technique"}),  # versus
)
_QUALIFIERS = re.compile(
    r"\b(?:zero|one|few|\d+)-shot\b|\bon average\b|\baverage\b|\bup to\b|\bover(?:all)?\b|\brelative\b|\bfine-tuned\b"
    r"|\bat least\b|\bmore than\b|\bnearly\b|\bapproximately\b|\bmedian\b|\bin-domain\b|\bout-of-domain\b"
    r"|\b(?:test|validation|dev) (?:set|split)\b|\btest-(?:dev|std)\b|\bgreedy\b|\bpass@\d+\b|\bsingle[- ]model\b"
    r"|\bensemble\b|\b\d+(?:\.\d+)?[BM]\b",
    re.I,
)


def read_results(
    text: str,
    reading: Reading,
    entities: Sequence[ReadEntity],
    sentences: Sequence[tuple[int, int]],
    network: ReadingNetwork,
    settings: Settings,
) -> list[ReadResult]:
    """Judge every number of a text.

    Args:
        text: what was read.
        reading: the text after the encoder.
        entities: what it names.
        sentences: (start, end) of its sentences.
        network: the trained network.
        settings: the threshold for being a result.

    Returns:
        Results in order of place; a saving has a negative value.
    """
    if not entities:
        return []
    inside = [m for e in entities for m in e.mentions]
    numbers = [
        n
        for n in find_numbers(text)
        if n.form != 4 and not any(a <= n.start and n.end <= b for a, b in inside)
    ]
    if not numbers:
        return []
    units = reading.units
    places = [[units_of(units, n.start, n.end)] for n in numbers]
    g = pair_geometry(places, [[NOWHERE], *(e.spans for e in entities)], reading.sentence)
    kinds = np.asarray([1 + ENTITY_TYPES.index(e.type) for e in entities], np.int64)
    judged, roles = network.results(
        pooling(places, len(units.start)),
        np.asarray([number_form(n) for n in numbers], np.int64),
        np.stack([e.vector for e in entities]),
        kinds,
        reading.document,
        reading.first,
        reading.last,
        g.features,
        g.sentence,
        g.between,
    )
    types = ["paper", *(e.type for e in entities)]
    k, u = 1 + len(KINDS), 1 + len(KINDS) + len(UNITS)
    found = []
    for i, n in enumerate(numbers):
        p = float(sigmoid(judged[i, 0]))
        if p < settings.result:
            continue
        kind = KINDS[int(judged[i, 1:k].argmax())]
        parties: list[int | None] = []
        for r, allowed in enumerate(_ALLOWED):
            empty = judged[i, u + 1 + r]
            options = [(float(roles[i, j, r]), j) for j, t in enumerate(types) if t in allowed]
            score, j = max(options, default=(-np.inf, 0))
            parties.append(j - 1 if score > empty else None)
        subject, benchmark, metric, versus = parties
        if kind == "absolute" or versus == subject:
            versus = None
        negative = n.sign < 0 if kind == "absolute" else n.sign < 0 or judged[i, u] > 0
        sentence = int(reading.sentence[places[i][0][0]])
        found.append(
            ReadResult(
                subject, benchmark, metric, versus, -n.value if negative else n.value,
                UNITS[int(judged[i, k:u].argmax())], kind, _qualifier(text, n.start, sentences[sentence]),
                n.start, n.text_end, p, sentence,
            )
        )  # fmt: skip
    return _distinct(found)


def _qualifier(text: str, place: int, sentence: tuple[int, int]) -> str | None:
    """The qualifying phrase closest to a number, within sixty characters and its sentence."""
    low, high = max(sentence[0], place - 60), min(sentence[1], place + 60)
    near = [
        (abs(m.start() - place), m[0])
        for m in _QUALIFIERS.finditer(text, low, high)
        if not m.start() <= place < m.end()
    ]
    return min(near)[1] if near else None


def _distinct(results: list[ReadResult]) -> list[ReadResult]:
    """Of results that say the same, the likeliest."""
    best: dict[tuple[object, ...], ReadResult] = {}
    for r in results:
        key = r.value, r.subject, r.benchmark, r.metric, r.kind
        if key not in best or r.probability > best[key].probability:
            best[key] = r
    return sorted(best.values(), key=lambda r: r.start)
