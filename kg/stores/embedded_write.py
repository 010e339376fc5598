"""How one batch of changes is written to kglite."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from kg.stores import checks
from kg.stores.base import Changes, Edge, Node, StoreError
from kg.stores.dialect import quote
from kg.stores.values import clean, guard, unguard


def write(run: Any, changes: Changes) -> None:
    """Write a batch by ``run``, the ``cypher`` method of a transaction.

    Raises:
        StoreError: an end of an edge is missing.
    """
    from kg.graph_schema import schema

    declared = schema()
    if changes.forget:
        papers = {"papers": guard(clean(changes.forget))}
        for kind in declared.sourced_types:
            run(f"MATCH ()-[r:{quote(kind)}]->() WHERE r.paper IN $papers DELETE r", params=papers)
        for label in checks.sourced_labels():
            run(f"MATCH (n:{quote(label)}) WHERE n.paper IN $papers DETACH DELETE n", params=papers)
    for label, keys in _grouped((label, guard(clean(key))) for label, key in changes.delete).items():
        run(
            f"UNWIND $keys AS key MATCH (n:{quote(label)} {{key: key}}) DETACH DELETE n",
            params={"keys": keys},
        )
    for label, nodes in _grouped((node.label, _node_row(node)) for node in changes.nodes).items():
        also = " SET n:Entity" if label in declared.entity_labels else ""
        run(
            f"UNWIND $rows AS row MERGE (n:{quote(label)} {{key: row.key}}) SET n += row.properties{also}",
            params={"rows": nodes},
        )
    for kind, edges in _grouped((edge.type, edge) for edge in changes.edges).items():
        _write_edges(run, kind, edges)


def _node_row(node: Node) -> dict[str, Any]:
    return {"key": guard(clean(node.key)), "properties": guard(clean({**node.properties, "key": node.key}))}


def _write_edges(run: Any, kind: str, edges: list[Edge]) -> None:
    """Create what is new, set what is known; MERGE would walk every edge of a popular node."""
    wanted: dict[tuple[Any, ...], dict[str, Any]] = {}
    ends: dict[tuple[Any, ...], tuple[str, str]] = {}
    for edge in edges:
        properties = guard(clean(edge.properties))
        head, tail = guard(clean(edge.head)), guard(clean(edge.tail))
        identity = (head, tail, properties.get("paper"), properties.get("start"))
        wanted[identity] = {**wanted.get(identity, {}), **properties}
        ends[identity] = (edge.head_label, edge.tail_label)

    known = dict(_known_edges(run, kind, {identity[2] for identity in wanted}))
    fresh, changed = defaultdict(list), defaultdict(list)
    for identity, properties in wanted.items():
        row = {"head": identity[0], "tail": identity[1], "properties": properties}
        if identity not in known:
            row["properties"] = {k: v for k, v in properties.items() if v is not None}
            fresh[ends[identity]].append(row)
        elif any(known[identity][1].get(name) != value for name, value in properties.items()):
            changed[ends[identity]].append({**row, "id": known[identity][0]})

    for (head_label, tail_label), rows in fresh.items():
        answer = run(
            f"UNWIND $rows AS row MATCH (a:{quote(head_label)} {{key: row.head}}), "
            f"(b:{quote(tail_label)} {{key: row.tail}}) CREATE (a)-[r:{quote(kind)}]->(b) SET r += row.properties",
            params={"rows": rows},
        )
        if answer.stats["relationships_created"] != len(rows):
            raise _missing_end(run, kind, head_label, tail_label, rows)
    for (head_label, tail_label), rows in changed.items():
        run(
            f"UNWIND $rows AS row MATCH (a:{quote(head_label)} {{key: row.head}})-[r:{quote(kind)}]->"
            f"(b:{quote(tail_label)} {{key: row.tail}}) WHERE id(r) = row.id SET r += row.properties",
            params={"rows": rows},
        )


def _known_edges(run: Any, kind: str, papers: set[Any]) -> Iterator[tuple[tuple[Any, ...], tuple[int, Any]]]:
    where = ["r.paper IN $papers"] if papers - {None} else []
    where += ["r.paper IS NULL"] if None in papers else []
    for condition in where:
        found = run(
            f"MATCH (a)-[r:{quote(kind)}]->(b) WHERE {condition} "
            "RETURN a.key AS head, b.key AS tail, id(r) AS id, properties(r) AS properties",
            params={"papers": list(papers - {None})},
        )
        for row in found.to_list():
            # Not r.start: where no property has that name, kglite answers with the edge's first node.
            properties = row["properties"]
            identity = (row["head"], row["tail"], properties.get("paper"), properties.get("start"))
            yield identity, (row["id"], properties)


def _missing_end(
    run: Any, kind: str, head_label: str, tail_label: str, rows: list[dict[str, Any]]
) -> StoreError:
    for end, label in (("head", head_label), ("tail", tail_label)):
        keys = list({row[end] for row in rows})
        there = run(
            f"UNWIND $keys AS key MATCH (n:{quote(label)} {{key: key}}) RETURN n.key AS key",
            params={"keys": keys},
        )
        missing = sorted(set(keys) - {row["key"] for row in there.to_list()})
        if missing:
            return checks.missing_end(kind, label, [unguard(key) for key in missing])
    return StoreError(f"{kind}: the store did not write all edges of this batch")


def _grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for name, item in pairs:
        groups[name].append(item)
    return groups
