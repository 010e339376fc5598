"""Relations between the paper, its entities, and each other."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from extractors.geometry import NOWHERE, pair_geometry
from extractors.labels import ENTITY_TYPES, OUTCOMES, RELATION_TYPES
from extractors.network import ReadingNetwork
from extractors.reading import ReadEntity, Reading, ReadRelation, sigmoid
from extractors.settings import Settings

# Relations that cannot hold both ways.
# What stands between two names, the worse first. The network has seen too few of these.
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|been|gets?)\s+(?:\w+ly\s+)?"
    r"(?:out(?:performed|matched|done)|surpassed|beaten|exceeded)\s+by\b"
    r"|\b(?:trail|lag|underperform|fall|fell)(?:s|ed|ing|en)?\s+(?:short of|behind)?|\b(?:worse|weaker|lower)\s+than\b",
    re.I,
)
_ALIKE = re.compile(
    r"\b(?:comparabl[ey]|on par|competitiv\w*|match(?:es|ed|ing)?|rival(?:s|ing)?|parity|similar(?:ly)? to"
    r"|approach(?:es|ing))\b",
    re.I,
)
_NEGATED = re.compile(
    r"\b(?:not|n't|never|fails? to|failed to|unable to|without)\s+(?:\w+\s+)?"
    r"(?:out(?:perform|match)|surpass|exceed|beat|improve)\w*",
    re.I,
)
_ONE_WAY = frozenset({"BASED_ON", "VARIANT_OF", "PART_OF", "USES", "TRAINED_ON", "EVALUATED_ON"})


def read_relations(
    text: str, reading: Reading, entities: Sequence[ReadEntity], network: ReadingNetwork, settings: Settings
) -> list[ReadRelation]:
    """Score all pairs and keep what passes the thresholds and the schema's ends.

    Args:
        text: what was read.
        reading: the text after the encoder.
        entities: what it names.
        network: the trained network.
        settings: thresholds by relation type and allowed ends.

    Returns:
        Relations, likeliest first. Of two that contradict each other (each built on the other, each better than the
        other) the likelier is kept.
    """
    if not entities:
        return []
    spans = [e.spans for e in entities]
    g = pair_geometry([[NOWHERE], *spans], spans, reading.sentence)
    kinds = np.asarray([1 + ENTITY_TYPES.index(e.type) for e in entities], np.int64)
    vectors = np.stack([e.vector for e in entities])
    scores, outcomes = network.relations(
        vectors, kinds, reading.document, reading.first, g.features, g.sentence, g.between
    )
    probability = sigmoid(scores)
    ends = {r: set(pairs) for r, pairs in settings.ends.items()}
    found = []
    for h, t in np.ndindex(len(entities) + 1, len(entities)):
        if h == t + 1:
            continue
        pair = ("paper" if h == 0 else entities[h - 1].type, entities[t].type)
        for k, name in enumerate(RELATION_TYPES):
            p = float(probability[h, t, k])
            if p < settings.relation.get(name, 0.5) or pair not in ends.get(name, ()):
                continue
            outcome = OUTCOMES[int(outcomes[h, t].argmax())] if name == "COMPARED_WITH" else None
            m, n = g.closest[h, t]
            if outcome is not None and h:
                outcome = _worded(text, entities[h - 1].mentions[m], entities[t].mentions[n]) or outcome
            place = spans[t][0 if h == 0 else n]
            if h and reading.sentence[spans[h - 1][m][0]] != reading.sentence[place[0]]:
                place = max(spans[h - 1][m], place)
            elif h == 0:
                place = spans[t][_first_in_abstract(reading, entities[t])]
            found.append(ReadRelation(h - 1, name, t, p, outcome, int(reading.sentence[place[0]])))
    found.sort(key=lambda r: (-r.probability, r.head, r.tail, r.type))
    return _without_contradictions(found)


def _worded(text: str, head: tuple[int, int], tail: tuple[int, int]) -> str | None:
    """The outcome that the words between two mentions of one sentence leave no doubt of, seen from the head."""
    between = text[min(head[1], tail[1]) : max(head[0], tail[0])]
    if len(between) > 120 or "\n" in between:
        return None
    if _NEGATED.search(between):
        return "unknown"
    if _PASSIVE.search(between):
        return "worse" if head < tail else "better"
    return "similar" if _ALIKE.search(between) else None


def _first_in_abstract(reading: Reading, entity: ReadEntity) -> int:
    """Index of the first mention after the title, else 0."""
    return next((i for i, (a, _) in enumerate(entity.spans) if reading.sentence[a] > 0), 0)


def _without_contradictions(relations: list[ReadRelation]) -> list[ReadRelation]:
    kept: dict[tuple[int, str, int], ReadRelation] = {}
    for r in relations:
        back = kept.get((r.tail, r.type, r.head))
        if back is not None:
            if r.type in _ONE_WAY:
                continue
            if (
                r.type == "COMPARED_WITH"
                and {r.outcome, back.outcome} != {"better", "worse"}
                and "unknown"
                not in (
                    r.outcome,
                    back.outcome,
                )
            ):
                if r.outcome == back.outcome == "similar":
                    kept[r.head, r.type, r.tail] = r
                continue
        kept[r.head, r.type, r.tail] = r
    return list(kept.values())
