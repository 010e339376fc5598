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
def neo4j_url() -> Iterator[str]:
    """The address of a Neo4j server that the tests may empty: NEO4J_URI, else one started for this run."""
    if uri := os.environ.get("NEO4J_URI"):
        yield uri
        return
    if not (shutil.which("java") and shutil.which("mvn")):
        pytest.skip("no Neo4j: set NEO4J_URI, or install Java and Maven")
    started = subprocess.run(
        [ROOT / "scripts" / "neo4j", "start"], capture_output=True, text=True, check=False
    )
    if started.returncode:
        pytest.skip(f"no Neo4j: {(started.stderr.strip() or 'it did not start').splitlines()[-1]}")
    found = dict(line.split("=", 1) for line in started.stdout.splitlines() if "=" in line)
    before = {name: os.environ.get(name) for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD")}
    os.environ["NEO4J_USERNAME"] = found["NEO4J_USERNAME"]
    os.environ["NEO4J_PASSWORD"] = Path(found["NEO4J_PASSWORD_FILE"]).read_text().strip()
    yield found["NEO4J_URI"]
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    if found["NEO4J_STARTED"] == "now":
        subprocess.run([ROOT / "scripts" / "neo4j", "stop"], capture_output=True, check=False)


def empty_neo4j(url: str) -> None:
    """Take every node, constraint and index out of the database."""
    with open_store(url) as opened:
        while opened.query(
            "MATCH (n) WITH n LIMIT 5000 DETACH DELETE n RETURN count(*) AS n", write=True
        ).rows[0][0]:
            pass
        for (name,) in opened.query("SHOW CONSTRAINTS YIELD name").rows:
            opened.query(f"DROP CONSTRAINT `{name}`", write=True)
        for (name,) in opened.query("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name").rows:
            opened.query(f"DROP INDEX `{name}`", write=True)


@pytest.fixture
def bare_neo4j(neo4j_url: str) -> str:
    """The address of an empty Neo4j database without constraints."""
    empty_neo4j(neo4j_url)
    return neo4j_url


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Each kind of store in turn: empty, open for writing, with the schema's constraints."""
    if request.param == "embedded":
        yield request.getfixturevalue("embedded_store")
        return
    opened = open_store(request.getfixturevalue("bare_neo4j"))
    opened.ensure_schema()
    yield opened
    opened.close()
