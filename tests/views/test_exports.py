"""Files for other tools: nothing lost, nothing doubled, read back by their own library and by ours."""

from __future__ import annotations

import csv
import errno
import io
import json
import math
import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import changes, claim, entity, graph, made_graph, paper, parallel_graph

from kg.stores.base import Store
from kg.views.cells import guarded, unguarded
from kg.views.exports import FORMATS, ExportError, export, read_export
from kg.views.files import replaced
from kg.views.subgraph import Subgraph, ViewEdge, ViewNode, whole

BAD = "a\u000bb\ufffec\x00d\ud800e\r\nf"
NAMES = ['=HYPERLINK("http://x")', "@foo", "+cmd", "-Net", "\t=1", "'=quoted", "''", "  =x", "＝wide"]
NAMES += ['["ReAct"]', "ReAct", "1", "[1]", "[]", "[", "悟道"]


def awkward() -> Subgraph:
    """What users' graphs hold: absent values, lists, dates, mixed types, characters that XML cannot hold."""
    source = paper(1, "On awkward values", published=date(2025, 1, 7), version=2, listed=None)
    other = paper(2, '["ReAct"]', published="2025", version=None)
    nodes = [
        entity("Model", name, key=f"model:{i}", year=2024 if i % 2 else "circa 2023")
        for i, name in enumerate(NAMES)
    ]
    nodes = [ViewNode(f"model:{i}", "Model", node.properties) for i, node in enumerate(nodes)]
    nodes[0] = ViewNode(
        nodes[0].key, "Model", {**nodes[0].properties, "aliases": ["a", "b,c", '"d"'], "papers": None}
    )
    foo, bar = nodes[0], nodes[1]
    numbers = {"63": 63, "63.2": 63.2, "-2.1": -2.1, "+0.4": 0.4, ".5": np.float32(0.5)}
    results = [
        ViewNode(f"result:{i}", "Result", {"key": f"result:{i}", "value": v, "text": t, "start": i, "end": 9})
        for i, (t, v) in enumerate(numbers.items())
    ]
    edges = [
        claim("BASED_ON", foo, bar, source, BAD, confidence=np.float32(0.5)),
        claim("BASED_ON", foo, bar, other, "second", confidence=math.nan),
        claim("BASED_ON", foo, bar, other, "third", start=7, forms=["x", "y"]),
        ViewEdge("REPORTS", source.key, "result:0", {"paper": source.key}),
        ViewEdge("VARIANT_OF", foo.key, foo.key, {"paper": source.key, "flag": True}),
    ]
    return graph([source, other, *{n.key: n for n in nodes}.values(), *results], edges)


def target_of(folder: Path, format: str) -> Path:
    return folder / ("tables" if format == "csv" else f"graph.{format}")


def own_counts(path: Path, format: str) -> tuple[int, int]:
    """Nodes and edges as the format's usual reader counts them."""
    if format == "csv":
        tables = [path / "nodes.csv", path / "edges.csv"]
        counts = []
        for table in tables:
            with open(table, encoding="utf-8", newline="") as stream:
                counts.append(len(list(csv.DictReader(stream))))
        return counts[0], counts[1]
    if format == "json":
        read = nx.node_link_graph(json.loads(path.read_text("utf-8")), edges="edges")
    else:
        read = {"graphml": nx.read_graphml, "gexf": nx.read_gexf}[format](path)
    return read.number_of_nodes(), read.number_of_edges()


@pytest.mark.parametrize("format", FORMATS)
def test_awkward_values_are_written_and_read_back(format: str, tmp_path: Path) -> None:
    made, path = awkward(), target_of(tmp_path, format)
    summary = export(made, format, path)
    assert (summary.nodes, summary.edges) == (len(made.nodes), len(made.edges))
    assert own_counts(path, format) == (len(made.nodes), len(made.edges))
    # vertical tab, U+FFFE, NUL, half a surrogate pair, and the carriage return
    assert summary.replaced == (0 if format == "json" else 5)

    back = read_export(path)
    assert back.nodes.keys() == made.nodes.keys()
    assert Counter((e.type, e.head, e.tail) for e in back.edges) == Counter(
        (e.type, e.head, e.tail) for e in made.edges
    )
    for key, node in made.nodes.items():
        assert back.nodes[key].type == node.type
        assert back.nodes[key].name == node.name
        if "aliases" in node.properties:
            assert back.nodes[key].properties["aliases"] == node.properties["aliases"]
    values = [back.nodes[f"result:{i}"].properties["value"] for i in range(5)]
    assert values == pytest.approx([63, 63.2, -2.1, 0.4, 0.5])
    assert [back.nodes[f"result:{i}"].properties["text"] for i in range(5)] == [
        "63",
        "63.2",
        "-2.1",
        "+0.4",
        ".5",
    ]
    assert [back.nodes[f"result:{i}"].properties["start"] for i in range(5)] == list(range(5))
    said = {e.properties.get("evidence") for e in back.edges}
    assert said == {BAD if format == "json" else "a\ufffdb\ufffdc\ufffdd\ufffde\nf", "second", "third", None}
    (third,) = [e for e in back.edges if e.properties.get("evidence") == "third"]
    assert third.properties["forms"] == ["x", "y"]
    assert third.properties["confidence"] == pytest.approx(0.87)
    (second,) = [e for e in back.edges if e.properties.get("evidence") == "second"]
    assert "confidence" not in second.properties  # NaN is an absent value, not a number
    assert "papers" not in back.nodes[next(k for k in made.nodes if k.startswith("model:"))].properties


