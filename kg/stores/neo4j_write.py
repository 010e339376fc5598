"""How one batch of changes is written to Neo4j."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kg.stores import checks
from kg.stores.base import Changes, StoreError, batches
from kg.stores.dialect import quote
from kg.stores.values import clean

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

_ROWS = 5_000  # a statement; larger ones are no faster


def write(transaction: ManagedTransaction, changes: Changes) -> None:
    """One batch. Everything is in order of its key, so that loads at the same time wait, not deadlock."""
    from kg.graph_schema import schema

    declared = schema()
    if changes.forget:
        papers = sorted(clean(changes.forget))
        for kind in declared.sourced_types:
            text = f"MATCH ()-[r:{quote(kind)}]->() WHERE r.paper IN $papers DELETE r"
            transaction.run(text, papers=papers).consume()
        for label in checks.sourced_labels():
            text = f"MATCH (n:{quote(label)}) WHERE n.paper IN $papers DETACH DELETE n"
            transaction.run(text, papers=papers).consume()
    gone: dict[str, list[str]] = defaultdict(list)
    for label, key in sorted(changes.delete):
        gone[label].append(clean(key))
    for label, keys in gone.items():
        text = f"UNWIND $keys AS key MATCH (n:{quote(label)} {{key: key}}) DETACH DELETE n"
        transaction.run(text, keys=keys).consume()
    nodes: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for node in changes.nodes:
        key, properties = clean(node.key), clean(node.properties)
        properties.pop("key", None)
        nodes[node.label][key] = {**nodes[node.label].get(key, {}), **properties}
    for label in sorted(nodes):
        also = " SET n:Entity" if label in declared.entity_labels else ""
        text = f"UNWIND $rows AS row MERGE (n:{quote(label)} {{key: row.key}}) SET n += row.properties{also}"
        rows = [{"key": key, "properties": nodes[label][key]} for key in sorted(nodes[label])]
        for part in batches(rows, _ROWS):
            transaction.run(text, rows=part).consume()
    for (kind, head, tail, has_paper, has_start), rows in _edge_rows(changes):
        text = _edge_statement(kind, head, tail, has_paper, has_start)
        for part in batches(rows, _ROWS):
            record = transaction.run(text, rows=part).single(strict=True)
            if record[0] != len(part):
                raise _missing_end(transaction, kind, head, tail, part)


_Group = tuple[str, str, str, bool, bool]


def _edge_rows(changes: Changes) -> Iterator[tuple[_Group, list[dict[str, Any]]]]:
    groups: dict[_Group, dict[tuple[Any, ...], dict[str, Any]]] = defaultdict(dict)
    for edge in changes.edges:
        properties = clean(edge.properties)
        paper, start = properties.get("paper"), properties.get("start")
        known = groups[edge.type, edge.head_label, edge.tail_label, paper is not None, start is not None]
        identity = (clean(edge.head), clean(edge.tail), paper, start)
        known[identity] = {**known.get(identity, {}), **properties}
    for group in sorted(groups):
        names = ("head", "tail", "paper", "start")
        yield (
            group,
            [
                {**dict(zip(names, identity, strict=True)), "properties": groups[group][identity]}
                for identity in sorted(groups[group], key=lambda identity: [str(part) for part in identity])
            ],
        )


def _edge_statement(kind: str, head: str, tail: str, has_paper: bool, has_start: bool) -> str:
    ends = f"UNWIND $rows AS row MATCH (a:{quote(head)} {{key: row.head}}) MATCH (b:{quote(tail)} {{key: row.tail}}) "
    if has_paper and has_start:
        return (
            f"{ends}MERGE (a)-[r:{quote(kind)} {{paper: row.paper, start: row.start}}]->(b) "
            "SET r += row.properties RETURN count(*)"
        )
    # MERGE knows no absent property. Writing to the head takes its lock, so that two loads cannot both create.
    same = [
        "old.paper = row.paper" if has_paper else "old.paper IS NULL",
        "old.start = row.start" if has_start else "old.start IS NULL",
    ]
    return (
        f"{ends}SET a.key = a.key WITH row, a, b "
        f"OPTIONAL MATCH (a)-[old:{quote(kind)}]->(b) WHERE {' AND '.join(same)} "
        "WITH row, a, b, head(collect(old)) AS old "
        f"FOREACH (_ IN CASE WHEN old IS NULL THEN [1] ELSE [] END | "
        f"CREATE (a)-[r:{quote(kind)}]->(b) SET r = row.properties) "
        "FOREACH (_ IN CASE WHEN old IS NULL THEN [] ELSE [1] END | SET old += row.properties) "
        "RETURN count(*)"
    )


def _missing_end(transaction: Any, kind: str, head: str, tail: str, rows: Any) -> StoreError:
    for end, label in (("head", head), ("tail", tail)):
        keys = sorted({row[end] for row in rows})
        text = f"UNWIND $keys AS key MATCH (n:{quote(label)} {{key: key}}) RETURN n.key"
        there = {record[0] for record in transaction.run(text, keys=keys)}
        if missing := [key for key in keys if key not in there]:
            return checks.missing_end(kind, label, missing)
    return StoreError(f"{kind}: the server did not write all edges of this batch")
