"""The graph's schema: read from ``schema/graph.yaml``, checked against, and printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

ENTITY = "Entity"


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a node or a relation; ``type`` is string, integer, float, boolean, date or list."""

    name: str
    type: str
    doc: str
    index: bool = False


@dataclass(frozen=True, slots=True)
class NodeType:
    """One label; ``entity`` says that its nodes carry the label Entity too."""

    name: str
    doc: str
    key: str
    properties: tuple[Property, ...]
    entity: bool = False
    color: str | None = None
    shape: str | None = None


@dataclass(frozen=True, slots=True)
class RelationType:
    """One relationship type; ``heads`` and ``tails`` are labels of nodes, never the label Entity.

    ``claim`` marks the relations that a paper's text states; ``same_type`` asks for ends of one label.
    """

    name: str
    doc: str
    heads: tuple[str, ...]
    tails: tuple[str, ...]
    properties: tuple[Property, ...]
    claim: bool = False
    same_type: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """The whole schema, in the order of its file."""

    version: int
    nodes: Mapping[str, NodeType]
    relations: Mapping[str, RelationType]

    @property
    def entity_labels(self) -> tuple[str, ...]:
        """The labels whose nodes are entities."""
        return tuple(node.name for node in self.nodes.values() if node.entity)

    @property
    def claim_types(self) -> tuple[str, ...]:
        """The relations that a paper's text states."""
        return tuple(relation.name for relation in self.relations.values() if relation.claim)

    @property
    def sourced_types(self) -> tuple[str, ...]:
        """The relations whose edges name the paper they come from."""
        return tuple(
            relation.name
            for relation in self.relations.values()
            if any(p.name == "paper" for p in relation.properties)
        )

    def unique(self) -> dict[str, str]:
        """Label to the property that is unique in it; Entity stands for all entity labels."""
        keys = {node.name: node.key for node in self.nodes.values() if not node.entity}
        entity = next(node for node in self.nodes.values() if node.entity)
        return {**keys, ENTITY: entity.key}

    def indexed(self) -> dict[str, tuple[str, ...]]:
        """Label to its indexed properties, keys left out; Entity stands for all entity labels."""
        found: dict[str, tuple[str, ...]] = {}
        for node in self.nodes.values():
            names = tuple(p.name for p in node.properties if p.index and p.name != node.key)
            if names:
                found[ENTITY if node.entity else node.name] = names
        return found

    def indexed_relations(self) -> dict[str, tuple[str, ...]]:
        """Relationship type to its indexed properties."""
        found = {
            relation.name: tuple(p.name for p in relation.properties if p.index)
            for relation in self.relations.values()
        }
        return {name: names for name, names in found.items() if names}


def _folder() -> Traversable:
    shipped = resources.files("kg") / "_schema"
    return shipped if shipped.is_dir() else Path(__file__).resolve().parent.parent / "schema"


