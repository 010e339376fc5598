"""A piece of the graph in memory: what a page draws and an export writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kg.graph_schema import ENTITY
from kg.stores.base import Store, batches

if TYPE_CHECKING:
    import networkx as nx

_KEYS_A_QUERY = 2000
# Attributes that `to_networkx` adds; a property of the same name gets a "_" behind it.
NODE_ATTRIBUTES = frozenset({"id", "type", "label"})
EDGE_ATTRIBUTES = frozenset({"id", "relation", "label", "source", "target", "key", "weight", "type"})


@dataclass(frozen=True, slots=True)
class ViewNode:
    """A node: its key, its type (the label that is not Entity) and all its properties."""

    key: str
    type: str
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What a person calls it: name, title, the value as written, else its key."""
        properties = self.properties
        for candidate in ("name", "title", "text", "value"):
            if properties.get(candidate) not in (None, ""):
                return str(properties[candidate])
        return self.key


@dataclass(frozen=True, slots=True)
class ViewEdge:
    """An edge from one key to another, with all its properties."""

    type: str
    head: str
    tail: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Subgraph:
    """Nodes and the edges among them; parallel edges stay apart.

    Attributes:
        nodes: by key, in the order of type and key.
        edges: both ends are in ``nodes``.
        sources: properties of the papers that the edges name, whether or not they are among ``nodes``.
        centre: the keys that it was drawn around; empty for a whole graph.
        without_key: nodes of the store that could not be taken up since they have no ``key``.
    """

    nodes: dict[str, ViewNode] = field(default_factory=dict)
    edges: list[ViewEdge] = field(default_factory=list)
    sources: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    centre: tuple[str, ...] = ()
    without_key: int = 0

    def to_networkx(self) -> nx.MultiDiGraph:
        """The same as a NetworkX multigraph.

        A node's id is its key, with ``type`` and ``label`` (its name) beside its properties. An edge carries
        ``relation`` and an ``id`` that is unique in the graph and the multigraph's key as well.
        """
        import networkx as nx

        graph: nx.MultiDiGraph = nx.MultiDiGraph()
        for node in self.nodes.values():
            own = {attribute(k, NODE_ATTRIBUTES): v for k, v in node.properties.items() if k != "key"}
            graph.add_node(node.key)
            graph.nodes[node.key].update({"type": node.type, "label": node.name, **own})
        for number, edge in enumerate(self.edges):
            own = {attribute(k, EDGE_ATTRIBUTES): v for k, v in edge.properties.items()}
            key = graph.add_edge(edge.head, edge.tail, key=f"e{number}")
            graph.edges[edge.head, edge.tail, key].update({"id": key, "relation": edge.type, **own})
        return graph


def attribute(name: str, taken: frozenset[str]) -> str:
    """The name under which a property goes into NetworkX; ``plain_name`` undoes it."""
    return name + "_" if name.rstrip("_") in taken else name


def plain_name(name: str, taken: frozenset[str]) -> str:
    """The property's name behind an attribute's."""
    return name[:-1] if name.endswith("_") and name.rstrip("_") in taken else name


def whole(store: Store) -> Subgraph:
    """The whole graph of a store: every node that has a ``key`` and every edge between two of them."""
    rows = store.query("MATCH (n) RETURN n").rows
    nodes = [node for (row,) in rows if (node := _node(row)) is not None]
    found = store.query("MATCH (a)-[r]->(b) RETURN a.key, r, b.key").rows
    return _subgraph(store, nodes, found, without_key=len(rows) - len(nodes))


def neighbourhood(store: Store, keys: Iterable[str], depth: int = 1) -> Subgraph:
    """What lies within ``depth`` steps of some nodes, and every edge among what was found.

    A Result is no step of its own: with it come its paper and all its parts.

    Args:
        store: the graph.
        keys: keys of the nodes in the middle; unknown ones are left out.
        depth: steps from the middle, 0 or more; 0 gives the nodes alone.

    Returns:
        The subgraph, with ``centre`` set to the keys that exist.
    """
    asked = list(dict.fromkeys(keys))
    seen = frontier = set(asked)
    for _ in range(depth):
        reached = _neighbours(store, frontier) - seen
        results = {key for key in reached if _label(key) == "Result"}
        frontier = reached | (_neighbours(store, results) - seen)
        seen = seen | frontier
    nodes = [
        node
        for label, some in _by_label(seen)
        for (row,) in store.query(
            f"UNWIND $keys AS k MATCH (n:{label} {{key: k}}) RETURN n", {"keys": some}
        ).rows
        if (node := _node(row)) is not None
    ]
    # Few edges leave a node, however many reach it: so each edge is asked for at its head, once.
    edges = [
        row
        for label, some in _by_label({node.key for node in nodes})
        for row in store.query(
            f"UNWIND $keys AS k MATCH (a:{label} {{key: k}})-[r]->(b) RETURN a.key, r, b.key", {"keys": some}
        ).rows
    ]
    subgraph = _subgraph(store, nodes, edges)
    subgraph.centre = tuple(key for key in asked if key in subgraph.nodes)
    return subgraph


def _neighbours(store: Store, keys: set[str]) -> set[str]:
    found: set[str] = set()
    for label, some in _by_label(keys):
        statement = f"UNWIND $keys AS k MATCH (a:{label} {{key: k}})-[r]-(b) RETURN DISTINCT b.key"
        found.update(key for (key,) in store.query(statement, {"keys": some}).rows if key is not None)
    return found


def _label(key: str) -> str:
    """The label under which a key is unique; read from its prefix, so that every match uses an index."""
    kind = key.partition(":")[0]
    if kind in ("arxiv", "title"):
        return "Paper"
    return "Result" if kind == "result" else ENTITY


def _by_label(keys: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for key in sorted(keys):
        groups.setdefault(_label(key), []).append(key)
    for label, group in groups.items():
        for some in batches(group, _KEYS_A_QUERY):
            yield label, list(some)


def _node(row: Mapping[str, Any]) -> ViewNode | None:
    properties = {k: v for k, v in row.items() if k != "_labels"}
    if properties.get("key") is None:
        return None
    labels = [label for label in row["_labels"] if label != ENTITY]
    return ViewNode(str(properties["key"]), labels[0] if labels else ENTITY, properties)


def _subgraph(
    store: Store, nodes: list[ViewNode], rows: Iterable[tuple[Any, ...]], without_key: int = 0
) -> Subgraph:
    held = {node.key: node for node in sorted(nodes, key=lambda n: (n.type, n.key))}
    edges = [
        ViewEdge(r["_type"], head, tail, {k: v for k, v in r.items() if k != "_type"})
        for head, r, tail in rows
        if head in held and tail in held
    ]
    edges.sort(key=_identity)
    sources: dict[str, Mapping[str, Any]] = {
        key: node.properties for key, node in held.items() if node.type == "Paper"
    }
    named = {edge.properties.get("paper") for edge in edges}
    named |= {node.properties.get("paper") for node in held.values()}
    for label, some in _by_label({key for key in named if isinstance(key, str)} - sources.keys()):
        statement = f"UNWIND $keys AS k MATCH (n:{label} {{key: k}}) RETURN n"
        for (row,) in store.query(statement, {"keys": some}).rows:
            if (node := _node(row)) is not None:
                sources[node.key] = node.properties
    return Subgraph(held, edges, sources, without_key=without_key)


def _identity(edge: ViewEdge) -> tuple[str, ...]:
    properties = edge.properties
    return (
        edge.type,
        edge.head,
        edge.tail,
        str(properties.get("paper")),
        f"{properties.get('start') or 0:>9}",
    )
