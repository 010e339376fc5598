"""What every store refuses, in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.stores.base import Changes, StoreError
from kg.stores.dialect import quote

if TYPE_CHECKING:
    from kg.stores.base import Store


def sourced_labels() -> tuple[str, ...]:
    """The labels whose nodes belong to one paper and go when it is forgotten."""
    from kg.graph_schema import schema

    nodes = schema().nodes.values()
    return tuple(node.name for node in nodes if any(p.name == "paper" for p in node.properties))


def refuse_keyless(changes: Changes) -> None:
    """Raise StoreError where a node or an end of an edge has no key; no store can merge by that."""
    for node in changes.nodes:
        if not node.key:
            raise StoreError(f"a {node.label} without a key cannot be stored: {dict(node.properties)!r:.200}")
    for edge in changes.edges:
        if not (edge.head and edge.tail):
            raise StoreError(f"a {edge.type} edge without a key at each end cannot be stored")


def missing_end(kind: str, label: str, keys: list[str]) -> StoreError:
    """The error for edges that name nodes the store does not have."""
    more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
    return StoreError(
        f"{kind}: the store has no {label} {keys[0]!r}{more}; nothing of this batch was written"
    )


def refuse_strangers(store: Store) -> None:
    """Raise StoreError where the store holds nodes that a unique key cannot be laid over.

    Those are nodes with one of the schema's labels that share a key, or have none as something else made them.
    """
    from kg.graph_schema import schema

    for label, node in schema().nodes.items():
        name, key = quote(label), quote(node.key)
        doubled = store.query(
            f"MATCH (n:{name}) WHERE n.{key} IS NOT NULL WITH n.{key} AS key, count(*) AS nodes WHERE nodes > 1 "
            "RETURN key, nodes ORDER BY nodes DESC, key LIMIT 1"
        )
        for found, nodes in doubled.rows:
            raise StoreError(
                f"{store.url} holds {nodes} nodes :{label} with {node.key} {found!r}, where there may be one; "
                f"keep one of them, or use an empty store. To see them: "
                f"MATCH (n:{name} {{{key}: {found!r}}}) RETURN n"
            )
        strange = store.query(
            f"MATCH (n:{name}) WHERE n.{key} IS NULL WITH coalesce(n.name, '') AS name, count(*) AS nodes "
            "RETURN name, nodes ORDER BY nodes DESC, name LIMIT 1"
        )
        for found, nodes in strange.rows:
            named = f" named {found!r}" if found else ""
            raise StoreError(
                f"{store.url} holds {nodes} node{'s' * (nodes > 1)} :{label}{named} without the property {node.key}, "
                f"made by something else; use an empty store, or take them out: "
                f"MATCH (n:{name}) WHERE n.{key} IS NULL DETACH DELETE n"
            )