@pytest.mark.parametrize("format", ["graphml", "gexf", "csv"])
def test_one_type_a_column(format: str, tmp_path: Path) -> None:
    path = target_of(tmp_path, format)
    export(awkward(), format, path)
    back = read_export(path)
    columns: dict[str, set[type]] = {}
    for item in (*back.nodes.values(), *back.edges):
        for name, value in item.properties.items():
            columns.setdefault(name, set()).add(type(value))
    assert {name: kinds for name, kinds in columns.items() if len(kinds) > 1} == {}
    assert columns["year"] == {str}
    assert columns["value"] == {float}
    assert columns["published"] == {str}


@pytest.mark.parametrize("format", FORMATS)
def test_export_of_a_store_counts_what_the_store_counts(store: Store, format: str, tmp_path: Path) -> None:
    store.apply(changes(parallel_graph()[0]))
    store.apply(changes(made_graph(4)))
    path = target_of(tmp_path, format)
    summary = export(store, format, path)
    ((nodes,),) = store.query("MATCH (n) RETURN count(n)").rows
    ((edges,),) = store.query("MATCH ()-[r]->() RETURN count(r)").rows
    assert (summary.nodes, summary.edges) == (nodes, edges) == own_counts(path, format)
    back, found = read_export(path), whole(store)
    assert back.nodes.keys() == found.nodes.keys()
    ours = [(e.type, e.head, e.tail, e.properties.get("evidence")) for e in found.edges]
    assert Counter((e.type, e.head, e.tail, e.properties.get("evidence")) for e in back.edges) == Counter(
        ours
    )


@pytest.mark.parametrize("format", ["graphml", "gexf", "json"])
def test_edge_ids_are_unique(format: str, tmp_path: Path) -> None:
    path = target_of(tmp_path, format)
    export(parallel_graph()[0], format, path)
    if format == "json":
        ids = [edge["id"] for edge in json.loads(path.read_text())["edges"]]
    else:
        import xml.etree.ElementTree as ET

        ids = [e.get("id") for e in ET.parse(path).iter() if e.tag.endswith("}edge")]
    assert len(ids) == len(set(ids)) == len(parallel_graph()[0].edges)
    assert None not in ids


@pytest.mark.parametrize("format", FORMATS)
def test_a_stream_gets_the_same(format: str, tmp_path: Path) -> None:
    made, stream = awkward(), io.BytesIO()
    summary = export(made, format, stream)
    assert summary.paths == ()
    assert not stream.closed
    path = tmp_path / f"piped.{format}"
    path.write_bytes(stream.getvalue())
    back = read_export(path)
    assert (len(back.nodes), len(back.edges)) == (len(made.nodes), len(made.edges))


def test_csv_files_are_named_after_the_target(tmp_path: Path) -> None:
    summary = export(parallel_graph()[0], "csv", tmp_path / "graph.csv")
    assert summary.paths == (str(tmp_path / "graph.nodes.csv"), str(tmp_path / "graph.edges.csv"))
    assert len(read_export(tmp_path / "graph.csv").nodes) == summary.nodes


