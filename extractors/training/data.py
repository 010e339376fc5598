"""Gold papers as examples for the network."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extractors.features import Encoded, encode
from extractors.geometry import UnitSpan, sentence_of_units
from extractors.labels import ENTITY_TYPES, OUTCOMES, RELATION_TYPES, ROLES
from extractors.names import form_key
from extractors.numbers import KINDS, UNITS, Number, find_numbers
from extractors.sentences import sentence_spans
from extractors.spans import number_form, units_of


@dataclass(slots=True)
class GoldEntity:
    """An entity as the network sees it: kind (1..), places in units, introduced, in the title, count of forms."""

    kind: int
    spans: list[UnitSpan]
    introduced: bool
    forms: int
    in_title: bool


@dataclass(slots=True)
class GoldNumber:
    """A number's place and, where it reports a result, what is to be said of it."""

    span: UnitSpan
    form: int
    result: bool = False
    kind: int = 0
    unit: int = 0
    negative: bool = False
    # For each role: 0 nothing, 1 the paper, 2.. entity; -1 unknown.
    roles: list[int] = field(default_factory=lambda: [-1] * len(ROLES))


@dataclass(slots=True)
class Example:
    """One paper, one window."""

    id: str
    text: str
    encoded: Encoded
    sentences: NDArray[np.int64]
    entities: list[GoldEntity]
    relations: dict[tuple[int, int], set[int]]  # (0 the paper or 1.. entity, 0.. entity) -> relation types
    outcomes: dict[tuple[int, int], int]
    numbers: list[GoldNumber]


@dataclass(slots=True)
class Report:
    """What could not be used, counted."""

    papers: int = 0
    mentions: int = 0
    unaligned_mentions: int = 0
    long_mentions: int = 0
    beyond_window: int = 0
    results: int = 0
    results_without_number: int = 0


def read_gold(path: Path) -> list[dict[str, Any]]:
    """Read annotated papers, one JSON object a line."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def examples(papers: Iterable[dict[str, Any]], tokenizer: Any, max_span: int) -> tuple[list[Example], Report]:
    """Turn gold papers into examples; what the network cannot represent is counted in the report."""
    report = Report()
    return [_example(p, tokenizer, max_span, report) for p in papers], report


def _example(paper: dict[str, Any], tokenizer: Any, max_span: int, report: Report) -> Example:
    text = f"{paper['title']}\n{paper['abstract']}"
    title_end = len(paper["title"])
    encoded = encode(text, tokenizer, title_end=title_end)[0]
    begins = {int(c): i for i, c in enumerate(encoded.start)}
    ends = {int(c): i for i, c in enumerate(encoded.end)}
    report.papers += 1
    limit = int(encoded.end[-1])
    entities, place = [], {"paper": 0}
    for e in paper["entities"]:
        spans = []
        for a, b in e["mentions"]:
            report.mentions += 1
            if b > limit:
                report.beyond_window += 1
            elif a not in begins or b not in ends:
                report.unaligned_mentions += 1
            elif ends[b] - begins[a] >= max_span:
                report.long_mentions += 1
            else:
                spans.append((begins[a], ends[b]))
        if spans:
            forms = len({form_key(f) for f in e["surface_forms"]})
            entities.append(
                GoldEntity(
                    1 + ENTITY_TYPES.index(e["type"]),
                    spans,
                    e["introduced"],
                    min(2, forms),
                    any(a < title_end for a, _ in e["mentions"]),
                )
            )
            place[e["id"]] = len(entities)
    relations: dict[tuple[int, int], set[int]] = {}
    outcomes = {}
    for r in paper["relations"]:
        if r["head"] in place and r["tail"] in place and r["tail"] != "paper":
            pair = place[r["head"]], place[r["tail"]] - 1
            relations.setdefault(pair, set()).add(RELATION_TYPES.index(r["type"]))
            if r["type"] == "COMPARED_WITH":
                outcomes[pair] = OUTCOMES.index(r.get("outcome") or "unknown")
    found = [n for n in find_numbers(text) if n.end <= limit]
    numbers = [GoldNumber(units_of(encoded, n.start, n.end), number_form(n)) for n in found]
    centres = {e["id"]: [a for a, _ in e["mentions"]] for e in paper["entities"]}
    for r in paper["results"]:
        report.results += 1
        _label_number(r, found, numbers, place, centres, report)
    return Example(
        str(paper["id"]),
        text,
        encoded,
        sentence_of_units(encoded.start, sentence_spans(text)),
        entities,
        relations,
        outcomes,
        numbers,
    )


def _label_number(
    result: dict[str, Any],
    found: list[Number],
    numbers: list[GoldNumber],
    place: dict[Any, int],
    centres: dict[int, list[int]],
    report: Report,
) -> None:
    """Give a gold result to the free number of its value that stands closest to what it is about."""
    value = abs(result["value"])
    parties = [centres[result[k]] for k in ("benchmark", "metric", "subject") if centres.get(result[k])]

    def distance(i: int) -> float:
        return sum(min(abs(found[i].start - c) for c in places) for places in parties)

    fits = [i for i, n in enumerate(found) if abs(n.value - value) < 1e-6 and not numbers[i].result]
    if not fits:
        report.results_without_number += 1
        return
    n = numbers[min(fits, key=distance)]
    n.result = True
    n.kind = KINDS.index(result["kind"])
    n.unit = UNITS.index(result["unit"])
    n.negative = result["value"] < 0
    for k, role in enumerate(ROLES):
        party = result[role]
        n.roles[k] = 0 if party is None else 1 + place[party] if party in place else -1
