"""The Neo4j store: addresses, what goes wrong on the way to the server, and a server others have used."""

from __future__ import annotations

import os
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.stores import open_store
from kg.stores.base import Changes, Node, StoreError, WriteRefusedError

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "neo4j"
SECRET = "a-secret-word"


@pytest.fixture
def answering() -> Iterator[int]:
    """A port that answers HTTP to whatever comes."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1000)
            self.request.sendall(
                b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def unused() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def refused(url: str) -> str:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    message = str(caught.value)
    assert "\n" not in message
    assert SECRET not in message
    return message


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"neo4j://neo4j:{SECRET}@127.0.0.1:7687", "NEO4J_PASSWORD"),
        (f"bolt://:{SECRET}@127.0.0.1", "NEO4J_PASSWORD"),
        (f"bolt://neo4j:{SECRET}@127.0.0.1:x", "cannot be read"),
        ("bolt://127.0.0.1:99999", "cannot be read"),
        ("neo4j://", "names no host"),
        ("http://127.0.0.1:7474", "http:// is no store"),
        ("neo4j+x://127.0.0.1", "is no store"),
    ],
)
def test_an_address_that_cannot_be(url: str, says: str) -> None:
    assert says in refused(url)


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_nothing_listens(scheme: str, unused: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_PASSWORD", SECRET)
    assert "nothing listens there" in refused(f"{scheme}://127.0.0.1:{unused}")


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_the_port_of_something_else(scheme: str, answering: int) -> None:
    """Case 33: the HTTP port, for instance."""
    message = refused(f"{scheme}://127.0.0.1:{answering}")
    assert "does not speak Bolt" in message
    assert "7687" in message


@pytest.mark.parametrize("scheme", ["bolt+s", "bolt+ssc", "neo4j+s", "neo4j+ssc"])
def test_a_port_without_tls(scheme: str, answering: int) -> None:
    """Case 33: says which scheme to try."""
    message = refused(f"{scheme}://127.0.0.1:{answering}")
    assert "does not speak TLS" in message
    assert f"try {scheme.split('+')[0]}://" in message


@pytest.mark.neo4j
def test_what_the_server_refuses(neo4j_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    host = neo4j_url.split("://")[1]
    assert "no such database" in refused(f"neo4j://{host}/nowhere")
    for scheme in ("bolt+s", "neo4j+ssc"):
        assert "does not speak TLS" in refused(f"{scheme}://{host}")
    # A user that is not there: a wrong password of the real one would shut out the tests after this one.
    assert "does not accept this user" in refused(f"bolt://nobody@{host}")
    monkeypatch.delenv("NEO4J_PASSWORD")
    assert "wants a password" in refused(neo4j_url)


@pytest.mark.neo4j
def test_user_and_database_in_the_address(neo4j_url: str) -> None:
    host = neo4j_url.split("://")[1]
    user = os.environ.get("NEO4J_USERNAME", "neo4j")
    with open_store(f"neo4j://{user}@{host}/neo4j", read_only=True) as opened:
        assert opened.url == f"neo4j://{user}@{host}/neo4j"
        assert opened.query("RETURN 1 AS one").rows == [(1,)]
        assert os.environ["NEO4J_PASSWORD"] not in repr(vars(opened))
    with open_store(neo4j_url, user=user, database="neo4j") as opened:
        assert opened.url == f"bolt://{user}@{host}/neo4j"


@pytest.mark.neo4j
def test_reading_only(empty_neo4j: str) -> None:
    with open_store(empty_neo4j, read_only=True) as reader:
        for write in (lambda: reader.apply(Changes()), lambda: reader.query("CREATE (:X)", write=True)):
            with pytest.raises(WriteRefusedError, match="for reading only"):
                write()
        assert reader.counts() == {}


@pytest.mark.neo4j
@pytest.mark.parametrize("with_key", [True, False])
def test_strangers_in_the_database_are_named(bare_neo4j: str, with_key: bool) -> None:
    """Case 31: two nodes made by hand stand in the way of a unique key; nothing is half made."""
    key = ", key: 'model:foolm'" if with_key else ""
    with open_store(bare_neo4j) as opened:
        for _ in range(2):
            opened.query(f"CREATE (:Model {{name: 'FooLM'{key}}})", write=True)
        with pytest.raises(StoreError, match=r"holds 2 nodes :Model .*(foolm|FooLM).*MATCH") as caught:
            opened.ensure_schema()
        assert "\n" not in str(caught.value)
        assert opened.query("SHOW CONSTRAINTS").rows == []
        assert opened.counts() == {"Model": 2}
        opened.query("MATCH (n:Model) DETACH DELETE n", write=True)
        opened.ensure_schema()
        opened.apply(Changes(nodes=[Node("Model", "model:foolm", {"name": "FooLM"})]))
        assert opened.counts() == {"Entity": 1, "Model": 1}


@pytest.mark.neo4j
def test_names_are_found_by_full_text(empty_neo4j: str) -> None:
    with open_store(empty_neo4j) as opened:
        opened.ensure_schema()
        opened.apply(
            Changes(nodes=[Node("Model", "model:foolm", {"name": "FooLM", "aliases": ["FooLM", "the Foo"]})])
        )
        for words in ("foolm", "foo"):
            found = opened.query(
                "CALL db.index.fulltext.queryNodes('entity_names', $words) YIELD node RETURN node.key",
                {"words": words},
            )
            assert found.rows == [("model:foolm",)]


@pytest.mark.neo4j
@pytest.mark.parametrize(
    ("cypher", "operator"),
    [
        ("MERGE (n:Model {key: 'model:7'}) RETURN n", "NodeUniqueIndexSeek"),
        ("MATCH (n:Entity {key: 'model:7'}) RETURN n", "NodeUniqueIndexSeek"),
        ("MATCH (n:Paper {title_key: 'foo'}) RETURN n", "NodeIndexSeek"),
        ("MATCH ()-[r:USES]->() WHERE r.paper IN ['p1'] RETURN r", "DirectedRelationshipIndexSeek"),
        ("MATCH (n:Result) WHERE n.paper IN ['p1'] RETURN n", "NodeIndexSeek"),
    ],
)
def test_an_index_behind_each_look(empty_neo4j: str, cypher: str, operator: str) -> None:
    """Case 67."""
    import neo4j

    with open_store(empty_neo4j) as opened:
        opened.ensure_schema()
    login = (os.environ.get("NEO4J_USERNAME", "neo4j"), os.environ["NEO4J_PASSWORD"])
    with neo4j.GraphDatabase.driver(empty_neo4j, auth=login) as driver:
        plan = driver.execute_query("EXPLAIN " + cypher).summary.plan
    assert operator in str(plan)


@pytest.mark.neo4j
def test_a_key_too_long_for_an_index_is_named(empty_neo4j: str) -> None:
    with open_store(empty_neo4j) as opened:
        opened.ensure_schema()
        with pytest.raises(StoreError, match=r"the key of Model model:foo.* has 40,006 characters"):
            opened.apply(Changes(nodes=[Node("Model", "model:" + "foo " * 10_000, {})]))
        assert opened.counts() == {}


@pytest.mark.neo4j
def test_four_loads_at_once_are_as_one(empty_neo4j: str) -> None:
    """Case 26: popular nodes in all of them; no deadlock is left, and nothing on standard error."""
    script = """
