"""The schema's constraints and indexes as a Neo4j Community server takes them."""

from __future__ import annotations

from collections import defaultdict

from kg.stores.base import Changes, StoreError
from kg.stores.dialect import quote

_INDEX_BYTES = 8_000  # what a unique key or an indexed property may hold


def indexes() -> list[tuple[tuple[str, str, str], str]]:
    """Node or relationship, label or type, and property of each plain index, with the statement that makes it."""
    from kg.graph_schema import plain_indexes, schema

    found = [
        (("NODE", label, name), f"CREATE INDEX IF NOT EXISTS FOR (n:{quote(label)}) ON (n.{quote(name)})")
        for label, name in plain_indexes()
    ]
    found += [
        (
            ("RELATIONSHIP", kind, name),
            f"CREATE INDEX IF NOT EXISTS FOR ()-[r:{quote(kind)}]-() ON (r.{quote(name)})",
        )
        for kind, names in schema().indexed_relations().items()
        for name in names
    ]
    return found


def refuse_overlong(changes: Changes) -> None:
    """Raise StoreError where a value is too long for its index, before the server refuses the whole batch."""
    from kg.graph_schema import schema

    indexed: dict[str, set[str]] = defaultdict(set)
    for (kind, label, name), _ in indexes():
        if kind == "NODE":
            indexed[label].add(name)
    entities = schema().entity_labels
    for node in changes.nodes:
        also = indexed["Entity"] if node.label in entities else set()
        for name in ("key", *indexed[node.label], *also):
            value = node.key if name == "key" else node.properties.get(name)
            if (
                isinstance(value, str)
                and len(value) > _INDEX_BYTES // 4
                and len(value.encode()) > _INDEX_BYTES
            ):
                raise StoreError(
                    f"the {name} of {node.label} {node.key:.80}… has {len(value):,} characters, "
                    f"more than Neo4j can index"
                )
