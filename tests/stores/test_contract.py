"""What both stores promise, tried on a real file and a real server."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from kg.stores.base import (
    Changes,
    Edge,
    Node,
    QueryError,
    QueryTimeoutError,
    Store,
    StoreError,
    WriteRefusedError,
)

ODD_NAMES = [
    "Foo'LM",
    'Foo"LM',
    "Foo`LM`",
    "Foo\nLM",
    "Foo\\LM",
    "Foo\\",
    "悟道 🦙 Ł",
    "') DETACH DELETE n //",
    "{key: 1}",
    "$rows",
    "Foo\u2028LM",
    "Foo\u2060",
    "[Foo]\u2060",
    "null",
    "2024-01-01",
    " Foo ",
]


def model(name: str, **properties: object) -> Node:
    return Node("Model", f"model:{name.lower()}", {"name": name, "aliases": [name], **properties})


def based_on(head: str, tail: str, **properties: object) -> Edge:
    return Edge("BASED_ON", "Model", f"model:{head.lower()}", "Model", f"model:{tail.lower()}", properties)


def one(store: Store, cypher: str, **parameters: object) -> object:
    rows = store.query(cypher, parameters).rows
    assert len(rows) == 1
    return rows[0][0]


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.counts() == {}
    assert not store.read_only


def test_nodes_come_back_as_they_were_given(store: Store) -> None:
    store.apply(
        Changes(
            nodes=[
                Node(
                    "Paper",
                    "arxiv:2401.00001",
                    {"title": "FooLM: a Model", "authors": ["A", "B"], "version": 2},
                ),
                model("FooLM", papers=3, alias_counts=[2, 1]),
                Node("Result", "result:1", {"value": 63.25, "unit": "%", "paper": "arxiv:2401.00001"}),
            ]
        )
    )
    assert one(store, "MATCH (n:Paper) RETURN n") == {
        "_labels": ["Paper"],
        "key": "arxiv:2401.00001",
        "title": "FooLM: a Model",
        "authors": ["A", "B"],
        "version": 2,
    }
    assert one(store, "MATCH (n:Entity) RETURN n") == {
        "_labels": ["Model", "Entity"],
        "key": "model:foolm",
        "name": "FooLM",
        "aliases": ["FooLM"],
        "papers": 3,
        "alias_counts": [2, 1],
    }
    assert one(store, "MATCH (n:Result) RETURN n.value") == 63.25
    assert store.counts() == {"Entity": 1, "Model": 1, "Paper": 1, "Result": 1}


def test_relationships_paths_and_maps_are_plain(store: Store) -> None:
    store.apply(
        Changes(nodes=[model("FooLM"), model("BarLM")], edges=[based_on("FooLM", "BarLM", start=3, end=9)])
    )
    rows = store.query(
        "MATCH p = (a:Model)-[r]->(b) RETURN r, p, {who: a.name, at: [r.start, r.end]} AS m, r.end"
    )
    assert rows.columns == ("r", "p", "m", "r.end")
    edge, path, made, end = rows.rows[0]
    assert edge == {"_type": "BASED_ON", "start": 3, "end": 9}
    assert [part.get("name", part.get("_type")) for part in path] == ["FooLM", "BASED_ON", "BarLM"]
    assert made == {"who": "FooLM", "at": [3, 9]}
    assert end == 9
    assert rows.dicts()[0]["m"] == made


def test_dates_are_text(store: Store) -> None:
    assert one(store, "RETURN date('2024-02-29') AS d") == "2024-02-29"


def test_a_second_write_merges_and_none_takes_a_property_out(store: Store) -> None:
    store.apply(Changes(nodes=[model("FooLM", papers=1, comment="x")]))
    store.apply(Changes(nodes=[Node("Model", "model:foolm", {"papers": 2, "comment": None})]))
    assert one(store, "MATCH (n:Model) RETURN n") == {
        "_labels": ["Model", "Entity"],
        "key": "model:foolm",
        "name": "FooLM",
        "aliases": ["FooLM"],
        "papers": 2,
    }


def test_the_same_claim_of_two_papers_is_two_edges(store: Store) -> None:
    """Also when it comes in later batches, and when both are written again."""
    store.apply(Changes(nodes=[model("FooLM"), model("BarLM")]))
    batches = [
        Changes(
            edges=[based_on("FooLM", "BarLM", paper=paper, start=start, evidence=evidence, confidence=0.5)]
        )
        for paper, start, evidence in [
            ("arxiv:1", 0, "FooLM builds on BarLM."),
            ("arxiv:2", 0, "We start from BarLM."),
            ("arxiv:2", 40, "Again, FooLM is BarLM."),
        ]
    ]
    for batch in batches + batches:
        store.apply(batch)
    found = store.query(
        "MATCH (:Model)-[r:BASED_ON]->(:Model) RETURN r.paper, r.start, r.evidence ORDER BY r.paper, r.start"
    )
    assert found.rows == [
        ("arxiv:1", 0, "FooLM builds on BarLM."),
        ("arxiv:2", 0, "We start from BarLM."),
        ("arxiv:2", 40, "Again, FooLM is BarLM."),
    ]


def test_an_edge_written_again_changes_in_place(store: Store) -> None:
    store.apply(Changes(nodes=[model("FooLM"), model("BarLM")]))
    store.apply(Changes(edges=[based_on("FooLM", "BarLM", paper="p", start=0, confidence=0.5, outcome="x")]))
    store.apply(
        Changes(edges=[based_on("FooLM", "BarLM", paper="p", start=0, confidence=0.75, outcome=None)])
    )
    assert store.query("MATCH ()-[r]->() RETURN r").rows == [
        ({"_type": "BASED_ON", "paper": "p", "start": 0, "confidence": 0.75},)
    ]


@pytest.mark.parametrize("absent", [(), ("paper",), ("start",), ("paper", "start")], ids=str)
def test_parts_of_an_identity_may_be_absent(store: Store, absent: tuple[str, ...]) -> None:
    full = {"paper": "arxiv:1", "start": 5}
    properties = {name: None if name in absent else value for name, value in full.items()}
    store.apply(Changes(nodes=[model("FooLM"), model("BarLM")], edges=[based_on("FooLM", "BarLM", **full)]))
    for value in (1, 1, 2):
        store.apply(Changes(edges=[based_on("FooLM", "BarLM", end=value, **properties)]))
    edges = [row[0] for row in store.query("MATCH ()-[r]->() RETURN r").rows]
    kept = {name: value for name, value in properties.items() if value is not None}
    expected = [{"_type": "BASED_ON", "end": 2, **kept}]
    if absent:
        expected.append({"_type": "BASED_ON", **full})
    assert sorted(edges, key=str) == sorted(expected, key=str)


def test_one_batch_may_name_a_thing_twice(store: Store) -> None:
    store.apply(
        Changes(
            nodes=[model("FooLM", papers=1), model("FooLM", papers=2), model("BarLM")],
            edges=[
                based_on("FooLM", "BarLM", paper="p", start=0, end=1),
                based_on("FooLM", "BarLM", paper="p", start=0),
            ],
        )
    )
    assert store.counts() == {"Entity": 2, "Model": 2, "BASED_ON": 1}
    assert one(store, "MATCH (n:Model {name: 'FooLM'}) RETURN n.papers") == 2


def test_values_of_other_libraries(store: Store) -> None:
    """Case 28: NumPy scalars, NaN, infinities of nothing, dates, lone surrogates, absent parts."""
    values = {
        "float32": np.float32(0.5),
        "int64": np.int64(7),
        "flag": np.bool_(True),
        "array": np.array([1, 2]),
        "text": np.str_("x"),
        "nan": math.nan,
        "nat": np.datetime64("NaT"),
        "none": None,
        "day": dt.date(2024, 2, 29),
        "surrogate": "a\ud800b",
        "huge": 2**70,
        "gaps": ["a", None, "b"],
    }
    for _ in range(2):
        store.apply(
            Changes(
                nodes=[Node("Result", "result:1", values), model("FooLM")],
                edges=[
                    Edge("OF", "Result", "result:1", "Model", "model:foolm", {"confidence": np.float32(0.25)})
                ],
            )
        )
    assert one(store, "MATCH (n:Result) RETURN n") == {
        "_labels": ["Result"],
        "key": "result:1",
        "float32": 0.5,
        "int64": 7,
        "flag": True,
        "array": [1, 2],
        "text": "x",
        "day": "2024-02-29",
        "surrogate": "a\ufffdb",
        "huge": float(2**70),
        "gaps": ["a", "b"],
    }
    assert one(store, "MATCH ()-[r:OF]->() RETURN r") == {"_type": "OF", "confidence": 0.25}
    assert store.query("RETURN $x AS x", {"x": np.float32(0.5)}).rows == [(0.5,)]


def test_a_very_long_name_is_stored(store: Store) -> None:
    """Case 28: an index must not refuse it, and the rest of its batch with it."""
    long = "FooLM " * 7_000
    store.apply(
        Changes(nodes=[Node("Model", "model:long", {"name": long, "aliases": [long]}), model("BarLM")])
    )
    store.apply(Changes(nodes=[Node("Paper", "arxiv:1", {"title": long})]))
    assert one(store, "MATCH (n:Model {key: 'model:long'}) RETURN n.name") == long
    assert one(store, "MATCH (n:Paper) RETURN n.title") == long


@pytest.mark.parametrize("bad", [Node("Model", "", {}), Node("Model", None, {})])  # type: ignore[arg-type]
def test_a_node_without_a_key_is_refused_with_its_batch(store: Store, bad: Node) -> None:
    with pytest.raises(StoreError, match="without a key"):
        store.apply(Changes(nodes=[model("FooLM"), bad]))
    assert store.counts() == {}


def test_an_edge_to_an_earlier_node(store: Store) -> None:
    """Case 30: the node is there from another batch; a repeated batch adds nothing."""
    first = Changes(nodes=[model("FooLM")])
    second = Changes(nodes=[model("BarLM")], edges=[based_on("BarLM", "FooLM", paper="p2", start=0)])
    for changes in (first, second, first, second):
        store.apply(changes)
    assert store.counts() == {"Entity": 2, "Model": 2, "BASED_ON": 1}


@pytest.mark.parametrize("gone", ["head", "tail"])
def test_an_edge_to_nothing_is_an_error_and_writes_nothing(store: Store, gone: str) -> None:
    """Case 30: never a success with an edge less."""
    there = "BarLM" if gone == "head" else "FooLM"
    with pytest.raises(StoreError, match=r"BASED_ON.*Model 'model:(foolm|barlm)'"):
        store.apply(Changes(nodes=[model(there)], edges=[based_on("FooLM", "BarLM", paper="p", start=0)]))
    assert store.counts() == {}


def test_forget_takes_what_a_paper_said(store: Store) -> None:
    nodes = [Node("Paper", key, {"title": key}) for key in ("arxiv:1", "arxiv:2")]
    nodes += [Node("Result", f"result:{i}", {"value": 1.0, "paper": f"arxiv:{i}"}) for i in (1, 2)]
    nodes += [model("FooLM"), model("BarLM")]
    edges = [based_on("FooLM", "BarLM", paper=f"arxiv:{i}", start=0) for i in (1, 2)]
    edges += [
        Edge("REPORTS", "Paper", f"arxiv:{i}", "Result", f"result:{i}", {"paper": f"arxiv:{i}"})
        for i in (1, 2)
    ]
    store.apply(Changes(nodes=nodes, edges=edges))
    store.apply(Changes(forget=["arxiv:1"], edges=[based_on("BarLM", "FooLM", paper="arxiv:1", start=7)]))
    assert store.counts() == {"Entity": 2, "Model": 2, "Paper": 2, "Result": 1, "BASED_ON": 2, "REPORTS": 1}
    assert store.query("MATCH (a)-[r:BASED_ON]->() RETURN a.name, r.paper ORDER BY r.paper").rows == [
        ("BarLM", "arxiv:1"),
        ("FooLM", "arxiv:2"),
    ]


def test_forget_and_the_same_claim_again_in_one_batch(store: Store) -> None:
    claim = Changes(forget=["p"], edges=[based_on("FooLM", "BarLM", paper="p", start=0, end=4)])
    store.apply(Changes(nodes=[model("FooLM"), model("BarLM")]))
    for _ in range(3):
        store.apply(claim)
    assert store.counts()["BASED_ON"] == 1


def test_delete_takes_a_node_with_its_edges(store: Store) -> None:
    store.apply(
        Changes(nodes=[model("FooLM"), model("BarLM")], edges=[based_on("FooLM", "BarLM", paper="p")])
    )
    store.apply(Changes(delete=[("Model", "model:foolm"), ("Model", "model:never-there")]))
    assert store.counts() == {"Entity": 1, "Model": 1}


def test_text_that_looks_like_a_list(store: Store) -> None:
    """Case 36: six things stay six, and looking for one finds one."""
    names = ["ReAct", '["ReAct"]', "[1]", "1", "[]", '["']
    for _ in range(2):
        store.apply(
            Changes(
                nodes=[
                    Node("Paper", "arxiv:1", {"title": '["ReAct"]'}),
                    Node("Paper", "arxiv:2", {"title": "ReAct"}),
                ]
                + [model(name) for name in names]
            )
        )
    assert store.counts()["Model"] == 6
    for name in names:
        for where in ("n.name = $name", "n.name IN [$name]", "$name IN n.aliases", "n.aliases = [$name]"):
            found = store.query(f"MATCH (n:Model) WHERE {where} RETURN n.name, n.aliases", {"name": name})
            assert found.rows == [(name, [name])], (name, where)
        assert one(store, "MATCH (n:Model {name: $name}) RETURN n.key", name=name) == f"model:{name.lower()}"
    assert one(store, "MATCH (p:Paper {title: 'ReAct'}) RETURN p.key") == "arxiv:2"
    assert one(store, """MATCH (p:Paper {title: '["ReAct"]'}) RETURN p.key""") == "arxiv:1"
    assert one(store, """MATCH (p:Paper {title: "[\\"ReAct\\"]"}) RETURN p.title""") == '["ReAct"]'
    assert one(store, """MATCH (p:Paper) WHERE p.title STARTS WITH '["ReAct"]' RETURN p.key""") == "arxiv:1"
    assert one(store, "MATCH (n:Model) WHERE n.name =~ '[0-9]' RETURN n.name") == "1"


@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_odd_names_stay_as_they_are(store: Store, name: str) -> None:
    node = Node("Model", f"model:{name}", {"name": name, "aliases": [name, name + "2"], "comment": name})
    edge = Edge(
        "BASED_ON", "Model", node.key, "Model", node.key, {"paper": name, "start": 0, "evidence": name}
    )
    store.apply(Changes(nodes=[node], edges=[edge]))
    store.apply(Changes(nodes=[node], edges=[edge]))
    assert store.query(
        "MATCH (n:Model {key: $k})-[r]->(n) RETURN n.name, n.aliases, r.evidence", {"k": node.key}
    ).rows == [(name, [name, name + "2"], name)]
    assert one(store, "RETURN $name AS name", name=name) == name
    store.apply(Changes(forget=[name], delete=[("Model", node.key)]))
    assert store.counts() == {}


def test_odd_labels_and_types_are_quoted(store: Store) -> None:
    store.apply(
        Changes(
            nodes=[Node("My `Label", "a", {"a `b": 1}), Node("My `Label", "b", {})],
            edges=[Edge("SAYS `X", "My `Label", "a", "My `Label", "b", {})],
        )
    )
    assert store.counts() == {"My `Label": 2, "SAYS `X": 1}


@pytest.mark.parametrize(
    "cypher",
    [
        "match (n) /* x */ detach delete n",
        "FOREACH (x IN [1] | CREATE (:X))",
        "CALL { CREATE (:X) } RETURN 1",
        "CREATE (:X)",
        "MATCH (n) SET n.name = 'y'",
        "MATCH (n) REMOVE n.name",
        "MERGE (x:X {a: 1}) RETURN x",
        "CREATE INDEX sneaky FOR (n:X) ON (n.y)",
        "// harmless\nCREATE (:X)",
        "PROFILE CREATE (:X)",
    ],
)
def test_a_read_cannot_write(store: Store, cypher: str) -> None:
    """Case 38: refused by the store's own read mode, nothing written."""
    store.apply(Changes(nodes=[model("FooLM")]))
    with pytest.raises((WriteRefusedError, QueryError)):
        store.query(cypher)
    assert store.counts() == {"Entity": 1, "Model": 1}
    assert one(store, "MATCH (n:Model) RETURN n.name") == "FooLM"


