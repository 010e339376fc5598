"""The graph as files for other tools: GraphML, GEXF, JSON, CSV; and those files read back.

In GraphML, GEXF and CSV a column has one type: numbers stay numbers where all its values are numbers, lists are JSON
arrays, whatever is mixed is text, and an absent value leaves its cell out. Characters that XML cannot hold become
U+FFFD, and are counted. JSON holds every value as it is.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from kg.stores.base import Store
from kg.views.cells import Cells, column_types, declared_types, guarded, plain, restore, unguarded
from kg.views.files import replaced
from kg.views.subgraph import (
    EDGE_ATTRIBUTES,
    NODE_ATTRIBUTES,
    Subgraph,
    ViewEdge,
    ViewNode,
    plain_name,
    whole,
)

if TYPE_CHECKING:
    import networkx as nx

FORMATS = ("graphml", "gexf", "json", "csv")
# Names that mean something of their own in GEXF: start and end would be the time in which a node exists.
_GEXF_NAMES = {"start": "sentence_start", "end": "sentence_end"} | {
    name: name + "_" for name in ("pid", "parents", "viz", "spells", "slices")
}
_NODE_COLUMNS = ("key", "type", "label")
_EDGE_COLUMNS = ("id", "relation", "source", "target")


class ExportError(ValueError):
    """An export that cannot be made or read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What an export wrote.

    Attributes:
        format: one of `FORMATS`.
        paths: the files, empty for a stream.
        nodes: nodes written.
        edges: edges written, parallel ones included.
        replaced: characters that the format cannot hold and that were replaced.
        without_key: nodes of the store that were left out since they have no ``key``.
    """

    format: str
    paths: tuple[str, ...]
    nodes: int
    edges: int
    replaced: int = 0
    without_key: int = 0


def export(graph: Store | Subgraph, format: str, target: str | os.PathLike[str] | BinaryIO) -> ExportSummary:
    """Write a graph in one of `FORMATS`.

    A file takes its name only when it is whole; until then an older one stays. CSV is two tables: for a target
    ``x.csv`` the files ``x.nodes.csv`` and ``x.edges.csv``, for any other path a folder with ``nodes.csv`` and
    ``edges.csv``, on a stream the nodes, an empty line, the edges.

    Args:
        graph: a store, all of which is written, or a subgraph.
        format: ``graphml``, ``gexf``, ``json`` (NetworkX's node-link form) or ``csv``.
        target: a path, or a stream open for bytes, which is left open.

    Raises:
        ExportError: no such format.
        OSError: the file cannot be written.
    """
    if format not in FORMATS:
        raise ExportError(f"unknown format {format!r}: choose one of {', '.join(FORMATS)}")
    subgraph = graph if isinstance(graph, Subgraph) else whole(graph)
    network = subgraph.to_networkx()
    for _, data in network.nodes(data=True):
        _make_plain(data)
    for *_, data in network.edges(data=True):
        _make_plain(data)
    if format == "csv":
        paths, changed = _write_csv(network, target)
    else:
        write = {"graphml": _write_graphml, "gexf": _write_gexf, "json": _write_json}[format]
        with _opened(target) as stream:
            changed = write(network, stream)
        paths = () if _is_stream(target) else (str(target),)
    return ExportSummary(
        format, paths, network.number_of_nodes(), network.number_of_edges(), changed, subgraph.without_key
    )


def read_export(path: str | os.PathLike[str], format: str | None = None) -> Subgraph:
    """Read what `export` wrote.

    Lists come back as lists; text that was empty comes back absent from GraphML and CSV; numbers that shared a column
    with text come back as text.

    Args:
        path: the path that was given to `export`, or for CSV a file that holds both tables.
        format: one of `FORMATS`; by default the path's ending, and CSV for a folder.

    Raises:
        ExportError: the format is not known, or the file does not hold what it should.
        OSError: the file cannot be read.
    """
    import networkx as nx

    path = Path(path)
    chosen = format or ("csv" if path.is_dir() else path.suffix.lower().lstrip("."))
    if chosen not in FORMATS:
        raise ExportError(f"{path}: cannot tell the format; name one of {', '.join(FORMATS)}")
    try:
        if chosen == "csv":
            return _read_csv(path)
        if chosen == "json":
            network = nx.node_link_graph(json.loads(path.read_text(encoding="utf-8")), edges="edges")
        elif chosen == "graphml":
            network = nx.read_graphml(path, edge_key_type=str, force_multigraph=True)
        else:
            network = nx.read_gexf(path)
    except (ValueError, KeyError, SyntaxError, nx.NetworkXException) as problem:
        raise ExportError(f"{path}: is no {chosen} of paperkg: {problem}") from problem
    return _from_networkx(nx.MultiDiGraph(network), chosen)


def _make_plain(data: dict[str, Any]) -> None:
    for name in list(data):
        data[name] = plain(data[name])
        if data[name] is None:
            del data[name]


def _is_stream(target: object) -> bool:
    return hasattr(target, "write")


@contextmanager
def _opened(target: str | os.PathLike[str] | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(target, (str, os.PathLike)):
        with replaced(target) as stream:
            yield stream
    else:
        yield target
        target.flush()


def _typed(network: nx.MultiDiGraph) -> int:
    """Give every attribute its column's type, in place; returns how many characters were replaced."""
    nodes, edges = _cells(network)
    _clean_keys(network, nodes)
    for _, data in network.nodes(data=True):
        data.update(nodes.row(data))
    for *_, data in network.edges(data=True):
        data.update(edges.row(data))
    return nodes.replaced + edges.replaced


def _cells(network: nx.MultiDiGraph) -> tuple[Cells, Cells]:
    return (
        Cells(column_types(data for _, data in network.nodes(data=True))),
        Cells(column_types(data for *_, data in network.edges(data=True))),
    )


def _clean_keys(network: nx.MultiDiGraph, cells: Cells) -> None:
    """Keys are text too; two that became the same are told apart by a number."""
    import networkx as nx

    new: dict[str, str] = {}
    for key in network:
        if (clean := cells.text(key)) != key:
            tries = (clean if n == 1 else f"{clean}~{n}" for n in count(1))
            new[key] = next(t for t in tries if t not in network and t not in new.values())
    if new:
        nx.relabel_nodes(network, new, copy=False)


def _write_graphml(network: nx.MultiDiGraph, stream: BinaryIO) -> int:
    import networkx as nx

    changed = _typed(network)
    nx.write_graphml_xml(network, stream)
    return changed


def _write_gexf(network: nx.MultiDiGraph, stream: BinaryIO) -> int:
    import networkx as nx

    changed = _typed(network)
    for data in [d for _, d in network.nodes(data=True)] + [d for *_, d in network.edges(data=True)]:
        for name, other in _GEXF_NAMES.items():
            if name in data:
                data[other] = data.pop(name)
    nx.write_gexf(network, stream, version="1.2draft")
    return changed


def _write_json(network: nx.MultiDiGraph, stream: BinaryIO) -> int:
    import networkx as nx

    data = nx.node_link_data(network, edges="edges")
    records = {"nodes": data.pop("nodes"), "edges": data.pop("edges")}
    # One record a line, written as it is made: a large graph never stands in memory as text.
    stream.write(json.dumps(data, allow_nan=False)[:-1].encode("utf-8"))
    for name, items in records.items():
        stream.write(f', "{name}": ['.encode())
        for number, item in enumerate(items):
            text = (",\n" if number else "\n") + json.dumps(item, ensure_ascii=False, allow_nan=False)
            # A lone surrogate has no UTF-8; inside a JSON string its escape means the same.
            stream.write(text.encode("utf-8", "backslashreplace"))
        stream.write(b"\n]")
    stream.write(b"}\n")
    return 0


def _write_csv(
    network: nx.MultiDiGraph, target: str | os.PathLike[str] | BinaryIO
) -> tuple[tuple[str, ...], int]:
    nodes, edges = _cells(network)
    _clean_keys(network, nodes)
    node_rows = ({"key": key, **data} for key, data in network.nodes(data=True))
    edge_rows = ({**data, "source": head, "target": tail} for head, tail, data in network.edges(data=True))
    if not isinstance(target, (str, os.PathLike)):
        _write_table(target, _NODE_COLUMNS, nodes, node_rows)
        target.write(b"\r\n")
        _write_table(target, _EDGE_COLUMNS, edges, edge_rows)
        target.flush()
        return (), nodes.replaced + edges.replaced
    node_path, edge_path = _csv_paths(Path(target))
    # Neither file takes its name before both are written.
    with replaced(node_path) as node_file, replaced(edge_path) as edge_file:
        _write_table(node_file, _NODE_COLUMNS, nodes, node_rows)
        _write_table(edge_file, _EDGE_COLUMNS, edges, edge_rows)
    return (str(node_path), str(edge_path)), nodes.replaced + edges.replaced


def _csv_paths(target: Path) -> tuple[Path, Path]:
    if target.suffix.lower() == ".csv" and not target.is_dir():
        return target.with_suffix(".nodes.csv"), target.with_suffix(".edges.csv")
    return target / "nodes.csv", target / "edges.csv"


def _write_table(
    stream: BinaryIO, first: tuple[str, ...], cells: Cells, records: Iterator[Mapping[str, Any]]
) -> None:
    columns = [*first, *(name for name in cells.types if name not in first)]
    cells.types = {**dict.fromkeys(first, str), **cells.types}
    line = io.StringIO(newline="")
    writer = csv.writer(line)
    writer.writerow([guarded(cells.text(name)) for name in columns])
    for record in records:
        row = cells.row(record)
        writer.writerow([_csv_cell(row.get(name)) for name in columns])
        stream.write(line.getvalue().encode("utf-8"))
        line.seek(0)
        line.truncate()
    stream.write(line.getvalue().encode("utf-8"))
    stream.flush()


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return guarded(value) if isinstance(value, str) else value


def _read_csv(path: Path) -> Subgraph:
    node_path, edge_path = _csv_paths(path)
    if node_path.is_file():
        tables = [_read_rows(node_path), _read_rows(edge_path)]
    else:
        rows = _read_rows(path)
        gap = rows.index([])
        tables = [rows[:gap], rows[gap + 1 :]]
    node_rows, edge_rows = (_records(table) for table in tables)
    nodes = [(r.pop("key"), r) for r in node_rows]
    return _rebuild(nodes, [(r.pop("source"), r.pop("target"), r) for r in edge_rows])


def _read_rows(path: Path) -> list[list[str]]:
    limit = csv.field_size_limit(2**31 - 1)
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            return list(csv.reader(stream))
    finally:
        csv.field_size_limit(limit)


def _records(table: list[list[str]]) -> list[dict[str, Any]]:
    head = [unguarded(name) for name in table[0]]
    declared = {
        **declared_types(),
        "label": "string",
        "relation": "string",
        "id": "string",
        "source": "string",
    }
    declared |= {"target": "string", "type": "string"}
    readers = {}
    for place, name in enumerate(head):
        values = [row[place] for row in table[1:] if row[place] != ""]
        readers[name] = _reader(declared.get(name), values)
    return [
        {name: readers[name](cell) for name, cell in zip(head, row, strict=True) if cell != ""}
        for row in table[1:]
    ]


def _reader(declared: str | None, values: list[str]) -> Callable[[str], Any]:
    """How to read a column: as the schema says if every cell allows it; an unknown one as what it looks like."""
    known: dict[str | None, list[Callable[[str], Any]]] = {
        "boolean": [_boolean],
        "integer": [int],
        "float": [float],
        None: [_boolean, _exact(int), _exact(float)],
    }
    for read in known.get(declared, []):
        with suppress(ValueError):
            for value in values:
                read(value)
            return read
    return unguarded


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


def _exact(kind: type) -> Callable[[str], Any]:
    """Read a number only where it is written as Python writes it: 007 stays text."""

    def read(text: str) -> Any:
        value = kind(text)
        if repr(value) != text:
            raise ValueError(text)
        return value

    return read


def _from_networkx(network: nx.MultiDiGraph, format: str) -> Subgraph:
    names = {other: name for name, other in _GEXF_NAMES.items()} if format == "gexf" else {}

    def renamed(data: Mapping[str, Any]) -> dict[str, Any]:
        return {names.get(name, name): value for name, value in data.items()}

    nodes = [(str(key), renamed(data)) for key, data in network.nodes(data=True)]
    edges = [(str(head), str(tail), renamed(data)) for head, tail, data in network.edges(data=True)]
    return _rebuild(nodes, edges, exact=format == "json")


def _rebuild(
    nodes: list[tuple[str, dict[str, Any]]], edges: list[tuple[str, str, dict[str, Any]]], exact: bool = False
) -> Subgraph:
    node_data = [data for _, data in nodes] if exact else restore([data for _, data in nodes])
    edge_data = [data for *_, data in edges] if exact else restore([data for *_, data in edges])
    subgraph = Subgraph()
    for (key, _), data in zip(nodes, node_data, strict=True):
        kind = str(data.get("type"))
        own = {plain_name(k, NODE_ATTRIBUTES): v for k, v in data.items() if k not in NODE_ATTRIBUTES}
        subgraph.nodes[key] = ViewNode(key, kind, {"key": key, **own})
    for (head, tail, _), data in zip(edges, edge_data, strict=True):
        own = {plain_name(k, EDGE_ATTRIBUTES): v for k, v in data.items() if k not in EDGE_ATTRIBUTES}
        subgraph.edges.append(ViewEdge(str(data.get("relation")), head, tail, own))
    subgraph.sources = {key: node.properties for key, node in subgraph.nodes.items() if node.type == "Paper"}
    return subgraph
