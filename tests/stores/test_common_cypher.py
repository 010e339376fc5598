"""The Cypher that both engines read alike, which the rest of the program keeps to (docs/stores.md)."""

from __future__ import annotations

from kg.stores.base import Changes, Edge, Node, Store

GRAPH = Changes(
    nodes=[
        Node("Paper", "arxiv:1", {"title": "One", "published": "2024-01-02"}),
        Node("Paper", "arxiv:2", {"title": "Two"}),
        Node("Model", "model:foo", {"name": "Foo", "aliases": ["Foo", "Foox"], "papers": 2}),
        Node("Model", "model:bar", {"name": "Bar", "aliases": ["Bar"], "papers": 1}),
        Node("Task", "task:qux", {"name": "Qux", "aliases": ["Qux"], "papers": 0}),
        Node("Result", "result:1", {"value": 63.5, "unit": "%", "paper": "arxiv:1"}),
    ],
    edges=[
        Edge(
            "MENTIONS", "Paper", "arxiv:1", "Model", "model:foo", {"paper": "arxiv:1", "start": 0, "end": 5}
        ),
        Edge(
            "BASED_ON", "Model", "model:foo", "Model", "model:bar", {"paper": "arxiv:1", "start": 0, "end": 5}
        ),
        Edge(
            "BASED_ON", "Model", "model:foo", "Model", "model:bar", {"paper": "arxiv:2", "start": 3, "end": 9}
        ),
        Edge("REPORTS", "Paper", "arxiv:1", "Result", "result:1", {"paper": "arxiv:1"}),
        Edge("IN", "Result", "result:1", "Task", "task:qux", {"paper": "arxiv:1"}),
    ],
)

ANSWERS: dict[str, list[tuple[object, ...]]] = {
    "MATCH (n:Entity) WHERE NOT EXISTS { (n)--() } RETURN n.name": [],
    "MATCH (n:Entity) RETURN n.name, COUNT { (n)--() } AS c ORDER BY n.name": [
        ("Bar", 2),
        ("Foo", 3),
        ("Qux", 1),
    ],
    "MATCH (n:Model) CALL (n) { MATCH (n)-[r]-() RETURN count(r) AS c } RETURN n.name, c ORDER BY c": [
        ("Bar", 2),
        ("Foo", 3),
    ],
    "MATCH (n:Entity) RETURN [(n)-[r:BASED_ON]->(m) WHERE r.start = 3 | m.name] AS l ORDER BY n.name": [
        ([],),
        (["Bar"],),
        ([],),
    ],
    "MATCH (:Model)-[r]-(m) RETURN type(r), startNode(r).key, endNode(r).key, m.key ORDER BY r.paper, m.key LIMIT 1": [
        ("MENTIONS", "arxiv:1", "model:foo", "arxiv:1")
    ],
    "MATCH ()-[r:BASED_ON]->() RETURN properties(r) AS p ORDER BY r.paper": [
        ({"paper": "arxiv:1", "start": 0, "end": 5},),
        ({"paper": "arxiv:2", "start": 3, "end": 9},),
    ],
    "MATCH (n:Model) RETURN n {.name, n: n.papers} AS p ORDER BY n.name": [
        ({"name": "Bar", "n": 1},),
        ({"name": "Foo", "n": 2},),
    ],
    "MATCH (n) UNWIND labels(n) AS label RETURN label, count(*) AS c ORDER BY label": [
        ("Entity", 3),
        ("Model", 2),
        ("Paper", 2),
        ("Result", 1),
        ("Task", 1),
    ],
    "MATCH (n:Entity) WHERE any(a IN n.aliases WHERE toLower(a) CONTAINS 'foox') RETURN n.name": [("Foo",)],
    "MATCH (n:Entity) WHERE n.name =~ '(?i)fo.*' OR n.key IN ['task:qux'] RETURN n.name ORDER BY n.name": [
        ("Foo",),
        ("Qux",),
    ],
    "MATCH (n:Entity) WITH n ORDER BY n.papers DESC SKIP 1 LIMIT $limit RETURN collect(n.name) AS x": [
        (["Bar"],)
    ],
    "MATCH (p:Paper) RETURN p.title ORDER BY p.published": [("One",), ("Two",)],
    "MATCH (p:Paper) RETURN p.title ORDER BY p.published DESC": [("Two",), ("One",)],
    "MATCH p = shortestPath((:Paper {key: 'arxiv:1'})-[*..4]-(:Model {key: 'model:bar'})) RETURN length(p) AS l": [
        (2,)
    ],
    "MATCH (:Paper {key: 'arxiv:1'})-[*1..2]->(b) RETURN DISTINCT b.key ORDER BY b.key": [
        ("model:bar",),
        ("model:foo",),
        ("result:1",),
        ("task:qux",),
    ],
    "MATCH ()-[r:BASED_ON|MENTIONS]->() RETURN count(r) AS c": [(3,)],
    "MATCH (n:Model|Task) RETURN count(n) AS c": [(3,)],
    "MATCH (n:Entity) WHERE n:Task RETURN n.name": [("Qux",)],
    "MATCH (n:Entity) RETURN n[$property] AS x ORDER BY x": [("Bar",), ("Foo",), ("Qux",)],
    "MATCH (n:Entity) RETURN CASE WHEN n.papers > 1 THEN 'many' ELSE 'few' END AS x, count(*) AS c ORDER BY x": [
        ("few", 2),
        ("many", 1),
    ],
    "MATCH (n:Entity) OPTIONAL MATCH (n)-[r:BASED_ON]->(m) RETURN n.name, m.name, count(r) AS c ORDER BY n.name": [
        ("Bar", None, 0),
        ("Foo", "Bar", 2),
        ("Qux", None, 0),
    ],
    "UNWIND $keys AS key MATCH (n:Model {key: key}) RETURN n.name": [("Bar",)],
    "MATCH (r:Result)-[:IN]->(m) RETURN r.value, r.unit, m.name": [(63.5, "%", "Qux")],
    "MATCH (n:Model) RETURN n.name AS x UNION MATCH (n:Model) RETURN n.name AS x": [("Bar",), ("Foo",)],
    "RETURN 7 / 2 AS a, 1 IN [1, null] AS b, null = null AS c, 1 = 1.0 AS d": [(3, True, None, True)],
    "MATCH (a:Model)-[r]->(b) WITH a, r ORDER BY r.start RETURN a.name, collect({p: r.paper, e: r.end}) AS c": [
        ("Foo", [{"p": "arxiv:1", "e": 5}, {"p": "arxiv:2", "e": 9}])
    ],
}
ANY_ORDER = ("UNION",)


def test_both_engines_answer_alike(store: Store) -> None:
    store.apply(GRAPH)
    given = {"limit": 1, "property": "name", "keys": ["model:bar", "model:never"]}
    answers = {}
    for cypher in ANSWERS:
        rows = store.query(cypher, given).rows
        answers[cypher] = sorted(rows) if any(word in cypher for word in ANY_ORDER) else rows
    assert answers == ANSWERS