@pytest.mark.parametrize(
    "cypher",
    [
        "LOAD CSV FROM 'file:///x' AS r RETURN r",
        "load\ncsv FROM $where AS r RETURN r",
        "PROFILE LOAD CSV FROM 'file:///x' AS r RETURN r",
        "/* */ LOAD /* */ CSV FROM 'file:///x' AS r RETURN r",
    ],
)
def test_a_read_cannot_read_files(store: Store, cypher: str) -> None:
    with pytest.raises((WriteRefusedError, QueryError)):
        store.query(cypher, {"where": "file:///x"})


@pytest.mark.parametrize(
    "cypher",
    [
        "MATCH (n) WHERE n.name CONTAINS 'DELETE SET' RETURN n",
        "MATCH (n:`CREATE`) RETURN n",
        "MATCH (n) WHERE n.name = 'LOAD CSV; CREATE' RETURN n",
        "MATCH (n) /* CREATE; */ WHERE false RETURN n // DELETE ;",
        "MATCH (n) WHERE false RETURN n;",
    ],
)
def test_a_read_may_hold_any_word(store: Store, cypher: str) -> None:
    store.apply(Changes(nodes=[model("FooLM")]))
    assert store.query(cypher).rows == []


def test_writing_when_asked_to(store: Store) -> None:
    store.query("CREATE (:Note {text: $text})", {"text": "x"}, write=True)
    assert store.counts() == {"Note": 1}
    with pytest.raises(WriteRefusedError):
        store.query("CREATE (:Note)")
    assert store.counts() == {"Note": 1}


