"""Stores for every test: an embedded file and a real Neo4j server, emptied between tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.stores import Store, open_store

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def embedded_store(tmp_path: Path) -> Iterator[Store]:
    """An empty graph file, open for writing, with the schema's constraints."""
    opened = open_store(tmp_path / "graph.kgl")
    opened.ensure_schema()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def neo4j_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Neo4j server that the tests may empty: NEO4J_URI, else one started for this run."""
    if uri := os.environ.get("NEO4J_URI"):
        with open_store(uri, read_only=True) as found:
            if found.counts():
                pytest.fail(f"{found.url} holds data, which the tests would delete; give an empty server")
        yield uri
        _empty(uri)
        return
    if not (shutil.which("java") and shutil.which("mvn")):
        pytest.skip("no Neo4j: set NEO4J_URI to an empty server, or install Java and Maven")
    script, folder = ROOT / "scripts" / "neo4j", tmp_path_factory.mktemp("neo4j")
    started = subprocess.run([script, "start", folder], capture_output=True, text=True, check=False)
    if started.returncode:
        pytest.skip(f"no Neo4j: {(started.stderr.strip() or 'it did not start').splitlines()[-1]}")
    found_at = dict(line.split("=", 1) for line in started.stdout.splitlines())
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("NEO4J_USERNAME", found_at["NEO4J_USERNAME"])
        environment.setenv("NEO4J_PASSWORD", Path(found_at["NEO4J_PASSWORD_FILE"]).read_text().strip())
        yield found_at["NEO4J_URI"]
    subprocess.run([script, "stop", folder], capture_output=True, check=False)


def _empty(url: str) -> None:
    with open_store(url) as opened:
        while opened.counts():
            opened.query("MATCH (n) WITH n LIMIT 5000 DETACH DELETE n", write=True)


@pytest.fixture
def empty_neo4j(neo4j_url: str) -> str:
    """The address of a Neo4j database without nodes; constraints and indexes stay from test to test."""
    _empty(neo4j_url)
    return neo4j_url


@pytest.fixture
def bare_neo4j(empty_neo4j: str) -> str:
    """The address of a Neo4j database without anything."""
    with open_store(empty_neo4j) as opened:
        for (name,) in opened.query("SHOW CONSTRAINTS YIELD name").rows:
            opened.query(f"DROP CONSTRAINT `{name}`", write=True)
        for (name,) in opened.query("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name").rows:
            opened.query(f"DROP INDEX `{name}`", write=True)
    return empty_neo4j


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Each kind of store in turn: empty, open for writing, with the schema's constraints."""
    if request.param == "embedded":
        yield request.getfixturevalue("embedded_store")
        return
    opened = open_store(request.getfixturevalue("empty_neo4j"))
    opened.ensure_schema()
    yield opened
    opened.close()