import random, sys
from kg.stores import open_store
from kg.stores.base import Changes, Edge, Node
rng = random.Random(int(sys.argv[2]))
papers = list(range(60))
rng.shuffle(papers)
with open_store(sys.argv[1]) as store:
    store.ensure_schema()
    for at in range(0, len(papers), 10):
        part = papers[at : at + 10]
        nodes = [Node("Paper", f"arxiv:{i}", {"title": f"Paper {i}"}) for i in part]
        nodes += [Node("Model", f"model:{i % 7}", {"name": f"M{i % 7}"}) for i in part]
        nodes += [Node("Benchmark", "benchmark:popular", {"name": "Popular"})]
        edges = []
        for i in part:
            key, popular = f"arxiv:{i}", ("Benchmark", "benchmark:popular")
            edges.append(Edge("EVALUATED_ON", "Model", f"model:{i % 7}", *popular, {"paper": key, "start": 0}))
            edges.append(Edge("MENTIONS", "Paper", key, *popular, {"paper": key}))
        rng.shuffle(nodes)
        rng.shuffle(edges)
        store.apply(Changes(nodes=nodes, edges=edges))
"""
    loads = [
        subprocess.Popen(
            [sys.executable, "-c", script, empty_neo4j, str(i)], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for i in range(4)
    ]
    said = [load.communicate()[1] for load in loads]
    assert said == [""] * 4
    assert [load.returncode for load in loads] == [0] * 4
    with open_store(empty_neo4j, read_only=True) as opened:
        assert opened.counts() == {
            "Benchmark": 1,
            "Entity": 8,
            "Model": 7,
            "Paper": 60,
            "EVALUATED_ON": 60,
            "MENTIONS": 60,
        }


@pytest.mark.neo4j
def test_more_rows_than_one_statement_takes(empty_neo4j: str) -> None:
    nodes = [Node("Task", f"task:{i}", {"name": str(i)}) for i in range(5_010)]
    with open_store(empty_neo4j) as opened:
        opened.ensure_schema()
        opened.apply(Changes(nodes=nodes))
        assert opened.counts() == {"Entity": 5_010, "Task": 5_010}


def test_the_server_script_says_what_is_missing(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, SCRIPT, "start", tmp_path],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 4
    assert ended.stderr == "scripts/neo4j: needs Java 17 or 21, and there is no `java` on the PATH\n"


@pytest.mark.parametrize(
    ("words", "status"), [(["status"], 3), (["stop"], 0), (["dance"], 2), ([], 2), (["--help"], 0)]
)
def test_the_server_script_without_a_server(tmp_path: Path, words: list[str], status: int) -> None:
    where = [tmp_path] if words in (["status"], ["stop"]) else []
    ended = subprocess.run(
        [sys.executable, SCRIPT, *words, *where], capture_output=True, text=True, check=False
    )
    assert ended.returncode == status
    assert "Traceback" not in ended.stderr


def test_what_the_schema_prints_is_what_the_store_makes(bare_neo4j):
    """`kg schema --format cypher`, run on a server that the store has prepared, makes nothing more."""
    from kg.graph_schema import statements

    with open_store(bare_neo4j) as opened:
        opened.ensure_schema()
        before = sorted(map(str, opened.query("SHOW INDEXES YIELD name, type").rows))
        for statement in statements():
            opened.query(statement, write=True)
        assert sorted(map(str, opened.query("SHOW INDEXES YIELD name, type").rows)) == before