def test_an_endless_query_ends_at_its_limit(store: Store) -> None:
    store.query("UNWIND range(1, 60) AS i CREATE (:N {i: i})", write=True)
    store.query("MATCH (a:N), (b:N) WHERE a.i < b.i CREATE (a)-[:E]->(b)", write=True)
    with pytest.raises(QueryTimeoutError, match="limit of 1 s"):
        store.query("MATCH p = (a)-[*]->(b) RETURN count(p)", timeout=1)
    assert one(store, "MATCH (n:N) RETURN count(n)") == 60


@pytest.mark.parametrize(
    ("cypher", "says"),
    [
        ("MATCH (n:Model RETURN n", "line 1, column "),
        ("MATCH (n:Model)\nRETRUN n", "line 2, column "),
        ("MATCH (n) RETURN m", "m"),
        ("RETURN foo(1)", "foo"),
        ("MATCH (n {name: $who}) RETURN n", "who"),
        ("MATCH (n) RETURN ", "line 1, column "),
        ("", "line 1, column 1"),
        ("RETURN 1; RETURN 2", "line 1, column "),
    ],
)
def test_a_wrong_statement_says_where(store: Store, cypher: str, says: str) -> None:
    """Case 39: one line."""
    with pytest.raises(QueryError) as caught:
        store.query(cypher)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_label_or_property_is_told(store: Store, capfd: pytest.CaptureFixture[str]) -> None:
    """Case 39: in the answer, not on the terminal."""
    store.apply(
        Changes(nodes=[model("FooLM"), model("BarLM")], edges=[based_on("FooLM", "BarLM", paper="p")])
    )
    assert "Modell" in " ".join(store.query("MATCH (n:Modell) RETURN n.key").warnings)
    assert "namme" in " ".join(store.query("MATCH (n:Model) RETURN n.namme").warnings)
    assert "USESS" in " ".join(store.query("MATCH (n:Model)-[:USESS]->(m) RETURN m").warnings)
    assert store.query("MATCH (n:Model) RETURN n.name").warnings == ()
    assert capfd.readouterr() == ("", "")


def test_long_text_is_whole(store: Store) -> None:
    evidence = "FooLM beats BarLM. " * 200
    store.apply(Changes(nodes=[model("FooLM", comment=evidence)]))
    assert one(store, "MATCH (n:Model) RETURN n.comment") == evidence


def test_the_schema_is_made_once(store: Store) -> None:
    before = store.query("SHOW CONSTRAINTS").rows, store.query("SHOW INDEXES").rows
    store.ensure_schema()
    assert [
        len(rows) for rows in (store.query("SHOW CONSTRAINTS").rows, store.query("SHOW INDEXES").rows)
    ] == [len(rows) for rows in before]
    with pytest.raises(StoreError):
        store.query("CREATE (:Model {key: 'model:x'}) CREATE (:Model {key: 'model:x'})", write=True)
    assert store.counts() == {}


def test_closing_twice_is_harmless(store: Store) -> None:
    store.close()
    store.close()