@cache
def schema() -> Schema:
    """The schema as declared; read once."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return _parse(yaml.load((_folder() / "graph.yaml").read_text(encoding="utf-8"), Loader=loader))


def allowed(relation: str, head: str, tail: str) -> bool:
    """Whether the schema lets ``relation`` run from a ``head`` to a ``tail`` (labels, Paper included)."""
    declared = schema().relations.get(relation)
    if declared is None or head not in declared.heads or tail not in declared.tails:
        return False
    return head == tail or not declared.same_type


def _properties(declared: Mapping[str, Any]) -> tuple[Property, ...]:
    return tuple(
        Property(name, entry["type"], entry["doc"], bool(entry.get("index", False)))
        for name, entry in declared.items()
    )


def _parse(declared: Mapping[str, Any]) -> Schema:
    entity, sourced = declared["entity"], _properties(declared["claim"]["properties"])
    nodes = {}
    for name, entry in declared["nodes"].items():
        is_entity = bool(entry.get("entity", False))
        own = _properties(entity["properties"] if is_entity else entry["properties"])
        nodes[name] = NodeType(
            name=name,
            doc=entry["doc"],
            key=entity["key"] if is_entity else entry["key"],
            properties=own + (sourced if entry.get("sourced") else ()),
            entity=is_entity,
            color=entry.get("color"),
            shape=entry.get("shape"),
        )
    entities = tuple(name for name, node in nodes.items() if node.entity)

    def ends(names: list[str]) -> tuple[str, ...]:
        spread = [label for name in names for label in (entities if name == ENTITY else (name,))]
        return tuple(dict.fromkeys(spread))

    relations = {}
    for name, entry in declared["relations"].items():
        claim = bool(entry.get("claim", False))
        own = _properties(entry.get("properties", {}))
        # What leads to or from a Result names its paper; the Result itself holds the sentence.
        shared = sourced if claim or entry.get("sourced") else sourced[:1]
        relations[name] = RelationType(
            name=name,
            doc=entry["doc"],
            heads=ends(entry["from"]),
            tails=ends(entry["to"]),
            properties=own + shared,
            claim=claim,
            same_type=bool(entry.get("same_type", False)),
        )
    return Schema(int(declared["version"]), nodes, relations)


def _short(labels: tuple[str, ...]) -> str:
    entities = schema().entity_labels
    if set(entities) <= set(labels):
        labels = (*(label for label in labels if label not in entities), ENTITY)
    return ", ".join(labels)


def table() -> str:
    """The schema as Markdown tables that also read well on a terminal."""
    declared = schema()
    nodes = [(n.name, ", ".join(p.name for p in n.properties), n.doc) for n in declared.nodes.values()]
    relations = [
        (r.name, _short(r.heads), _short(r.tails), ", ".join(p.name for p in r.properties), r.doc)
        for r in declared.relations.values()
    ]
    return "\n".join(
        [
            *_rows(("node", "properties", "what"), nodes),
            "",
            *_rows(("relation", "from", "to", "properties", "what"), relations),
        ]
    )


def _rows(head: tuple[str, ...], rows: list[Any]) -> list[str]:
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"

    return [line(head), "|" + "|".join("-" * (w + 2) for w in widths) + "|", *map(line, rows)]


def mermaid() -> str:
    """The schema as a Mermaid entity-relationship diagram."""
    declared = schema()
    lines = ["erDiagram"]
    entity = next(node for node in declared.nodes.values() if node.entity)
    boxes = [(node.name, node) for node in declared.nodes.values() if not node.entity]
    for name, node in [*boxes, (ENTITY, entity)]:
        lines.append(f"    {name} {{")
        lines += [f"        {p.type} {p.name}{' PK' if p.name == node.key else ''}" for p in node.properties]
        lines.append("    }")
    lines += [f"    {ENTITY} ||--|| {label} : is" for label in declared.entity_labels]
    between: dict[tuple[str, str], list[str]] = {}
    for relation in declared.relations.values():
        for head in _short(relation.heads).split(", "):
            for tail in _short(relation.tails).split(", "):
                between.setdefault((head, tail), []).append(relation.name)
    lines += [f'    {head} }}o--o{{ {tail} : "{", ".join(names)}"' for (head, tail), names in between.items()]
    return "\n".join(lines)


# Text of any length: a plain index would refuse a long one, and its whole batch with it.
FULL_TEXT = {
    "entity_names": ("Entity", ("name", "aliases")),
    "paper_titles": ("Paper", ("title",)),
}


def plain_indexes() -> list[tuple[str, str]]:
    """Label and property of each plain index on nodes."""
    text = {(label, name) for label, names in FULL_TEXT.values() for name in names}
    return [(k, name) for k, names in schema().indexed().items() for name in names if (k, name) not in text]


def unique_keys() -> list[tuple[str, str]]:
    """Label and property of each unique key; each entity label has its own beside the one of Entity."""
    declared = schema()
    return list({**declared.unique(), **{label: node.key for label, node in declared.nodes.items()}}.items())


def full_text() -> dict[str, str]:
    """For each full-text index, by its name, the statement that makes it."""
    return {
        index: f"CREATE FULLTEXT INDEX {index} IF NOT EXISTS FOR (n:{label}) ON EACH [{', '.join(f'n.{p}' for p in names)}]"
        for index, (label, names) in FULL_TEXT.items()
    }


def statements() -> list[str]:
    """The constraints and indexes, one Cypher statement each (Neo4j Community, no plugins)."""
    found = [
        f"CREATE CONSTRAINT {label.lower()}_{key} IF NOT EXISTS FOR (n:{label}) REQUIRE n.{key} IS UNIQUE"
        for label, key in unique_keys()
    ]
    found += [
        f"CREATE INDEX {label.lower()}_{name} IF NOT EXISTS FOR (n:{label}) ON (n.{name})"
        for label, name in plain_indexes()
    ]
    found += full_text().values()
    found += [
        f"CREATE INDEX {kind.lower()}_{name} IF NOT EXISTS FOR ()-[r:{kind}]-() ON (r.{name})"
        for kind, names in schema().indexed_relations().items()
        for name in names
    ]
    return found


def cypher() -> str:
    """The constraints and indexes as a Cypher script."""
    return "".join(f"{statement};\n" for statement in statements())
