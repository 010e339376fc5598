"""What the page knows: the nodes, lines, facts and sentences of a subgraph as plain data."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kg.graph_schema import schema
from kg.views.layout import layout
from kg.views.subgraph import Subgraph, ViewEdge, ViewNode

LABEL_LENGTH = 34
_OTHER = {"color": "#7f7f7f", "shape": "dot"}
# How a relation reads from its head and from its tail.
PHRASES = {
    "INTRODUCES": ("introduces", "introduced by"),
    "MENTIONS": ("mentions", "mentioned by"),
    "BASED_ON": ("based on", "basis of"),
    "USES": ("uses", "used by"),
    "TRAINED_ON": ("trained on", "training data of"),
    "EVALUATED_ON": ("evaluated on", "used to evaluate"),
    "COMPARED_WITH": ("compared with", "compared with, by others"),
    "APPLIED_TO": ("applied to", "addressed by"),
    "VARIANT_OF": ("variant of", "has variant"),
    "PART_OF": ("part of", "has part"),
    "MEASURED_BY": ("measured by", "measures"),
}
_PARTS = {"OF": "subject", "ON": "benchmark", "IN": "metric", "VERSUS": "versus"}


@dataclass(frozen=True, slots=True)
class Line:
    """What is drawn between two nodes: all facts that join them; ``arrows`` is to, from or both."""

    a: int
    b: int
    label: str
    arrows: str
    quiet: bool


def safe_url(url: object) -> str | None:
    """The address if it is http or https, else None."""
    text = str(url).strip() if url else ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.netloc else None


def cut(text: str, length: int = LABEL_LENGTH) -> str:
    """The text, or its beginning and an ellipsis."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def collect(subgraph: Subgraph, limit: int) -> dict[str, Any]:
    """Everything the page shows.

    Results are not drawn as nodes: each is a row in the tables of its paper and its parts, and a line between the
    two that it says most about.

    Args:
        subgraph: what to show.
        limit: the most nodes to draw; the best connected ones stay, those of ``centre`` always.

    Returns:
        ``types``, ``nodes``, ``lines``, ``facts``, ``results``, ``papers``, ``sentences`` and ``notes``; ``nodes``
        and the ends of everything else are numbers into ``nodes``.
    """
    results = _results(subgraph)
    shown, notes = _choose(subgraph, results, limit)
    if subgraph.without_key:
        notes.append(f"{subgraph.without_key:,} nodes without a key are not shown.")
    number = {node.key: i for i, node in enumerate(shown)}
    tables = _Tables(subgraph, number)
    facts = [
        tables.fact(edge)
        for edge in subgraph.edges
        if edge.head in number and edge.tail in number and not _about_result(subgraph, edge)
    ]
    rows = [tables.result(result) for result in results if _ends(result) & number.keys()]
    lines = _lines(facts, rows, [node.type for node in shown])
    points = layout(len(shown), [(line.a, line.b) for line in lines])
    degree = Counter(end for line in lines for end in (line.a, line.b))
    nodes = [
        {**_describe(node), "x": round(float(x), 1), "y": round(float(y), 1), "degree": degree[i]}
        for i, (node, (x, y)) in enumerate(zip(shown, points, strict=True))
    ]
    return {
        "types": _types(shown),
        "phrases": _phrases(facts),
        "nodes": nodes,
        "lines": lines,
        "facts": facts,
        "results": rows,
        "papers": tables.papers,
        "sentences": tables.sentences,
        "centre": [number[key] for key in subgraph.centre if key in number],
        "notes": notes,
    }


def _about_result(subgraph: Subgraph, edge: ViewEdge) -> bool:
    return "Result" in (subgraph.nodes[edge.head].type, subgraph.nodes[edge.tail].type)


def _results(subgraph: Subgraph) -> list[dict[str, Any]]:
    parts: dict[str, dict[str, Any]] = {
        node.key: {"node": node} for node in subgraph.nodes.values() if node.type == "Result"
    }
    for edge in subgraph.edges:
        if edge.type in _PARTS and edge.head in parts:
            parts[edge.head][_PARTS[edge.type]] = edge.tail
        elif edge.type == "REPORTS" and edge.tail in parts:
            parts[edge.tail]["paper"] = edge.head
    return list(parts.values())