def test_no_cell_runs_as_a_formula(tmp_path: Path) -> None:
    export(awkward(), "csv", tmp_path)
    for name in ("nodes.csv", "edges.csv"):
        with open(tmp_path / name, encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                for cell in row.values():
                    stripped = cell.strip()
                    harmless = not stripped or stripped[0] not in "=+-@＝" or stripped in ("-2.1", "+0.4")
                    assert harmless, cell
                if row.get("key", "").startswith("result:"):
                    float(row["value"])
    text = (tmp_path / "nodes.csv").read_text("utf-8")
    assert "-2.1" in text
    assert "'-2.1" not in text


@given(st.text())
def test_guard_is_undone_exactly(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in ("=", "@", "\t", "\r", "\n", "＝")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    format=st.sampled_from(FORMATS),
    values=st.lists(
        st.dictionaries(
            st.sampled_from(["a", "start", "type", "label", "viz", "weight", "id", "source", "key2"]),
            st.one_of(
                st.none(),
                st.booleans(),
                st.integers(),
                st.floats(),
                st.text(),
                st.dates(),
                st.lists(st.text(), max_size=3),
            ),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_any_properties_can_be_written(
    format: str, values: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = target_of(tmp_path_factory.mktemp("any"), format)
    nodes = {
        f"model:{i}": ViewNode(f"model:{i}", "Model", {"key": f"model:{i}", **v})
        for i, v in enumerate(values)
    }
    made = Subgraph(nodes, [ViewEdge("USES", "model:0", "model:0", v) for v in values])
    export(made, format, path)
    assert own_counts(path, format) == (len(values), len(values))
    back = read_export(path)
    assert back.nodes.keys() == nodes.keys()
    assert len(back.edges) == len(values)


def test_keys_that_xml_cannot_hold_stay_apart(tmp_path: Path) -> None:
    nodes = {f"x{c}": ViewNode(f"x{c}", "Odd", {"key": f"x{c}"}) for c in ("\u000b", "\x00", "\ufffd")}
    made = Subgraph(nodes, [ViewEdge("USES", "x\u000b", "x\x00", {})])
    for format in FORMATS:
        path = target_of(tmp_path, format)
        export(made, format, path)
        assert own_counts(path, format) == (3, 1)


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "graph.graphml"
    export(parallel_graph()[0], "graphml", path)
    good = path.read_bytes()
    script = (
        "import sys, time\n"
        f"sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[2])]!r}\n"
        "from kg.views.files import replaced\n"
        f"with replaced({str(path)!r}) as stream:\n"
        "    stream.write(b'half'); stream.flush(); print('half', flush=True); time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    assert path.read_bytes() == good
    process.kill()
    process.wait()
    process.stdout.close()
    assert path.read_bytes() == good
    export(made_graph(2), "graphml", path)
    assert nx.read_graphml(path).number_of_nodes() == len(made_graph(2).nodes)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
@pytest.mark.parametrize("format", ["graphml", "gexf", "json"])
def test_a_full_disk_is_an_error(format: str) -> None:
    with pytest.raises(OSError, match="space") as caught:
        export(made_graph(3), format, "/dev/full")
    assert caught.value.errno == errno.ENOSPC


def test_an_export_that_fails_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    path.write_text("old")

    def write_half() -> None:
        with replaced(path) as stream:
            stream.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_rights_and_links_of_the_old_file_are_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    export(parallel_graph()[0], "json", link)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert len(read_export(real).nodes) == len(parallel_graph()[0].nodes)


@pytest.mark.parametrize("format", FORMATS)
def test_files_are_utf8_whatever_the_locale(format: str, tmp_path: Path) -> None:
    path = target_of(tmp_path, format)
    script = (
        "import sys\n"
        f"sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[2])]!r}\n"
        "from made import entity, graph\nfrom kg.views.exports import export\n"
        f"export(graph([entity('Model', '\\u609f\\u9053')], []), {format!r}, {str(path)!r})\n"
    )
    settings = {**os.environ, "PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONIOENCODING": "cp1252"}
    subprocess.run([sys.executable, "-c", script], env=settings, check=True)
    (node,) = read_export(path).nodes.values()
    assert node.name == "悟道"


def test_wrong_format_and_wrong_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="unknown format 'xlsx': choose one of graphml, gexf, json, csv"):
        export(made_graph(1), "xlsx", tmp_path / "x")
    with pytest.raises(ExportError, match="cannot tell the format"):
        read_export(tmp_path / "x.dat")
    (tmp_path / "x.gexf").write_text("no xml")
    (tmp_path / "x.json").write_text("{}")
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    for name in ("x.gexf", "x.json", "x.csv"):
        with pytest.raises(ExportError, match=name):
            read_export(tmp_path / name)


def test_empty_graph(tmp_path: Path) -> None:
    for format in FORMATS:
        path = target_of(tmp_path, format)
        assert export(graph([], []), format, path).nodes == 0
        assert own_counts(path, format) == (0, 0)
        assert read_export(path).nodes == {}
