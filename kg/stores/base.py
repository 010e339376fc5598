"""The one protocol behind which every store stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self


@dataclass(frozen=True, slots=True)
class Node:
    """A node to write: merged by ``key``; a property that is None is removed."""

    label: str
    key: str
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge to write: merged by (head, type, tail, ``paper``, ``start``).

    ``head`` and ``tail`` are node keys; their labels say where the store finds them.
    """

    type: str
    head_label: str
    head: str
    tail_label: str
    tail: str
    properties: Mapping[str, Any]


@dataclass(slots=True)
class Changes:
    """A batch that a store applies whole or not at all, in the order of these fields.

    Attributes:
        forget: keys of papers whose claim edges (by their ``paper`` property) and Result nodes go first.
        delete: keys of nodes that go, with every edge they have.
        nodes: nodes to merge.
        edges: edges to merge; both ends exist by then.
    """

    forget: list[str] = field(default_factory=list)
    delete: list[tuple[str, str]] = field(default_factory=list)  # (label, key)
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rows:
    """A query's answer: column names, and rows of plain values (None, bool, int, float, str, list, dict).

    Nodes come as ``{"_labels": [...], **properties}``, relationships as ``{"_type": ..., **properties}``,
    paths as lists of those.
    """

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    warnings: tuple[str, ...] = ()

    def dicts(self) -> list[dict[str, Any]]:
        """Each row as a mapping from column to value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Store(Protocol):
    """A graph that speaks Cypher.

    Attributes:
        url: where it is, without a password.
        read_only: opened for reading; every write is refused.
    """

    url: str
    read_only: bool

    def query(
        self,
        cypher: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        write: bool = False,
        timeout: float | None = None,
    ) -> Rows:
        """Run one statement; without ``write`` the store's own read mode refuses changes."""
        ...

    def ensure_schema(self) -> None:
        """Make the constraints and indexes of the schema; does nothing the second time."""
        ...

    def apply(self, changes: Changes) -> None:
        """Write one batch atomically and durably."""
        ...

    def counts(self) -> dict[str, int]:
        """Nodes by label and edges by type, counted in the store."""
        ...

    def close(self) -> None:
        """Release files and connections; the store is its own context manager."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class StoreError(Exception):
    """A store cannot do what was asked; the message says what to do about it."""


class WriteRefusedError(StoreError):
    """A statement without ``write`` tried to change the graph."""


class QueryError(StoreError):
    """The statement is wrong; the message shows where."""


class QueryTimeoutError(StoreError):
    """The statement ran past its time limit."""


def batches(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    """Cut a sequence into runs of at most ``size``."""
    return [items[i : i + size] for i in range(0, len(items), size)]