def _ends(result: dict[str, Any]) -> set[str]:
    return {result[part] for part in (*_PARTS.values(), "paper") if part in result}


def _choose(
    subgraph: Subgraph, results: list[dict[str, Any]], limit: int
) -> tuple[list[ViewNode], list[str]]:
    drawn = [node for node in subgraph.nodes.values() if node.type != "Result"]
    if len(drawn) <= limit:
        return drawn, []
    degree: Counter[str] = Counter()
    for edge in subgraph.edges:
        degree.update((edge.head, edge.tail))
    for result in results:
        degree.update(_ends(result))
    centre = set(subgraph.centre)
    ranked = sorted(drawn, key=lambda node: (node.key not in centre, -degree[node.key], node.key))
    kept = {node.key for node in ranked[:limit]}
    left = Counter(node.type for node in ranked[limit:])
    what = ", ".join(f"{count:,} {plural(kind, count)}" for kind, count in left.most_common())
    note = (
        f"Drawn are the {limit:,} best connected of {len(drawn):,} nodes, so that the page stays quick. "
        f"Left out: {what}. Name a node to draw what lies around it."
    )
    return [node for node in drawn if node.key in kept], [note]


def plural(kind: str, count: int) -> str:
    """``kind`` as a counted noun in lower case: paper, papers."""
    return kind.lower() + ("" if count == 1 else "s")


def _describe(node: ViewNode) -> dict[str, Any]:
    p = node.properties
    described: dict[str, Any] = {
        "type": node.type,
        "key": node.key,
        "name": node.name,
        "label": cut(node.name),
    }
    if node.type == "Paper":
        described |= {
            "url": safe_url(p.get("url")),
            "abstract": p.get("abstract"),
            "authors": _names(p.get("authors")),
            "published": _text(p.get("published")),
            "listed": _text(p.get("listed")),
            "withdrawn": p.get("withdrawn"),
        }
    else:
        described |= {"aliases": _names(p.get("aliases")), "count": p.get("papers")}
    return {k: v for k, v in described.items() if v not in (None, "", [], False)}


def _names(value: Any) -> list[str]:
    return [str(v) for v in value] if isinstance(value, (list, tuple)) else []


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return round(float(value), 3)


class _Tables:
    """Sentences and papers, each held once and referred to by number."""

    def __init__(self, subgraph: Subgraph, number: dict[str, int]) -> None:
        self.sources = subgraph.sources
        self.papers: list[dict[str, Any]] = []
        self.sentences: list[str] = []
        self._paper: dict[str, int] = {}
        self._sentence: dict[str, int] = {}
        self._nodes = subgraph.nodes
        self._number = number

    def paper(self, key: object) -> int | None:
        if not isinstance(key, str):
            return None
        if key not in self._paper:
            source = self.sources.get(key, {})
            year = _text(source.get("published") or source.get("listed"))
            entry = {"title": source.get("title") or key, "url": safe_url(source.get("url"))}
            entry |= {"node": self._number.get(key)}
            self._paper[key] = len(self.papers)
            self.papers.append(entry | {"year": year[:4] if year else None})
        return self._paper[key]

    def sentence(self, text: object) -> int | None:
        if not isinstance(text, str) or not text:
            return None
        if text not in self._sentence:
            self._sentence[text] = len(self.sentences)
            self.sentences.append(text)
        return self._sentence[text]

    def fact(self, edge: ViewEdge) -> dict[str, Any]:
        p = edge.properties
        paper = p.get("paper") or (edge.head if self._nodes[edge.head].type == "Paper" else None)
        return {
            "relation": edge.type,
            "head": self._number[edge.head],
            "tail": self._number[edge.tail],
            "outcome": p.get("outcome"),
            "forms": _names(p.get("forms")) or None,
            **self._said(p, paper),
        }

    def result(self, result: dict[str, Any]) -> dict[str, Any]:
        node: ViewNode = result["node"]
        p, number = node.properties, self._number
        row: dict[str, Any] = {
            part: number.get(result.get(part, "")) for part in ("subject", "benchmark", "metric", "versus")
        }
        # A part that is not drawn is still named.
        row["names"] = {
            part: self._nodes[result[part]].name
            for part in _PARTS.values()
            if part in result and result[part] not in number
        } or None
        row |= {
            "value": value_text(p),
            "qualifier": p.get("qualifier"),
            "from": number.get(result.get("paper", "")),
        }
        return row | self._said(p, p.get("paper") or result.get("paper"))

    def _said(self, properties: Any, paper: object) -> dict[str, Any]:
        return {
            "paper": self.paper(paper),
            "sentence": self.sentence(properties.get("evidence")),
            "confidence": _number(properties.get("confidence")),
            "reader": properties.get("reader"),
        }


