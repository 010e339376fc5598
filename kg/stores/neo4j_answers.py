"""What a Neo4j server answers, as the protocol has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kg.stores.base import Rows


def rows(result: Any) -> Rows:
    """All rows of a driver's result as plain values, with what the server warned of."""
    columns = tuple(result.keys())
    found = [tuple(_plain(value) for value in record.values()) for record in result]
    return Rows(columns, found, tuple(_warnings(result.consume())))


def _warnings(summary: Any) -> Iterator[str]:
    """What the server says about labels, types and properties that it does not know, and the like."""
    for note in summary.gql_status_objects:
        if note.raw_severity == "WARNING" and note.raw_classification != "DEPRECATION":
            at = f"line {note.position.line}, column {note.position.column}: " if note.position else ""
            # "warn: label does not exist. The label `X` …": the second sentence says the same and more.
            yield at + note.status_description.split(". ", 1)[-1]


def operators(plan: Mapping[str, Any] | None) -> Iterator[str]:
    """The names of the steps of a plan."""
    if plan:
        yield plan["operatorType"]
        for child in plan.get("children", []):
            yield from operators(child)


def _plain(value: Any) -> Any:
    """A value of an answer as the protocol gives it."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]

    from neo4j.graph import Node, Path, Relationship

    if isinstance(value, Node):
        labels = sorted(value.labels, key=lambda label: (label == "Entity", label))
        return {"_labels": labels, **{key: _plain(item) for key, item in sorted(value.items())}}
    if isinstance(value, Relationship):
        return {"_type": value.type, **{key: _plain(item) for key, item in sorted(value.items())}}
    if isinstance(value, Path):
        pairs = zip(value.nodes, [*value.relationships, None], strict=True)
        return [_plain(part) for pair in pairs for part in pair][:-1]
    if hasattr(value, "iso_format"):
        return value.iso_format()
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    return list(value) if isinstance(value, tuple) and not hasattr(value, "months") else str(value)
