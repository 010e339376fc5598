"""kg build, extract and load: what comes in is counted, bad input is named, nothing that was there is lost."""

from __future__ import annotations

import gzip
import json
import os
import random
from pathlib import Path

import pytest
from made_papers import BAR, FOO, Run, entity, write_lines

COUNT = "MATCH (p:Paper) RETURN count(p) AS n"


def papers_in(run: Run, store: str = "graph.kgl") -> int:
    return int(json.loads(run("query", COUNT, "--store", store, "--format", "json").stdout)[0]["n"])


def test_loading_says_what_is_new_and_the_second_time_that_nothing_is(run: Run, claims_file: Path) -> None:
    first = run("load", claims_file)
    assert "Loaded: 2 new, 0 changed, 0 unchanged, 0 skipped, 0 failed." in first.output
    assert "Paper" in first.output
    second = run("load", claims_file, "--json")
    assert second.exit_code == 0
    found = json.loads(second.output)
    assert [found[k] for k in ("new", "changed", "unchanged", "skipped", "failed")] == [0, 0, 2, 0, 0]
    assert found["nodes"]["Paper"] == 2


def test_an_edge_to_a_thing_from_an_earlier_load_is_there(run: Run, tmp_path: Path) -> None:
    one = {**FOO, "relations": [], "results": []}
    two = {
        "id": "2501.6",
        "title": "Another",
        "abstract": "BazLM is built on FooLM.",
        "entities": [entity(1, "Model", "BazLM"), entity(2, "Model", "FooLM")],
        "relations": [{"head": 1, "type": "BASED_ON", "tail": 2}],
    }
    write_lines(tmp_path / "1.jsonl", one)
    write_lines(tmp_path / "2.jsonl", two)
    for expected in (1, 1, 0, 0):
        name = "1.jsonl" if expected and not Path("graph.kgl").exists() else "2.jsonl"
        assert json.loads(run("load", name, "--json").output)["new"] == expected
    cypher = "MATCH (a)-[:BASED_ON]->(b) RETURN a.name AS a, b.name AS b"
    assert json.loads(run("query", cypher, "--format", "json").stdout) == [{"a": "BazLM", "b": "FooLM"}]
    assert papers_in(run) == 2


def test_a_bad_line_is_named_and_the_others_are_loaded(run: Run, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "mixed.jsonl", FOO, {"abstract": "no title"}, BAR)
    with path.open("ab") as file:
        file.write(b'{"title": "cut\n')
    result = run("load", "mixed.jsonl")
    assert result.exit_code == 1
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == ["mixed.jsonl:2", "mixed.jsonl:4"]
    assert "Read the claims of 2 papers; 2 could not be read." in result.stdout
    assert papers_in(run) == 2


def test_strict_stops_at_the_first_bad_line_and_keeps_what_came_before(run: Run, tmp_path: Path) -> None:
    write_lines(tmp_path / "mixed.jsonl", FOO, {"abstract": "no title"}, BAR)
    result = run("load", "mixed.jsonl", "--strict")
    assert result.exit_code == 3
    assert len(result.stderr.splitlines()) == 1
    assert papers_in(run) == 1


def random_papers(count: int) -> bytes:
    """Papers that do not compress well, so that half a file holds some of them."""
    letters = random.Random(1)
    records = (
        {"title": f"Paper {number}", "abstract": "".join(letters.choices("abcdefgh ", k=500))}
        for number in range(count)
    )
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


BAD = {
    "empty": b"",
    "blank": b"\n \n",
    "binary": bytes(range(256)) * 40,
    "truncated.gz": gzip.compress(random_papers(6))[:-600],
    "no-title.jsonl": b'{"abstract": "A text."}\n',
    "not-utf8.jsonl": b'{"title": "Caf\xe9", "abstract": "A text."}\n',
    "huge.jsonl": json.dumps({"title": "Huge", "abstract": "word " * 1_000_000}).encode() + b"\n",
    "prose.txt": b"Once upon a time there was a graph.\n",
}


@pytest.mark.parametrize("command", ["build", "load"])
@pytest.mark.parametrize("name", [*BAD, "folder", "missing.jsonl"])
@pytest.mark.usefixtures("needs_reader")
def test_bad_input_is_a_clear_line_and_loses_nothing(
    run: Run, tmp_path: Path, claims_file: Path, command: str, name: str
) -> None:
    assert run("load", claims_file).exit_code == 0
    (tmp_path / "folder").mkdir()
    for file, content in BAD.items():
        (tmp_path / file).write_bytes(content)
    result = run(command, name, "--quiet")
    if (command, name) == ("load", "huge.jsonl"):  # a claims file may hold a long text without a claim
        assert result.exit_code == 0
        return
    assert result.exit_code in (1, 3)
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(f"kg: {name}") or name == "blank"
    assert papers_in(run) >= 2
    assert json.loads(run("lookup", "FooLM", "--json").output)["entries"]


def test_bad_input_makes_no_store(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert run("build", "empty").exit_code == 3
    assert run("load", "empty").exit_code == 3
    assert run("extract", "empty", "-o", "claims.jsonl").exit_code == 3
    assert os.listdir(tmp_path) == ["empty"]


@pytest.mark.usefixtures("needs_reader")
def test_build_is_extract_and_load_and_the_second_run_reads_nothing(run: Run, tmp_path: Path) -> None:
    papers = [{k: r[k] for k in ("id", "title", "abstract", "listed")} for r in (FOO, BAR)]
    write_lines(tmp_path / "papers.jsonl", *papers)
    built = run("build", "papers.jsonl", "--json")
    assert built.exit_code == 0
    assert json.loads(built.output)["new"] == 2
    again = json.loads(run("build", "papers.jsonl", "--json").output)
    assert (again["new"], again["unchanged"]) == (0, 2)
    reread = json.loads(run("build", "papers.jsonl", "--json", "--reread").output)
    assert reread["unchanged"] == 2
    assert reread["relations"] == again["relations"]

    assert run("extract", "papers.jsonl", "-o", "claims.jsonl").exit_code == 0
    assert json.loads(run("load", "claims.jsonl", "--json", "--store", "two.kgl").output)["new"] == 2
    for name in ("nodes", "relations"):
        assert json.loads(run("stats", "--json", "--store", "two.kgl").output)[name] == again[name]

    papers[0] = {**papers[0], "abstract": "We present FooLM."}
    write_lines(tmp_path / "papers.jsonl", *papers)
    changed = json.loads(run("build", "papers.jsonl", "--json").output)
    assert (changed["changed"], changed["unchanged"]) == (1, 1)


@pytest.mark.usefixtures("needs_reader")
def test_extract_does_not_write_over_its_own_input(run: Run, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "papers.jsonl", FOO)
    before = path.read_bytes()
    assert run("extract", "papers.jsonl", "-o", "papers.jsonl").exit_code == 2
    assert path.read_bytes() == before


def test_an_unknown_reader_is_named_with_those_there_are(run: Run, claims_file: Path) -> None:
    result = run("build", claims_file, "--reader", "nobody")
    assert result.exit_code == 2
    assert "no reader 'nobody'; there are: default" in result.stderr