def value_text(properties: Any) -> str:
    """A result's value as a person writes it: the text's own form where it is known, a sign before a delta."""
    value, unit = properties.get("value"), properties.get("unit")
    text = str(properties.get("text") or "")
    if not text:
        text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        if properties.get("kind") == "delta" and isinstance(value, (int, float)) and value > 0:
            text = "+" + text
    if unit and text[-1:].isdigit():  # else the text has its unit, in words of its own
        text += unit if unit in ("%", "x") else f" {unit}"
    return text


def _lines(facts: list[dict[str, Any]], rows: list[dict[str, Any]], types: list[str]) -> list[Line]:
    """One line for each pair of nodes; its number goes into each of its facts and results."""
    pairs: dict[tuple[int, int], list[tuple[bool, str, dict[str, Any]]]] = {}

    def join(head: int, tail: int, label: str, item: dict[str, Any]) -> None:
        pair = (min(head, tail), max(head, tail))
        pairs.setdefault(pair, []).append((head == pair[0], label, item))

    for fact in facts:
        if fact["head"] != fact["tail"]:
            join(fact["head"], fact["tail"], _phrase(fact["relation"])[0], fact)
    for row in rows:
        head = row["subject"] if row["subject"] is not None else row["from"]
        tail = next((row[part] for part in ("benchmark", "metric", "versus") if row[part] is not None), None)
        if head is not None and tail is not None and head != tail:
            join(head, tail, row["value"], row)
    lines: list[Line] = []
    for (a, b), items in pairs.items():
        for _, _, item in items:
            item["line"] = len(lines)
        # That a paper names what it introduces, or says more about, goes without saying.
        telling = [i for i in items if i[2].get("relation") != "MENTIONS"]
        counted = telling or items
        forward = {ahead for ahead, _, _ in counted}
        labels = list(dict.fromkeys(label for _, label, _ in counted))
        label = labels[0] if len(labels) == 1 else ", ".join(labels)
        if len(label) > LABEL_LENGTH:
            label = f"{len(counted)} facts"
        elif len(counted) > len(labels):
            label += f" ({len(counted)})"
        arrows = "to, from" if len(forward) == 2 else "to" if True in forward else "from"
        lines.append(Line(a, b, label, arrows, quiet=not telling))
    return lines


def _phrase(relation: str) -> tuple[str, str]:
    plain = relation.lower().replace("_", " ")
    return PHRASES.get(relation, (plain, f"{plain}, from"))


def _phrases(facts: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """The phrases of the relations that occur, in the order in which a panel lists them."""
    present = {fact["relation"] for fact in facts}
    order = [*(r for r in PHRASES if r != "MENTIONS"), *sorted(present - PHRASES.keys()), "MENTIONS"]
    return {relation: _phrase(relation) for relation in order if relation in present}


def _types(nodes: list[ViewNode]) -> dict[str, dict[str, Any]]:
    counts = Counter(node.type for node in nodes)
    declared = schema().nodes
    order = [*(t for t in declared if t in counts), *sorted(counts.keys() - declared.keys())]
    return {
        kind: {
            "color": (kind in declared and declared[kind].color) or _OTHER["color"],
            "shape": (kind in declared and declared[kind].shape) or _OTHER["shape"],
            "doc": declared[kind].doc if kind in declared else "",
            "count": counts[kind],
        }
        for kind in order
    }
