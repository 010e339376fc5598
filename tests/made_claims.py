"""Invented papers and what a graph holds, for tests of loading."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kg.claims import PaperClaims, from_json
from kg.stores import Store


def refuse(reason: str) -> None:
    raise AssertionError(reason)


def paper(
    id: str,
    *things: tuple[str, str | Sequence[str]],
    relations: Sequence[tuple[str, str, str]] = (),
    results: Sequence[dict[str, Any]] = (),
    introduces: Sequence[str] = (),
    title: str | None = None,
    **fields: Any,
) -> PaperClaims:
    """Claims of one paper whose abstract says each thing and each relation in a sentence of its own.

    Args:
        id: an arXiv id, or anything else for a paper known by its title.
        things: (type, name) or (type, surface forms).
        relations: (head, type, tail) by name; "paper" is a head too.
        results: as in a claims file, the ends by name.
        introduces: names that the paper introduces.
        title: made from the id where None.
        fields: more fields of the record.
    """
    forms = [(type, [names] if isinstance(names, str) else list(names)) for type, names in things]
    number: dict[str | None, int | str | None] = {"paper": "paper", None: None}
    number |= {names[0]: i for i, (_, names) in enumerate(forms, 1)}
    sentences = [f"It is about {' or '.join(names)}." for _, names in forms]
    sentences += [f"Here {head} is said to go with {tail}." for head, _, tail in relations]
    sentences += [f"It reaches {result['value']} in the end." for result in results]
    ends = ("subject", "benchmark", "metric", "versus")
    record = {
        "id": id,
        "title": title or f"A paper numbered {id}",
        "abstract": " ".join(sentences),
        "reader": "hand 1.0",
        "entities": [
            {
                "id": i,
                "type": type,
                "name": names[0],
                "surface_forms": names,
                "introduced": names[0] in introduces,
            }
            for i, (type, names) in enumerate(forms, 1)
        ],
        "relations": [
            {"head": number[head], "type": type, "tail": number[tail]} for head, type, tail in relations
        ],
        "results": [
            {"kind": "absolute", "unit": None, **result, **{end: number[result.get(end)] for end in ends}}
            for result in results
        ],
        **fields,
    }
    return from_json(record, refuse)


def dump(store: Store) -> list[str]:
    """Every node and edge of a graph with all it carries, in one order."""
    nodes = store.query("MATCH (n) RETURN labels(n), n").rows
    edges = store.query("MATCH (a)-[r]->(b) RETURN a.key, type(r), b.key, r").rows
    lines = [
        json.dumps([sorted(labels), {k: v for k, v in n.items() if k != "_labels"}], sort_keys=True)
        for labels, n in nodes
    ]
    return sorted(lines + [json.dumps(list(edge), sort_keys=True) for edge in edges])


def ask(store: Store, cypher: str, **parameters: Any) -> list[Any]:
    """The rows of a query; of one column, its values."""
    rows = store.query(cypher, parameters).rows
    return [row[0] for row in rows] if rows and len(rows[0]) == 1 else rows
