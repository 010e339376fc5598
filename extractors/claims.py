"""What was read from a `Doc`, in the format of a claims file."""

from __future__ import annotations

from collections import Counter
from typing import Any

from spacy.tokens import Doc

from extractors.latex import plain_name
from extractors.reading import ReadEntity
from extractors.settings import Settings


def doc_claims(doc: Doc, settings: Settings) -> dict[str, Any]:
    """Entities, relations and results of a document.

    Args:
        doc: after the whole pipeline.
        settings: for calibrated confidences.

    Returns:
        `{"entities": [...], "relations": [...], "results": [...]}`; every one has `confidence` (0 to 1) and
        `evidence` (`sentence`, `start`, `end` in characters of the text).
    """
    text, sentences = doc.text, doc._.sentence_spans
    entities: list[ReadEntity] = doc._.entities

    def evidence(sentence: int) -> dict[str, Any]:
        a, b = sentences[sentence]
        return {"sentence": text[a:b], "start": a, "end": b}

    def ref(i: int | None) -> int | str | None:
        return None if i is None else "paper" if i < 0 else i + 1

    sentence_of = doc._.reading.sentence if doc._.reading is not None else ()
    out: dict[str, Any] = {"entities": [], "relations": [], "results": []}
    for i, e in enumerate(entities):
        first = next(
            (s for s, (a, _) in zip(e.spans, e.mentions, strict=True) if a > doc._.title_end), e.spans[0]
        )
        entry = {
            "id": i + 1,
            "type": e.type,
            "name": entity_name(text, e),
            "surface_forms": surface_forms(text, e),
            "introduced": e.introduced,
            "mentions": [list(m) for m in e.mentions],
            "confidence": settings.confidence("entity", e.probability),
            "evidence": evidence(int(sentence_of[first[0]])),
        }
        if e.introduced:
            entry["introduced_confidence"] = settings.confidence("introduced", e.introduced_probability)
        out["entities"].append(entry)
    for r in doc._.relations:
        ends = entities[r.tail].probability * (entities[r.head].probability if r.head >= 0 else 1.0)
        claim = {"head": ref(r.head), "type": r.type, "tail": r.tail + 1}
        if r.outcome is not None:
            claim["outcome"] = r.outcome
        claim |= {
            "confidence": settings.confidence("relation", r.probability * ends),
            "evidence": evidence(r.sentence),
        }
        out["relations"].append(claim)
    for x in doc._.results:
        out["results"].append(
            {
                "subject": ref(x.subject),
                "benchmark": ref(x.benchmark),
                "metric": ref(x.metric),
                "value": x.value,
                "unit": x.unit,
                "kind": x.kind,
                "versus": ref(x.versus),
                "qualifier": x.qualifier,
                "text": text[x.start : x.end],
                "mention": [x.start, x.end],
                "confidence": settings.confidence("result", x.probability),
                "evidence": evidence(x.sentence),
            }
        )
    return out


def surface_forms(text: str, entity: ReadEntity) -> list[str]:
    """Every form of an entity exactly as it is written, in order of appearance."""
    return list(dict.fromkeys([*(text[a:b] for a, b in entity.mentions), *entity.forms]))


def entity_name(text: str, entity: ReadEntity) -> str:
    """The form used most, without markup; one that holds its own abbreviation only where there is no other."""
    counts = Counter(text[a:b] for a, b in entity.mentions)
    counts.update(dict.fromkeys(entity.forms, 0))
    forms = sorted(counts, key=lambda f: ("(" in f and len(counts) > 1, -counts[f]))
    return plain_name(forms[0])
